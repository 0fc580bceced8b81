"""What a person may do with one run: which buttons its page shows."""

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Scope, scopes
from accounts.requests import actor_of
from catalog import selectors

OF_RUNS = (Scope.RUN_READ, Scope.RUN_EXPORT, Scope.RUN_ANNOTATE, Scope.RUN_DELETE)
SHAPE = inline_serializer("RunRights", {"scopes": serializers.ListField(child=serializers.CharField())})


class RunRightsView(APIView):
    """One's rights on a run."""

    @extend_schema(
        operation_id="run_rights",
        responses=SHAPE,
        examples=[
            OpenApiExample(
                "a member", value={"scopes": ["run:read", "run:export", "run:annotate"]}, response_only=True
            )
        ],
    )
    def get(self, request: Request, uid: str) -> Response:
        """Give those scopes about runs that one has on this one."""
        actor = actor_of(request)
        row = selectors.run(actor, uid)
        given = scopes(actor, beamline=row.beamline.name, proposal_id=row.proposal_id)
        return Response({"scopes": [scope.value for scope in OF_RUNS if scope in given]})
