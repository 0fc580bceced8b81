"""The routes of the user office: people, staff of beamlines, publication, the audit log as a file."""

from __future__ import annotations

from typing import Any, Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit_export, people, selectors, services
from accounts.api.decoding import decoded, words_of
from accounts.api.page_shapes import page_of
from accounts.api.pagination import CursorPages
from accounts.api.rules import ReasonSerializer
from accounts.api.serializers import AUDIENCES, AuditQuerySerializer, StrictSerializer
from accounts.models import StaffRole
from accounts.proposal_services import publication_dict, set_publication
from accounts.requests import actor_of


class PlacedRoleSerializer(serializers.Serializer[Any]):
    """A role in a proposal."""

    number = serializers.CharField()
    role = serializers.CharField()


class StaffedSerializer(serializers.Serializer[Any]):
    """A role at a beamline."""

    name = serializers.CharField()
    role = serializers.CharField()


class PersonSerializer(serializers.Serializer[Any]):
    """An account and its roles."""

    username = serializers.CharField()
    display_name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    is_facility_admin = serializers.BooleanField()
    external_id = serializers.CharField(allow_null=True)
    last_login = serializers.DateTimeField(allow_null=True)
    proposals = PlacedRoleSerializer(many=True)
    beamlines = StaffedSerializer(many=True)


class PeopleQuerySerializer(StrictSerializer):
    """Which people are asked for."""

    q = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)
    usernames = serializers.CharField(
        max_length=8000, required=False, default="", help_text="whole user names, commas between"
    )


class NewPersonSerializer(StrictSerializer):
    """The order for an account; without password, for who signs in elsewhere or gets one later."""

    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(required=False, allow_blank=True)
    first_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    password = serializers.CharField(max_length=1000, required=False, allow_null=True, trim_whitespace=False)


class ActivitySerializer(StrictSerializer):
    """Accounts to be closed or opened, and why."""

    usernames = serializers.ListField(
        child=serializers.CharField(max_length=150), max_length=people.MAX_AT_ONCE
    )
    is_active = serializers.BooleanField()
    reason = serializers.CharField(max_length=1000)


class ChangedSerializer(serializers.Serializer[Any]):
    """The accounts that were changed."""

    changed = serializers.ListField(child=serializers.CharField())


class StaffSerializer(serializers.Serializer[Any]):
    """A person of a beamline."""

    username = serializers.CharField(source="user.username")
    display_name = serializers.CharField(source="user.display_name")
    role = serializers.ChoiceField(choices=StaffRole.choices)


class StaffListSerializer(serializers.Serializer[Any]):
    """The people of a beamline."""

    results = StaffSerializer(many=True)


class NewStaffSerializer(StrictSerializer):
    """The order to give a person a role at a beamline."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=StaffRole.choices, default=StaffRole.BEAMLINE_STAFF)


class PublicationSerializer(ReasonSerializer):
    """For whom a proposal's data are published, and until when they are not."""

    audience = serializers.ChoiceField(choices=AUDIENCES)
    embargo_until = serializers.DateTimeField(required=False, allow_null=True)


class PublishedSerializer(serializers.Serializer[Any]):
    """For whom a proposal's data are published."""

    audience = serializers.ChoiceField(choices=AUDIENCES)
    embargo_until = serializers.DateTimeField(allow_null=True)


class AuditFileQuerySerializer(AuditQuerySerializer):
    """Which acts, and in which form."""

    form = serializers.ChoiceField(choices=["csv", "jsonl"], default="jsonl")


AUDIT_FORMS: Final = {
    "csv": ("text/csv; charset=utf-8", audit_export.as_csv),
    "jsonl": ("application/x-ndjson", audit_export.as_json_lines),
}
PUBLISH = OpenApiExample(
    "Open to everybody in 2029",
    value={"audience": "everyone", "embargo_until": "2029-01-01T00:00:00Z", "reason": "data policy"},
    request_only=True,
)


class PeopleView(APIView):
    """The accounts of the facility."""

    @extend_schema(
        operation_id="people", parameters=[PeopleQuerySerializer], responses=page_of(PersonSerializer)
    )
    def get(self, request: Request) -> Response:
        """Give accounts with their roles, newest first, in pages."""
        rows = people.people(actor_of(request), **words_of(request, PeopleQuerySerializer))
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        told = [people.person_dict(row) for row in page]
        return pages.get_paginated_response(PersonSerializer(told, many=True).data)

    @extend_schema(
        operation_id="person_create", request=NewPersonSerializer, responses={201: PersonSerializer}
    )
    def post(self, request: Request) -> Response:
        """Add an account without any role."""
        user = services.create_user(actor=actor_of(request), **decoded(NewPersonSerializer, request.data))
        return Response(PersonSerializer(people.person_dict(user)).data, status=status.HTTP_201_CREATED)


class PeopleActivityView(APIView):
    """Accounts closed and opened, many at once."""

    @extend_schema(operation_id="people_activity", request=ActivitySerializer, responses=ChangedSerializer)
    def post(self, request: Request) -> Response:
        """Close or open the accounts, all or none; sessions and keys of closed ones end at once."""
        wanted = decoded(ActivitySerializer, request.data)
        return Response({"changed": people.set_active_many(actor=actor_of(request), **wanted)})


class StaffView(APIView):
    """The people of a beamline."""

    @extend_schema(operation_id="staff", responses=StaffListSerializer)
    def get(self, request: Request, beamline: str) -> Response:
        """Give who is beamline staff or local contact."""
        rows = people.staff(actor_of(request), beamline)
        return Response({"results": StaffSerializer(rows, many=True).data})

    @extend_schema(operation_id="staff_assign", request=NewStaffSerializer, responses={201: StaffSerializer})
    def post(self, request: Request, beamline: str) -> Response:
        """Give a person a role at the beamline, or another role."""
        wanted = decoded(NewStaffSerializer, request.data)
        row = services.assign_staff(actor=actor_of(request), beamline=beamline, **wanted)
        return Response(StaffSerializer(row).data, status=status.HTTP_201_CREATED)


class StaffMemberView(APIView):
    """One person of a beamline."""

    @extend_schema(operation_id="staff_unassign", responses={204: None})
    def delete(self, request: Request, beamline: str, username: str) -> Response:
        """Take the person's role at the beamline away."""
        services.unassign_staff(actor=actor_of(request), beamline=beamline, username=username)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PublicationView(APIView):
    """For whom the data of a proposal are published."""

    @extend_schema(operation_id="publication", responses=PublishedSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Give the audience and the end of the embargo."""
        return Response(publication_dict(selectors.proposal_numbered(actor_of(request), number)))

    @extend_schema(
        operation_id="publication_set",
        request=PublicationSerializer,
        responses=PublishedSerializer,
        examples=[PUBLISH],
    )
    def put(self, request: Request, number: str) -> Response:
        """Say who besides its people may read the data, and from when; in force at once."""
        wanted = decoded(PublicationSerializer, request.data)
        row = set_publication(actor=actor_of(request), number=number, **wanted)
        return Response(publication_dict(row))


class AuditFileView(APIView):
    """What was done, as a file."""

    @extend_schema(
        operation_id="audit_file",
        parameters=[AuditFileQuerySerializer],
        responses={
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Give the acts one may read, newest first, whole; hashes included."""
        words = words_of(request, AuditFileQuerySerializer)
        form = words.pop("form")
        rows = selectors.audit_entries(actor_of(request), **words)
        media_type, lines = AUDIT_FORMS[form]
        response = StreamingHttpResponse(lines(rows.iterator(chunk_size=500)), content_type=media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="audit.{form}"'
        response.headers["Cache-Control"] = "no-store"
        return response
