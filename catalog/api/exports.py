"""Routes that give runs away: formats, one run in one format."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Scope, require_in_key
from accounts.api.permissions import SignedInOrPublic
from accounts.requests import actor_of
from catalog.api.asked import run_etag
from catalog.api.byte_ranges import repeatable_response
from catalog.api.streaming import begun, download
from catalog.export import exporter, exporters, file_name, pieces
from catalog.export.options import options_of_text
from catalog.export.stored import StoredRun


class FormatSerializer(serializers.Serializer[Any]):
    """One format that runs can be had in."""

    name = serializers.CharField()
    title = serializers.CharField()
    ending = serializers.CharField()
    media_type = serializers.CharField()
    is_lossless = serializers.BooleanField()
    loses = serializers.CharField(allow_blank=True)
    readers = serializers.ListField(child=serializers.CharField())
    is_repeatable = serializers.BooleanField(help_text="downloads of ended runs go on after a break")
    options = serializers.DictField(help_text="JSON schema of what may be chosen")


class FormatsSerializer(serializers.Serializer[Any]):
    """All formats."""

    results = FormatSerializer(many=True)


EXAMPLE_OF_FORMATS = OpenApiExample(
    "one format",
    value={
        "results": [
            {
                "name": "csv",
                "title": "CSV table of a stream",
                "ending": "csv",
                "media_type": "text/csv; charset=utf-8",
                "is_lossless": False,
                "loses": "metadata",
                "readers": ["pandas"],
                "is_repeatable": True,
                "options": {"type": "object", "properties": {"stream": {"type": "string"}}},
            }
        ]
    },
    response_only=True,
)

OPTIONS = [
    OpenApiParameter("stream", str, description="Stream of the run, where the format holds one."),
    OpenApiParameter("columns", str, description="Data keys: a JSON list, or words with commas between."),
    OpenApiParameter("guard", str, description="csv: `off` writes text as it is."),
    OpenApiParameter("numbers", str, description="jsonl: `bare` writes NaN as a word that is no JSON."),
]


class FormatsView(APIView):
    """What runs can be had in."""

    @extend_schema(operation_id="exports_formats", responses=FormatsSerializer, examples=[EXAMPLE_OF_FORMATS])
    def get(self, request: Request) -> Response:
        """Give every format with the JSON schema of its options."""
        require_in_key(actor_of(request), Scope.RUN_READ)
        return Response({"results": [known.description() for known in exporters().values()]})


class RunExportView(APIView):
    """A run in one format; of ended runs in repeatable formats also a range of bytes."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_export",
        parameters=OPTIONS,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, uid: str, form: str) -> HttpResponseBase:
        """Download a run, streamed; options as the format's schema says, see `exports/formats`."""
        run = StoredRun(actor_of(request), uid)
        chosen = exporter(form)
        options = options_of_text(chosen, request.query_params.dict())
        name = file_name(run.uid, chosen.ending, options.get("stream", ""), run.start)
        if run.stop is None or not chosen.is_repeatable:
            parts = begun(pieces(chosen, run, options))
            return download(request, parts, name=name, content_type=chosen.media_type)
        return repeatable_response(
            request,
            lambda: pieces(chosen, run, options),
            name=name,
            content_type=chosen.media_type,
            etag=run_etag(request, actor_of(request), run.uid),
        )
