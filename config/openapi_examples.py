"""Examples in the OpenAPI schema, composed from what each field looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

RUN = "7f3a9c01-52d4-4c1b-9a55-0c8e6f1d2b34"
OTHER = "0b6a4f0e-3c1d-4a7e-8f21-5d9c7b2e1a60"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
QUESTION = "plan:scan since:7d"

FIELDS: Schema = {
    "action": "run.tagged",
    "author": "ada",
    "beamline": "demo",
    "bytes": 48213,
    "changes": {"sample": {"name": "LaB6"}, "note": None},
    "days": 365,
    "document": {"uid": RUN, "time": 1795341600.25, "plan_name": "scan"},
    "dtype": "number",
    "edited_by": "ada",
    "ending": "jsonl",
    "exit_status": "success",
    "file_name": "run_7f3a9c01.jsonl",
    "format": "jsonl",
    "form": "jsonl",
    "field": "camera",
    "hints": {"det": {"fields": ["det"]}},
    "index": 0,
    "job": OTHER,
    "attachment": OTHER,
    "rule": OTHER,
    "link": f"/api/v1/exports/files/{OTHER}",
    "loses": "",
    "media_type": "application/jsonl",
    "metadata": {"plan_name": "scan", "scan_id": 42, "sample": {"name": "LaB6"}},
    "name": "alignment",
    "note": "Beam was lost at point 40, *do not use*.",
    "num_events": {"primary": 41},
    "number": "2026-0001",
    "object_name": "det",
    "options": {},
    "owner": "ada",
    "parameters": {},
    "plan": "scan",
    "plan_name": "scan",
    "problem": "",
    "proposal": "2026-0001",
    "query": QUESTION,
    "q": QUESTION,
    "question": {"q": QUESTION},
    "reason": "the holder was another one",
    "relation": "reference",
    "revision": 1,
    "run": RUN,
    "sample": "LaB6",
    "scan_id": 42,
    "sha256": SHA256,
    "start": {"uid": RUN, "time": 1795341600.25, "plan_name": "scan", "scan_id": 42},
    "stop": {"run_start": RUN, "time": 1795341641.5, "exit_status": "success"},
    "stop_time": 1795341641.5,
    "stream": "primary",
    "target": OTHER,
    "text": "Beam was lost at point 40, *do not use*.",
    "time": 1795341600.25,
    "time_zone": "Europe/Berlin",
    "title": "JSON lines",
    "token": "a-link-of-an-export",
    "uid": RUN,
    "units": "mm",
    "username": "ada",
    "why": "it is no JSON",
}
"""What a field of this name holds, where its type allows it."""

TYPES: Schema = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "object": {}}
FORMATS = {"date-time": "2026-11-22T10:00:00Z", "uuid": RUN, "binary": ""}
_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}
_PARAMETERS = {"note": OTHER, "number": "2026-0001", "revision": 1, "link": OTHER}
"""Parts of an address that mean something else there than as a field."""


def add_examples(result: Schema, **_: Any) -> Schema:
    """Give an example to each parameter of an address and each JSON body that has none."""
    components = result["components"]["schemas"]
    for operation in _operations(result):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and "example" not in parameter:
                name = parameter["name"]
                parameter["example"] = _PARAMETERS.get(
                    name, example_of(parameter["schema"], components, name)
                )
        for body in _json_bodies(operation):
            if not body.keys() & {"example", "examples"}:
                body["example"] = example_of(body["schema"], components)
    return result


def example_of(schema: Schema, components: Schema, name: str = "") -> Any:
    """Compose a value of a schema; references are looked up in `components`."""
    schema = _resolved(schema, components)
    for choices in ("enum", "oneOf", "anyOf"):
        if choices in schema:
            first = schema[choices][0]
            return first if choices == "enum" else example_of(first, components, name)
    kind = schema.get("type")
    if name in FIELDS and isinstance(FIELDS[name], _KINDS.get(str(kind), object)) and "format" not in schema:
        return FIELDS[name]
    if kind == "array":
        return [example_of(schema.get("items", {}), components, name.removesuffix("s"))]
    if "properties" in schema:
        parts = schema["properties"].items()
        return {key: example_of(part, components, key) for key, part in parts if not part.get("writeOnly")}
    return FORMATS.get(schema.get("format", ""), TYPES.get(str(kind), "text"))


def _resolved(schema: Schema, components: Schema) -> Schema:
    while "$ref" in schema or "allOf" in schema:
        schema = schema["allOf"][0] if "allOf" in schema else components[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _operations(result: Schema) -> Iterator[Schema]:
    for path in result["paths"].values():
        yield from (operation for operation in path.values() if isinstance(operation, dict))


def _json_bodies(operation: Schema) -> Iterator[Schema]:
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for told in (operation.get("requestBody", {}), *answers):
        body = told.get("content", {}).get("application/json")
        if body and body.get("schema"):
            yield body
