"""The routes of notices: decode, call one service or selector, encode."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.page_shapes import page_of
from accounts.api.pagination import CursorPages
from accounts.requests import actor_of
from notices import selectors, services
from notices.api.serializers import (
    ChoicesSerializer,
    NoticeSerializer,
    SeenSerializer,
    ShownChoicesSerializer,
)


class NoticesView(APIView):
    """What one was told."""

    @extend_schema(operation_id="notices", responses=page_of(NoticeSerializer))
    def get(self, request: Request) -> Response:
        """Give one's notices, newest first, in pages."""
        pages = CursorPages()
        rows = pages.paginate_queryset(selectors.notices(actor_of(request)), request, view=self)
        return pages.get_paginated_response(NoticeSerializer(rows, many=True).data)


class SeenView(APIView):
    """Looking at notices."""

    @extend_schema(operation_id="notices_seen", request=None, responses=SeenSerializer)
    def post(self, request: Request) -> Response:
        """Mark all of one's notices as seen."""
        return Response({"seen": services.see(actor=actor_of(request))})


class ChoicesView(APIView):
    """How one wants to be told."""

    @extend_schema(operation_id="notice_choices", responses=ShownChoicesSerializer)
    def get(self, request: Request) -> Response:
        """Give one's choices, the kinds of notices, and whether mail can be sent."""
        return Response(selectors.choices(actor_of(request)))

    @extend_schema(operation_id="choose_notices", request=ChoicesSerializer, responses=ShownChoicesSerializer)
    def put(self, request: Request) -> Response:
        """Write one's choices."""
        form = ChoicesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        actor = actor_of(request)
        services.choose(actor=actor, **form.validated_data)
        return Response(selectors.choices(actor))
