"""The routes of the REST API for people, told from the OpenAPI schema: what each does, takes and gives."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
NAMES_IN_PATH = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a route."""

    name: str
    place: str
    """`path` or `query`."""
    is_needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    group: str
    method: str
    path: str
    words: str
    parameters: tuple[Parameter, ...]
    example: str
    """A command line that asks it, with `$SITE` and `$KEY`."""
    answer: str
    """JSON that it may give, empty where none is told."""

    @property
    def summary(self) -> str:
        """The first paragraph of what it says of itself."""
        return self.words.split("\n\n", 1)[0]

    @property
    def is_open_to_browsers(self) -> bool:
        """Whether following its address as it stands shows what it gives."""
        needs = any(one.is_needed for one in self.parameters)
        return self.method == "GET" and not needs


@cache
def routes() -> tuple[Route, ...]:
    """Give every route, in the order of its address."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    return tuple(_routes(schema))


def found(text: str) -> dict[str, list[Route]]:
    """Give the routes that have all words of `text` in their method, address or description, by group."""
    wanted = text.lower().split()
    groups: dict[str, list[Route]] = {}
    for route in routes():
        told = f"{route.method} {route.path} {route.words}".lower()
        if all(word in told for word in wanted):
            groups.setdefault(route.group, []).append(route)
    return groups


def _routes(schema: Mapping[str, Any]) -> Iterator[Route]:
    for path, operations in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in operations:
                yield _route(method.upper(), path, operations[method])


def _route(method: str, path: str, told: Mapping[str, Any]) -> Route:
    body = _example(told.get("requestBody", {}))
    answers = told.get("responses", {})
    good: Mapping[str, Any] = next((answers[code] for code in sorted(answers) if code.startswith("2")), {})
    answer = _example(good)
    return Route(
        group=next(iter(told.get("tags", ())), "others"),
        method=method,
        path=path,
        words=told.get("description", ""),
        parameters=tuple(map(_parameter, told.get("parameters", ()))),
        example=_command(method, path, told.get("parameters", ()), body),
        answer="" if answer in (None, {}) else json.dumps(answer, indent=1, ensure_ascii=False),
    )


def _parameter(told: Mapping[str, Any]) -> Parameter:
    schema = told.get("schema", {})
    choices = ", ".join(map(str, schema.get("enum", ())))
    words = told.get("description") or (f"one of {choices}" if choices else schema.get("type", ""))
    return Parameter(told["name"], told["in"], bool(told.get("required")), words)


def _example(told: Mapping[str, Any]) -> Any:
    """Give the first example of a body; None where there is none in JSON."""
    media = told.get("content", {}).get("application/json", {})
    for known in media.get("examples", {}).values():
        return known.get("value")
    return media.get("example")


def _command(method: str, path: str, parameters: Any, body: Any) -> str:
    known = {one["name"]: str(one.get("example", one["name"])) for one in parameters if one["in"] == "path"}
    address = NAMES_IN_PATH.sub(lambda name: known.get(name[1], name[1]), path)
    parts = ["curl"] if method == "GET" else ["curl", "-X", method]
    parts += ["-H", '"Authorization: ApiKey $KEY"']
    if body is not None:
        text = shlex.quote(json.dumps(body, ensure_ascii=False))
        parts += ["-H", '"Content-Type: application/json"', "-d", text]
    return " ".join([*parts, f'"$SITE{address}"'])
