"""Check documents against the event model's JSON schemas, compiled once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs

from catalog.documents.errors import InvalidDocumentError
from catalog.documents.types import DocumentName

NAMES: tuple[str, ...] = get_args(DocumentName)
"""Names of all documents, in the order of a run."""

_SCHEMA_FILES = {"start": "run_start", "descriptor": "event_descriptor", "stop": "run_stop"}
_MAX_PROBLEMS = 20


def validate(name: str, doc: Mapping[str, Any]) -> None:
    """Check one document.

    Raises
    ------
    InvalidDocumentError
        With every problem, each naming its place in the document (at most 20).

    Examples
    --------
    >>> validate("stop", {"uid": "a", "time": 1.0, "run_start": "b", "exit_status": "success"})
    """
    if name not in NAMES:
        raise InvalidDocumentError(str(name)[:80], [f"no such document; there are {', '.join(NAMES)}"])
    if not isinstance(doc, Mapping):
        raise InvalidDocumentError(name, [f"it is {type(doc).__name__}, not an object"])
    try:
        is_valid = _validator(name).is_valid(doc)
    except UnicodeEncodeError:
        # the validator cannot read keys with half a surrogate pair, which are no fault: it is given others
        doc = _with_readable_keys(doc)
        is_valid = _validator(name).is_valid(doc)
    if not (is_valid and _times_are_finite(doc)):
        raise InvalidDocumentError(name, _problems(name, doc))
    if name in ("event_page", "datum_page"):
        _require_even_columns(name, doc)


def schema(name: str) -> dict[str, Any]:
    """Give the JSON schema of a document."""
    found = find_spec("event_model")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the package event-model, which holds the schemas, is not installed")
    folder = Path(found.submodule_search_locations[0]) / "schemas"
    text = (folder / f"{_SCHEMA_FILES.get(name, name)}.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


@cache
def _validator(name: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema(name))


def _with_readable_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        readable = (str(key).encode("utf-8", "backslashreplace").decode() for key in value)
        return dict(zip(readable, map(_with_readable_keys, value.values()), strict=True))
    return [_with_readable_keys(item) for item in value] if isinstance(value, list | tuple) else value


def _times_are_finite(doc: Mapping[str, Any]) -> bool:
    time = doc.get("time", 0.0)
    if isinstance(time, list | tuple):
        return all(map(math.isfinite, time))
    try:
        return math.isfinite(time)
    except OverflowError:
        return False


def _problems(name: str, doc: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{'.'.join(map(str, error.instance_path)) or name}: {error.message[:300]}"
        for error in islice(_validator(name).iter_errors(doc), _MAX_PROBLEMS)
    ]
    return problems or ["time: it is not a finite number"]


def _columns(doc: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key in ("uid", "time", "seq_num", "datum_id"):
        if key in doc:
            yield key, doc[key]
    for group in ("data", "timestamps", "filled", "datum_kwargs"):
        for key, column in doc.get(group, {}).items():
            yield f"{group}.{key}", column


def _require_even_columns(name: str, doc: Mapping[str, Any]) -> None:
    lengths = {key: len(column) for key, column in _columns(doc) if hasattr(column, "__len__")}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} has {length}" for key, length in islice(lengths.items(), _MAX_PROBLEMS))
        raise InvalidDocumentError(name, [f"columns differ in length: {told}"])
