"""The routes of boards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import StrictSerializer
from accounts.requests import actor_of
from frontend.dashboards import selectors, services
from frontend.dashboards.widgets import KINDS, LONGEST_TEXT, MOST, OF_DEVICE, WIDEST


class WidgetSerializer(StrictSerializer):
    """One field of a board."""

    kind = serializers.ChoiceField(choices=KINDS)
    title = serializers.CharField(max_length=100, required=False, allow_blank=True)
    device = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True)
    width = serializers.IntegerField(min_value=1, max_value=WIDEST, required=False, default=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the device where one is shown."""
        if attrs["kind"] in OF_DEVICE and not attrs.get("device"):
            raise serializers.ValidationError({"device": f"a {attrs['kind']} shows a device: name it"})
        return attrs


class NewDashboardSerializer(StrictSerializer):
    """A board as it is built."""

    title = serializers.CharField(max_length=200)
    widgets = WidgetSerializer(many=True)

    def validate_widgets(self, widgets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse more than a screen can hold."""
        if len(widgets) > MOST:
            raise serializers.ValidationError(f"a board has at most {MOST} widgets; these are {len(widgets)}")
        return widgets


class DashboardSerializer(serializers.Serializer[Any]):
    """A board."""

    slug = serializers.SlugField()
    title = serializers.CharField()
    widgets = WidgetSerializer(many=True)
    author = serializers.CharField(allow_blank=True)
    changed_at = serializers.DateTimeField(allow_null=True)


class DashboardName(serializers.Serializer[Any]):
    """A board in a list."""

    slug = serializers.SlugField()
    title = serializers.CharField()


class DashboardList(serializers.Serializer[Any]):
    """The boards of a beamline."""

    results = DashboardName(many=True)


class DashboardsView(APIView):
    """The boards of a beamline."""

    @extend_schema(operation_id="dashboards", responses=DashboardList)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the boards; the status board is always among them."""
        return Response({"results": selectors.dashboards(actor_of(request), beamline)})


class DashboardView(APIView):
    """One board."""

    @extend_schema(operation_id="dashboard", responses=DashboardSerializer)
    def get(self, request: Request, beamline: str, slug: str) -> Response:
        """Give a board with its widgets."""
        return Response(selectors.dashboard(actor_of(request), beamline, slug))

    @extend_schema(
        operation_id="dashboard_save", request=NewDashboardSerializer, responses=DashboardSerializer
    )
    def put(self, request: Request, beamline: str, slug: str) -> Response:
        """Build a board, or build it anew."""
        form = NewDashboardSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = services.save_dashboard(
            actor=actor_of(request), beamline=beamline, slug=slug, **form.validated_data
        )
        return Response(selectors.dashboard_dict(row))

    @extend_schema(operation_id="dashboard_delete", responses={204: None})
    def delete(self, request: Request, beamline: str, slug: str) -> Response:
        """Remove a board; the status board becomes the standard one again."""
        services.delete_dashboard(actor=actor_of(request), beamline=beamline, slug=slug)
        return Response(status=204)
