"""JSON Schemas become the TypeScript types that say the same."""

import pytest

from realtime.typescript import declaration, type_of


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({}, "unknown"),
        ({"type": "integer"}, "number"),
        ({"type": "string", "nullable": True}, "string | null"),
        ({"enum": ["a", None]}, '"a" | null'),
        ({"const": "run"}, '"run"'),
        ({"type": ["string", "null"]}, "string | null"),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, "number"),
        ({"allOf": [{"$ref": "#/components/schemas/Peak"}], "nullable": True}, "Peak | null"),
        ({"type": "array", "items": {"enum": [1, 2]}}, "(1 | 2)[]"),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, "[number, string]"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "Record<string, boolean>"),
        ({"type": "object", "additionalProperties": False}, "Record<string, unknown>"),
    ],
)
def test_a_value_has_the_type_of_its_schema(schema, written):
    assert type_of(schema) == written


def test_an_object_tells_what_it_must_hold_and_what_it_may():
    schema = {
        "description": "A point.\nMore.",
        "properties": {"x": {"type": "number"}, "odd-name": {"type": "string", "description": "a */ b"}},
        "required": ["x"],
    }
    assert declaration("Point", schema) == (
        '/** A point. */\nexport interface Point {\n  x: number;\n  /** a * / b */\n  "odd-name"?: string;\n}'
    )
