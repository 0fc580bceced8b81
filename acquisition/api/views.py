"""REST of queue, engine, control and console: decode, call one service or selector, encode."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of
from acquisition.api import serializers as shapes
from acquisition.api.bodies import CREATED, OBJECT, body_of, query_of
from acquisition.api.emergency import uid_of
from acquisition.queue import asking, control, dry, selectors, services
from acquisition.queue.together import Together

_status: Together[dict[str, Any]] = Together()


def _known(etag: str, place: str) -> str:
    """Give what an ETag of ours says of this part of the list, read by this person or key."""
    return etag.removeprefix('W/"').removesuffix(f'-{place}"')


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
        actor = actor_of(request)
        return Response(_status.ask((actor, beamline), lambda: selectors.status(actor, beamline)))


class NoticeView(APIView):
    """What the staff tell everybody at the beamline."""

    @extend_schema(
        operation_id="beamline_notice_set",
        request=shapes.BeamlineNotice,
        responses={204: None},
        examples=[
            OpenApiExample(
                "maintenance",
                value={"text": "Cryostat is warm: maintenance until 14:00."},
                request_only=True,
            )
        ],
    )
    def put(self, request: Request, beamline: str) -> Response:
        """Show a notice on every page of everybody at the beamline; it takes the place of the one before."""
        services.set_notice(
            actor=actor_of(request), beamline=beamline, **body_of(request, shapes.BeamlineNotice)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="beamline_notice_clear", responses={204: None})
    def delete(self, request: Request, beamline: str) -> Response:
        """Take the notice down."""
        services.set_notice(actor=actor_of(request), beamline=beamline, text="")
        return Response(status=status.HTTP_204_NO_CONTENT)


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


class DeviceMoveView(APIView):
    """Move one device outside plans."""

    @extend_schema(operation_id="device_move", request=shapes.Target, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, beamline: str, device: str) -> Response:
        """Move a device that no plan holds; what came of it stands in the command's row."""
        return _device_action(request, beamline, device, "move", body_of(request, shapes.Target))


class DeviceReadView(APIView):
    """Read one device now."""

    @extend_schema(operation_id="device_read", request=shapes.Reading, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, beamline: str, device: str) -> Response:
        """Read a device; the readings stand in the `result` of the command's row."""
        return _device_action(request, beamline, device, "read", body_of(request, shapes.Reading))


class DeviceStopView(APIView):
    """Stop one device."""

    @extend_schema(operation_id="device_stop", request=shapes.Reason, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, beamline: str, device: str) -> Response:
        """Tell a device to stop moving, whoever moves it."""
        return _device_action(request, beamline, device, "halt_move", body_of(request, shapes.Reason))


def _device_action(
    request: Request, beamline: str, device: str, action: str, body: dict[str, Any]
) -> Response:
    command = services.request_device_action(
        actor=actor_of(request), beamline=beamline, device=device, action=action, **body
    )
    return Response(selectors.command_dict(command), status=status.HTTP_202_ACCEPTED)


class PermitsView(APIView):
    """Why a person may do something at a beamline."""

    @extend_schema(operation_id="permits", parameters=[shapes.PermitQuestion], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give whether a person may run a plan or move a device, with the chain of reasons; for staff."""
        asked = query_of(request, shapes.PermitQuestion)
        return Response(selectors.why(actor_of(request), beamline, **asked))


class ValuesView(APIView):
    """The status board."""

    @extend_schema(operation_id="beamline_values", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the last values."""
        return Response(selectors.values(actor_of(request), beamline))


class ValueHistoryView(APIView):
    """The last hour of the status board."""

    @extend_schema(operation_id="beamline_value_history", parameters=[shapes.ValueNames], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give times in POSIX seconds and values of the names asked for, a sample about each 5 s."""
        names = query_of(request, shapes.ValueNames)["names"]
        return Response(selectors.value_history(actor_of(request), beamline, names))


class QueueView(APIView):
    """The queue of a beamline."""

    @extend_schema(operation_id="queue_read", parameters=[shapes.Page], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the queue; the ETag changes with it and with what is told of the running item."""
        page = query_of(request, shapes.Page)
        actor = actor_of(request)
        place = f"{page['offset']}-{page['limit']}-{actor.key_prefix or actor.account_pk}"
        known = request.headers.get("If-None-Match", "")
        found = selectors.queue_unless(actor, beamline, _known(known, place), **page)
        if found is None:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": known})
        tag, queue = found
        return Response(queue, headers={"ETag": f'W/"{tag}-{place}"'})


class StartView(APIView):
    """Let the queue run."""

    @extend_schema(operation_id="queue_start", request=shapes.Start, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Start the queue."""
        actor = actor_of(request)
        services.start_queue(actor=actor, beamline=beamline, **body_of(request, shapes.Start))
        return Response(selectors.queue(actor, beamline))


class HoldView(APIView):
    """Hold the queue."""

    @extend_schema(operation_id="queue_hold", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Start no further item."""
        actor = actor_of(request)
        services.hold_queue(actor=actor, beamline=beamline, **body_of(request, shapes.Reason))
        return Response(selectors.queue(actor, beamline))


class ModesView(APIView):
    """How the queue goes on."""

    @extend_schema(operation_id="queue_modes", request=shapes.Modes, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Switch loop, ignoring of failures, and holding when empty."""
        actor = actor_of(request)
        services.set_modes(actor=actor, beamline=beamline, **body_of(request, shapes.Modes))
        return Response(selectors.queue(actor, beamline))


class StopAfterView(APIView):
    """Stop after the item that runs."""

    @extend_schema(operation_id="queue_stop_after", request=None, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Hold the queue when the running item has ended."""
        actor = actor_of(request)
        services.stop_after_item(actor=actor, beamline=beamline)
        return Response(selectors.queue(actor, beamline))

    @extend_schema(operation_id="queue_cancel_stop_after", responses=OBJECT)
    def delete(self, request: Request, beamline: str) -> Response:
        """Go on after the running item after all."""
        actor = actor_of(request)
        services.cancel_stop_after_item(actor=actor, beamline=beamline)
        return Response(selectors.queue(actor, beamline))


class PresetsView(APIView):
    """Plans with parameters that people keep."""

    @extend_schema(operation_id="presets", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """List one's own presets and those of the proposals that one sees."""
        return Response({"results": selectors.presets(actor_of(request), beamline)})

    @extend_schema(operation_id="preset_save", request=shapes.NewPreset, responses=CREATED)
    def post(self, request: Request, beamline: str) -> Response:
        """Keep a plan with its parameters."""
        body = body_of(request, shapes.NewPreset)
        row = services.save_preset(actor=actor_of(request), beamline=beamline, **body)
        return Response(selectors.preset_dict(row), status=status.HTTP_201_CREATED)


class PresetView(APIView):
    """One preset."""

    @extend_schema(operation_id="preset_delete", responses={204: None})
    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """Delete a preset of one's own."""
        services.delete_preset(actor=actor_of(request), beamline=beamline, uid=uid)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HistoryView(APIView):
    """Finished items."""

    @extend_schema(operation_id="queue_history", parameters=[shapes.HistoryPage], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give a page of the history, newest first."""
        return Response(
            selectors.history(actor_of(request), beamline, **query_of(request, shapes.HistoryPage))
        )


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
            uid=uid_of(request),
            **body_of(request, shapes.EngineAction),
        )
        return Response(selectors.command_dict(command), status=status.HTTP_202_ACCEPTED)


class EnvironmentView(APIView):
    """What the worker has of the beamline."""

    @extend_schema(operation_id="environment_read", responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Say whether it is open, since when, what is loaded in which version, and what could not be."""
        return Response(selectors.environment(actor_of(request), beamline))


class EnvironmentActionView(APIView):
    """Open, close, update, destroy."""

    @extend_schema(
        operation_id="environment_action", request=shapes.Reason, responses={202: OpenApiTypes.OBJECT}
    )
    def post(self, request: Request, beamline: str, action: str) -> Response:
        """Tell the worker to open, close, update or destroy the environment; the answer comes in the row."""
        command = services.request_environment_action(
            actor=actor_of(request), beamline=beamline, action=action, **body_of(request, shapes.Reason)
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
        control.take_control(actor=actor, beamline=beamline, **body_of(request, shapes.Reason))
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


class RequestControlView(APIView):
    """Ask for the beamline while somebody else has it in hand."""

    @extend_schema(operation_id="control_request", request=shapes.Reason, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Ask the holder for control; everybody at the beamline sees the request for ten minutes."""
        actor = actor_of(request)
        asking.request_control(actor=actor, beamline=beamline, **body_of(request, shapes.Reason))
        return Response(selectors.control(actor, beamline))

    @extend_schema(operation_id="control_request_withdraw", request=None, responses=OBJECT)
    def delete(self, request: Request, beamline: str) -> Response:
        """Take one's own request back."""
        actor = actor_of(request)
        asking.withdraw_request(actor=actor, beamline=beamline)
        return Response(selectors.control(actor, beamline))


class GiveControlView(APIView):
    """Hand the beamline over."""

    @extend_schema(operation_id="control_give", request=shapes.Receiver, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Give control to somebody who asks for it."""
        actor = actor_of(request)
        asking.give_control(actor=actor, beamline=beamline, **body_of(request, shapes.Receiver))
        return Response(selectors.control(actor, beamline))


class ConsoleView(APIView):
    """What the worker printed."""

    @extend_schema(operation_id="console_read", parameters=[shapes.ConsolePage], responses=OBJECT)
    def get(self, request: Request, beamline: str) -> Response:
        """Give console lines."""
        return Response(
            selectors.console(actor_of(request), beamline, **query_of(request, shapes.ConsolePage))
        )


class DryRunView(APIView):
    """What a plan would do."""

    @extend_schema(operation_id="plan_dry_run", request=shapes.PlanCall, responses=OBJECT)
    def post(self, request: Request, beamline: str) -> Response:
        """Check the parameters and foretell points, paths and time without touching a device."""
        return Response(dry.foretell(actor_of(request), beamline, **body_of(request, shapes.PlanCall)))
