"""The JSON schema of the parameters of a plan."""

from collections.abc import Mapping, Sequence
from typing import Any

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {
    "number": "number",
    "integer": "integer",
    "string": "string",
    "boolean": "boolean",
    "device": "string",
}


def parameters_schema(title: str, parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Give the JSON schema of ``{parameter: value}`` of a plan.

    Parameters
    ----------
    title : str
        Title of the plan.
    parameters : sequence of mapping
        Descriptions of its parameters.
    """
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": {parameter["name"]: _property(parameter) for parameter in parameters},
        "required": [parameter["name"] for parameter in parameters if parameter["required"]],
        "additionalProperties": False,
    }


def _property(parameter: Mapping[str, Any]) -> dict[str, Any]:
    if parameter["type"] == "group":
        schema: dict[str, Any] = _groups(parameter)
    else:
        alternatives = [_value(spec) for spec in (parameter, *parameter["also"])]
        if parameter["nullable"]:
            alternatives.append({"type": "null"})
        schema = alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}
    schema = {"title": parameter["title"], **schema}
    if parameter["doc"]:
        schema["description"] = parameter["doc"]
    if not parameter["required"]:
        schema["default"] = parameter["default"]
    return schema


def _groups(parameter: Mapping[str, Any]) -> dict[str, Any]:
    members = parameter["repeat"]
    group = {
        "type": "array",
        "prefixItems": [{"title": member["title"], **_value(member)} for member in members],
        "items": False,
        "minItems": len(members),
    }
    return {"type": "array", "items": group, "minItems": 1 if parameter["required"] else 0}


def _value(spec: Mapping[str, Any]) -> dict[str, Any]:
    kind = spec["type"]
    if kind == "enum":
        return {"enum": spec["choices"]}
    if kind == "devices":
        return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    if kind == "array":
        return _array(spec)
    schema: dict[str, Any] = {"type": _TYPES[kind]} if kind in _TYPES else {}
    for bound in ("minimum", "maximum"):
        if spec.get(bound) is not None:
            schema[bound] = spec[bound]
    return schema


def _array(spec: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array", "items": _value(spec["items"]) if spec.get("items") else {}}
    if spec.get("length") is not None:
        schema.update(minItems=spec["length"], maxItems=spec["length"])
    return schema
