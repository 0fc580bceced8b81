"""Routes that steer: queue, environment, engine, lock; and those that are not served."""

import contextlib
from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from accounts.access import Scope
from accounts.actor import Actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError
from acquisition.qserver import locking
from acquisition.qserver.routes import BOTH, ENVIRONMENT, NOTHING, QUEUE, Action, Answer, done, refusal, route
from acquisition.qserver.status import lock_uid, moment_at
from acquisition.queue import selectors, services

STEER: Final = Scope.ENGINE_CONTROL
DEFERRED: Final = {"deferred": True, "immediate": False}


@route("POST", "queue/start", STEER, locks=ENVIRONMENT)
def queue_start(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Run the items of the queue until none is left."""
    moment = moment_at(actor, beamline)
    if not moment.environment_exists:
        raise ConflictError("RE Worker environment does not exist: open it first.")
    if moment.manager_state != "idle":
        raise ConflictError(f"RE Manager is busy: it is {moment.manager_state}.")
    runs_by_itself = not selectors.queue(actor, beamline, limit=1)["is_held"]
    services.start_queue(actor=actor, beamline=beamline, until_empty=None if runs_by_itself else True)
    return done()


@route("POST", "queue/stop", STEER, locks=ENVIRONMENT)
def queue_stop(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Start no other item after the running one."""
    services.stop_after_item(actor=actor, beamline=beamline)
    return done()


@route("POST", "queue/stop/cancel", STEER, locks=ENVIRONMENT)
def queue_stop_cancel(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Go on after the running item after all."""
    services.cancel_stop_after_item(actor=actor, beamline=beamline)
    return done()


@route("POST", "queue/autostart", STEER, needs="enable", locks=QUEUE)
def queue_autostart(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Start whatever comes into the queue by itself, or no more."""
    if not isinstance(asked["enable"], bool):
        raise InvalidError("enable is true or false.")
    if asked["enable"]:
        services.start_queue(actor=actor, beamline=beamline, until_empty=False)
        return done()
    with transaction.atomic():
        services.set_modes(actor=actor, beamline=beamline, holds_when_empty=True)
        found = selectors.queue(actor, beamline, limit=1)
        if found["running"] is None and not found["is_held"]:
            services.hold_queue(actor=actor, beamline=beamline, reason="autostart was switched off")
    return done()


def _environment(action: str) -> Action:
    def act(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
        exists = moment_at(actor, beamline).environment_exists
        if action == "open" and exists:
            raise ConflictError("RE Worker environment already exists.")
        if action in ("close", "update") and not exists:
            raise ConflictError("RE Worker environment does not exist.")
        command = services.request_environment_action(actor=actor, beamline=beamline, action=action)
        return done(task_uid=str(command.uid)) if action == "update" else done()

    return act


for _action, _takes, _locks in (
    ("open", "", ENVIRONMENT),
    ("close", "", ENVIRONMENT),
    ("destroy", "", NOTHING),
    ("update", "run_in_background", ENVIRONMENT),
):
    _path = f"environment/{_action}"
    # A lock never keeps anybody from ending what hangs; the key is taken and not asked for.
    _takes = _takes if _locks else f"{_takes} lock_key"
    route("POST", _path, Scope.ENVIRONMENT, takes=_takes, locks=_locks)(_environment(_action))


@route("POST", "re/pause", Scope.ENGINE_STOP, takes="option lock_key")
def re_pause(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Pause at the next checkpoint ("deferred", which is the default), or at once ("immediate")."""
    option = asked.get("option") or "deferred"
    if option not in DEFERRED:
        raise InvalidError(f"There is no pause {option!r}: one of {', '.join(DEFERRED)}.")
    defer = DEFERRED[option]
    services.request_engine_action(actor=actor, beamline=beamline, action="pause", defer=defer)
    return done()


@route("POST", "re/resume", STEER, locks=ENVIRONMENT)
def re_resume(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Go on with a paused plan."""
    services.request_engine_action(actor=actor, beamline=beamline, action="resume")
    return done()


@route("POST", "re/stop", Scope.ENGINE_STOP, takes="lock_key")
def re_stop(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """End the plan as done; after it the queue waits for somebody to start it."""
    with transaction.atomic():
        with contextlib.suppress(ForbiddenError, ConflictError):
            services.stop_after_item(actor=actor, beamline=beamline)
        services.request_engine_action(actor=actor, beamline=beamline, action="stop")
    return done()


@route("POST", "re/abort", Scope.ENGINE_STOP, takes="lock_key")
def re_abort(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """End the plan as aborted; a copy of its item waits at the front."""
    services.request_engine_action(actor=actor, beamline=beamline, action="abort")
    return done()


@route("POST", "re/halt", STEER, locks=ENVIRONMENT)
def re_halt(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """End the plan without its cleaning up."""
    services.request_engine_action(actor=actor, beamline=beamline, action="halt")
    return done()


def _lock_answer(actor: Actor, beamline: str) -> Answer:
    info = locking.lock_info(locking.desk_of(beamline))
    return done(lock_info=info, lock_info_uid=lock_uid(info))


@route("POST", "lock", Scope.CONTROL_TAKE, needs="lock_key", takes="environment queue note")
def lock(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Lock environment, queue or both against clients that do not send the key."""
    order = locking.LockOrder(
        key=asked["lock_key"],
        environment=bool(asked.get("environment")),
        queue=bool(asked.get("queue")),
        note=str(asked.get("note") or ""),
    )
    locking.lock(actor=actor, beamline=beamline, order=order)
    return _lock_answer(actor, beamline)


@route("POST", "unlock", Scope.CONTROL_TAKE, needs="lock_key")
def unlock(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Take the lock away."""
    locking.unlock(actor=actor, beamline=beamline, key=asked["lock_key"])
    return _lock_answer(actor, beamline)


@route("POST", "permissions/reload", STEER, takes="restore_plans_devices restore_permissions", locks=BOTH)
def permissions_reload(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Say that rights are read anew at every request, so that there is nothing to reload."""
    return done()


def _not_served(msg: str) -> Action:
    return lambda actor, beamline, asked: refusal(msg, task_uid=None)


NOT_SERVED: Final = {
    "permissions/set": (
        "user_group_permissions",
        "Rights follow from proposals, visits and roles: change them on the administration pages.",
    ),
    "script/upload": (
        "script update_lists update_re run_in_background",
        "Code is not taken from clients: put it into the beamline's folder and update the environment.",
    ),
    "function/execute": (
        "item run_in_background",
        "Functions cannot be called from clients: make a plan of it and queue that.",
    ),
    "kernel/interrupt": (
        "interrupt_task interrupt_plan",
        "There is no IPython kernel: pause, stop, abort or halt the plan.",
    ),
    "manager/stop": ("option", "The service is stopped by its administrator, on its host."),
    "test/manager/kill": ("", "The service is not killed by clients."),
}
for _path, (_takes, _msg) in NOT_SERVED.items():
    route("POST", _path, Scope.QUEUE_READ, takes=f"{_takes} lock_key")(_not_served(_msg))
