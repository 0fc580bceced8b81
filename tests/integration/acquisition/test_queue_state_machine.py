"""Whatever people and the worker do to a queue, in whatever order: it is a plain list with a few switches."""

import uuid
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.actor import worker_actor
from accounts.errors import ConflictError
from accounts.selectors import beamline_named
from acquisition.queue import leases, running, services
from acquisition.queue.change import waiting
from acquisition.queue.draft import Draft
from acquisition.queue.models import BeamlineQueue, Lease, QueueItem
from acquisition.queue.running import Outcome
from acquisition.queue.states import ItemEvent
from tests.integration.acquisition.test_queue_services import COUNT
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db

POSITIONS = st.one_of(st.sampled_from(["front", "back"]), st.integers(-6, 8))
PRIORITIES = st.sampled_from([0, 0, 0, 0, 5, -5, 100])
NTH = st.integers(0, 50)
OUTCOMES = st.sampled_from(sorted(set(ItemEvent) - {"approve", "deny", "start", "remove"}))
GOOD = (ItemEvent.COMPLETE, ItemEvent.STOP)


@dataclass
class One:
    """An item as the model knows it; a copy's uid is learnt when it is first seen."""

    uid: str = ""
    priority: int = 0
    runs_now: bool = False
    copy_of: str = ""


@dataclass
class Plain:
    """The model: a list, what runs, what has ended, and switches."""

    items: list[One] = field(default_factory=list)
    running: One | None = None
    ended: dict[str, str] = field(default_factory=dict)
    is_held: bool = True
    stop_after: bool = False
    loops: bool = False
    ignores_failures: bool = False
    holds_when_empty: bool = False

    def index(self, position, length):
        if position == "front":
            return 0
        if position == "back":
            return length
        return max(0, min(position if position >= 0 else length + 1 + position, length))

    def arrive(self, ones, position):
        index, priority = self.index(position, len(self.items)), max(one.priority for one in ones)
        if index == len(self.items):
            while index and self.items[index - 1].priority < priority:
                index -= 1
        self.items[index:index] = ones

    def end(self, event):
        one, self.running = self.running, None
        self.ended[one.uid] = event
        if event in GOOD or (event == ItemEvent.FAIL and self.ignores_failures):
            if self.loops and not one.runs_now:
                self.items.append(One(priority=one.priority, copy_of=one.uid))
            self.hold_if_asked()
            return
        if not one.runs_now or event == ItemEvent.LOSE:
            self.items.insert(0, One(priority=one.priority, copy_of=one.uid))
        self.is_held, self.stop_after = True, False

    def hold_if_asked(self):
        if self.stop_after:
            if not (self.items and self.items[0].runs_now):
                self.is_held, self.stop_after = True, False
        elif self.holds_when_empty and not self.items:
            self.is_held = True


STATES = {
    ItemEvent.COMPLETE: "completed",
    ItemEvent.FAIL: "failed",
    ItemEvent.ABORT: "aborted",
    ItemEvent.STOP: "stopped",
    ItemEvent.HALT: "halted",
    ItemEvent.LOSE: "interrupted",
}


class Queue(RuleBasedStateMachine):
    """The services and the worker on one side, the model on the other."""

    facility = None

    def __init__(self):
        super().__init__()
        QueueItem.objects.update(copied_from=None)
        BeamlineQueue.objects.all().delete()
        QueueItem.objects.all().delete()
        Lease.objects.all().delete()
        self.place = beamline_named(SYSTEM, "alpha")
        self.worker = worker_actor("alpha")
        self.grant = leases.acquire(actor=self.worker, beamline="alpha", holder="machine")
        self.who = {"actor": self.facility.actor("staff"), "beamline": "alpha"}
        self.plain = Plain()

    def still_mine(self):
        """Keep the lease, however slow the machine is."""
        leases.renew(self.grant, revive=True)

    def pick(self, nth):
        return self.plain.items[nth % len(self.plain.items)]

    def has_items(self):
        return bool(self.plain.items)

    # -- what people do -------------------------------------------------------------------------------------

    @rule(position=POSITIONS, priority=PRIORITIES)
    def submit(self, position, priority):
        item = services.submit_item(**self.who, proposal="P-1", position=position, priority=priority, **COUNT)
        self.plain.arrive([One(str(item.uid), priority)], position)

    @rule(position=POSITIONS, priorities=st.lists(PRIORITIES, min_size=1, max_size=4))
    def batch(self, position, priorities):
        drafts = [Draft(priority=priority, **COUNT) for priority in priorities]
        items = services.submit_items(**self.who, proposal="P-1", drafts=drafts, position=position)
        ones = [One(str(item.uid), item.priority) for item in items]
        self.plain.arrive(ones, position)

    @rule()
    def run_now(self):
        item = services.run_now(**self.who, proposal="P-1", **COUNT)
        self.plain.items.insert(0, One(str(item.uid), runs_now=True))
        if self.plain.is_held:
            self.plain.is_held, self.plain.stop_after = False, True

    @precondition(has_items)
    @rule(nth=NTH, position=POSITIONS)
    def move(self, nth, position):
        one = self.pick(nth)
        services.move_item(**self.who, uid=one.uid, position=position)
        self.plain.items.remove(one)
        self.plain.items.insert(self.plain.index(position, len(self.plain.items)), one)

    @precondition(has_items)
    @rule(first=NTH, second=NTH, is_before=st.booleans())
    def move_beside(self, first, second, is_before):
        one, other = self.pick(first), self.pick(second)
        if one is other:
            return
        services.move_item(**self.who, uid=one.uid, **{"before" if is_before else "after": other.uid})
        self.plain.items.remove(one)
        self.plain.items.insert(self.plain.items.index(other) + (not is_before), one)

    @precondition(has_items)
    @rule(chosen=st.lists(NTH, min_size=1, max_size=5), position=POSITIONS, keeps=st.booleans())
    def move_block(self, chosen, position, keeps):
        ones = list({id(one): one for one in map(self.pick, chosen)}.values())
        services.move_items(
            **self.who, uids=[one.uid for one in ones], position=position, keeps_queue_order=keeps
        )
        if keeps:
            ones.sort(key=self.plain.items.index)
        self.plain.items = [one for one in self.plain.items if one not in ones]
        index = self.plain.index(position, len(self.plain.items))
        self.plain.items[index:index] = ones

    @precondition(has_items)
    @rule(nth=NTH)
    def remove(self, nth):
        one = self.pick(nth)
        services.remove_item(**self.who, uid=one.uid)
        self.plain.items.remove(one)

    @precondition(has_items)
    @rule(chosen=st.lists(NTH, min_size=1, max_size=3))
    def remove_block(self, chosen):
        ones = [self.pick(nth) for nth in chosen]
        services.remove_items(
            **self.who, uids=[*(one.uid for one in ones), str(uuid.uuid4())], ignores_missing=True
        )
        self.plain.items = [one for one in self.plain.items if one not in ones]

    @precondition(has_items)
    @rule(nth=NTH, priority=PRIORITIES)
    def replace(self, nth, priority):
        one = self.pick(nth)
        fresh = services.replace_item(**self.who, uid=one.uid, changes={"priority": priority})
        self.plain.items[self.plain.items.index(one)] = One(str(fresh.uid), priority)

    @precondition(has_items)
    @rule(nth=NTH, priority=PRIORITIES)
    def update(self, nth, priority):
        one = self.pick(nth)
        services.update_item(**self.who, uid=one.uid, changes={"priority": priority})
        one.priority = priority

    @precondition(has_items)
    @rule(nth=NTH)
    def duplicate_waiting(self, nth):
        one = self.pick(nth)
        copy = services.duplicate_item(**self.who, uid=one.uid)
        self.plain.items.insert(self.plain.items.index(one) + 1, One(str(copy.uid), one.priority))

    @precondition(lambda self: self.plain.ended)
    @rule(nth=NTH)
    def duplicate_past(self, nth):
        uid = list(self.plain.ended)[nth % len(self.plain.ended)]
        copy = services.duplicate_item(**self.who, uid=uid)
        self.plain.items.append(One(str(copy.uid), copy.priority))

    @rule(is_meant=st.integers(0, 9))
    def clear(self, is_meant):
        if is_meant == 0:
            services.clear_queue(**self.who)
            self.plain.items = []

    @rule()
    def start(self):
        services.start_queue(**self.who)
        self.plain.stop_after = False
        if self.plain.items or not self.plain.holds_when_empty:
            self.plain.is_held = False

    @rule()
    def hold(self):
        services.hold_queue(**self.who)
        self.plain.is_held = True

    @rule()
    def stop_after(self):
        if self.plain.running is None:
            with pytest.raises(ConflictError):
                services.stop_after_item(**self.who)
        else:
            services.stop_after_item(**self.who)
            self.plain.stop_after = True

    @rule()
    def cancel_stop_after(self):
        services.cancel_stop_after_item(**self.who)
        self.plain.stop_after = False

    @rule(loops=st.booleans(), ignores_failures=st.booleans(), holds_when_empty=st.booleans())
    def switch(self, **modes):
        services.set_modes(**self.who, **modes)
        for name, value in modes.items():
            setattr(self.plain, name, value)

    # -- what the worker does -------------------------------------------------------------------------------

    @rule()
    def claim(self):
        self.still_mine()
        item = running.claim_next(actor=self.worker, grant=self.grant)
        if self.plain.running is None and not self.plain.is_held and self.plain.items:
            self.plain.running = self.plain.items.pop(0)
        assert (str(item.uid) if item else None) == (self.plain.running.uid if self.plain.running else None)

    @precondition(lambda self: self.plain.running is not None)
    @rule(event=OUTCOMES)
    def finish(self, event):
        self.still_mine()
        if event == ItemEvent.LOSE:
            running.interrupt_running(actor=self.worker, grant=self.grant, reason="lost", run_uids={})
        else:
            item = QueueItem.objects.get(uid=self.plain.running.uid)
            for _ in range(2):  # a second time changes nothing
                running.finish_item(actor=self.worker, grant=self.grant, item=item, outcome=Outcome(event))
        self.plain.end(event)

    # -- both are the same ----------------------------------------------------------------------------------

    @invariant()
    def order_is_the_models(self):
        rows = list(waiting(self.place.pk).select_related("copied_from"))
        for row, one in zip(rows, self.plain.items, strict=True):
            if not one.uid:
                assert str(row.copied_from.uid) == one.copy_of
                one.uid = str(row.uid)
        told = [(str(row.uid), row.priority, row.runs_now) for row in rows]
        assert told == [(one.uid, one.priority, one.runs_now) for one in self.plain.items]

    @invariant()
    def states_are_the_models(self):
        states = {str(row.uid): row.state for row in QueueItem.objects.all()}
        assert {uid: STATES[event] for uid, event in self.plain.ended.items()}.items() <= states.items()
        running_now = [uid for uid, state in states.items() if state == "running"]
        assert running_now == ([self.plain.running.uid] if self.plain.running else [])

    @invariant()
    def switches_are_the_models(self):
        row = BeamlineQueue.objects.filter(beamline=self.place).first()
        if row is not None:
            plain = self.plain
            assert (row.is_held, row.stop_after_item) == (plain.is_held, plain.stop_after)


def test_the_queue_is_a_list_with_switches(facility):
    class OfThisFacility(Queue):
        pass

    OfThisFacility.facility = facility
    run_state_machine_as_test(
        OfThisFacility,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
