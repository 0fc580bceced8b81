"""The queue server's status of a beamline, derived from ours at the moment of asking."""

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from accounts.actor import Actor
from acquisition.qserver import lists
from acquisition.qserver.items import HIDDEN
from acquisition.qserver.locking import desk_of, lock_info
from acquisition.queue import selectors
from acquisition.queue.due import first_due
from acquisition.queue.models import BeamlineQueue, ControlCommand, Environment

#: States of our engine, as the queue server calls the RunEngine's.
GONE: Final = ("absent", "lost")
#: What an open command makes of the manager.
COMMANDS: Final = {
    "destroy": "destroying_environment",
    "close": "closing_environment",
    "update": "executing_task",
}
#: What the manager's state says of the environment.
ENVIRONMENTS: Final = {
    "creating_environment": "initializing",
    "closing_environment": "closing",
    "destroying_environment": "closing",
    "executing_task": "executing_task",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of a beamline at one moment.

    Parameters
    ----------
    worker, engine
        As in our status.
    item
        Uid of the running item; "hidden-running" for one that the reader may not see, empty for none.
    pending
        Actions that the worker was told and has not answered.
    keeps_closed
        Somebody closed the environment.
    has_due
        The queue runs, and an item may be started now.
    """

    worker: str
    engine: str
    item: str
    pending: AbstractSet[str]
    keeps_closed: bool
    has_due: bool

    @property
    def manager_state(self) -> str:
        """The state of the manager.

        Of a worker that is gone with an item in hand nothing is known until another has settled the item:
        that is told as the destruction of the environment, which is the state that ends in "idle" there, too.
        """
        if self.worker in GONE:
            return "destroying_environment" if self.item else "idle"
        if self.worker == "starting":
            return "creating_environment"
        told = next((state for action, state in COMMANDS.items() if action in self.pending), None)
        if told is not None:
            return told
        if self.worker == "ready" and self.keeps_closed:
            return "closing_environment"
        if self.worker == "closed":
            return "creating_environment" if "open" in self.pending else "idle"
        if self.item:
            return "paused" if self.engine == "paused" else "executing_queue"
        return "starting_queue" if self.has_due else "idle"

    @property
    def environment_exists(self) -> bool:
        """Whether plans could be run."""
        return self.worker == "ready" and not self.keeps_closed

    @property
    def environment_state(self) -> str:
        """The state of the environment."""
        told = ENVIRONMENTS.get(self.manager_state)
        if told is not None:
            return told
        if not self.environment_exists:
            return "closed"
        return "executing_plan" if self.item else "idle"


def moment_of(found: dict[str, Any], queue: BeamlineQueue, environment: Environment) -> Moment:
    """Give what counts of our status."""
    place = queue.beamline_id or environment.beamline_id
    pending = frozenset[str]()
    if place is not None and found["worker"] not in GONE:
        rows = ControlCommand.objects.filter(beamline_id=place, done_at__isnull=True)
        pending = frozenset(rows.values_list("action", flat=True))
    item = found["item"] or {}
    is_idle = not item and found["worker"] == "ready" and not queue.is_held
    return Moment(
        worker=found["worker"],
        engine=found["engine_state"],
        item=item.get("uid", f"{HIDDEN}-running") if item else "",
        pending=pending,
        keeps_closed=environment.keeps_closed,
        has_due=bool(is_idle and found["queue"]["length"] and first_due(queue.beamline_id)),
    )


def moment_at(actor: Actor, beamline: str) -> Moment:
    """Give what is known of a beamline now."""
    queue, environment = _rows(beamline)
    return moment_of(selectors.status(actor, beamline), queue, environment)


def _rows(beamline: str) -> tuple[BeamlineQueue, Environment]:
    queue = BeamlineQueue.objects.filter(beamline__name=beamline).first() or BeamlineQueue()
    few = Environment.objects.filter(beamline__name=beamline).only("beamline_id", "keeps_closed", "is_open")
    return queue, few.first() or Environment()


def status(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the status with every key that clients read; needs ``queue:read``.

    What belongs to a proposal that the actor may not see is left out.
    """
    found = selectors.status(actor, beamline)
    queue, environment = _rows(beamline)
    moment = moment_of(found, queue, environment)
    told = {
        **_states(moment, found, queue),
        **_lists(actor, beamline, moment, found, queue),
    }
    return {**told, "status_uid": lists.uid_of("status", told), "time": time.time()}


def _states(moment: Moment, found: dict[str, Any], queue: BeamlineQueue) -> dict[str, Any]:
    exists = moment.environment_exists
    return {
        "msg": f"Beamport. {found['message']}",
        "manager_state": moment.manager_state,
        "re_state": moment.engine if exists else None,
        "worker_environment_exists": exists,
        "worker_environment_state": moment.environment_state,
        "worker_background_tasks": 0,
        "running_item_uid": moment.item or None,
        "pause_pending": moment.engine == "pausing" or "pause" in moment.pending,
        "queue_stop_pending": bool(moment.item) and queue.stop_after_item,
        "queue_autostart_enabled": not queue.is_held and not queue.holds_when_empty,
        "plan_queue_mode": {"loop": queue.loops, "ignore_failures": queue.ignores_failures},
        "ip_kernel_state": "disabled" if exists else None,
        "ip_kernel_captured": True if exists else None,
    }


def _lists(
    actor: Actor, beamline: str, moment: Moment, found: dict[str, Any], queue: BeamlineQueue
) -> dict[str, Any]:
    desk = desk_of(beamline)
    newest = lists.newest_ended(beamline)
    known = lists.known_environment(beamline)
    offer = lists.offer_of(known)
    allowed = lists.allowed_of(actor, beamline, offer)
    lock = lock_info(desk)
    return {
        "items_in_queue": found["queue"]["length"],
        "items_in_history": lists.history_length(beamline, newest, desk.cleared_until),
        "plan_queue_uid": lists.queue_uid(beamline, queue.beamline_id, queue.version),
        "plan_history_uid": lists.history_uid(beamline, newest, desk),
        "plans_existing_uid": allowed.existing_plans_uid,
        "devices_existing_uid": allowed.existing_devices_uid,
        "plans_allowed_uid": allowed.plans_uid,
        "devices_allowed_uid": allowed.devices_uid,
        "run_list_uid": run_list_uid(run_list(actor, found)),
        "task_results_uid": lists.uid_of("tasks", known.opened_at, sorted(moment.pending & {"update"})),
        "lock_info_uid": lock_uid(lock),
        "lock": {"environment": lock["environment"], "queue": lock["queue"]},
    }


def run_list(actor: Actor, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the runs of the running item; none when nothing runs, or when the item is hidden."""
    item = found["item"] or {}
    return lists.runs_of(actor, item["uid"], found["run_uid"]) if "uid" in item else []


def run_list_uid(runs: list[dict[str, Any]]) -> str:
    """Give the uid of a list of runs."""
    return lists.uid_of("runs", runs)


def lock_uid(info: dict[str, Any]) -> str:
    """Give the uid of the lock."""
    return lists.uid_of("lock", info)
