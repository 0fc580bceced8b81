"""The OpenAPI schema is valid, without a warning, and shows an example of every route of the catalogue."""

import json

import jsonschema
import pytest
from django.core.management import call_command

CATALOGUE = ("runs", "searches", "exports", "imports", "documents", "quarantine", "retention")


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    options = {"format": "openapi-json", "validate": True, "fail_on_warn": True}
    call_command("spectacular", file=str(path), **options)
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def operations(schema):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.removeprefix("/api/v1/").split("/")[0] in CATALOGUE
    }


def bodies(operation):
    """Give what goes in and what comes out on success, as JSON."""
    told = [operation.get("requestBody", {})]
    told += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    return [
        body["content"]["application/json"] for body in told if "application/json" in body.get("content", {})
    ]


def examples_of(body):
    named = [example["value"] for example in body.get("examples", {}).values()]
    return named + [body["example"]] if "example" in body else named


def as_json_schema(schema):
    """Give an OpenAPI 3.0 schema as a JSON schema: what is nullable may be null."""
    if isinstance(schema, list):
        return [as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: as_json_schema(part) for key, part in schema.items()}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def test_every_route_is_described(operations):
    assert len(operations) > 50
    assert [name for name, operation in operations.items() if not operation.get("description")] == []


def test_every_route_has_examples(operations):
    for name, operation in operations.items():
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] != "path" or "example" in parameter, (name, parameter["name"])
        for body in bodies(operation):
            assert examples_of(body), name


def test_every_example_is_what_its_schema_says(schema, operations):
    count = 0
    components = as_json_schema(schema["components"])
    for name, operation in operations.items():
        for body in bodies(operation):
            told = {**as_json_schema(body["schema"]), "components": components}
            for example in examples_of(body):
                count += 1
                validator = jsonschema.Draft202012Validator(told)
                assert [fault.message for fault in validator.iter_errors(example)] == [], name
    assert count > 50
