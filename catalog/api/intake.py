"""The route that takes documents in, from an engine elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgpack
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import ConflictError, InvalidError
from accounts.json_gate import check_size
from accounts.requests import actor_of
from catalog.documents.encoding import loads
from catalog.ingest import OrdinalGapError
from catalog.receiving import Receipt, receive, sender_of

MAX_BYTES = 32 * 2**20
"""Most bytes of one batch."""

_UID = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")


class DocumentsParser(BaseParser):
    """Read JSON under the encoding rule of documents, and the bare NaN and Infinity that Python writes."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the value of the body; its documents are checked one by one where they are stored."""
        data = _read(stream)
        try:
            return loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidError(f"The body is no JSON in UTF-8: {str(error)[:200]}.") from error


class PackedDocumentsParser(BaseParser):
    """Read msgpack; numbers stand for themselves."""

    media_type = "application/msgpack"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the value of the body."""
        data = _read(stream)
        try:
            return msgpack.unpackb(data, unicode_errors="surrogatepass", strict_map_key=False)
        except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
            raise InvalidError(
                f"The body is no msgpack: {str(error)[:200] or 'it ends too early'}."
            ) from error


class OtherPackedDocumentsParser(PackedDocumentsParser):
    """Read msgpack under the name that came before it had one of its own."""

    media_type = "application/x-msgpack"


class IntakeSerializer(serializers.Serializer[Any]):
    """Documents of one run."""

    beamline = serializers.CharField(required=False, help_text="where a key bound to one does not say it")
    proposal = serializers.CharField(required=False, help_text="where a key bound to one does not say it")
    run = serializers.CharField(help_text="uid of the start document")
    first = serializers.IntegerField(help_text="place of the first of these documents in its run, from 0")
    documents = serializers.ListField(help_text="[name, document] each, in their order")


class IntakeFaultSerializer(serializers.Serializer[Any]):
    """A document that was refused, or stored with a remark."""

    ordinal = serializers.IntegerField()
    name = serializers.CharField()
    reason = serializers.CharField()
    is_stored = serializers.BooleanField()


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of a batch."""

    run = serializers.CharField()
    stored = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="documents that were stored before")
    quarantined = serializers.IntegerField(help_text="documents that are kept aside, with the reason")
    last_ordinal = serializers.IntegerField(help_text="up to here the run is durable")
    faults = IntakeFaultSerializer(many=True)


class IntakeView(APIView):
    """Documents from an engine elsewhere."""

    parser_classes = [DocumentsParser, PackedDocumentsParser, OtherPackedDocumentsParser]

    @extend_schema(
        operation_id="documents_receive",
        request=IntakeSerializer,
        responses={201: ReceiptSerializer},
        examples=[
            OpenApiExample(
                "a run begins",
                request_only=True,
                value={
                    "beamline": "demo",
                    "proposal": "2026-0001",
                    "run": "0f5b2f1c-6f0e-4b0e-9f39-6f0f7b1b7a11",
                    "first": 0,
                    "documents": [
                        ["start", {"uid": "0f5b2f1c-6f0e-4b0e-9f39-6f0f7b1b7a11", "time": 1763800000.5}]
                    ],
                },
            ),
            OpenApiExample(
                "stored",
                response_only=True,
                value={
                    "run": "0f5b2f1c-6f0e-4b0e-9f39-6f0f7b1b7a11",
                    "stored": 1,
                    "duplicates": 0,
                    "quarantined": 0,
                    "last_ordinal": 0,
                    "faults": [],
                },
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Store documents of one run; sending the same again stores nothing twice.

        A document that cannot be part of its run is kept aside with the reason and holds nothing up. Where
        documents before these are missing the answer is 409 `ordinal_gap` and names the one to send first.
        """
        body = request.data
        if not isinstance(body, dict):
            raise InvalidError("Send an object with run, first and documents.")
        run, first, documents = _run(body), _first(body), _documents(body)
        sender = sender_of(
            actor_of(request), beamline=_text(body, "beamline"), proposal=_text(body, "proposal")
        )
        try:
            receipt = receive(sender, run=run, first=first, documents=documents)
        except OrdinalGapError as error:
            raise ConflictError(
                error.detail, hint=error.hint, code=error.code, fields={"first": [str(error.expected)]}
            ) from error
        return Response(told(receipt), status=201)


def told(receipt: Receipt) -> dict[str, Any]:
    """Give the answer that tells what became of a batch."""
    result = receipt.result
    return {
        "run": receipt.run,
        "stored": result.stored,
        "duplicates": result.duplicates,
        "quarantined": result.quarantined,
        "last_ordinal": receipt.last_ordinal,
        "faults": receipt.faults,
    }


def _read(stream: Any) -> bytes:
    data = bytes(stream.read(MAX_BYTES + 1))
    check_size(len(data), max_bytes=MAX_BYTES)
    return data


def _run(body: Mapping[str, Any]) -> str:
    run = body.get("run")
    if not isinstance(run, str) or not _UID.match(run):
        raise InvalidError(
            "Say which run these documents are of.",
            fields={"run": ["the uid of its start document: letters, digits, '_', '.' and '-', 80 at most"]},
        )
    return run


def _first(body: Mapping[str, Any]) -> int:
    first = body.get("first")
    if not isinstance(first, int) or isinstance(first, bool) or not 0 <= first < 2**53:
        raise InvalidError(
            "Say where in its run the first document stands.", fields={"first": ["a whole number from 0 on"]}
        )
    return first


def _documents(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = body.get("documents")
    if not isinstance(found, list) or not all(
        isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) for entry in found
    ):
        raise InvalidError(
            "The documents cannot be read.", fields={"documents": ["a list of [name, document]"]}
        )
    return [(entry[0], entry[1]) for entry in found]


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > 200 or "\0" in value:
        raise InvalidError(
            f"The value of {name!r} is no text.", fields={name: ["text of at most 200 characters"]}
        )
    return value
