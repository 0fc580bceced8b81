"""Read the filters, the order and the page of a search as Tiled clients write them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from accounts import json_gate
from accounts.errors import InvalidError
from catalog.selectors.listing import MAX_PAGE, Order, Page
from catalog.selectors.metadata_conditions import MetadataCondition

DOCUMENTS = ("start", "stop")
MAX_KEY = 500

_FILTER = re.compile(r"filter\[(?P<name>\w{1,40})\]\[condition\]\[(?P<field>\w{1,40})\]\Z")
_BY_TIME = ("", "_", "time", "start.time")

Parameters = Mapping[str, Sequence[str]]
Fields = Mapping[str, str]


def conditions_of(parameters: Parameters) -> list[MetadataCondition]:
    """Give the conditions that the parameters of an address name.

    Raises
    ------
    InvalidError
        A filter is unknown, lacks a field, or holds what is no JSON.
    """
    return [condition for name, fields in _filters(parameters) for condition in _read(name, fields)]


def is_filtered(parameters: Parameters) -> bool:
    """Tell whether there is any filter."""
    return any(name.startswith("filter[") for name in parameters)


def orders_of(parameters: Parameters) -> list[Order]:
    """Give the order: keys with a minus before those that descend; by time where nothing is said."""
    texts = [text for value in parameters.get("sort", ()) for text in value.split(",")][:5]
    orders = []
    for text in texts:
        key = text.removeprefix("-").removeprefix("+")
        path = () if key in _BY_TIME else path_of(key)
        orders.append(Order(path, text.startswith("-")))
    return orders


def page_of(parameters: Parameters) -> Page:
    """Give the page that is asked for."""
    return Page(
        offset=_number(parameters, "page[offset]", 0),
        limit=min(_number(parameters, "page[limit]", 100), MAX_PAGE),
        cursor=next(iter(parameters.get("page[cursor]", ())), "")[:80],
    )


def path_of(key: str) -> tuple[str, ...]:
    """Give the path of a metadata key such as ``start.sample.name``; ``start`` may be left out."""
    json_gate.check_text(key, name="key", max_length=MAX_KEY)
    parts = tuple(key.split("."))
    if not all(parts):
        raise _refused(f"{key[:80]!r} is no key: a part between dots is empty.")
    return parts if parts[0] in DOCUMENTS and len(parts) > 1 else ("start", *parts)


def _filters(parameters: Parameters) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each filter with its fields; the n-th values of the fields of one name belong together."""
    columns: dict[str, dict[str, Sequence[str]]] = defaultdict(dict)
    for key, values in parameters.items():
        if not key.startswith("filter["):
            continue
        found = _FILTER.fullmatch(key)
        if found is None:
            raise _refused(f"{key[:80]!r} is no filter such as filter[eq][condition][key].")
        columns[found["name"]][found["field"]] = values
    for name, fields in columns.items():
        for number in range(max(map(len, fields.values()))):
            yield name, {field: values[number] for field, values in fields.items() if number < len(values)}


def _read(name: str, fields: Fields) -> list[MetadataCondition]:
    reader = _READERS.get(name)
    if reader is None:
        raise _refused(f"The filter {name!r} is none of {', '.join(_READERS)}.")
    try:
        return reader(fields)
    except KeyError as error:
        raise _refused(f"The filter {name!r} lacks its field {error.args[0]!r}.") from error


def _with_value(kind: str) -> Callable[[Fields], list[MetadataCondition]]:
    def read(fields: Fields) -> list[MetadataCondition]:
        return [MetadataCondition(kind, path_of(fields["key"]), _json(fields["value"]))]

    return read


def _comparison(fields: Fields) -> list[MetadataCondition]:
    value = _json(fields["value"])
    return [MetadataCondition("comparison", path_of(fields["key"]), value, fields["operator"])]


def _like(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("like", path_of(fields["key"]), _json(fields["pattern"]))]


def _regex(fields: Fields) -> list[MetadataCondition]:
    operator = "" if _flag(fields.get("case_sensitive", "true")) else "ignore_case"
    return [MetadataCondition("regex", path_of(fields["key"]), fields["pattern"], operator)]


def _present(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("keypresent", path_of(fields["key"]), _flag(fields.get("exists", "true")))]


def _fulltext(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("fulltext", value=json_gate.check_text(fields["text"], name="text"))]


def _lookup(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("uids", value=[fields["key"]])]


def _keys(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("uids", value=_json(fields["keys"]))]


def _specs(fields: Fields) -> list[MetadataCondition]:
    include, exclude = _json(fields["include"]), _json(fields["exclude"])
    if not isinstance(include, list) or not isinstance(exclude, list):
        raise _refused("include and exclude are lists of names.")
    is_ours = all(name == "BlueskyRun" for name in include) and "BlueskyRun" not in exclude
    return [MetadataCondition("all", value=is_ours)]


def _family(fields: Fields) -> list[MetadataCondition]:
    return [MetadataCondition("all", value=fields["value"] == "container")]


_READERS: dict[str, Callable[[Fields], list[MetadataCondition]]] = {
    "eq": _with_value("eq"),
    "noteq": _with_value("noteq"),
    "in": _with_value("in"),
    "notin": _with_value("notin"),
    "contains": _with_value("contains"),
    "comparison": _comparison,
    "like": _like,
    "regex": _regex,
    "keypresent": _present,
    "fulltext": _fulltext,
    "lookup": _lookup,
    "keys_filter": _keys,
    "specs": _specs,
    "structure_family": _family,
}


def _json(text: str) -> Any:
    """Read a JSON value; a text that is none stands for itself, as people type it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return json_gate.check_text(text, name="filter")
    return json_gate.parse(text.encode("utf-8", "surrogatepass"), max_bytes=20_000, max_depth=20)


def _flag(text: str) -> bool:
    return text.strip().lower() not in ("false", "0", "no")


def _number(parameters: Parameters, name: str, default: int) -> int:
    text = next(iter(parameters.get(name, ())), "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise InvalidError(
            "This page cannot be given.", fields={name: [f"{text[:40]!r} is no whole number from 0 on."]}
        )
    return int(text)


def _refused(message: str) -> InvalidError:
    return InvalidError("This search cannot be made.", fields={"filter": [message]})
