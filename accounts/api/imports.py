"""The route by which other systems send people, proposals, members, visits and samples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.decoding import words_of
from accounts.api.parsers import CSVTextParser, GatedJSONParser
from accounts.api.serializers import StrictSerializer
from accounts.imports.reading import COLUMNS, rows_of_csv, rows_of_json
from accounts.imports.services import OUTCOMES, import_rows
from accounts.requests import actor_of


class ImportQuerySerializer(StrictSerializer):
    """How the body is to be taken."""

    kind = serializers.ChoiceField(
        choices=list(COLUMNS), required=False, help_text="Of the rows of a CSV body; JSON names its kinds."
    )
    is_dry_run = serializers.BooleanField(required=False)


class ImportBodySerializer(serializers.Serializer[Any]):
    """A list of rows for each kind."""

    people = serializers.ListField(child=serializers.DictField(), required=False)
    proposals = serializers.ListField(child=serializers.DictField(), required=False)
    members = serializers.ListField(child=serializers.DictField(), required=False)
    visits = serializers.ListField(child=serializers.DictField(), required=False)
    samples = serializers.ListField(child=serializers.DictField(), required=False)


class ImportedRowSerializer(serializers.Serializer[Any]):
    """What became of one row."""

    kind = serializers.ChoiceField(choices=list(COLUMNS))
    row = serializers.IntegerField(help_text="From 1, without the header.")
    key = serializers.CharField()
    outcome = serializers.ChoiceField(choices=list(OUTCOMES))
    detail = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]  # the envelope's word


class ImportCountsSerializer(serializers.Serializer[Any]):
    """How many rows ended how."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()


class ImportReportSerializer(serializers.Serializer[Any]):
    """What became of each row."""

    is_dry_run = serializers.BooleanField()
    counts = ImportCountsSerializer()
    rows = ImportedRowSerializer(many=True)


EXAMPLE = OpenApiExample(
    "One proposal with one visit",
    value={
        "people": [{"username": "ada", "external_id": "person-17", "email": "ada@example.org"}],
        "proposals": [{"number": "2026-0042", "external_id": "prop-42", "beamlines": ["demo"]}],
        "visits": [
            {
                "external_id": "visit-42-1",
                "proposal": "2026-0042",
                "beamline": "demo",
                "starts_at": "2026-11-23T08:00:00Z",
                "ends_at": "2026-11-26T08:00:00Z",
                "members": [{"username": "ada", "role": "principal_investigator"}],
            }
        ],
    },
    request_only=True,
    media_type="application/json",
)


class ImportsView(APIView):
    """Rows from a proposal system or a sample database."""

    parser_classes = (GatedJSONParser, CSVTextParser)

    @extend_schema(
        operation_id="facility_import",
        parameters=[ImportQuerySerializer],
        request={"application/json": ImportBodySerializer, "text/csv": str},
        responses=ImportReportSerializer,
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Add and change what the rows say; each row is told for itself, one refused stops no other."""
        words = words_of(request, ImportQuerySerializer)
        body = request.data
        rows = rows_of_csv(words.get("kind", ""), body) if isinstance(body, str) else rows_of_json(body)
        report = import_rows(actor=actor_of(request), rows=rows, is_dry_run=words.get("is_dry_run", False))
        return Response(report)
