"""The route of what holds for the data of a proposal."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import AUDIENCES
from accounts.requests import actor_of
from catalog.selectors.data_policy import data_policy


class KeptSerializer(serializers.Serializer[Any]):
    """How long runs of one beamline are kept."""

    beamline = serializers.CharField()
    days = serializers.IntegerField(allow_null=True, help_text="After the stop; null keeps for good.")
    with_assets = serializers.BooleanField(help_text="The files of the runs are deleted, too.")
    rule = serializers.ChoiceField(choices=["proposal", "beamline", "facility", "none"])


class DataPolicySerializer(serializers.Serializer[Any]):
    """What holds for the data of a proposal."""

    proposal = serializers.CharField()
    owner = serializers.CharField()
    audience = serializers.ChoiceField(choices=AUDIENCES)
    embargo_until = serializers.DateTimeField(allow_null=True)
    kept = KeptSerializer(many=True)


class DataPolicyView(APIView):
    """Whose the data of a proposal are, how long they are kept, and who else may read them."""

    @extend_schema(operation_id="data_policy", responses=DataPolicySerializer)
    def get(self, request: Request, number: str) -> Response:
        """Give the policy to who may see the proposal."""
        return Response(DataPolicySerializer(data_policy(actor_of(request), number)).data)
