"""Routes for staff: what was refused, and taking it again after mending."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import StrictSerializer
from accounts.requests import actor_of
from catalog import selectors, services
from catalog.api import asked
from catalog.documents.encoding import from_storable


class RefusedQuerySerializer(StrictSerializer):
    """Of which beamline."""

    beamline = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)


class RefusedRunSerializer(serializers.Serializer[Any]):
    """A run of which documents were refused."""

    run = serializers.CharField()
    beamline = serializers.CharField()
    documents = serializers.IntegerField()
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()
    reason = serializers.CharField()
    has_start = serializers.BooleanField(help_text="false: nothing of it is stored")


class RefusedRunsSerializer(serializers.Serializer[Any]):
    """Runs of which documents were refused."""

    results = RefusedRunSerializer(many=True)


class RefusedDocumentSerializer(serializers.Serializer[Any]):
    """A refused document."""

    ordinal = serializers.IntegerField()
    name = serializers.CharField()
    beamline = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    document = serializers.CharField(help_text="its text, 100,000 characters at most")


class RefusedDocumentsSerializer(serializers.Serializer[Any]):
    """The refused documents of one run."""

    results = RefusedDocumentSerializer(many=True)


class MendedSerializer(StrictSerializer):
    """One document to take again."""

    ordinal = serializers.IntegerField(min_value=0, max_value=2**62)
    document = serializers.DictField(
        required=False, allow_null=True, default=None, help_text="mended; left out: as it came"
    )


class ReplaySerializer(StrictSerializer):
    """Which documents are taken again, and why."""

    documents = MendedSerializer(many=True, required=False, default=list)
    reason = serializers.CharField(max_length=1000)


class ReplayedSerializer(serializers.Serializer[Any]):
    """What became of them."""

    stored = serializers.IntegerField()
    quarantined = serializers.IntegerField()


class RefusedRunsView(APIView):
    """Runs of which documents were refused."""

    @extend_schema(
        operation_id="quarantine_list", parameters=[RefusedQuerySerializer], responses=RefusedRunsSerializer
    )
    def get(self, request: Request) -> Response:
        """Give the runs with refused documents at one's beamlines, also those that never had a start."""
        wanted = asked.query(request, RefusedQuerySerializer)
        return Response({"results": selectors.refused_runs(actor_of(request), **wanted)})


class RefusedDocumentsView(APIView):
    """The refused documents of a run."""

    @extend_schema(operation_id="quarantine_run", responses=RefusedDocumentsSerializer)
    def get(self, request: Request, uid: str) -> Response:
        """Give each refused document as text, and why it was refused."""
        return Response({"results": selectors.refused_documents(actor_of(request), uid)})


class ReplayView(APIView):
    """Refused documents, taken again."""

    @extend_schema(
        operation_id="quarantine_replay",
        request=ReplaySerializer,
        responses=ReplayedSerializer,
        examples=[
            OpenApiExample(
                "a start with its time",
                value={
                    "documents": [{"ordinal": 0, "document": {"uid": "7f3a", "time": 1790000000.0}}],
                    "reason": "the clock was not set",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Store refused documents again, mended or as they came; what is still wrong stays refused."""
        wanted = asked.body(request, ReplaySerializer)
        sent = {
            entry["ordinal"]: entry.get("document") for entry in asked.sent(request).get("documents") or []
        }
        mended = {n: None if doc is None else from_storable(doc) for n, doc in sent.items()}
        told = services.replay(
            actor=actor_of(request), run_uid=uid, documents=mended, reason=wanted["reason"]
        )
        return Response(told)
