"""JSON Schemas made from TypedDicts, so that a message type has one source.

`python -m realtime.schemas` prints the schemas of the whole socket protocol for the TypeScript types.
"""

import json
import sys
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, Required, Union, is_typeddict

PRIMITIVES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """JSON Schema keywords of one field, carried in `Annotated[type, Bounds(...)]`."""

    keywords: tuple[tuple[str, Any], ...]


def bounds(**keywords: Any) -> Bounds:
    """Give the schema keywords of a field, for example ``bounds(minimum=0)``."""
    return Bounds(tuple(keywords.items()))


def schema_of(hint: Any) -> dict[str, Any]:
    """Give the JSON Schema of a type hint: TypedDict, Literal, union, list, dict, tuple or primitive.

    Raises
    ------
    TypeError
        When the hint has no counterpart in JSON.
    """
    if hint in PRIMITIVES:
        return dict(PRIMITIVES[hint])
    if is_typeddict(hint):
        return _object(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _annotated(arguments)
    if origin in (NotRequired, Required):
        return schema_of(arguments[0])
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(argument) for argument in arguments]}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict and arguments[0] is str:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if origin is tuple:
        return _tuple(arguments)
    raise TypeError(
        f"{hint!r} has no JSON Schema: use TypedDict, Literal, union, list, dict[str, ...] or tuple"
    )


def _annotated(arguments: tuple[Any, ...]) -> dict[str, Any]:
    schema = schema_of(arguments[0])
    for extra in arguments[1:]:
        if isinstance(extra, Bounds):
            schema.update(extra.keywords)
    return schema


def _tuple(arguments: tuple[Any, ...]) -> dict[str, Any]:
    count = len(arguments)
    return {
        "type": "array",
        "prefixItems": [schema_of(argument) for argument in arguments],
        "minItems": count,
        "maxItems": count,
    }


def _object(typed_dict: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(typed_dict, include_extras=True)
    return {
        "type": "object",
        "title": typed_dict.__name__,
        "description": (typed_dict.__doc__ or "").strip().splitlines()[0],
        "properties": {name: schema_of(hint) for name, hint in hints.items()},
        "required": sorted(typed_dict.__required_keys__),
        "additionalProperties": False,
    }


def main() -> int:
    """Write the schemas of every command and message to stdout as one JSON object."""
    from realtime import protocol

    json.dump(protocol.schemas(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
