"""Routes that change the queue and its modes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.access import Scope
from accounts.actor import Actor
from accounts.errors import BeamportError, InvalidError
from acquisition.qserver import lists, locking
from acquisition.qserver.items import Wish, item_as_qs, wish_of
from acquisition.qserver.proposals import proposal_for
from acquisition.qserver.reading import queue_size, uid_at
from acquisition.qserver.routes import BOTH, ENVIRONMENT, QUEUE, Answer, done, refusal, route
from acquisition.queue import selectors, services
from acquisition.queue.draft import Draft
from acquisition.queue.models import QueueItem
from acquisition.queue.selectors.items import item_dict

EDIT: Final = Scope.QUEUE_WRITE
STEER: Final = Scope.ENGINE_CONTROL
MODES: Final = {"loop": "loops", "ignore_failures": "ignores_failures"}


def _one(asked: Mapping[str, Any]) -> Answer:
    return {"qsize": None, "item": asked.get("item") or {}}


def _many(asked: Mapping[str, Any]) -> Answer:
    return {"qsize": None, "items": asked.get("items") or [], "results": []}


def _told(beamline: str, row: QueueItem) -> dict[str, Any]:
    return item_as_qs(selectors.item_in_place(row), lists.known_environment(beamline).plans)


def _place(asked: Mapping[str, Any], pos: str) -> dict[str, Any]:
    """Give the one of pos, before_uid, after_uid that is asked for, as our services name it."""
    named = {"position": asked.get(pos), "before": asked.get("before_uid"), "after": asked.get("after_uid")}
    given = {name: value for name, value in named.items() if value is not None}
    if len(given) > 1:
        raise InvalidError(f"Ambiguous: give one of {pos}, before_uid, after_uid.")
    return given


def _add(actor: Actor, beamline: str, wishes: Sequence[Wish], asked: Mapping[str, Any]) -> list[QueueItem]:
    place = _place(asked, "pos")
    proposal = proposal_for(actor, beamline, [wish.proposal for wish in wishes])
    drafts = [wish.draft for wish in wishes]
    with transaction.atomic():
        rows = services.submit_items(
            actor=actor,
            beamline=beamline,
            proposal=proposal,
            drafts=drafts,
            position=place.get("position", "back"),
        )
        if place and "position" not in place:
            uids = [str(row.uid) for row in rows]
            rows = services.move_items(actor=actor, beamline=beamline, uids=uids, **place)
    return rows


@route(
    "POST",
    "queue/item/add",
    EDIT,
    needs="item",
    takes="pos before_uid after_uid",
    locks=QUEUE,
    refused=_one,
)
def item_add(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Put one item into the queue."""
    wish = wish_of(asked["item"], lists.known_environment(beamline).plans)
    (row,) = _add(actor, beamline, [wish], asked)
    return done(qsize=queue_size(beamline), item=_told(beamline, row))


@route(
    "POST",
    "queue/item/add/batch",
    EDIT,
    needs="items",
    takes="pos before_uid after_uid",
    locks=QUEUE,
    refused=_many,
)
def item_add_batch(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Put many items into the queue: all or none, with a result for each."""
    items = asked["items"]
    if not isinstance(items, list):
        raise InvalidError("items is a list.")
    return add_items(actor, beamline, items, asked)


def add_items(actor: Actor, beamline: str, items: list[Any], asked: Mapping[str, Any]) -> Answer:
    """Queue items of the queue server, all or none."""
    if not items:
        return done(qsize=queue_size(beamline), items=[], results=[])
    plans = lists.known_environment(beamline).plans
    wishes, faults = [], {}
    for n, item in enumerate(items):
        try:
            wishes.append(wish_of(item, plans))
        except InvalidError as error:
            faults[n] = str(error)
    if faults:
        return _refused_batch(items, faults)
    try:
        rows = _add(actor, beamline, wishes, asked)
    except InvalidError as error:
        faults = _by_item(error, len(items))
        if not faults:
            raise
        return _refused_batch(items, faults)
    told = [item_as_qs(item_dict(row, None), plans) for row in rows]
    results = [{"success": True, "msg": ""} for _ in rows]
    return done(qsize=queue_size(beamline), items=told, results=results)


def _by_item(error: BeamportError, count: int) -> dict[int, str]:
    """Give the faults of each item of a batch, which our services tell as ``items.<n>.<parameter>``."""
    found: dict[int, list[str]] = {}
    for name, texts in error.fields.items():
        first, _, rest = name.partition(".")
        number, _, parameter = rest.partition(".")
        if first == "items" and number.isdecimal():
            found.setdefault(int(number), []).append(": ".join(filter(None, (parameter, ", ".join(texts)))))
        elif count == 1:
            found.setdefault(0, []).append(f"{name}: {', '.join(texts)}")
    return {n: "; ".join(texts) for n, texts in found.items()}


def _refused_batch(items: Sequence[Any], faults: Mapping[int, str]) -> Answer:
    results = [{"success": n not in faults, "msg": faults.get(n, "")} for n in range(len(items))]
    msg = f"{len(faults)} of {len(items)} items cannot run; none was queued."
    return refusal(msg, qsize=None, items=items, results=results)


@route("POST", "queue/item/update", EDIT, needs="item", takes="replace", locks=QUEUE, refused=_one)
def item_update(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Change a waiting item; with `replace` it gets a new uid."""
    item = asked["item"]
    wish = wish_of(item, lists.known_environment(beamline).plans)
    uid = item.get("item_uid")
    if not isinstance(uid, str):
        raise InvalidError("The item says by item_uid which one it changes.")
    change = services.replace_item if asked.get("replace") else services.update_item
    if wish.draft.kind != "plan":
        raise InvalidError("An instruction has nothing to change.")
    row = change(actor=actor, beamline=beamline, uid=uid, changes=_changes(wish.draft))
    return done(qsize=queue_size(beamline), item=_told(beamline, row))


def _changes(draft: Draft) -> dict[str, Any]:
    return {"plan": draft.plan, "parameters": draft.parameters, "metadata": draft.metadata}


@route("POST", "queue/item/remove", EDIT, takes="pos uid", locks=QUEUE, refused=_one)
def item_remove(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Take one item out; without place or uid the last one."""
    uid = uid_at(actor, beamline, pos=asked.get("pos"), uid=asked.get("uid"))
    found = selectors.item(actor, beamline, uid)
    services.remove_item(actor=actor, beamline=beamline, uid=uid)
    told = item_as_qs(found, lists.known_environment(beamline).plans)
    return done(qsize=queue_size(beamline), item=told)


@route(
    "POST", "queue/item/remove/batch", EDIT, needs="uids", takes="ignore_missing", locks=QUEUE, refused=_many
)
def item_remove_batch(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Take items out; those that do not wait any more are passed over unless `ignore_missing` is false."""
    uids = _uids(asked["uids"])
    ignores = bool(asked.get("ignore_missing", True))
    rows = (
        services.remove_items(actor=actor, beamline=beamline, uids=uids, ignores_missing=ignores)
        if uids
        else []
    )
    plans = lists.known_environment(beamline).plans
    return done(qsize=queue_size(beamline), items=[item_as_qs(item_dict(row, None), plans) for row in rows])


@route(
    "POST",
    "queue/item/move",
    EDIT,
    takes="pos uid pos_dest before_uid after_uid",
    locks=QUEUE,
    refused=_one,
)
def item_move(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Put one item elsewhere."""
    if asked.get("pos") is None and asked.get("uid") is None:
        raise InvalidError("Say which item: pos or uid.")
    uid = uid_at(actor, beamline, pos=asked.get("pos"), uid=asked.get("uid"))
    place = _place(asked, "pos_dest")
    if uid in (place.get("before"), place.get("after")):
        row = selectors.item_named(actor, beamline, uid)  # beside itself: it stays
    else:
        row = services.move_item(actor=actor, beamline=beamline, uid=uid, **place)
    return done(qsize=queue_size(beamline), item=_told(beamline, row))


@route(
    "POST",
    "queue/item/move/batch",
    EDIT,
    needs="uids",
    takes="pos_dest before_uid after_uid reorder",
    locks=QUEUE,
    refused=_many,
)
def item_move_batch(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Put items elsewhere as one block, in their order in the queue with `reorder`."""
    uids = _uids(asked["uids"])
    place = _place(asked, "pos_dest")
    if not uids:
        return done(qsize=queue_size(beamline), items=[])
    rows = services.move_items(
        actor=actor, beamline=beamline, uids=uids, keeps_queue_order=bool(asked.get("reorder")), **place
    )
    plans = lists.known_environment(beamline).plans
    return done(qsize=queue_size(beamline), items=[item_as_qs(item_dict(row, None), plans) for row in rows])


def _uids(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(uid, str) for uid in value):
        raise InvalidError("uids is a list of uids of items.")
    return value


@route("POST", "queue/item/execute", STEER, needs="item", locks=ENVIRONMENT, refused=_one)
def item_execute(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Run one item at once, before all others."""
    wish = wish_of(asked["item"], lists.known_environment(beamline).plans)
    draft = wish.draft
    row = services.run_now(
        actor=actor,
        beamline=beamline,
        proposal=proposal_for(actor, beamline, [wish.proposal]),
        plan=draft.plan,
        kind=draft.kind,
        parameters=draft.parameters,
        metadata=draft.metadata,
    )
    return done(qsize=queue_size(beamline), item=_told(beamline, row))


@route("POST", "queue/clear", EDIT, locks=QUEUE)
def queue_clear(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Take out every waiting item that the actor may write."""
    services.clear_queue(actor=actor, beamline=beamline)
    return done()


@route("POST", "queue/mode/set", STEER, needs="mode", locks=QUEUE)
def mode_set(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Switch `loop` and `ignore_failures`, or both off by "default"."""
    mode = asked["mode"]
    if mode == "default":
        mode = dict.fromkeys(MODES, False)
    if not isinstance(mode, Mapping) or not all(isinstance(value, bool) for value in mode.values()):
        raise InvalidError("mode is 'default', or an object of booleans.")
    unknown = sorted(set(mode) - set(MODES))
    if unknown:
        raise InvalidError(f"There is no mode {', '.join(unknown)}; known are {', '.join(MODES)}.")
    switched = {MODES[name]: value for name, value in mode.items()}
    services.set_modes(actor=actor, beamline=beamline, **switched)
    return done()


@route("POST", "history/clear", STEER, takes="size item_uid", locks=BOTH)
def history_clear(actor: Actor, beamline: str, asked: Mapping[str, Any]) -> Answer:
    """Hide ended plans from these routes: all, all but the newest `size`, or an item and all older ones.

    Items, runs and data stay; our own history shows them.
    """
    size, uid = asked.get("size"), asked.get("item_uid")
    found = lists.ended(actor, beamline, locking.desk_of(beamline))
    if uid is not None:
        kept = next((n for n, item in enumerate(found) if item["uid"] == uid), len(found))
    else:
        kept = size if size is not None else 0
        if not isinstance(kept, int) or isinstance(kept, bool):
            raise InvalidError("size is a whole number of items.")
    older = found[max(0, kept) :]
    if older:
        until = datetime.fromisoformat(older[0]["finished_at"])
        locking.clear_history(actor=actor, beamline=beamline, until=until)
    return done()
