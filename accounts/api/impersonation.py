"""The route by which support looks as somebody else."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import impersonation
from accounts.api.decoding import decoded
from accounts.api.serializers import StrictSerializer
from accounts.errors import ForbiddenError
from accounts.requests import actor_of


class LookAsSerializer(StrictSerializer):
    """As whom to look, and why."""

    username = serializers.CharField(max_length=150)
    reason = serializers.CharField(max_length=1000)


class LookingAsSerializer(serializers.Serializer[Any]):
    """As whom one looks, and until when."""

    username = serializers.CharField()
    until = serializers.DateTimeField()


class ImpersonationView(APIView):
    """Looking at Beamport as somebody else sees it."""

    @extend_schema(operation_id="look_as", request=LookAsSerializer, responses={201: LookingAsSerializer})
    def post(self, request: Request) -> Response:
        """Look as another person for half an hour at most; nothing can be changed meanwhile."""
        wanted = decoded(LookAsSerializer, request.data)
        found = impersonation.begin(actor=actor_of(request), session=request._request.session, **wanted)
        return Response(LookingAsSerializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="look_as_oneself", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Be oneself again."""
        actor = actor_of(request)
        if actor.kind == "key":
            raise ForbiddenError("An API key looks as nobody else.")
        impersonation.end(actor=actor, session=request._request.session)
        return Response(status=status.HTTP_204_NO_CONTENT)
