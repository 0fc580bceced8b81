"""TypeScript types from JSON Schemas, those of OpenAPI included. No I/O."""

import json
import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
JOINED = ("oneOf", "anyOf")


def declaration(name: str, schema: Schema) -> str:
    """Give the declaration of one type.

    Examples
    --------
    >>> print(declaration("Point", {"type": "object", "properties": {"x": {"type": "number"}},
    ...                             "required": ["x"]}))
    export interface Point {
      x: number;
    }
    """
    about = _comment(schema, "")
    if schema.get("properties") is not None and not schema.get("nullable"):
        return f"{about}export interface {name} {_members(schema, '')}"
    return f"{about}export type {name} = {type_of(schema)};"


def type_of(schema: Schema, indent: str = "") -> str:
    """Give the type of a value that meets a schema; ``unknown`` where the schema says nothing.

    Examples
    --------
    >>> type_of({"type": "array", "items": {"type": "integer", "nullable": True}})
    '(number | null)[]'
    """
    found = _plain_type(schema, indent)
    return _union([found, "null"]) if schema.get("nullable") else found


def _plain_type(schema: Schema, indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return _union([json.dumps(value) for value in schema["enum"]])
    for key in JOINED:
        if key in schema:
            return _union([type_of(part, indent) for part in schema[key]])
    if "allOf" in schema:
        return " & ".join(type_of(part, indent) for part in schema["allOf"])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([_plain_type({**schema, "type": one}, indent) for one in kind])
    if kind == "array":
        return _array(schema, indent)
    if kind == "object" or "properties" in schema:
        return _object(schema, indent)
    return SCALARS.get(str(kind), "unknown")


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_of(part, indent) for part in schema['prefixItems'])}]"
    item = type_of(schema.get("items", {}), indent)
    return f"({item})[]" if " " in item and not item.startswith("{") else f"{item}[]"


def _object(schema: Schema, indent: str) -> str:
    if schema.get("properties"):
        return _members(schema, indent)
    values = schema.get("additionalProperties", {})
    return f"Record<string, {type_of(values, indent) if isinstance(values, Mapping) else 'unknown'}>"


def _members(schema: Schema, indent: str) -> str:
    inner = indent + "  "
    required = set(schema.get("required", ()))
    lines = []
    for name, member in schema["properties"].items():
        key = name if NAME.match(name) else json.dumps(name)
        mark = "" if name in required else "?"
        lines.append(f"{_comment(member, inner)}{inner}{key}{mark}: {type_of(member, inner)};")
    return "\n".join(["{", *lines, indent + "}"])


def _union(parts: list[str]) -> str:
    return " | ".join(dict.fromkeys(parts)) or "never"


def _comment(schema: Schema, indent: str) -> str:
    """Give the first line of what a schema says of itself."""
    about = str(schema.get("description") or "").strip().split("\n")[0].replace("*/", "* /")
    return f"{indent}/** {about} */\n" if about else ""
