"""A run of the catalogue, as exporters read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from accounts.actor import Actor
from catalog import selectors
from catalog.export.protocol import Document, LazyArray, Rows


class StoredRun:
    """A run that an actor may take away; rights are asked for when it is made.

    Raises
    ------
    NotFoundError
        There is none that the actor may see.
    ForbiddenError
        The actor may read it and not take it away.
    """

    def __init__(self, actor: Actor, uid: str) -> None:
        self._actor = actor
        self.uid: str = selectors.exportable_run(actor, uid).uid
        detail = selectors.run_detail(actor, self.uid)
        self.start: Document = detail["start"]
        self.stop: Document | None = detail["stop"]
        self.descriptors: Sequence[Document] = detail["descriptors"]

    @staticmethod
    def require(actor: Actor, uid: str) -> None:
        """Pass silently when the actor may take the run away; raises as making one does."""
        selectors.exportable_run(actor, uid)

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Give every document as it came; events that follow each other come together."""
        return ((name, doc) for _, name, doc in selectors.iter_exact(self._actor, self.uid))

    def rows(
        self, stream: str, columns: Sequence[str] | None = None, *, timestamps: bool = False
    ) -> Iterator[Rows]:
        """Give the rows of a stream; of events with one number the last counts."""
        parts = selectors.iter_slices(self._actor, self.uid, stream, columns=columns, timestamps=timestamps)
        return (Rows(part.seq_num, part.time, part.data, part.timestamps) for part in parts)

    def array(self, stream: str, key: str) -> LazyArray:
        """Give the array of an external data key."""
        found: Any = import_module("catalog.selectors.arrays")
        array: LazyArray = found.external_array(self._actor, self.uid, stream, key)
        return array
