"""What a queue can do besides taking items: priorities, times, dependencies, modes, batches, proposals."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook

from accounts.actor import worker_actor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from acquisition.queue import batches, running, selectors, services
from acquisition.queue.draft import Draft
from acquisition.queue.leases import acquire
from acquisition.queue.models import QueueItem
from acquisition.queue.running import Outcome
from acquisition.queue.states import ItemEvent
from tests.integration.acquisition.test_queue_services import COUNT, entries, order, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(facility):
    """Give a function that claims and ends the next item as a worker does."""
    actor = worker_actor("alpha")
    grant = acquire(beamline="alpha", holder="test", actor=actor)

    def run_one(event=ItemEvent.COMPLETE):
        item = running.claim_next(actor=actor, grant=grant)
        if item is not None:
            running.finish_item(actor=actor, grant=grant, item=item, outcome=Outcome(event))
        return item

    return run_one


def start(facility, **more):
    services.start_queue(actor=facility.actor("staff"), beamline="alpha", **more)


def modes(facility, **more):
    services.set_modes(actor=facility.actor("staff"), beamline="alpha", **more)


def queue(facility, who="staff"):
    return selectors.queue(facility.actor(who), "alpha")


def test_an_item_comes_in_behind_those_of_its_priority(facility):
    plain = submit(facility)
    high = submit(facility, priority=5)
    also_high = submit(facility, priority=5)
    highest = submit(facility, priority=9)
    low = submit(facility, priority=-1)
    assert order(facility) == [str(i.uid) for i in (highest, high, also_high, plain, low)]
    first = submit(facility, position="front")
    assert order(facility)[0] == str(first.uid)


def test_an_item_with_a_time_is_passed_over_until_then(facility, worker):
    later = submit(facility, not_before=timezone.now() + timedelta(hours=1))
    now = submit(facility)
    start(facility)
    assert worker().uid == now.uid
    assert worker() is None
    assert queue(facility)["items"][0]["obstacle"]["code"] == "not_before"
    QueueItem.objects.filter(pk=later.pk).update(not_before=timezone.now())
    assert worker().uid == later.uid


def test_an_item_waits_for_others_and_is_blocked_when_they_end_badly(facility, worker):
    first = submit(facility)
    second = submit(facility, position="front", waits_for=[str(first.uid)])
    assert queue(facility)["items"][0]["obstacle"]["code"] == "waits_for"
    start(facility)
    assert worker().uid == first.uid
    assert worker().uid == second.uid
    lost = submit(facility)
    submit(facility, waits_for=[str(lost.uid)])
    services.remove_item(actor=facility.actor("staff"), beamline="alpha", uid=str(lost.uid))
    assert queue(facility)["items"][0]["obstacle"]["code"] == "blocked"
    assert worker() is None
    with pytest.raises(InvalidError) as caught:
        submit(facility, waits_for=["00000000-0000-0000-0000-000000000000"])
    assert "waits_for" in caught.value.fields


@pytest.mark.parametrize("event", [ItemEvent.FAIL, ItemEvent.ABORT, ItemEvent.HALT])
def test_what_did_not_do_its_work_waits_at_the_front_as_a_copy_and_the_queue_is_held(facility, worker, event):
    item = submit(facility)
    waiter = submit(facility, waits_for=[str(item.uid)])
    start(facility)
    worker(event)
    found = queue(facility)
    copy, dependent = found["items"]
    assert copy["copied_from"] == str(item.uid)
    assert copy["uid"] != str(item.uid)
    assert found["is_held"]
    assert dependent["uid"] == str(waiter.uid)
    assert dependent["waits_for"] == [copy["uid"]]


def test_an_item_that_was_run_now_does_not_come_back(facility, worker):
    services.run_now(actor=facility.actor("member"), beamline="alpha", proposal="P-1", **COUNT)
    worker(ItemEvent.FAIL)
    assert queue(facility)["items"] == []


def test_failures_can_be_ignored_and_aborts_cannot(facility, worker):
    for _ in range(3):
        submit(facility)
    modes(facility, ignores_failures=True)
    start(facility)
    worker(ItemEvent.FAIL)
    found = queue(facility)
    assert (found["is_held"], found["length"]) == (False, 2)
    worker(ItemEvent.ABORT)
    assert queue(facility)["is_held"]


def test_a_loop_puts_what_ended_well_at_the_back(facility, worker):
    first, second = submit(facility), submit(facility)
    modes(facility, loops=True)
    start(facility)
    assert [worker().uid, worker().uid] == [first.uid, second.uid]
    again = queue(facility)["items"]
    assert [item["copied_from"] for item in again] == [str(first.uid), str(second.uid)]
    with pytest.raises(InvalidError, match="no mode"):
        modes(facility, dances=True)


def test_a_queue_holds_when_it_is_empty_if_it_is_told_to(facility, worker):
    submit(facility)
    start(facility, until_empty=True)
    worker()
    assert queue(facility)["is_held"]
    start(facility)
    assert queue(facility)["is_held"], "an empty queue that runs until it is empty has nothing to do"
    start(facility, until_empty=False)
    assert not queue(facility)["is_held"]


def test_stop_after_this_item_can_be_taken_back(facility, worker):
    staff = facility.actor("staff")
    with pytest.raises(ConflictError, match="Nothing runs"):
        services.stop_after_item(actor=staff, beamline="alpha")
    for _ in range(3):
        submit(facility)
    start(facility)
    QueueItem.objects.filter(uid=order(facility)[0]).update(state="running")
    services.stop_after_item(actor=staff, beamline="alpha")
    services.cancel_stop_after_item(actor=staff, beamline="alpha")
    worker()
    assert not queue(facility)["is_held"]
    QueueItem.objects.filter(uid=order(facility)[0]).update(state="running")
    services.stop_after_item(actor=staff, beamline="alpha")
    worker()
    assert queue(facility)["is_held"]


def test_a_stop_in_the_queue_holds_it_when_its_turn_comes(facility, worker):
    item = submit(facility)
    services.submit_item(
        actor=facility.actor("member"), beamline="alpha", proposal="P-1", kind="queue_stop", note="tea"
    )
    last = submit(facility)
    start(facility)
    assert worker().uid == item.uid
    assert worker() is None
    found = queue(facility)
    assert (found["is_held"], found["hold_reason"]) == (True, "tea")
    assert order(facility) == [str(last.uid)]


def test_a_batch_is_all_or_nothing_and_tells_the_faults_of_each(facility):
    good = Draft(**COUNT)
    bad = Draft(plan="count", parameters={"detectors": ["det"], "num": -1})
    unknown = Draft(plan="cuont")
    actor = facility.actor("member")
    with pytest.raises(InvalidError) as caught:
        services.submit_items(
            actor=actor, beamline="alpha", proposal="P-1", drafts=[good, bad, good, unknown]
        )
    assert set(caught.value.fields) == {"items.1.num", "items.3.plan"}
    assert order(facility) == []
    middle = submit(facility), submit(facility)
    items = services.submit_items(
        actor=actor, beamline="alpha", proposal="P-1", drafts=[good] * 50, position=1
    )
    assert order(facility) == [str(i.uid) for i in (middle[0], *items, middle[1])]
    assert len(entries("queue.submit_batch")) == 1


def test_points_and_time_are_foretold_and_summed(facility):
    for num in (5, 7):
        submit(facility, parameters={"detectors": ["det"], "num": num, "delay": 1})
    found = queue(facility)
    assert [item["points"] for item in found["items"]] == [5, 7]
    first, second = (item["estimated_s"] for item in found["items"])
    assert first < second
    assert found["eta"]["seconds"] == pytest.approx(first + second, abs=0.01)
    assert found["eta"]["starts_in_s"] == [0.0, pytest.approx(first, abs=0.01)]
    assert found["eta"]["unknown"] == 0


def test_an_item_is_updated_replaced_and_duplicated(facility):
    member = facility.actor("member")
    item = submit(facility)
    waiter = submit(facility, waits_for=[str(item.uid)])
    changed = services.update_item(
        actor=member,
        beamline="alpha",
        uid=str(item.uid),
        changes={"parameters": {"detectors": ["det"], "num": 9}, "note": "longer"},
    )
    assert (changed.uid, changed.points, changed.note) == (item.uid, 9, "longer")
    (entry,) = entries("queue.update")
    assert entry.before["parameters"]["num"] == 3
    assert entry.after["parameters"]["num"] == 9
    with pytest.raises(InvalidError) as caught:
        services.update_item(
            actor=member, beamline="alpha", uid=str(item.uid), changes={"parameters": {"num": -1}}
        )
    assert "num" in caught.value.fields
    fresh = services.replace_item(actor=member, beamline="alpha", uid=str(item.uid), changes={})
    assert order(facility) == [str(fresh.uid), str(waiter.uid)]
    waiter.refresh_from_db()
    assert waiter.waits_for == [str(fresh.uid)]
    copy = services.duplicate_item(actor=member, beamline="alpha", uid=str(fresh.uid))
    assert order(facility) == [str(fresh.uid), str(copy.uid), str(waiter.uid)]


def test_several_items_move_and_go_together(facility):
    a, b, c, d, e = (submit(facility) for _ in range(5))
    staff = facility.actor("staff")
    uids = [str(e.uid), str(b.uid)]
    services.move_items(actor=staff, beamline="alpha", uids=uids, before=str(a.uid))
    assert order(facility) == [str(i.uid) for i in (e, b, a, c, d)]
    services.move_items(
        actor=staff, beamline="alpha", uids=[str(d.uid), str(e.uid)], after=str(a.uid), keeps_queue_order=True
    )
    assert order(facility) == [str(i.uid) for i in (b, a, e, d, c)]
    gone = str(submit_gone(facility))
    with pytest.raises(NotFoundError):
        services.remove_items(actor=staff, beamline="alpha", uids=[str(a.uid), gone])
    assert len(order(facility)) == 5
    services.remove_items(actor=staff, beamline="alpha", uids=[str(a.uid), gone], ignores_missing=True)
    assert order(facility) == [str(i.uid) for i in (b, e, d, c)]


def submit_gone(facility):
    item = submit(facility)
    services.remove_item(actor=facility.actor("staff"), beamline="alpha", uid=str(item.uid))
    return item.uid


def test_a_proposed_item_runs_once_it_is_approved(facility, worker):
    member, pi = facility.actor("member"), facility.actor("pi")
    item = services.propose_item(actor=member, beamline="alpha", proposal="P-1", **COUNT)
    other = services.propose_item(actor=member, beamline="alpha", proposal="P-1", **COUNT)
    start(facility)
    assert worker() is None
    assert queue(facility)["proposed"] == 2
    with pytest.raises(ForbiddenError):
        services.approve_item(actor=member, beamline="alpha", uid=str(item.uid))
    with pytest.raises(InvalidError, match="why"):
        services.deny_item(actor=pi, beamline="alpha", uid=str(other.uid), reason=" ")
    services.approve_item(actor=pi, beamline="alpha", uid=str(item.uid))
    services.deny_item(actor=pi, beamline="alpha", uid=str(other.uid), reason="no beam then")
    assert worker().uid == item.uid
    told = selectors.item(member, "alpha", str(other.uid))
    assert (told["state"], told["reason"], told["reviewed_by"]) == ("denied", "no beam then", "pi")
    with pytest.raises(ConflictError, match="denied"):
        services.approve_item(actor=pi, beamline="alpha", uid=str(other.uid))


def test_presets_are_kept_for_oneself_or_for_the_proposal(facility):
    member, pi = facility.actor("member"), facility.actor("pi")
    keep = {"beamline": "alpha", **COUNT}
    mine = services.save_preset(actor=member, title="mine", **keep)
    ours = services.save_preset(actor=member, title="ours", proposal="P-1", **keep)
    assert [row["title"] for row in selectors.presets(pi, "alpha")] == ["ours"]
    assert [row["title"] for row in selectors.presets(member, "alpha")] == ["mine", "ours"]
    with pytest.raises(ConflictError, match="already"):
        services.save_preset(actor=member, title="mine", **keep)
    with pytest.raises(ForbiddenError):
        services.delete_preset(actor=pi, beamline="alpha", uid=str(ours.uid))
    with pytest.raises(NotFoundError):
        services.delete_preset(actor=pi, beamline="alpha", uid=str(mine.uid))
    services.delete_preset(actor=member, beamline="alpha", uid=str(mine.uid))
    assert [row["title"] for row in selectors.presets(member, "alpha")] == ["ours"]


TABLE = """plan,detectors,motor,start,stop,motor_2,start_2,stop_2,num,note,md.sample
scan,det,sx,-1,1,sy,0,2,5,first,LaB6
scan,det,sx,-1,1,,,,x,,
count,det,,,,,,,3,,
,det,,,,,,,3,,
scan,det,sx,-99,1,,,,5,,
count,"=1+1",,,,,,,3,,
"""


def test_a_table_is_checked_row_by_row(facility):
    member = facility.actor("member")
    found = batches.read_table(member, "alpha", proposal="P-1", data=TABLE.encode())
    first = found["rows"][0]["item"]
    assert first["parameters"] == {
        "detectors": ["det"],
        "args": [["sx", -1, 1], ["sy", 0, 2]],
        "num": 5,
    }
    assert (first["note"], first["metadata"]) == ("first", {"sample": "LaB6"})
    assert [(row["line"], sorted(row["faults"])) for row in found["rows"]] == [
        (2, []),
        (3, ["num"]),
        (4, []),
        (5, ["plan"]),
        (6, ["args"]),
        (7, ["detectors"]),
    ]
    assert found["faulty"] == 4
    assert found["points"] == 8


def test_a_table_of_a_spreadsheet_says_the_same(facility):
    book = Workbook()
    for line in TABLE.splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    book.active["A9"], book.active["B9"] = "count", "=SUM(1,2)"
    data = io.BytesIO()
    book.save(data)
    member = facility.actor("member")
    found = batches.read_table(member, "alpha", proposal="P-1", data=data.getvalue())
    plain = batches.read_table(member, "alpha", proposal="P-1", data=TABLE.encode())
    assert [row["item"] for row in found["rows"][:3]] == [row["item"] for row in plain["rows"][:3]]
    assert found["rows"][-1]["faults"], "a formula is no value: nothing is computed"
    again = batches.read_table(member, "alpha", proposal="P-1", data=found["text"].encode())
    assert [row["item"] for row in again["rows"]] == [row["item"] for row in found["rows"]], "as text, too"
    assert (plain["text"], again["text"]) == (None, None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "first row"),
        (b"plan,plan\ncount,count", "twice"),
        (b"plan,num\n", "no row"),
        (b"\xff\xfe\x00", "neither UTF-8"),
        (b"PK\x03\x04broken", "XLSX"),
        (b"plan\n" + b"count\n" * 6000, "more than"),
        (b'plan\n"count', "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(facility, data, told):
    with pytest.raises(InvalidError, match=told):
        batches.read_table(facility.actor("member"), "alpha", proposal="P-1", data=data)


def test_history_is_filtered_and_searched(facility):
    staff = facility.actor("staff")
    for n, (plan, state) in enumerate([("count", "completed"), ("scan", "failed"), ("count", "failed")]):
        item = submit(facility, note=f"number {n}")
        QueueItem.objects.filter(pk=item.pk).update(
            state=state, plan_name=plan, finished_at=timezone.now(), run_uids=[f"run-{n}"]
        )

    def notes(**filters):
        return [row["note"][-1] for row in selectors.history(staff, "alpha", **filters)["results"]]

    assert notes() == ["2", "1", "0"]
    assert notes(plan="count") == ["2", "0"]
    assert notes(state="failed") == ["2", "1"]
    assert notes(q="scan member") == ["1"]
    assert notes(run="run-2") == ["2"]
    assert notes(q="100%") == []
    assert notes(since=timezone.now()) == []


def test_items_are_taken_away_as_json_and_as_a_script(facility, client):
    submit(facility, parameters={"detectors": ["det"], "num": 3}, note='a "note"')
    client.force_login(facility.users["member"])
    answer = client.get("/api/v1/beamlines/alpha/queue/export?format=json")
    kept = json.loads(answer.content)["items"]
    again = [{name: item[name] for name in ("plan", "parameters", "metadata", "note")} for item in kept]
    body = {"proposal": "P-1", "items": again}
    made = client.post("/api/v1/beamlines/alpha/queue/batch", body, content_type="application/json")
    assert made.json()["count"] == 1
    script = client.get("/api/v1/beamlines/alpha/queue/export?format=python")
    assert script["Content-Disposition"].startswith("attachment")
    compile(script.content, "queue.py", "exec")
    assert b'"num": 3' in script.content
