"""The account routes: decode, call one service or selector, encode."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors, services
from accounts.api.decoding import decoded, words_of
from accounts.api.page_shapes import page_of
from accounts.api.pagination import CursorPages
from accounts.api.serializers import (
    AuditEntrySerializer,
    AuditQuerySerializer,
    KeySerializer,
    MadeKeySerializer,
    MemberSerializer,
    MeSerializer,
    NewKeySerializer,
    NewMemberSerializer,
    NewProposalSerializer,
    ProposalChangeSerializer,
    ProposalSerializer,
)
from accounts.audit_names import names_of
from accounts.proposal_services import change_proposal
from accounts.requests import actor_of


class MeView(APIView):
    """Who one is, and what one may do where."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Give the account, its roles and scopes, and the narrowing of the key used."""
        return Response(MeSerializer(selectors.me(actor_of(request))).data)


class KeysView(APIView):
    """The API keys of the signed-in person."""

    @extend_schema(operation_id="keys_list", responses=page_of(KeySerializer))
    def get(self, request: Request) -> Response:
        """Give one's keys, newest first, those ended too, in pages."""
        pages = CursorPages()
        rows = pages.paginate_queryset(selectors.keys(actor_of(request)), request, view=self)
        return pages.get_paginated_response(KeySerializer(rows, many=True).data)

    @extend_schema(request=NewKeySerializer, responses={201: MadeKeySerializer})
    def post(self, request: Request) -> Response:
        """Make a key; its text is in this answer and never again."""
        wanted = decoded(NewKeySerializer, request.data)
        text, row = services.create_key(actor=actor_of(request), **wanted)
        body = {"key": text, **KeySerializer(row).data}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class KeyView(APIView):
    """One API key."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, prefix: str) -> Response:
        """Revoke the key."""
        services.revoke_key(actor=actor_of(request), prefix=prefix)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuditView(APIView):
    """What was done."""

    @extend_schema(
        operation_id="audit_list",
        parameters=[AuditQuerySerializer],
        responses=page_of(AuditEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        """Give the acts one may read, newest first, in pages."""
        rows = selectors.audit_entries(actor_of(request), **words_of(request, AuditQuerySerializer))
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self) or []
        told = AuditEntrySerializer(page, many=True, context={"names": names_of(page)})
        return pages.get_paginated_response(told.data)


class ProposalsView(APIView):
    """The proposals one may see."""

    @extend_schema(operation_id="proposals_list", responses=page_of(ProposalSerializer))
    def get(self, request: Request) -> Response:
        """Give the proposals, newest first, in pages; `beamline` asks for those with time there."""
        beamline = request.query_params.get("beamline")
        actor = actor_of(request)
        if beamline is not None:
            beamline = selectors.beamline_named(actor, beamline).name
        rows = selectors.proposals(actor, beamline=beamline).prefetch_related("beamlines")
        pages = CursorPages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(ProposalSerializer(page, many=True).data)

    @extend_schema(
        operation_id="proposal_create", request=NewProposalSerializer, responses={201: ProposalSerializer}
    )
    def post(self, request: Request) -> Response:
        """Add a proposal."""
        row = services.create_proposal(
            actor=actor_of(request), **decoded(NewProposalSerializer, request.data)
        )
        return Response(ProposalSerializer(row).data, status=status.HTTP_201_CREATED)


class ProposalView(APIView):
    """One proposal."""

    @extend_schema(responses=ProposalSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Give the proposal."""
        return Response(ProposalSerializer(selectors.proposal_numbered(actor_of(request), number)).data)

    @extend_schema(
        operation_id="proposal_change", request=ProposalChangeSerializer, responses=ProposalSerializer
    )
    def patch(self, request: Request, number: str) -> Response:
        """Change facts of the proposal, in force at once; `is_closed` closes or reopens it."""
        actor, changes = actor_of(request), decoded(ProposalChangeSerializer, request.data)
        row = change_proposal(actor=actor, number=number, **changes)
        return Response(ProposalSerializer(row).data)


class MembersView(APIView):
    """The people of a proposal."""

    @extend_schema(operation_id="proposals_members_list", responses=page_of(MemberSerializer, is_whole=True))
    def get(self, request: Request, number: str) -> Response:
        """Give everybody in the proposal."""
        rows = selectors.members(actor_of(request), number)
        return Response({"results": MemberSerializer(rows, many=True).data})

    @extend_schema(request=NewMemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, number: str) -> Response:
        """Give a person a role in the proposal, or another role."""
        wanted = decoded(NewMemberSerializer, request.data)
        membership = services.add_member(actor=actor_of(request), proposal=number, **wanted)
        return Response(MemberSerializer(membership).data, status=status.HTTP_201_CREATED)


class MemberView(APIView):
    """One person in a proposal."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: str, username: str) -> Response:
        """Take the person out of the proposal."""
        services.remove_member(actor=actor_of(request), proposal=number, username=username)
        return Response(status=status.HTTP_204_NO_CONTENT)
