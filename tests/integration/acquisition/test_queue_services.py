"""Who may change the queue, what a change leaves behind, and what others see of it."""

import pytest
from django.utils import timezone

from accounts import selectors as accounts
from accounts import services as accounts_services
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.requests import actor_of_key
from acquisition.plans.registry import PlanRegistry
from acquisition.queue import change, control, dry, selectors, services
from acquisition.queue.models import BeamlineQueue, ControlCommand, Environment, QueueItem
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db

COUNT = {"plan": "count", "parameters": {"detectors": ["det"], "num": 3}}
#: Who is told what when they write: nothing (allowed), that it is forbidden, or that there is no such place.
WRITERS = {
    "admin": None,
    "staff": None,
    "contact": None,
    "pi": None,
    "member": None,
    "observer": ForbiddenError,
    "outsider": NotFoundError,
    "other_staff": NotFoundError,
    "stranger": NotFoundError,
}


def submit(facility, who="member", *, proposal="P-1", **more):
    return services.submit_item(
        actor=facility.actor(who), beamline="alpha", proposal=proposal, **{**COUNT, **more}
    )


def order(facility, who="staff"):
    return [item.get("uid") for item in selectors.queue(facility.actor(who), "alpha")["items"]]


def version():
    return BeamlineQueue.objects.get(beamline__name="alpha").version


def entries(action):
    return [e for e in accounts.audit_entries(SYSTEM) if e.action == action]


ACTS = {
    "submit": lambda actor, item: services.submit_item(
        actor=actor, beamline="alpha", proposal="P-1", **COUNT
    ),
    "run now": lambda actor, item: services.run_now(actor=actor, beamline="alpha", proposal="P-1", **COUNT),
    "remove": lambda actor, item: services.remove_item(actor=actor, beamline="alpha", uid=str(item.uid)),
    "move": lambda actor, item: services.move_item(
        actor=actor, beamline="alpha", uid=str(item.uid), position="front"
    ),
    "start": lambda actor, item: services.start_queue(actor=actor, beamline="alpha"),
    "hold": lambda actor, item: services.hold_queue(actor=actor, beamline="alpha", reason="lunch"),
    "clear": lambda actor, item: services.clear_queue(actor=actor, beamline="alpha"),
    "take control": lambda actor, item: control.take_control(actor=actor, beamline="alpha"),
}


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_for_those_who_may_and_for_nobody_else(facility, act):
    for who, refusal in WRITERS.items():
        item = submit(facility)
        before = QueueItem.objects.count()
        if refusal is None:
            ACTS[act](facility.actor(who), item)
            control.release_control(actor=facility.actor(who), beamline="alpha")
        else:
            with pytest.raises(refusal):
                ACTS[act](facility.actor(who), item)
            assert QueueItem.objects.count() == before
            item.refresh_from_db()
            assert item.state == "queued"


def test_a_submitted_item_is_at_the_back_audited_and_raises_the_version(facility):
    first, second = submit(facility), submit(facility)
    assert order(facility) == [str(first.uid), str(second.uid)]
    before = version()
    third = submit(facility, position="front")
    assert order(facility)[0] == str(third.uid)
    assert version() == before + 1
    assert len(entries("queue.submit")) == 3


def test_parameters_are_checked_without_a_worker_and_each_fault_is_named(facility):
    with pytest.raises(InvalidError) as caught:
        submit(facility, parameters={"detectors": ["nope"], "num": -1})
    assert set(caught.value.fields) == {"detectors", "num"}
    with pytest.raises(InvalidError) as caught:
        submit(facility, plan="cuont")
    assert "plan" in caught.value.fields
    with pytest.raises(InvalidError) as caught:
        submit(facility, metadata={"proposal": "P-2"})
    assert "metadata" in caught.value.fields


def test_what_is_wrong_with_metadata_is_told_in_bounds(facility):
    Environment.objects.update(metadata_schema={"additionalProperties": {"type": "integer"}})
    wrong = {f"key{n}": "x" * 10_000 for n in range(200)}
    with pytest.raises(InvalidError) as caught:
        submit(facility, metadata=wrong)
    assert 0 < len(caught.value.fields) <= 50
    assert len(str(caught.value)) < 50_000
    submit(facility, metadata={"key": 1})


def test_a_beamline_that_was_never_opened_says_what_to_do(facility):
    Environment.objects.all().delete()
    with pytest.raises(ConflictError, match="never opened") as caught:
        submit(facility)
    assert "worker" in caught.value.hint


def test_items_move_before_after_and_to_a_position(facility):
    a, b, c, d = (submit(facility) for _ in range(4))
    actor = facility.actor("member")

    def moved(item, **where):
        services.move_item(actor=actor, beamline="alpha", uid=str(item.uid), **where)
        names = {str(row.uid): name for row, name in zip((a, b, c, d), "abcd", strict=True)}
        return "".join(names[uid] for uid in order(facility))

    assert moved(d, before=str(b.uid)) == "adbc"
    assert moved(a, after=str(c.uid)) == "dbca"
    assert moved(c, position=0) == "cdba"
    assert moved(c, position=-1) == "dbac"
    with pytest.raises(InvalidError):
        moved(a, position="front", before=str(b.uid))
    with pytest.raises(InvalidError):
        moved(a, before="00000000-0000-0000-0000-000000000000")


def test_items_of_another_proposal_keep_their_place_and_show_nothing(facility):
    mine, other = submit(facility), submit(facility, "staff", proposal="P-3")
    shown = selectors.queue(facility.actor("member"), "alpha")["items"]
    assert shown[0]["uid"] == str(mine.uid)
    assert shown[1] == {"position": 1, "state": "queued", "hidden": True}
    assert selectors.queue(facility.actor("staff"), "alpha")["items"][1]["uid"] == str(other.uid)
    with pytest.raises(NotFoundError):
        selectors.item(facility.actor("member"), "alpha", str(other.uid))
    with pytest.raises(NotFoundError):
        services.remove_item(actor=facility.actor("member"), beamline="alpha", uid=str(other.uid))
    assert services.clear_queue(actor=facility.actor("member"), beamline="alpha") == 1


def test_while_somebody_holds_control_others_may_only_stop(facility):
    pi, member, staff = (facility.actor(name) for name in ("pi", "member", "staff"))
    control.take_control(actor=pi, beamline="alpha")
    submit(facility, "pi")
    for act in ("submit", "start", "hold", "clear"):
        with pytest.raises(ConflictError, match="pi has alpha in hand"):
            ACTS[act](member, None)
    item = QueueItem.objects.get()
    item.state = "running"
    item.save()
    for action in ("pause", "stop", "abort"):
        services.request_engine_action(actor=member, beamline="alpha", action=action)
    for action in ("resume", "halt"):
        with pytest.raises(ConflictError):
            services.request_engine_action(actor=member, beamline="alpha", action=action)
        services.request_engine_action(actor=pi, beamline="alpha", action=action)
    assert ControlCommand.objects.count() == 5

    with pytest.raises(ConflictError):
        control.take_control(actor=member, beamline="alpha", reason="my turn")
    with pytest.raises(InvalidError, match="Say why"):
        control.take_control(actor=staff, beamline="alpha")
    control.take_control(actor=staff, beamline="alpha", reason="beam dump")
    assert selectors.control(member, "alpha")["holder"] == "staff"
    assert entries("control.force")[0].reason == "beam dump"
    with pytest.raises(ConflictError):
        control.keep_control(actor=pi, beamline="alpha")
    control.release_control(actor=staff, beamline="alpha")
    submit(facility, "member")


def test_control_that_is_not_kept_runs_out(facility):
    lease = control.take_control(actor=facility.actor("pi"), beamline="alpha")
    lease.expires_at -= 2 * control.TTL
    lease.save()
    assert selectors.control(facility.actor("member"), "alpha")["holder"] is None
    submit(facility, "member")


def test_an_observer_may_stop_and_may_not_make_it_go_on(facility):
    item = submit(facility)
    QueueItem.objects.update(state="running")
    observer = facility.actor("observer")
    for action in ("resume", "halt"):
        with pytest.raises(ForbiddenError):
            services.request_engine_action(actor=observer, beamline="alpha", action=action)
    command = services.request_engine_action(actor=observer, beamline="alpha", action="stop", reason="leak")
    assert (command.item_uid, command.reason) == (item.uid, "leak")
    assert entries("engine.stop")[0].reason == "leak"


@pytest.mark.parametrize("action", ["pause", "stop", "abort"])
def test_whoever_may_stop_at_the_beamline_stops_what_another_proposal_runs_and_learns_nothing_of_it(
    facility, action
):
    accounts_services.add_member(actor=SYSTEM, proposal="P-3", username="stranger", role="member")
    accounts_services.add_member(actor=SYSTEM, proposal="P-3", username="other_staff", role="observer")
    item = submit(facility)
    QueueItem.objects.update(state="running")
    command = services.request_engine_action(
        actor=facility.actor("stranger"), beamline="alpha", action=action, reason="smoke"
    )
    assert command.item_uid == item.uid
    told = str(selectors.command_dict(command))
    assert not any(secret in told for secret in (str(item.uid), "P-1", "count", "member"))
    entry = entries(f"engine.{action}")[0]
    assert (entry.username, entry.object_id, entry.proposal) == ("stranger", str(item.uid), "P-1")

    services.request_engine_action(actor=facility.actor("other_staff"), beamline="alpha", action=action)
    with pytest.raises(NotFoundError):
        services.request_engine_action(actor=facility.actor("outsider"), beamline="alpha", action=action)
    for other in ("resume", "halt"):
        with pytest.raises(NotFoundError):
            services.request_engine_action(actor=facility.actor("stranger"), beamline="alpha", action=other)


def test_a_key_of_staff_for_one_proposal_stops_that_proposals_item(facility):
    key = actor_of_key(facility.key("staff", "engine:stop", proposal="P-1")[0])
    submit(facility)
    QueueItem.objects.update(state="running")
    services.request_engine_action(actor=key, beamline="alpha", action="stop")
    QueueItem.objects.update(proposal_id=facility.proposal_id("P-3"))
    with pytest.raises(NotFoundError):
        services.request_engine_action(actor=key, beamline="alpha", action="stop")


def test_with_nothing_running_there_is_nothing_to_stop(facility):
    with pytest.raises(ConflictError, match="nothing to abort"):
        services.request_engine_action(actor=facility.actor("member"), beamline="alpha", action="abort")


def test_a_running_item_can_be_neither_moved_nor_removed(facility):
    item = submit(facility)
    QueueItem.objects.update(state="running")
    for act in ("remove", "move"):
        with pytest.raises(ConflictError, match="running"):
            ACTS[act](facility.actor("member"), item)


def test_run_now_goes_to_the_front_and_the_queue_is_held_again_after_it(facility):
    submit(facility)
    item = services.run_now(actor=facility.actor("member"), beamline="alpha", proposal="P-1", **COUNT)
    queue = BeamlineQueue.objects.get(beamline__name="alpha")
    assert order(facility)[0] == str(item.uid)
    assert (queue.is_held, queue.stop_after_item) == (False, True)


def test_metadata_are_what_the_beamline_asks_for(facility):
    schema = {"properties": {"sample": {"type": "string"}}, "required": ["sample"]}
    Environment.objects.update(metadata_schema=schema)
    with pytest.raises(InvalidError) as caught:
        submit(facility, metadata={"sample": 3})
    assert "metadata.sample" in caught.value.fields
    with pytest.raises(InvalidError) as caught:
        submit(facility)
    assert "sample" in caught.value.fields["metadata"][0]
    assert submit(facility, metadata={"sample": "silicon", "more": 1}).metadata["more"] == 1


def test_presets_and_schema_are_given_with_the_plans(facility):
    presets = [{"name": "peak", "title": "Peak", "plan": "scan", "parameters": {}}]
    Environment.objects.update(presets=presets, metadata_schema={"x-order": ["sample"]})
    found = selectors.plans(facility.actor("member"), "alpha")
    assert (found["presets"], found["metadata_schema"]) == (presets, {"x-order": ["sample"]})
    with pytest.raises(NotFoundError):
        selectors.offers(facility.actor("stranger"), "alpha")


def test_a_dry_run_says_points_and_faults(facility):
    actor = facility.actor("member")
    parameters = {"detectors": ["det"], "args": [["sx", -1, 1]], "num": 21}
    assert dry.foretell(actor, "alpha", plan="scan", parameters=parameters)["points"] == 21
    refused = dry.foretell(actor, "alpha", plan="scan", parameters={**parameters, "args": [["sx", -99, 1]]})
    assert (refused["is_refused"], list(refused["fields"]), refused["points"]) == (True, ["args"], None)
    with pytest.raises(InvalidError):
        dry.foretell(actor, "alpha", plan="no_such_plan", parameters={})


PLAN = """
from collections.abc import Sequence

from acquisition.devices.protocols import Readable
from acquisition.plans.scans import count

def own(detectors: Sequence[Readable], num: int = 1):
    yield from count(detectors, {times} * num)
"""


def test_a_dry_run_knows_code_that_was_changed_and_read_anew_by_the_worker(facility, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    plans = tmp_path / "edited_plans.py"
    plans.write_text(PLAN.format(times=2))
    registry = PlanRegistry()
    registry.load(["edited_plans"])
    rows = Environment.objects.filter(beamline__name="alpha")
    rows.update(plans=registry.descriptions(), modules=["edited_plans"], opened_at=timezone.now())

    def points():
        asked = {"detectors": ["det"], "num": 3}
        return dry.foretell(facility.actor("member"), "alpha", plan="own", parameters=asked)["points"]

    assert points() == 6
    plans.write_text(PLAN.format(times=10))
    assert points() == 6, "the worker still runs what it read"
    rows.update(opened_at=timezone.now())
    assert points() == 30
    plans.write_text("this is no Python")
    rows.update(opened_at=timezone.now())
    assert points() == 3, "of code that does not load only the parameters tell"
    plans.write_text(PLAN.format(times=5))
    rows.update(opened_at=timezone.now())
    assert points() == 15


def test_history_pages_by_cursor_without_gap_or_double(facility):
    for number in range(7):
        item = submit(facility, "staff", proposal="P-3" if number % 3 == 0 else "P-1")
        QueueItem.objects.filter(pk=item.pk).update(state="completed", finished_at=item.created_at)
    seen, cursor = [], ""
    while True:
        page = selectors.history(facility.actor("staff"), "alpha", cursor=cursor, limit=2)
        seen += [item["uid"] for item in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    own = selectors.history(facility.actor("member"), "alpha")["results"]
    assert {item["proposal"] for item in own} == {"P-1"}
    with pytest.raises(InvalidError):
        selectors.history(facility.actor("staff"), "alpha", cursor="xyz")


def test_a_worker_is_called_when_it_may_start_something_and_not_while_the_queue_is_held(
    facility, monkeypatch
):
    calls = []
    monkeypatch.setattr(change, "call_worker_on_commit", calls.append)
    services.hold_queue(actor=facility.actor("staff"), beamline="alpha", reason="lunch")
    submit(facility)
    assert calls == []
    services.start_queue(actor=facility.actor("staff"), beamline="alpha")
    submit(facility)
    assert calls == ["alpha", "alpha"]
