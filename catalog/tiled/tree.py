"""The tree that a Tiled client walks: runs, their streams, tables, columns and arrays.

::

    (root)                      CatalogOfBlueskyRuns 3.0
    └── <uid>                   BlueskyRun 3.0
        └── <stream>            BlueskyEventStream 3.0, composite
            ├── internal        table: seq_num, time, data keys, ts_ + data keys
            │   └── <column>    array
            └── <data key>      array of what is in files, and of arrays in events

A column is also found without ``internal``, which spares the run client a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from accounts.errors import NotFoundError
from catalog import selectors
from catalog.tiled.event_arrays import with_arrays
from catalog.tiled.streams import TABLE, Column, Stream, streams_of


@dataclass(frozen=True, slots=True)
class Root:
    """All runs."""


@dataclass(frozen=True, slots=True)
class RunNode:
    """One run."""

    uid: str
    detail: dict[str, Any]

    @property
    def streams(self) -> dict[str, Stream]:
        """Give its streams by name."""
        return streams_of(self.detail["descriptors"])

    def with_arrays(self, actor: Actor, stream: Stream) -> Stream:
        """Give a stream of it with the arrays that are in its events."""
        return with_arrays(actor, self.uid, stream, self.detail["last_ordinal"])


@dataclass(frozen=True, slots=True)
class StreamNode:
    """A stream of a run."""

    run: RunNode
    stream: Stream


@dataclass(frozen=True, slots=True)
class TableNode:
    """The table of a stream."""

    run: RunNode
    stream: Stream


@dataclass(frozen=True, slots=True)
class ColumnNode:
    """A column of a table, as an array."""

    run: RunNode
    stream: Stream
    column: Column


@dataclass(frozen=True, slots=True)
class ArrayNode:
    """What a data key has in files, or as arrays in events."""

    run: RunNode
    stream: Stream
    field: str


Node = Root | RunNode | StreamNode | TableNode | ColumnNode | ArrayNode


def node_at(actor: Actor, path: str) -> Node:
    """Give the node at a path.

    Raises
    ------
    NotFoundError
        There is none that `actor` may see.
    ForbiddenError
        All runs were asked for, by a key without ``run:read``.
    """
    parts = [part for part in path.split("/") if part]
    if not parts:
        require_in_key(actor, Scope.RUN_READ)
        return Root()
    run = run_node(actor, parts[0])
    if len(parts) == 1:
        return run
    streams = run.streams
    for count in range(len(parts) - 1, 0, -1):
        stream = streams.get("/".join(parts[1 : count + 1]))
        if stream is not None:
            return _inside(run, run.with_arrays(actor, stream), parts[count + 1 :])
    raise _missing(path)


def run_node(actor: Actor, uid: str) -> RunNode:
    """Give the node of a run by its whole uid."""
    detail = selectors.run_detail(actor, uid)
    if detail["uid"] != uid:
        raise _missing(uid)
    return RunNode(uid, detail)


def _inside(run: RunNode, stream: Stream, parts: Sequence[str]) -> Node:
    name = "/".join(parts)
    if not parts:
        return StreamNode(run, stream)
    if name in stream.external or name in stream.arrays:
        return ArrayNode(run, stream, name)
    if name == TABLE:
        return TableNode(run, stream)
    name = name.removeprefix(f"{TABLE}/")
    for column in stream.columns:
        if column.name == name:
            return ColumnNode(run, stream, column)
    raise _missing(f"{run.uid}/{stream.name}/{name}")


def _missing(path: str) -> NotFoundError:
    return NotFoundError(f"There is nothing at {path[:200]!r} that you can see.")
