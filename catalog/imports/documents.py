"""What a file of documents gives: documents, and the places that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.documents.validate import NAMES


@dataclass(frozen=True, slots=True)
class Entry:
    """One document and the line (or the message) of its file, from 1."""

    place: int
    name: str
    doc: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line (or a message) that is no document: why, and what stands there."""

    place: int
    why: str
    text: str


MOST_TEXT = 10_000
"""Characters that are kept of what cannot be read."""


def entry_of(place: int, value: Any) -> Entry | Unreadable:
    """Give the document that one decoded value is: ``[name, doc]`` or ``{"name": ..., "doc": ...}``."""
    if isinstance(value, Mapping) and "name" in value and "doc" in value:
        value = [value["name"], value["doc"]]
    if not isinstance(value, list | tuple) or len(value) != 2:
        return Unreadable(place, "it is neither [name, document] nor {name, doc}", repr(value)[:MOST_TEXT])
    name, doc = value
    if name not in NAMES or not isinstance(doc, Mapping):
        why = (
            f"{str(name)[:40]!r} is no kind of document" if name not in NAMES else "its document is no object"
        )
        return Unreadable(place, why, repr(value)[:MOST_TEXT])
    return Entry(place, str(name), dict(doc))


class RunsOf:
    """Tells of which run each document is, as the documents before it say."""

    def __init__(self) -> None:
        self._run_of: dict[tuple[str, str], str] = {}
        self._current = ""

    def run_of(self, entry: Entry) -> str:
        """Give the uid of the run; the run that was last spoken of where the document does not tell."""
        doc, name = entry.doc, entry.name
        run = str(doc.get("uid") if name == "start" else doc.get("run_start") or self._known(name, doc) or "")
        self._current = run = run or self._current
        if name in ("descriptor", "resource", "stream_resource"):
            kind = "descriptor" if name == "descriptor" else "resource"
            self._run_of[kind, str(doc.get("uid"))] = run
        return run

    @property
    def current(self) -> str:
        """The run that was last spoken of; empty before the first."""
        return self._current

    def _known(self, name: str, doc: Mapping[str, Any]) -> str:
        for kind, key in (
            ("descriptor", "descriptor"),
            ("resource", "resource"),
            ("resource", "stream_resource"),
        ):
            found = self._run_of.get((kind, str(doc.get(key, ""))))
            if found:
                return found
        return ""
