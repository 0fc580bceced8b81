"""The routes of samples: decode, call one service or selector, encode."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import labels, sample_selectors, sample_services
from accounts.api.decoding import decoded, words_of
from accounts.api.page_shapes import page_of
from accounts.api.pagination import CursorPages
from accounts.api.rules import ReasonSerializer
from accounts.api.serializers import StrictSerializer
from accounts.requests import actor_of


class SampleSerializer(serializers.Serializer[Any]):
    """A sample of a proposal."""

    uid = serializers.UUIDField()
    proposal = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    composition = serializers.CharField()
    preparation = serializers.CharField()
    contrast = serializers.CharField()
    hazards = serializers.ListField(child=serializers.CharField())
    metadata = serializers.DictField()
    holder = serializers.CharField()
    position = serializers.CharField()
    is_archived = serializers.BooleanField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class SampleQuerySerializer(StrictSerializer):
    """Which samples are asked for."""

    proposal = serializers.CharField(max_length=64, required=False, allow_blank=True)
    q = serializers.CharField(max_length=200, required=False, allow_blank=True)
    with_archived = serializers.BooleanField(required=False)


class SampleChangeSerializer(ReasonSerializer):
    """What is changed of a sample; what is not named stays."""

    name = serializers.CharField(max_length=200, required=False)
    composition = serializers.CharField(max_length=300, required=False, allow_blank=True)
    preparation = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    contrast = serializers.CharField(max_length=200, required=False, allow_blank=True)
    hazards = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=sample_services.MAX_HAZARDS
    )
    metadata = serializers.DictField(required=False)
    holder = serializers.CharField(max_length=100, required=False, allow_blank=True)
    position = serializers.CharField(max_length=100, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=100, required=False, allow_null=True)


class NewSampleSerializer(SampleChangeSerializer):
    """The order for a sample."""

    proposal = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200)


NEW_SAMPLE = OpenApiExample(
    "A powder in a capillary",
    value={
        "proposal": "2026-0001",
        "name": "LaB6 powder",
        "composition": "LaB6",
        "preparation": "0.5 mm capillary, packed dry",
        "hazards": ["irritant"],
        "holder": "cassette 3",
        "position": "A4",
        "metadata": {"batch": 17},
    },
    request_only=True,
)


class SamplesView(APIView):
    """The samples of one's proposals."""

    @extend_schema(
        operation_id="samples", parameters=[SampleQuerySerializer], responses=page_of(SampleSerializer)
    )
    def get(self, request: Request) -> Response:
        """Give samples, newest first, in pages; `q` looks into all their facts."""
        rows = sample_selectors.samples(actor_of(request), **words_of(request, SampleQuerySerializer))
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        told = [sample_selectors.sample_dict(row) for row in page]
        return pages.get_paginated_response(SampleSerializer(told, many=True).data)

    @extend_schema(
        operation_id="sample_create",
        request=NewSampleSerializer,
        responses={201: SampleSerializer},
        examples=[NEW_SAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Add a sample to a proposal."""
        wanted = decoded(NewSampleSerializer, request.data)
        wanted.pop("reason", None)
        sample = sample_services.create_sample(actor=actor_of(request), **wanted)
        return Response(
            SampleSerializer(sample_selectors.sample_dict(sample)).data, status=status.HTTP_201_CREATED
        )


class SampleView(APIView):
    """One sample."""

    @extend_schema(operation_id="sample", responses=SampleSerializer)
    def get(self, request: Request, sample: str) -> Response:
        """Give the sample, also an archived one."""
        row = sample_selectors.sample_with(actor_of(request), sample)
        return Response(SampleSerializer(sample_selectors.sample_dict(row)).data)

    @extend_schema(operation_id="sample_change", request=SampleChangeSerializer, responses=SampleSerializer)
    def patch(self, request: Request, sample: str) -> Response:
        """Change facts of the sample; runs taken before keep what it was then."""
        changes = decoded(SampleChangeSerializer, request.data)
        row = sample_services.change_sample(actor=actor_of(request), uid=sample, **changes)
        return Response(SampleSerializer(sample_selectors.sample_dict(row)).data)

    @extend_schema(operation_id="sample_archive", responses={204: None})
    def delete(self, request: Request, sample: str) -> Response:
        """Offer the sample no longer; runs keep it."""
        sample_services.archive_sample(actor=actor_of(request), uid=sample)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SampleLabelView(APIView):
    """The label of a sample."""

    @extend_schema(operation_id="sample_label", responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    def get(self, request: Request, sample: str) -> HttpResponse:
        """Give the QR code of the sample's page as SVG."""
        row = sample_selectors.sample_with(actor_of(request), sample)
        drawn = labels.qr_code(request.build_absolute_uri(f"/samples/{row.uid}"))
        response = HttpResponse(drawn, content_type="image/svg+xml")
        response.headers["Content-Disposition"] = f'inline; filename="sample_{row.uid}.svg"'
        return response
