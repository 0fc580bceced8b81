"""The routes of visits: decode, call one service or selector, encode."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import visit_selectors, visit_services
from accounts.api.decoding import decoded, words_of
from accounts.api.page_shapes import page_of
from accounts.api.pagination import CursorPages
from accounts.api.rules import ReasonSerializer
from accounts.api.serializers import StrictSerializer
from accounts.models import ProposalRole
from accounts.requests import actor_of


class VisitMemberSerializer(serializers.Serializer[Any]):
    """A person in a visit."""

    username = serializers.CharField()
    display_name = serializers.CharField()
    role = serializers.ChoiceField(choices=ProposalRole.choices)


class VisitSerializer(serializers.Serializer[Any]):
    """Time of a proposal on a beamline."""

    number = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    proposal = serializers.CharField()
    proposal_title = serializers.CharField()
    beamline = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=["cancelled", "past", "current", "coming"])
    local_contact = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    members = VisitMemberSerializer(many=True)


class VisitQuerySerializer(StrictSerializer):
    """Which visits are asked for."""

    proposal = serializers.CharField(max_length=64, required=False)
    beamline = serializers.CharField(max_length=64, required=False)
    username = serializers.CharField(max_length=150, required=False)
    when = serializers.ChoiceField(choices=["past", "current", "coming"], required=False)


class NewVisitMemberSerializer(StrictSerializer):
    """A person and their role for the visit."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=ProposalRole.choices, default=ProposalRole.MEMBER)


class NewVisitSerializer(StrictSerializer):
    """The order for a visit, with its people."""

    proposal = serializers.CharField(max_length=64)
    beamline = serializers.CharField(max_length=64)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    members = NewVisitMemberSerializer(many=True, required=False)
    local_contact = serializers.CharField(max_length=150, required=False, allow_blank=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    external_id = serializers.CharField(max_length=100, required=False, allow_null=True)


class VisitChangeSerializer(ReasonSerializer):
    """What is changed of a visit; what is not named stays."""

    beamline = serializers.CharField(max_length=64, required=False)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    local_contact = serializers.CharField(max_length=150, required=False, allow_blank=True, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


NEW_VISIT = OpenApiExample(
    "Three days for two people",
    value={
        "proposal": "2026-0001",
        "beamline": "demo",
        "starts_at": "2026-11-23T08:00:00Z",
        "ends_at": "2026-11-26T08:00:00Z",
        "members": [
            {"username": "ada", "role": "principal_investigator"},
            {"username": "ben", "role": "member"},
        ],
        "local_contact": "staff",
    },
    request_only=True,
)


class VisitsView(APIView):
    """Visits."""

    @extend_schema(
        operation_id="visits", parameters=[VisitQuerySerializer], responses=page_of(VisitSerializer)
    )
    def get(self, request: Request) -> Response:
        """Give the visits that one may see, newest first, in pages."""
        rows = visit_selectors.visits(actor_of(request), **words_of(request, VisitQuerySerializer))
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        told = [visit_selectors.visit_dict(row) for row in page]
        return pages.get_paginated_response(VisitSerializer(told, many=True).data)

    @extend_schema(
        operation_id="visit_create",
        request=NewVisitSerializer,
        responses={201: VisitSerializer},
        examples=[NEW_VISIT],
    )
    def post(self, request: Request) -> Response:
        """Give a proposal time on a beamline, with the people of the visit."""
        visit = visit_services.create_visit(
            actor=actor_of(request), **decoded(NewVisitSerializer, request.data)
        )
        return Response(_told(request, visit.number), status=status.HTTP_201_CREATED)


class VisitView(APIView):
    """One visit."""

    @extend_schema(operation_id="visit", responses=VisitSerializer)
    def get(self, request: Request, visit: str) -> Response:
        """Give the visit with its people."""
        return Response(_told(request, visit))

    @extend_schema(operation_id="visit_change", request=VisitChangeSerializer, responses=VisitSerializer)
    def patch(self, request: Request, visit: str) -> Response:
        """Move the visit, also to another beamline, or name another local contact; in force at once."""
        changes = decoded(VisitChangeSerializer, request.data)
        visit_services.change_visit(actor=actor_of(request), number=visit, **changes)
        return Response(_told(request, visit))

    @extend_schema(operation_id="visit_cancel", responses={204: None})
    def delete(self, request: Request, visit: str) -> Response:
        """Cancel the visit: nobody has control by it any more."""
        visit_services.cancel_visit(actor=actor_of(request), number=visit)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VisitMembersView(APIView):
    """The people of a visit."""

    @extend_schema(
        operation_id="visit_member_set", request=NewVisitMemberSerializer, responses={201: VisitSerializer}
    )
    def post(self, request: Request, visit: str) -> Response:
        """Give a person a role for the visit, or another role."""
        wanted = decoded(NewVisitMemberSerializer, request.data)
        visit_services.set_visit_member(actor=actor_of(request), number=visit, **wanted)
        return Response(_told(request, visit), status=status.HTTP_201_CREATED)


class VisitMemberView(APIView):
    """One person in a visit."""

    @extend_schema(operation_id="visit_member_remove", responses={204: None})
    def delete(self, request: Request, visit: str, username: str) -> Response:
        """Take the person out of the visit; in the proposal they stay."""
        visit_services.remove_visit_member(actor=actor_of(request), number=visit, username=username)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(request: Request, number: str) -> Any:
    visit = visit_selectors.visit_numbered(actor_of(request), number)
    return VisitSerializer(visit_selectors.visit_dict(visit)).data
