"""REST of the items of the queue: one, many, tables, proposals, exports."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.parsers import GatedJSONParser
from accounts.errors import InvalidError
from accounts.requests import actor_of
from acquisition.api import serializers as shapes
from acquisition.api.bodies import CREATED, OBJECT, body_of, query_of
from acquisition.queue import batches, scripts, selectors, services
from acquisition.queue.draft import Draft
from acquisition.queue.models import QueueItem
from catalog.export.file_names import content_disposition

SHEET_BYTES = 8 * 1024 * 1024
EXPORT_ITEMS = 1_000


def _answer(item: QueueItem, code: int = status.HTTP_200_OK) -> Response:
    return Response(selectors.item_in_place(item), status=code)


class ItemsView(APIView):
    """New items."""

    @extend_schema(operation_id="queue_submit", request=shapes.NewItem, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Queue a plan."""
        body = body_of(request, shapes.NewItem)
        item = services.submit_item(actor=actor_of(request), beamline=beamline, **body)
        return _answer(item, status.HTTP_201_CREATED)


class BatchView(APIView):
    """Many new items."""

    @extend_schema(operation_id="queue_submit_batch", request=shapes.Batch, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Queue many plans, all of them or none; faults are told by item, as `items.3.num`."""
        body = body_of(request, shapes.Batch)
        drafts = [Draft(**item) for item in _each(body.pop("items"))]
        items = services.submit_items(actor=actor_of(request), beamline=beamline, drafts=drafts, **body)
        told = {"uids": [str(item.uid) for item in items], "count": len(items)}
        return Response(told, status=status.HTTP_201_CREATED)


class RawTable(BaseParser):
    """A table as the body itself."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Give the bytes, as far as they are not too many."""
        return {"table": stream.read(SHEET_BYTES + 1)}


class SheetView(APIView):
    """Plans as a table."""

    parser_classes = (GatedJSONParser, MultiPartParser, RawTable)

    @extend_schema(
        operation_id="queue_table",
        parameters=[shapes.Sheet],
        request={"text/csv": OpenApiTypes.STR, "application/json": shapes.PastedTable},
        responses=OBJECT,
    )
    def post(self, request: Request, beamline: str) -> Response:
        """Check a CSV, tab-separated or XLSX table of plans row by row; with `submit` queue all or none."""
        asked = query_of(request, shapes.Sheet)
        actor = actor_of(request)
        proposal = asked["proposal"]
        checked = batches.read_table(
            actor, beamline, proposal=proposal, data=_table(request), plan=asked["plan"]
        )
        if not asked["submit"]:
            return Response(checked)
        drafts = batches.drafts_of(actor, beamline, checked["rows"])
        items = services.submit_items(actor=actor, beamline=beamline, proposal=proposal, drafts=drafts)
        told = {**checked, "uids": [str(item.uid) for item in items]}
        return Response(told, status=status.HTTP_201_CREATED)


class ProposeView(APIView):
    """Plans for others to approve."""

    @extend_schema(operation_id="queue_propose", request=shapes.ProposedItem, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Propose a plan; it runs once somebody has approved it."""
        body = body_of(request, shapes.ProposedItem)
        item = services.propose_item(actor=actor_of(request), beamline=beamline, **body)
        return _answer(item, status.HTTP_201_CREATED)


class RunNowView(APIView):
    """Run at once."""

    @extend_schema(operation_id="queue_run_now", request=shapes.RunNow, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Put a plan at the front and let it run."""
        body = body_of(request, shapes.RunNow)
        item = services.run_now(actor=actor_of(request), beamline=beamline, **body)
        return _answer(item, status.HTTP_201_CREATED)


class ItemView(APIView):
    """One item."""

    @extend_schema(operation_id="queue_item", responses=OBJECT)
    def get(self, request: Request, beamline: str, uid: str) -> Response:
        """Say where the item is: proposed, waiting and for what, running, or how it ended."""
        return Response(selectors.item(actor_of(request), beamline, uid))

    @extend_schema(operation_id="queue_update", request=shapes.Changes, responses=OBJECT)
    def patch(self, request: Request, beamline: str, uid: str) -> Response:
        """Change what a waiting item asks for."""
        changes = body_of(request, shapes.Changes)
        return _answer(
            services.update_item(actor=actor_of(request), beamline=beamline, uid=uid, changes=changes)
        )

    @extend_schema(operation_id="queue_remove", responses={204: None})
    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """Take a waiting item out."""
        services.remove_item(actor=actor_of(request), beamline=beamline, uid=uid)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReplaceView(APIView):
    """One item in the place of another."""

    @extend_schema(operation_id="queue_replace", request=shapes.Changes, responses=CREATED)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Put a new item, with its own uid, in the place of a waiting one."""
        changes = body_of(request, shapes.Changes)
        item = services.replace_item(actor=actor_of(request), beamline=beamline, uid=uid, changes=changes)
        return _answer(item, status.HTTP_201_CREATED)


class DuplicateView(APIView):
    """A copy of an item."""

    @extend_schema(operation_id="queue_duplicate", request=None, responses=CREATED)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Queue a copy: behind a waiting item, or at the back where it is past."""
        item = services.duplicate_item(actor=actor_of(request), beamline=beamline, uid=uid)
        return _answer(item, status.HTTP_201_CREATED)


class ApproveView(APIView):
    """Say yes to a proposed item."""

    @extend_schema(operation_id="queue_approve", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Let a proposed item run when its turn comes."""
        body = body_of(request, shapes.Reason)
        return _answer(services.approve_item(actor=actor_of(request), beamline=beamline, uid=uid, **body))


class DenyView(APIView):
    """Say no to a proposed item."""

    @extend_schema(operation_id="queue_deny", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Refuse a proposed item, and say why."""
        body = body_of(request, shapes.Reason)
        return _answer(services.deny_item(actor=actor_of(request), beamline=beamline, uid=uid, **body))


class MoveView(APIView):
    """Order of the items."""

    @extend_schema(operation_id="queue_move", request=shapes.Move, responses=OBJECT)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Put a waiting item elsewhere."""
        body = body_of(request, shapes.Move)
        return _answer(services.move_item(actor=actor_of(request), beamline=beamline, uid=uid, **body))


class MoveNamedView(APIView):
    """Order of several items."""

    @extend_schema(operation_id="queue_move_batch", request=shapes.MoveNamed, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Put waiting items elsewhere as one block."""
        body = body_of(request, shapes.MoveNamed)
        items = services.move_items(actor=actor_of(request), beamline=beamline, **body)
        return Response({"moved": [str(item.uid) for item in items]})


class RemoveNamedView(APIView):
    """Take several items out."""

    @extend_schema(operation_id="queue_remove_batch", request=shapes.RemoveNamed, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Remove waiting items, all or none."""
        body = body_of(request, shapes.RemoveNamed)
        items = services.remove_items(actor=actor_of(request), beamline=beamline, **body)
        return Response({"removed": [str(item.uid) for item in items]})


class ClearView(APIView):
    """Empty the queue."""

    @extend_schema(operation_id="queue_clear", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Remove the waiting items that one may write."""
        return Response({"removed": services.clear_queue(actor=actor_of(request), beamline=beamline)})


EXPORTED = {(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/x-python"): OpenApiTypes.STR}


class ItemExportView(APIView):
    """One item to take away."""

    @extend_schema(operation_id="queue_item_export", parameters=[shapes.Export], responses=EXPORTED)
    def get(self, request: Request, beamline: str, uid: str) -> HttpResponse:
        """Give one item as JSON, or as a Python script that runs it."""
        asked = query_of(request, shapes.Export)
        item = selectors.item(actor_of(request), beamline, uid)
        return _file([item], asked["format"], name=f"{item['plan']}_{item['uid'][:8]}", beamline=beamline)


class QueueExportView(APIView):
    """The queue to take away."""

    @extend_schema(operation_id="queue_export", parameters=[shapes.Export], responses=EXPORTED)
    def get(self, request: Request, beamline: str) -> HttpResponse:
        """Give the waiting items that one may see as JSON, or as a Python script that runs them."""
        asked = query_of(request, shapes.Export)
        found = selectors.queue(actor_of(request), beamline, limit=EXPORT_ITEMS)
        items = [item for item in found["items"] if not item.get("hidden")]
        return _file(items, asked["format"], name=f"queue_{beamline}", beamline=beamline)


def _file(items: list[dict[str, Any]], form: str, *, name: str, beamline: str) -> HttpResponse:
    if form == "python":
        file_name = f"{name}.py"
        title = f"{len(items)} item{'s' if len(items) != 1 else ''} of the queue of {beamline}."
        content = scripts.as_script(items, title=title, name=file_name)
        kind = "text/x-python; charset=utf-8"
    else:
        file_name = f"{name}.json"
        content, kind = scripts.as_json(items), "application/json"
    headers = {"Content-Disposition": content_disposition(file_name)}
    return HttpResponse(content, content_type=kind, headers=headers)


def _each(items: list[Any]) -> list[dict[str, Any]]:
    """Give the items of a batch as they are wanted; InvalidError with the faults of each."""
    good: list[dict[str, Any]] = []
    fields: dict[str, list[str]] = {}
    for n, item in enumerate(items):
        form = shapes.BatchItem(data=item)
        if form.is_valid():
            good.append(dict(form.validated_data))
        else:
            fields |= {
                f"items.{n}.{name}": [str(text) for text in texts] for name, texts in form.errors.items()
            }
    if fields:
        raise InvalidError("Some items are not what an item is; none was queued.", fields=fields)
    return good


def _table(request: Request) -> bytes:
    given = request.data.get("table") if isinstance(request.data, Mapping) else None
    data = given.read(SHEET_BYTES + 1) if isinstance(given, UploadedFile) else given
    data = data.encode() if isinstance(data, str) else data
    if not isinstance(data, bytes) or not 0 < len(data) <= SHEET_BYTES:
        told = f"send a table of at most {SHEET_BYTES // 1024**2} MiB, as the body or as the file `table`"
        raise InvalidError(told, fields={"table": [told]})
    return data
