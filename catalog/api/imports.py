"""The route that takes files of documents in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import StrictSerializer
from accounts.errors import InvalidError, TooLargeError
from accounts.requests import actor_of
from catalog.api.asked import query
from catalog.imports import file_format
from catalog.imports.storing import store_entries
from catalog.ingest import StoreResult
from catalog.receiving import receive, sender_of

MOST_BYTES = 512 * 2**20
"""Most bytes of an uploaded file; larger ones are imported on the server."""


class FileParser(BaseParser):
    """Hands the body on as it comes."""

    media_type = "*/*"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the open body."""
        return stream


class ImportQuerySerializer(StrictSerializer):
    """What the file is, and where its runs belong."""

    format = serializers.CharField(
        required=False, default="jsonl", max_length=32, help_text="jsonl or msgpack"
    )
    beamline = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    proposal = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class ImportFaultSerializer(serializers.Serializer[Any]):
    """A line that could not be read."""

    place = serializers.IntegerField(help_text="number of the line, or of the message, from 1")
    why = serializers.CharField()


class ImportResultSerializer(serializers.Serializer[Any]):
    """What became of a file."""

    stored = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="documents that were stored before")
    quarantined = serializers.IntegerField(help_text="documents that are kept aside, with the reason")
    unreadable = serializers.IntegerField(help_text="lines that are no document")
    runs = serializers.ListField(child=serializers.CharField())
    faults = ImportFaultSerializer(many=True)


class ImportsView(APIView):
    """Files of documents."""

    parser_classes = (FileParser,)

    @extend_schema(
        operation_id="imports_upload",
        parameters=[ImportQuerySerializer],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: ImportResultSerializer},
    )
    def post(self, request: Request) -> Response:
        """Take a file of documents in; sent again after a break, it goes on where it was."""
        wanted = query(request, ImportQuerySerializer)
        sender = sender_of(actor_of(request), beamline=wanted["beamline"], proposal=wanted["proposal"])

        def keep(run: str, first: int, documents: Sequence[tuple[str, dict[str, Any]]]) -> StoreResult:
            return receive(sender, run=run, first=first, documents=documents).result

        entries = file_format(wanted["format"]).read(_Bounded(request.data))
        result = store_entries(entries, keep)
        if not result.runs:
            raise InvalidError("The file holds no document.", fields={"file": _told(result)})
        return Response(asdict(result), status=201)


class _Bounded:
    """A body that is read up to a limit."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self._left = MOST_BYTES

    def read(self, size: int = -1, /) -> bytes:
        """Read some bytes."""
        return self._counted(self._body.read(size if size >= 0 else self._left + 1))

    def readline(self, size: int = -1, /) -> bytes:
        """Read a line, or the beginning of a long one."""
        return self._counted(self._body.readline(size))

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError(
                f"The file has more than {MOST_BYTES // 2**20} MiB.", hint="Import it on the server."
            )
        return bytes(data)


def _told(result: Any) -> list[str]:
    return [f"line {fault.place}: {fault.why}" for fault in result.faults[:20]] or ["It is empty."]
