"""Routes that read: status, queue, history, plans, devices, runs, tasks, rights."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.access import Scope
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.selectors import beamline_named, proposals
from acquisition.qserver import lists, locking
from acquisition.qserver.items import item_as_qs
from acquisition.qserver.routes import Action, Answer, done, route
from acquisition.qserver.status import lock_uid, run_list, run_list_uid, status
from acquisition.queue import selectors
from acquisition.queue.change import waiting
from acquisition.queue.models import BeamlineQueue
from acquisition.queue.selectors.waiting_list import PAGE_LIMIT

READ: Final = Scope.QUEUE_READ
EVERYTHING: Final = ":^.*$"
MAX_TASKS: Final = 1_000
RUN_OPTIONS: Final = ("active", "open", "closed")


def _status(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    return status(actor, beamline)


for _path in ("", "ping", "status"):
    route("GET", _path, READ)(_status)


@route("GET", "config/get", READ)
def config(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Say that there is no IPython kernel to connect to."""
    return done(config={"ip_connect_info": {}})


def whole_queue(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the queue with all of its items.

    It is read in pages; when it changes meanwhile its uid, which is of the first page, is not the newest one,
    so clients read it again.
    """
    found = selectors.queue(actor, beamline, limit=PAGE_LIMIT)
    items = list(found["items"])
    while len(items) < found["length"]:
        page = selectors.queue(actor, beamline, offset=len(items), limit=PAGE_LIMIT)
        if not page["items"]:
            break
        items += page["items"]
    return {**found, "items": items}


@route("GET", "queue/get", READ)
def queue_get(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give waiting items and the running one."""
    known = lists.known_environment(beamline)
    plans = known.plans
    found = whole_queue(actor, beamline)
    running = found["running"]
    return done(
        items=[item_as_qs(item, plans) for item in found["items"]],
        running_item=item_as_qs(running, plans) if running else {},
        plan_queue_uid=lists.queue_uid(beamline, known.beamline_id, found["version"]),
    )


def uid_at(actor: Actor, beamline: str, *, pos: Any = None, uid: Any = None) -> str:
    """Give the uid of the waiting item at a place ("front", "back", a number; negative from the back) or uid.

    Raises
    ------
    InvalidError
        Both are given, or the place is none.
    NotFoundError
        No item waits there.
    """
    if uid is not None:
        if pos is not None:
            raise InvalidError("Ambiguous: give pos or uid, not both.")
        return str(uid)
    index = {"front": 0, "back": -1, None: -1}.get(pos, pos) if not isinstance(pos, bool) else pos
    if not isinstance(index, int) or isinstance(index, bool):
        raise InvalidError(f"pos is 'front', 'back' or a whole number, not {pos!r}.")
    rows = waiting(beamline_named(actor, beamline).pk).values_list("uid", flat=True)
    length = rows.count()
    index = index + length if index < 0 else index
    if not 0 <= index < length:
        raise NotFoundError(f"No item waits at position {pos}; the queue has {length}.")
    return str(rows[index])


@route("GET", "queue/item/get", READ, takes="pos uid", refused=lambda asked: {"item": {}})
def item_get(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give one waiting or running item."""
    uid = uid_at(actor, beamline, **asked)
    found = selectors.item(actor, beamline, uid)
    if found["state"] not in ("queued", "proposed", "running"):
        raise NotFoundError(f"Item {uid} is {found['state']} and not in the queue any more.")
    return done(item=item_as_qs(found, lists.known_environment(beamline).plans))


@route("GET", "history/get", READ)
def history_get(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the ended plans, oldest first."""
    desk, newest = locking.desk_of(beamline), lists.newest_ended(beamline)
    items = lists.history(actor, beamline, desk)
    return done(items=items, plan_history_uid=lists.history_uid(beamline, newest, desk))


@route("GET", "plans/allowed", READ, takes="reduced")
def plans_allowed(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the plans that the actor may queue."""
    allowed = _allowed(actor, beamline)
    plans = {name: allowed.reduced[name] for name in allowed.plans} if asked.get("reduced") else allowed.plans
    return done(plans_allowed=plans, plans_allowed_uid=allowed.plans_uid)


def _allowed(actor: Actor, beamline: str) -> lists.Allowed:
    return lists.allowed_of(actor, beamline, lists.offer_of(lists.known_environment(beamline)))


@route("GET", "devices/allowed", READ)
def devices_allowed(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the devices that plans of the actor may use."""
    allowed = _allowed(actor, beamline)
    return done(devices_allowed=allowed.devices, devices_allowed_uid=allowed.devices_uid)


@route("GET", "plans/existing", READ, takes="reduced")
def plans_existing(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give every plan that no rule keeps from the actor."""
    allowed = _allowed(actor, beamline)
    plans = allowed.reduced if asked.get("reduced") else allowed.existing_plans
    return done(plans_existing=plans, plans_existing_uid=allowed.existing_plans_uid)


@route("GET", "devices/existing", READ)
def devices_existing(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give every device that no rule keeps from the actor."""
    allowed = _allowed(actor, beamline)
    return done(devices_existing=allowed.existing_devices, devices_existing_uid=allowed.existing_devices_uid)


@route("GET", "permissions/get", READ)
def permissions_get(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the actor's groups, which are proposals, and what each may queue; no function may be called."""
    allowed = _allowed(actor, beamline)
    own = {
        "allowed_plans": [f":^{re.escape(name)}$" for name in allowed.plans],
        "allowed_devices": [f":^{re.escape(name)}$" for name in allowed.devices],
        "allowed_functions": [],
    }
    groups = dict.fromkeys(proposals(actor, beamline=beamline).values_list("number", flat=True), own)
    root = {"allowed_plans": [EVERYTHING], "allowed_devices": [EVERYTHING], "allowed_functions": []}
    return done(user_group_permissions={"user_groups": {"root": root, **groups}})


def _runs(actor: Actor, beamline: str, option: str) -> Answer:
    if option not in RUN_OPTIONS:
        raise InvalidError(f"There are no {option!r} runs: one of {', '.join(RUN_OPTIONS)}.")
    every = run_list(actor, selectors.status(actor, beamline))
    chosen = [run for run in every if option == "active" or run["is_open"] == (option == "open")]
    return done(run_list=chosen, run_list_uid=run_list_uid(every))


@route("POST", "re/runs", READ, takes="option")
def re_runs(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the runs of the running plan."""
    return _runs(actor, beamline, asked.get("option") or "active")


def _runs_of(option: str) -> Action:
    return lambda actor, beamline, asked: _runs(actor, beamline, option)


for _option in RUN_OPTIONS:
    route("GET", f"re/runs/{_option}", READ)(_runs_of(_option))


@route("GET", "task/status", READ, needs="task_uid", refused=lambda asked: {"task_uid": None, "status": None})
def task_status(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Say of one task, or of each of a list, whether it runs, has ended, or is not known."""
    wanted = asked["task_uid"]
    if isinstance(wanted, str):
        return done(task_uid=wanted, status=_task(actor, beamline, wanted)[0])
    if not isinstance(wanted, list) or len(wanted) > MAX_TASKS or not all(isinstance(u, str) for u in wanted):
        raise InvalidError(f"task_uid is a uid, or a list of at most {MAX_TASKS}.")
    return done(task_uid=wanted, status={uid: _task(actor, beamline, uid)[0] for uid in wanted})


@route("GET", "task/result", READ, needs="task_uid", refused=lambda asked: {"status": None, "result": None})
def task_result(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Say what came of a task."""
    wanted = asked["task_uid"]
    if not isinstance(wanted, str):
        raise InvalidError("task_uid is a uid.")
    state, result = _task(actor, beamline, wanted)
    return done(task_uid=wanted, status=state, result=result)


def _task(actor: Actor, beamline: str, uid: str) -> tuple[str, dict[str, Any]]:
    """Give state and result of a task: a command to the environment, which is what tasks are here."""
    try:
        found = selectors.command(actor, beamline, uid)
    except NotFoundError:
        return "not_found", {}
    start = datetime.fromisoformat(found["created_at"]).timestamp()
    if found["done_at"] is None:
        return "running", {"task_uid": uid, "time_start": start, "run_in_background": False}
    is_good = found["outcome"] == "done"
    return "completed", {
        "success": is_good,
        "msg": "" if is_good else found["detail"] or found["outcome"],
        "traceback": "",
        "return_value": None,
        "time_start": start,
        "time_stop": datetime.fromisoformat(found["done_at"]).timestamp(),
        "task_uid": uid,
    }


@route("GET", "lock/info", READ, takes="lock_key")
def lock_info(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Say what is locked, since when and by whom; with a key also whether that is the right one."""
    locking.check_key(beamline, asked.get("lock_key"))
    info = locking.lock_info(locking.desk_of(beamline))
    return done(lock_info=info, lock_info_uid=lock_uid(info))


def _buffer(actor: Actor, beamline: str, **which: Any) -> dict[str, Any]:
    return selectors.console(actor, beamline, **which)


CONSOLE_LIMIT: Final = 1_000


@route("GET", "console_output", Scope.CONSOLE_READ, takes="nlines")
def console_output(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the last lines of the console as one text."""
    wanted = asked.get("nlines", 200)
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
        raise InvalidError("nlines is a whole number of lines.")
    found = _buffer(actor, beamline, limit=wanted)["lines"] if wanted else []
    return done(text="".join(f"{line['text']}\n" for line in found))


@route("GET", "console_output/uid", Scope.CONSOLE_READ)
def console_output_uid(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the uid of the console's text."""
    return done(console_output_uid=console_uid(beamline, _buffer(actor, beamline, limit=1)["last"]))


@route("GET", "console_output_update", Scope.CONSOLE_READ, needs="last_msg_uid")
def console_output_update(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Give the messages behind the one of a uid; all that are kept for "ALL", none for an unknown one."""
    wanted = asked["last_msg_uid"]
    seq = _seq_of(beamline, wanted)
    if wanted == "ALL":
        found = _buffer(actor, beamline, limit=CONSOLE_LIMIT)
    elif seq is None:
        found = {"lines": [], "last": _buffer(actor, beamline, limit=1)["last"]}
    else:
        found = _buffer(actor, beamline, since=seq, limit=CONSOLE_LIMIT)
    return done(
        last_msg_uid=console_uid(beamline, found["last"]),
        console_output_msgs=[console_message(line) for line in found["lines"]],
    )


def console_message(line: Mapping[str, Any]) -> dict[str, Any]:
    """Give a console line as a message."""
    return {"time": datetime.fromisoformat(line["at"]).timestamp(), "msg": f"{line['text']}\n"}


def console_uid(beamline: str, seq: int) -> str:
    """Give the uid of a console message, which tells its number.

    Examples
    --------
    >>> console_uid("demo", 12)
    'demo-line-12'
    """
    return f"{beamline}-line-{seq}"


def _seq_of(beamline: str, uid: Any) -> int | None:
    number = uid.removeprefix(f"{beamline}-line-") if isinstance(uid, str) else ""
    return int(number) if number.isdecimal() and len(number) < 19 else None


def queue_size(beamline: str) -> int:
    """Count the items that wait."""
    found = (
        BeamlineQueue.objects.filter(beamline__name=beamline).values_list("beamline_id", flat=True).first()
    )
    return waiting(found).count() if found is not None else 0
