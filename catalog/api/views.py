"""The catalogue routes: decode, call one selector, encode."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField
from rest_framework.views import APIView

from accounts.api.permissions import SignedInOrPublic
from accounts.errors import TooLargeError
from accounts.requests import actor_of
from catalog import selectors
from catalog.api import serializers as shapes
from catalog.api.asked import query, with_etag
from catalog.api.asked import run_etag as _run_etag
from catalog.api.caching import etag_of, unchanged
from catalog.api.table_json import null_for_non_finite
from catalog.assets.frames import as_picture
from catalog.assets.png import grey_png
from catalog.assets.preview import reduced
from catalog.documents.encoding import to_storable, write_json

MAX_JSON_VALUES = 1_000_000


class RunView(APIView):
    """One run."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(operation_id="runs_detail", responses=shapes.RunDetailSerializer)
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Give a run with its start, stop and descriptors; the first characters of a uid will do."""
        actor = actor_of(request)
        etag = _run_etag(request, actor, uid)
        known = unchanged(request, etag)
        if known is not None:
            return known
        return with_etag(Response(to_storable(selectors.run_detail(actor, uid))), etag)


class DocumentsView(APIView):
    """The documents of a run."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_documents",
        parameters=[shapes.DocumentsQuerySerializer],
        responses=shapes.DocumentsSerializer,
    )
    def get(self, request: Request, uid: str) -> HttpResponse:
        """Give the documents after ordinal `since`, written under the encoding rule."""
        wanted = query(request, shapes.DocumentsQuerySerializer)
        page = selectors.documents_page(actor_of(request), uid, **wanted)
        body = {"documents": page.documents, "last_ordinal": page.last_ordinal, "closed": page.is_closed}
        return _json(to_storable(body))


class FrameQuerySerializer(shapes.FrameQuerySerializer):
    """How a frame is given, and how large."""

    size = IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=65_536,
        help_text="pixels of the longer side at most; each is then the greatest of those that it stands for",
    )


class FrameView(APIView):
    """One frame of an area detector."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_frame",
        parameters=[FrameQuerySerializer],
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, uid: str, stream: str, field: str, index: int) -> HttpResponseBase:
        """Give the frame of row `index` (from 0) as a picture, as a NumPy file or as JSON."""
        wanted = query(request, FrameQuerySerializer)
        frame = selectors.frame(actor_of(request), uid, stream, field, index)
        etag = etag_of(request, frame.run_uid, frame.start, frame.version)
        known = unchanged(request, etag)
        if known is not None:
            return known
        found = frame.read()
        if wanted["size"]:
            found = reduced(as_picture(found), wanted["size"])
        return with_etag(_frame_response(found, wanted), etag)


class QuarantineView(APIView):
    """What was refused of a run."""

    @extend_schema(operation_id="runs_quarantine", responses=shapes.FaultsSerializer)
    def get(self, request: Request, uid: str) -> Response:
        """Give the documents that were refused, or stored with a remark, and why."""
        return Response({"results": selectors.quarantined(actor_of(request), uid)})


def _json(storable: Any) -> HttpResponse:
    return HttpResponse(write_json(storable), content_type="application/json")


def _frame_response(frame: Any, wanted: dict[str, Any]) -> HttpResponse:
    if wanted["format"] == "npy":
        buffer = io.BytesIO()
        np.save(buffer, frame, allow_pickle=False)
        return HttpResponse(buffer.getvalue(), content_type="application/octet-stream")
    if wanted["format"] == "json":
        if frame.size > MAX_JSON_VALUES:
            raise TooLargeError(
                f"The frame has {frame.size} values; {MAX_JSON_VALUES} at most as JSON.", hint="Ask for npy."
            )
        body = {
            "shape": list(frame.shape),
            "dtype": str(frame.dtype),
            "data": null_for_non_finite(frame.tolist()),
        }
        return _json(body)
    limits = {name: wanted[name] for name in ("vmin", "vmax")}
    return HttpResponse(grey_png(as_picture(frame), **limits), content_type="image/png")
