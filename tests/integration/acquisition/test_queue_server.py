"""What clients of the queue server keep a copy of: its uid changes when it does, only then; lock; history."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import BeamportError, ConflictError, ForbiddenError
from accounts.rule_services import add_rule
from acquisition.qserver import editing, locking, reading, views
from acquisition.qserver.locking import LockOrder
from acquisition.qserver.status import status
from acquisition.queue import control, services
from acquisition.queue.models import Environment, QueueItem
from tests.support.runs_at_beamlines import submit

UIDS = ("plan_queue_uid", "plan_history_uid", "plans_allowed_uid", "devices_allowed_uid", "lock_info_uid")
UIDS += ("plans_existing_uid", "devices_existing_uid", "run_list_uid", "task_results_uid")


def uids(facility, who="member"):
    found = status(facility.actor(who), "alpha")
    return {name: found[name] for name in UIDS}


def changed(facility, before):
    return {name for name, uid in uids(facility).items() if uid != before[name]}


def finish(item, state="completed"):
    now = timezone.now()
    QueueItem.objects.filter(pk=item.pk).update(
        state=state, exit_status=state, started_at=now - timedelta(seconds=1), finished_at=now
    )


def test_a_uid_changes_with_its_list_and_with_nothing_else(facility):
    member = facility.actor("member")
    before = uids(facility)
    item = submit(facility, detectors=["det"], num=1)
    assert changed(facility, before) == {"plan_queue_uid"}
    before = uids(facility)
    services.set_modes(actor=member, beamline="alpha", loops=True)
    control.take_control(actor=member, beamline="alpha")
    services.hold_queue(actor=member, beamline="alpha", reason="lunch")
    assert changed(facility, before) == set()
    parameters = {"detectors": ["det"], "num": 2}
    services.update_item(
        actor=member, beamline="alpha", uid=str(item.uid), changes={"parameters": parameters}
    )
    assert changed(facility, before) == {"plan_queue_uid"}
    before = uids(facility)
    locking.lock(actor=member, beamline="alpha", order=LockOrder(key="k", queue=True))
    assert changed(facility, before) == {"lock_info_uid"}
    locking.unlock(actor=member, beamline="alpha", key="k")
    assert changed(facility, before) == set()
    finish(item)
    services.hold_queue(actor=member, beamline="alpha")
    assert changed(facility, before) == {"plan_queue_uid", "plan_history_uid"}


def test_opening_anew_changes_the_uids_of_plans_only_when_the_plans_are_others(facility):
    before = uids(facility)
    row = Environment.objects.get()
    row.opened_at = timezone.now()
    row.save()
    assert changed(facility, before) == {"task_results_uid"}
    row.plans = {name: plan for name, plan in row.plans.items() if name != "count"}
    row.opened_at = timezone.now()
    row.save()
    assert changed(facility, before) == {"task_results_uid", "plans_existing_uid", "plans_allowed_uid"}


def test_who_may_not_queue_is_allowed_no_plan_and_has_another_uid(facility):
    assert uids(facility)["plans_allowed_uid"] != uids(facility, "observer")["plans_allowed_uid"]
    assert uids(facility)["plans_existing_uid"] == uids(facility, "observer")["plans_existing_uid"]


def test_a_rule_of_the_beamline_keeps_a_plan_out_of_the_lists_at_once(facility):
    member = facility.actor("member")
    before = uids(facility)
    assert "count" in reading.plans_allowed(member, "alpha", {})["plans_allowed"]
    add_rule(
        actor=facility.actor("staff"),
        beamline="alpha",
        group="everyone",
        kind="plan",
        effect="forbid",
        pattern="count",
    )
    assert changed(facility, before) == {"plans_allowed_uid", "plans_existing_uid"}
    assert "count" not in reading.plans_allowed(member, "alpha", {"reduced": True})["plans_allowed"]
    refused = views.told(pytest.raises(BeamportError, add_count, member).value)
    assert "count" in refused


def add_count(actor):
    item = {"item_type": "plan", "name": "count", "args": [["det"]], "kwargs": {}}
    editing.item_add(actor, "alpha", {"item": {**item, "meta": {"proposal": "P-1"}}})


def test_a_lock_opens_to_its_key_and_to_staff_and_is_kept_as_a_digest(facility):
    member, pi = facility.actor("member"), facility.actor("pi")
    desk = locking.lock(actor=member, beamline="alpha", order=LockOrder(key="secret", environment=True))
    assert "secret" not in desk.lock_digest
    queue, environment = frozenset({"queue"}), frozenset({"environment"})
    locking.check_unlocked("alpha", queue, None)
    with pytest.raises(ConflictError, match="member has locked the environment"):
        locking.check_unlocked("alpha", environment, "wrong")
    locking.check_unlocked("alpha", environment, "secret")
    with pytest.raises(ConflictError):
        locking.unlock(actor=pi, beamline="alpha", key="wrong")
    with pytest.raises(ConflictError):
        locking.lock(actor=pi, beamline="alpha", order=LockOrder(key="mine", queue=True))
    with pytest.raises(ForbiddenError):
        locking.unlock(actor=facility.actor("observer"), beamline="alpha", key="secret")
    locking.unlock(actor=facility.actor("staff"), beamline="alpha", key="another")
    locking.check_unlocked("alpha", environment, None)


def test_clearing_the_history_hides_and_keeps(facility):
    items = [submit(facility, detectors=["det"], num=1) for _ in range(3)]
    for item in items:
        finish(item)
    member = facility.actor("member")
    assert status(member, "alpha")["items_in_history"] == 3
    until = QueueItem.objects.get(pk=items[1].pk).finished_at
    locking.clear_history(actor=member, beamline="alpha", until=until)
    locking.clear_history(actor=member, beamline="alpha", until=until - timedelta(days=1))
    assert status(member, "alpha")["items_in_history"] == 1
    assert QueueItem.objects.filter(state="completed").count() == 3
