"""Nodes in the words of Tiled's HTTP interface."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from accounts.actor import Actor
from accounts.errors import BeamportError
from catalog.selectors.listing import Page, listed_runs
from catalog.selectors.rows import row_count
from catalog.tiled.arrays import Readable, column_array, data_type, little_endian, stream_array
from catalog.tiled.streams import TABLE, Column, Stream
from catalog.tiled.tables import PARTITION_ROWS, schema_uri
from catalog.tiled.tree import ArrayNode, ColumnNode, Node, Root, RunNode, StreamNode, TableNode

ROOT_SPECS = [{"name": "CatalogOfBlueskyRuns", "version": "3.0"}]
RUN_SPECS = [{"name": "BlueskyRun", "version": "3.0"}]
STREAM_SPECS = [{"name": "BlueskyEventStream", "version": "3.0"}, {"name": "composite", "version": None}]
_BY_TIME = [{"key": "_", "direction": 1}]

FIELDS = frozenset(
    {
        *("metadata", "structure_family", "structure", "count", "sorting", "specs"),
        *("data_sources", "access_tags"),
    }
)


class Descriptions:
    """Describes nodes for one actor.

    Parameters
    ----------
    base
        Address of the routes, without a slash at the end.
    fields
        Attributes that are wanted; all of `FIELDS` by default.
    """

    def __init__(self, actor: Actor, base: str, fields: Collection[str] = FIELDS) -> None:
        self.actor = actor
        self.base = base
        self.fields = fields

    def of(self, node: Node) -> dict[str, Any]:
        """Describe a node."""
        describe = _DESCRIBED[type(node)]
        description: dict[str, Any] = describe(self, node)
        return description

    def run(self, uid: str, start: Any, stop: Any, streams: int) -> dict[str, Any]:
        """Describe a run by its documents; `streams` is their number."""
        return self._container(
            [uid], RUN_SPECS, {"start": start, "stop": stop} if self._wants("metadata") else None, streams
        )

    def children(self, node: Node) -> list[dict[str, Any]]:
        """Describe what is inside a run, a stream or a table.

        An array whose files are gone, or lie where they may not be read, is left out, so that the rest of a
        stream can be read; asked for by its own address it says why.
        """
        if isinstance(node, RunNode):
            streams = [node.with_arrays(self.actor, stream) for _, stream in sorted(node.streams.items())]
            return [self.of(StreamNode(node, stream)) for stream in streams]
        if isinstance(node, StreamNode):
            fields = [*node.stream.external, *node.stream.arrays]
            found = [self._if_readable(ArrayNode(node.run, node.stream, field)) for field in fields]
            readable = [array for array in found if array]
            has_rows = self._rows(node) > 0
            return [
                *([self.of(TableNode(node.run, node.stream))] if has_rows or not readable else []),
                *readable,
            ]
        if isinstance(node, TableNode):
            return [self.of(ColumnNode(node.run, node.stream, column)) for column in node.stream.columns]
        return []

    def _if_readable(self, node: ArrayNode) -> dict[str, Any] | None:
        try:
            return self.of(node)
        except BeamportError:
            return None

    def _root(self, node: Root) -> dict[str, Any]:
        count = listed_runs(self.actor, [], [], Page(limit=0)).count if self._wants("structure") else 0
        return self._container([], ROOT_SPECS, {}, count)

    def _run(self, node: RunNode) -> dict[str, Any]:
        detail = node.detail
        return self.run(node.uid, detail["start"], detail["stop"], len(node.streams))

    def _stream(self, node: StreamNode) -> dict[str, Any]:
        path = [node.run.uid, node.stream.name]
        metadata = node.stream.metadata if self._wants("metadata") else None
        children = 1 + len(node.stream.external) + len(node.stream.arrays)
        return self._container(path, STREAM_SPECS, metadata, children)

    def _table(self, node: TableNode) -> dict[str, Any]:
        path = [node.run.uid, node.stream.name, TABLE]
        columns = node.stream.columns
        rows = self._rows(node) if self._wants("structure") else 0
        structure = {
            "arrow_schema": schema_uri(columns),
            "npartitions": max(1, -(-rows // PARTITION_ROWS)),
            "columns": [column.name for column in columns],
            "resizable": False,
        }
        more = {"partition": self._link("table/partition", path) + "?partition={index}"}
        return self._node(path, "table", structure, {}, links=more)

    def _column(self, node: ColumnNode) -> dict[str, Any]:
        path = [node.run.uid, node.stream.name, TABLE, node.column.name]
        array = column_array(self.actor, node.run.uid, node.stream, node.column)
        return self._array(path, array, _metadata_of(node.stream, node.column.key, node.column), "time")

    def _field(self, node: ArrayNode) -> dict[str, Any]:
        path = [node.run.uid, node.stream.name, node.field]
        array = stream_array(self.actor, node.run.uid, node.stream, node.field)
        rows = self._rows(node)
        first = "time" if rows in (0, array.shape[0]) else f"{node.field}_dim0"
        return self._array(path, array, _metadata_of(node.stream, node.field), first)

    def _rows(self, node: StreamNode | TableNode | ArrayNode) -> int:
        return row_count(self.actor, node.run.uid, node.stream.name)

    def _array(
        self, path: list[str], array: Readable, metadata: Mapping[str, Any], first: str
    ) -> dict[str, Any]:
        """Describe an array; `first` names its first axis: that of the table where both have as many rows."""
        shape = array.shape
        structure = {
            "data_type": data_type(little_endian(array.dtype)),
            "chunks": [list(axis) for axis in array.chunks],
            "shape": list(shape),
            "dims": [first, *(f"{path[-1]}_dim{axis}" for axis in range(1, len(shape)))] if shape else None,
            "resizable": False,
        }
        blocks = ",".join(f"{{{axis}}}" for axis in range(len(shape)))
        more = {"block": self._link("array/block", path) + f"?block={blocks}"}
        return self._node(path, "array", structure, metadata, links=more)

    def _container(self, path: list[str], specs: Any, metadata: Any, count: int) -> dict[str, Any]:
        structure = {"contents": None, "count": count}
        more = {"search": self._link("search", path)}
        return self._node(path, "container", structure, metadata, specs=specs, links=more, sorting=_BY_TIME)

    def _node(
        self,
        path: list[str],
        family: str,
        structure: Any,
        metadata: Any,
        *,
        specs: Any = (),
        links: Mapping[str, str],
        sorting: Any = None,
    ) -> dict[str, Any]:
        told = {
            "structure_family": family,
            "specs": list(specs),
            "metadata": metadata,
            "structure": structure,
            "access_tags": [],
            "sorting": sorting,
            "data_sources": None,
        }
        attributes = {key: value if self._wants(key) else None for key, value in told.items()}
        whole = {"self": self._link("metadata", path), "full": self._link(f"{family}/full", path)}
        return {
            "id": path[-1] if path else "",
            "attributes": {"ancestors": path[:-1], **attributes},
            "links": {**whole, **links},
            "meta": None,
        }

    def _wants(self, field: str) -> bool:
        return field in self.fields

    def _link(self, route: str, path: list[str]) -> str:
        return f"{self.base}/{route}/" + "/".join(quote(part, safe="") for part in path)


def _metadata_of(stream: Stream, key: str, column: Column | None = None) -> Mapping[str, Any]:
    if column is not None and column.kind != "data":
        return {}
    return dict(stream.data_keys.get(key, {}))


_DESCRIBED: dict[type, Any] = {
    Root: Descriptions._root,
    RunNode: Descriptions._run,
    StreamNode: Descriptions._stream,
    TableNode: Descriptions._table,
    ColumnNode: Descriptions._column,
    ArrayNode: Descriptions._field,
}
