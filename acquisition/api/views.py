"""REST of queue, engine, control and console: decode, call one service or selector, encode."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.requests import actor_of
from acquisition.api import serializers as shapes
from acquisition.queue import control, dry, selectors, services

OBJECT = {200: OpenApiTypes.OBJECT}
CREATED = {201: OpenApiTypes.OBJECT}


def _body(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _query(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    form = shape(data=request.query_params)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _version_of(tag: str, place: str) -> int | None:
    """Give the version that an ETag of ours names for this part of the list, read by this person or key."""
    number = tag.removeprefix('W/"').removesuffix(f'-{place}"')
    return int(number) if number.isdecimal() and len(number) < 20 else None


class BeamlinesView(APIView):
    """The beamlines that one may see."""

    @extend_schema(operation_id="beamlines_list", responses=OBJECT)
    def get(self, request: Request) -> Response:
        """List the beamlines."""
        return Response({"results": selectors.places(actor_of(request))})


class StatusView(APIView):
    """What a beamline does now."""

    @extend_schema(operation_id="beamline_status", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the status, derived from the lease at the moment of asking."""
        return Response(selectors.status(actor_of(request), beamline))


class PlansView(APIView):
    """The plans of a beamline."""

    @extend_schema(operation_id="beamline_plans", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give every plan with its parameters."""
        return Response(selectors.plans(actor_of(request), beamline))


class PlanView(APIView):
    """One plan of a beamline."""

    @extend_schema(operation_id="beamline_plan", responses=OBJECT)
    def get(self, request: Request, beamline: str, plan: str) -> Response:
        """Give one plan with its parameters."""
        return Response(selectors.plan(actor_of(request), beamline, plan))


class DevicesView(APIView):
    """The devices of a beamline."""

    @extend_schema(operation_id="beamline_devices", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give every device with its protocols, units and limits."""
        return Response(selectors.devices(actor_of(request), beamline))


class ValuesView(APIView):
    """The status board."""

    @extend_schema(operation_id="beamline_values", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the last values."""
        return Response(selectors.values(actor_of(request), beamline))


class QueueView(APIView):
    """The queue of a beamline."""

    @extend_schema(operation_id="queue_read", parameters=[shapes.Page], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the queue; its version is the ETag."""
        page = _query(request, shapes.Page)
        actor = actor_of(request)
        place = f"{page['offset']}-{page['limit']}-{actor.key_prefix or actor.account_pk}"
        known = request.headers.get("If-None-Match", "")
        found = selectors.queue_unless(actor, beamline, _version_of(known, place), **page)
        if found is None:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": known})
        return Response(found, headers={"ETag": f'W/"{found["version"]}-{place}"'})


class ItemsView(APIView):
    """New items."""

    @extend_schema(operation_id="queue_submit", request=shapes.NewItem, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Queue a plan."""
        body = _body(request, shapes.NewItem)
        item = services.submit_item(actor=actor_of(request), beamline=beamline, **body)
        return Response(selectors.item_in_place(item), status=status.HTTP_201_CREATED)


class ItemView(APIView):
    """One item."""

    @extend_schema(operation_id="queue_item", responses=OBJECT)
    def get(self, request: Request, beamline: str, uid: str) -> Response:
        """Say where the item is: waiting, running, or how it ended."""
        return Response(selectors.item(actor_of(request), beamline, uid))

    @extend_schema(operation_id="queue_remove", responses={204: None})
    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """Take a waiting item out."""
        services.remove_item(actor=actor_of(request), beamline=beamline, uid=uid)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MoveView(APIView):
    """Order of the items."""

    @extend_schema(operation_id="queue_move", request=shapes.Move, responses=OBJECT)
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Put a waiting item elsewhere."""
        body = _body(request, shapes.Move)
        item = services.move_item(actor=actor_of(request), beamline=beamline, uid=uid, **body)
        return Response(selectors.item_in_place(item))


class StartView(APIView):
    """Let the queue run."""

    @extend_schema(operation_id="queue_start", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Start the queue."""
        actor = actor_of(request)
        services.start_queue(actor=actor, beamline=beamline)
        return Response(selectors.queue(actor, beamline))


class HoldView(APIView):
    """Hold the queue."""

    @extend_schema(operation_id="queue_hold", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Start no further item."""
        actor = actor_of(request)
        services.hold_queue(actor=actor, beamline=beamline, **_body(request, shapes.Reason))
        return Response(selectors.queue(actor, beamline))


class ClearView(APIView):
    """Empty the queue."""

    @extend_schema(operation_id="queue_clear", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Remove the waiting items that one may write."""
        return Response({"removed": services.clear_queue(actor=actor_of(request), beamline=beamline)})


class RunNowView(APIView):
    """Run at once."""

    @extend_schema(operation_id="queue_run_now", request=shapes.RunNow, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Put a plan at the front and let it run."""
        body = _body(request, shapes.RunNow)
        item = services.run_now(actor=actor_of(request), beamline=beamline, **body)
        return Response(selectors.item_in_place(item), status=status.HTTP_201_CREATED)


class HistoryView(APIView):
    """Finished items."""

    @extend_schema(operation_id="queue_history", parameters=[shapes.HistoryPage], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give a page of the history, newest first."""
        return Response(selectors.history(actor_of(request), beamline, **_query(request, shapes.HistoryPage)))


class EngineActionView(APIView):
    """Steer the running engine."""

    @extend_schema(
        operation_id="engine_action", request=shapes.EngineAction, responses={202: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request, beamline: str, action: str) -> Response:
        """Pause, resume, stop, abort or halt; the answer comes in the command's row."""
        command = services.request_engine_action(
            actor=actor_of(request),
            beamline=beamline,
            action=action,
            **_body(request, shapes.EngineAction),
        )
        return Response(selectors.command_dict(command), status=status.HTTP_202_ACCEPTED)


class CommandView(APIView):
    """One engine command."""

    @extend_schema(operation_id="engine_command", responses=OBJECT)
    def get(self, request: Request, beamline: str, uid: str) -> Response:
        """Say what came of a command."""
        return Response(selectors.command(actor_of(request), beamline, uid))


class ControlView(APIView):
    """Who has the beamline in hand."""

    @extend_schema(operation_id="control_read", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the holder."""
        return Response(selectors.control(actor_of(request), beamline))


class TakeControlView(APIView):
    """Take the beamline in hand."""

    @extend_schema(operation_id="control_take", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Take control; staff take it over with a reason."""
        actor = actor_of(request)
        control.take_control(actor=actor, beamline=beamline, **_body(request, shapes.Reason))
        return Response(selectors.control(actor, beamline))


class KeepControlView(APIView):
    """Keep the beamline in hand."""

    @extend_schema(operation_id="control_keep", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Renew control."""
        actor = actor_of(request)
        control.keep_control(actor=actor, beamline=beamline)
        return Response(selectors.control(actor, beamline))


class ReleaseControlView(APIView):
    """Give the beamline back."""

    @extend_schema(operation_id="control_release", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Release control."""
        actor = actor_of(request)
        control.release_control(actor=actor, beamline=beamline)
        return Response(selectors.control(actor, beamline))


class ConsoleView(APIView):
    """What the worker printed."""

    @extend_schema(operation_id="console_read", parameters=[shapes.ConsolePage], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give console lines."""
        return Response(selectors.console(actor_of(request), beamline, **_query(request, shapes.ConsolePage)))


class DryRunView(APIView):
    """What a plan would do."""

    @extend_schema(operation_id="plan_dry_run", request=shapes.PlanCall, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Check the parameters and foretell points, paths and time without touching a device."""
        return Response(dry.foretell(actor_of(request), beamline, **_body(request, shapes.PlanCall)))
