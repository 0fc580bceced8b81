"""The routes of a Tiled server that reading clients use: decode, call one selector, encode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.requests import actor_of
from catalog import selectors
from catalog.api.caching import etag_of, marked, unchanged
from catalog.api.intake import DocumentsParser, OtherPackedDocumentsParser, PackedDocumentsParser, told
from catalog.api.streaming import download
from catalog.export import file_name
from catalog.receiving import receive_next, sender_of
from catalog.selectors.listing import Page, count_runs, distinct_values, listed_runs
from catalog.tiled import filters, sequence, tables
from catalog.tiled.about import about
from catalog.tiled.answers import AnyAccept, answered
from catalog.tiled.arrays import Readable, column_array, raw_bytes, stream_array
from catalog.tiled.descriptions import FIELDS, Descriptions
from catalog.tiled.slices import Index, read_block, read_shape, read_slice
from catalog.tiled.streams import Column
from catalog.tiled.tree import ArrayNode, ColumnNode, Node, Root, RunNode, TableNode, node_at

ROUTES = "/tiled/api/v1"
ARROW = "application/vnd.apache.arrow.file"
OCTETS = "application/octet-stream"
MAX_COLUMNS = 10_000


@extend_schema(exclude=True)
class TiledView(APIView):
    """What all routes share."""

    content_negotiation_class = AnyAccept
    renderer_classes = [JSONRenderer]

    def base(self) -> str:
        """Give the address of the routes as the client reached them."""
        return self.request.build_absolute_uri(ROUTES).rstrip("/")

    def parameters(self) -> dict[str, list[str]]:
        """Give the parameters of the address, each with all its values."""
        return {key: [str(text) for text in values] for key, values in self.request.query_params.lists()}


class AboutView(TiledView):
    """What this server is; the only route that asks for no key."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get(self, request: Request) -> HttpResponse:
        """Tell formats, filters, and how to authenticate."""
        return answered(request, about(self.base()))


class MetadataView(TiledView):
    """One node."""

    def get(self, request: Request, path: str = "") -> HttpResponseBase:
        """Describe the node at a path."""
        actor = actor_of(request)
        node = node_at(actor, path)
        known, etag = _validated(request, node)
        if known is not None:
            return known
        found = Descriptions(actor, self.base(), _fields(self.parameters())).of(node)
        return _marked(answered(request, {"data": found, "error": None, "links": None, "meta": {}}), etag)


class SearchView(TiledView):
    """What is inside a node."""

    def get(self, request: Request, path: str = "") -> HttpResponse:
        """Describe the children of a node that pass the filters, in pages."""
        parameters = self.parameters()
        actor = actor_of(request)
        node = node_at(actor, path)
        if isinstance(node, Root):
            return answered(request, self._runs(actor, parameters))
        if filters.is_filtered(parameters):
            raise InvalidError("Filters are for runs: inside a run there is nothing to search.")
        return answered(request, self._children(actor, node, parameters, path))

    def _runs(self, actor: Actor, parameters: Mapping[str, list[str]]) -> dict[str, Any]:
        conditions = filters.conditions_of(parameters)
        if parameters.get("fields") == ["count"]:
            return _page([], count_runs(actor, conditions), "", "")
        listing = listed_runs(actor, conditions, filters.orders_of(parameters), filters.page_of(parameters))
        describe = Descriptions(actor, self.base(), _fields(parameters))
        data = [describe.run(row.uid, row.start, row.stop, len(row.num_events)) for row in listing.rows]
        here = f"{self.base()}/search/"
        following = f"{here}?{_again(parameters, listing.next)}" if listing.next is not None else None
        return _page(data, listing.count, here, following)

    def _children(
        self, actor: Actor, node: Node, parameters: Mapping[str, list[str]], path: str
    ) -> dict[str, Any]:
        children = Descriptions(actor, self.base(), _fields(parameters)).children(node)
        if any(text.startswith("-") for text in parameters.get("sort", ())):
            children.reverse()
        page = filters.page_of(parameters)
        here = f"{self.base()}/search/{path}"
        rest = page.offset + page.limit
        following = f"{here}?{_again(parameters, Page(rest, page.limit))}" if rest < len(children) else None
        return _page(children[page.offset : rest], len(children), here, following)


class DistinctView(TiledView):
    """Values that occur."""

    def get(self, request: Request, path: str = "") -> HttpResponse:
        """Give the distinct values of metadata keys over the runs that pass the filters."""
        parameters = self.parameters()
        actor = actor_of(request)
        if not isinstance(node_at(actor, path), Root):
            raise NotFoundError("Distinct values are given of runs, not of what is inside one.")
        conditions = filters.conditions_of(parameters)
        counts = parameters.get("counts", ["false"])[0].lower() in ("true", "1")
        keys = parameters.get("metadata", [])[:10]
        found = {
            key: [
                {"value": value, "count": number if counts else None}
                for value, number in distinct_values(actor, conditions, filters.path_of(key))
            ]
            for key in keys
        }
        number = count_runs(actor, conditions) if counts else None
        return answered(
            request,
            {
                "metadata": found if keys else None,
                "structure_families": _asked(parameters, "structure_families", "container", number),
                "specs": _asked(parameters, "specs", [{"name": "BlueskyRun", "version": "3.0"}], number),
            },
        )


class TableView(TiledView):
    """A table, or one partition of it."""

    is_partition = False

    def get(self, request: Request, path: str) -> HttpResponseBase:
        """Give columns of a table as Arrow or CSV."""
        return self._answer(request, path, self.parameters().get("column", []))

    def post(self, request: Request, path: str) -> HttpResponseBase:
        """Do as GET, for a list of columns that is too long for an address."""
        names = request.data
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidError("Send the names of the columns as a JSON list.")
        return self._answer(request, path, names)

    def _answer(self, request: Request, path: str, names: list[str]) -> HttpResponseBase:
        actor = actor_of(request)
        node = node_at(actor, path)
        if not isinstance(node, TableNode):
            raise NotFoundError(f"There is no table at {path[:200]!r}.")
        known, etag = _validated(request, node)
        if known is not None:
            return known
        write, media_type = _table_format(request, self.parameters())
        if media_type != ARROW:
            selectors.exportable_run(actor, node.run.uid)
        rows = self._rows()
        columns = _columns(node, names)
        table = tables.arrow_table(
            actor, node.run.uid, node.stream.name, columns, start=rows.start, stop=rows.stop
        )
        return _marked(HttpResponse(write(table), content_type=media_type), etag)

    def _rows(self) -> slice:
        if not self.is_partition:
            return slice(0, None)
        text = self.parameters().get("partition", [""])[0]
        if not text.isdecimal() or len(text) > 12:
            raise InvalidError("Say which partition.", fields={"partition": ["a whole number from 0 on"]})
        first = int(text) * tables.PARTITION_ROWS
        return slice(first, first + tables.PARTITION_ROWS)


class ArrayView(TiledView):
    """An array, or one block of it."""

    is_block = False

    def get(self, request: Request, path: str) -> HttpResponseBase:
        """Give a part of an array as little-endian bytes, or as JSON."""
        actor = actor_of(request)
        node = node_at(actor, path)
        known, etag = _validated(request, node)
        if known is not None:
            return known
        array = _array_at(actor, node, path)
        data = raw_bytes(array, self._index(array))
        return _marked(HttpResponse(data, content_type=OCTETS), etag)

    def _index(self, array: Readable) -> tuple[Index, ...]:
        parameters = {key: values[0] for key, values in self.parameters().items()}
        expected = read_shape(parameters.get("expected_shape", ""))
        text = parameters.get("slice", "")
        if not self.is_block:
            return (
                _grown(read_slice(text, array.shape), expected) if not text else read_slice(text, array.shape)
            )
        block = read_block(parameters.get("block", ""), array.chunks)
        inside = read_slice(text, [part.stop - part.start for part in block])
        if not text:
            return _grown(block, expected)
        return tuple(_shifted(inner, outer) for inner, outer in zip(inside, block, strict=True))


class ContainerView(TiledView):
    """A whole run."""

    def get(self, request: Request, path: str) -> HttpResponseBase:
        """Give the documents of a run as a JSON text sequence, streamed and without loss."""
        actor = actor_of(request)
        node = node_at(actor, path)
        wanted = self.parameters().get("format", [""])[0] or request.headers.get("Accept", "")
        if not isinstance(node, RunNode) or sequence.MEDIA_TYPE.split("/")[1] not in wanted:
            raise InvalidError(
                f"A run is given whole as {sequence.MEDIA_TYPE} only.",
                hint="The other formats are under /api/v1/runs/<uid>/export/.",
            )
        parts = sequence.json_sequence(selectors.iter_encoded(actor, node.uid))
        return download(
            request, parts, name=file_name(node.uid, "json-seq"), content_type=sequence.MEDIA_TYPE
        )


class DocumentsView(TiledView):
    """One document from the old route of the Bluesky servers."""

    parser_classes = [DocumentsParser, PackedDocumentsParser, OtherPackedDocumentsParser]

    def post(self, request: Request) -> HttpResponse:
        """Store one document behind those of its run, where the key is bound to."""
        body = request.data
        name, doc = (body.get("name"), body.get("doc")) if isinstance(body, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(doc, dict):
            raise InvalidError("Send an object with name and doc.")
        receipt = receive_next(sender_of(actor_of(request)), name=name, doc=doc)
        return answered(request, told(receipt))


def _validated(request: Request, node: Node) -> tuple[HttpResponseBase | None, str]:
    """Give the answer 304 for who has it already, and the ETag; the whole catalogue has none."""
    if isinstance(node, Root):
        return None, ""
    detail = (node if isinstance(node, RunNode) else node.run).detail
    facts = [detail[key] for key in ("uid", "last_ordinal", "exit_status", "proposal", "start")]
    etag = etag_of(request, *facts, request.headers.get("Accept", ""))
    return unchanged(request, etag), etag


def _marked(response: HttpResponse, etag: str) -> HttpResponse:
    marked_response: HttpResponse = marked(response, etag) if etag else response
    return marked_response


def _fields(parameters: Mapping[str, list[str]]) -> frozenset[str]:
    asked = parameters.get("fields")
    fields = FIELDS if asked is None else FIELDS & frozenset(asked)
    is_bare = parameters.get("select_metadata", [""])[0].lower() == "false"
    return fields - {"metadata"} if is_bare else fields


def _page(data: list[Any], count: int, here: str, following: str | None) -> dict[str, Any]:
    links = {"self": here, "first": here, "last": None, "next": following, "prev": None}
    return {"data": data, "error": None, "links": links, "meta": {"count": count}}


def _again(parameters: Mapping[str, Sequence[str]], page: Page) -> str:
    """Give the query of the next page: what was asked, from another place on."""
    kept = [(key, value) for key, values in parameters.items() for value in values if key[:5] != "page["]
    place = ("page[cursor]", page.cursor) if page.cursor else ("page[offset]", str(page.offset))
    return urlencode([*kept, place, ("page[limit]", str(page.limit))])


def _asked(parameters: Mapping[str, list[str]], name: str, value: Any, number: int | None) -> Any:
    is_asked = parameters.get(name, ["false"])[0].lower() in ("true", "1")
    return [{"value": value, "count": number}] if is_asked else None


def _columns(node: TableNode, names: list[str]) -> list[Column]:
    columns = node.stream.columns
    known = {column.name: column for column in columns}
    unknown = [name for name in names if name not in known]
    if unknown or len(names) > MAX_COLUMNS:
        raise InvalidError(
            f"The table has no column {unknown[0][:80]!r}." if unknown else "These are too many columns.",
            fields={"column": [f"There are {', '.join(list(known)[:50])}."]},
        )
    return [known[name] for name in dict.fromkeys(names)] or columns


def _table_format(request: Request, parameters: Mapping[str, list[str]]) -> tuple[Any, str]:
    wanted = parameters.get("format", [""])[0] or request.headers.get("Accept", "")
    if wanted in ("csv", "text/csv"):
        return tables.csv_file, "text/csv; charset=utf-8"
    if wanted in ("", "*/*", "arrow", "feather") or ARROW in wanted:
        return tables.arrow_file, ARROW
    raise InvalidError(
        f"A table is given as {ARROW} or text/csv, not as {wanted[:80]!r}.",
        hint="The other formats are under /api/v1/runs/<uid>/export/.",
    )


def _array_at(actor: Actor, node: Node, path: str) -> Readable:
    if isinstance(node, ColumnNode):
        return column_array(actor, node.run.uid, node.stream, node.column)
    if isinstance(node, ArrayNode):
        return stream_array(actor, node.run.uid, node.stream, node.field)
    raise NotFoundError(f"There is no array at {path[:200]!r}.")


def _grown(index: Sequence[Index], expected: tuple[int, ...] | None) -> tuple[Index, ...]:
    """Cut what came to a running run since its structure was told, which is what the client expects."""
    first = index[0] if index else None
    if not expected or not isinstance(first, slice):
        return tuple(index)
    start = first.start or 0
    return (slice(start, start + expected[0]), *index[1:])


def _shifted(inner: Index, outer: slice) -> Index:
    """Give an index of a block as one of the array."""
    if isinstance(inner, int):
        return outer.start + inner
    start, stop, step = inner.indices(outer.stop - outer.start)
    if step < 0:
        lowest = outer.start + stop
        return slice(outer.start + start, lowest if lowest >= 0 else None, step)
    return slice(outer.start + start, outer.start + stop, step)
