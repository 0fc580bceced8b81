"""One owner at a time; who lost the lease writes nothing; what a worker writes."""

import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from accounts.actor import worker_actor
from accounts.errors import NotFoundError
from acquisition.queue import leases, running, selectors, services
from acquisition.queue.leases import LeaseExpiredError, LeaseLostError
from acquisition.queue.models import BeamlineQueue, ConsoleLine, Environment, Lease, QueueItem
from acquisition.queue.running import Line, Outcome
from acquisition.queue.states import ItemEvent
from acquisition.queue.status import NONE_DUE, status_of, without_item
from acquisition.worker.lease import LeaseKeeper
from tests.integration.acquisition.test_queue_services import COUNT, submit

WORKER = worker_actor("alpha")


def acquire(holder="one"):
    return leases.acquire(actor=WORKER, beamline="alpha", holder=holder)


def run_out():
    Lease.objects.update(expires_at=Now())


@pytest.mark.django_db
class TestOneOwner:
    def test_the_second_waits_until_the_first_gives_it_back(self, facility):
        first = acquire()
        assert acquire("two") is None
        leases.release(first)
        second = acquire("two")
        assert second.fencing == first.fencing + 1

    def test_a_lease_that_ran_out_is_taken_with_a_higher_number(self, facility):
        first = acquire()
        run_out()
        second = acquire("two")
        assert second.fencing == first.fencing + 1
        with pytest.raises(LeaseLostError), leases.guarded(first):
            pytest.fail("a stale holder wrote")
        with leases.guarded(second):
            pass
        leases.release(first)
        with leases.guarded(second):
            pass

    def test_a_lease_that_ran_out_writes_nothing_though_nobody_took_it(self, facility):
        grant = acquire()
        run_out()
        with pytest.raises(LeaseExpiredError), leases.guarded(grant):
            pytest.fail("a stale holder wrote")
        with pytest.raises(LeaseExpiredError):
            leases.renew(grant)
        leases.renew(grant, revive=True)
        with leases.guarded(grant):
            pass

    def test_only_the_beamlines_own_worker_takes_it(self, facility):
        with pytest.raises(NotFoundError):
            leases.acquire(actor=worker_actor("beta"), beamline="alpha", holder="x")

    def test_status_tells_nothing_of_the_engine_before_until_the_beamline_is_open_again(self, facility):
        grant = acquire()
        running.open_environment(grant=grant, plans={}, modules=[], devices={}, faults=[], versions={})
        running.save_snapshot(
            grant=grant, engine_state="running", item_uid=None, run_uid="r", progress={"points": 3}, info={}
        )
        run_out()
        acquire("two")
        status = status_of("alpha")
        assert (status["worker"], status["engine_state"]) == ("starting", "closed")
        assert (status["run_uid"], status["progress"]) == (None, {})

    def test_status_does_not_say_that_an_item_starts_whose_time_has_not_come(self, facility):
        grant = acquire()
        Environment.objects.update(is_open=True, fencing=grant.fencing)
        later = submit(facility, not_before=datetime(2090, 1, 1, tzinfo=UTC))
        services.start_queue(actor=facility.actor("staff"), beamline="alpha")
        assert status_of("alpha")["message"] == NONE_DUE
        submit(facility, waits_for=[str(later.uid)])
        assert status_of("alpha")["message"] == NONE_DUE
        submit(facility)
        assert status_of("alpha")["message"] == "Starting the next item."

    def test_status_says_lost_whatever_the_engines_row_says(self, facility):
        grant = acquire()
        running.open_environment(grant=grant, plans={}, modules=[], devices={}, faults=[], versions={})
        running.save_snapshot(
            grant=grant, engine_state="running", item_uid=None, run_uid="", progress={}, info={}
        )
        assert (status_of("alpha")["worker"], status_of("alpha")["engine_state"]) == ("ready", "running")
        run_out()
        status = status_of("alpha")
        assert (status["worker"], status["engine_state"]) == ("lost", "worker lost")
        assert status["environment_open"] is False
        leases.release(grant)
        assert status_of("alpha")["worker"] == "absent"


@pytest.mark.django_db
class TestKeeper:
    """The keeper with a clock and a renewal of its own."""

    def keeper(self, renewals, clock):
        self.lost = []
        self.asked = []

        def renew(grant, *, revive):
            self.asked.append(revive)
            outcome = renewals.pop(0)
            if outcome is not None:
                raise outcome

        grant = leases.Grant("alpha", 1, "one", 1)
        return LeaseKeeper(grant, on_lost=self.lost.append, clock=lambda: clock[0], renewal=renew)

    def test_a_worker_that_stood_still_is_lost_without_asking(self):
        clock = [0.0]
        keeper = self.keeper([None], clock)
        assert keeper.beat()
        clock[0] += leases.TTL_S + 0.1
        assert not keeper.beat()
        assert self.lost == ["the worker stood still for 2.6 s"]
        assert self.asked == [False]

    def test_after_an_outage_of_the_database_it_goes_on_if_nobody_took_over(self):
        clock = [0.0]
        keeper = self.keeper([OperationalError("away"), OperationalError("away"), None, None], clock)
        for _ in range(4):
            assert keeper.beat()
            clock[0] += 2.0
        assert self.asked == [False, True, True, False]
        assert self.lost == []

    def test_a_database_that_stalls_while_it_is_asked_costs_no_lease(self):
        clock = [0.0]
        keeper = self.keeper([None, LeaseExpiredError("ran out"), None], clock)
        assert keeper.beat()
        clock[0] += 0.5
        renew = keeper._renew

        def slow(grant, *, revive):
            clock[0] += 2.1  # less than the lease lasts, and yet past its end
            renew(grant, revive=revive)

        keeper._renew = slow
        assert keeper.beat()
        keeper._renew = renew
        clock[0] += 0.5
        assert keeper.beat()
        assert self.asked == [False, False, True]

    def test_a_lease_that_ran_out_though_the_database_answers_at_once_is_lost(self):
        keeper = self.keeper([LeaseExpiredError("ran out")], [0.0])
        assert not keeper.beat()
        assert self.lost == ["ran out"]

    def test_it_is_lost_when_another_took_over(self):
        keeper = self.keeper([OperationalError("away"), LeaseLostError("taken over")], [0.0])
        assert keeper.beat()
        assert not keeper.beat()
        assert self.lost == ["taken over"]


@pytest.mark.django_db
class TestWhatAWorkerWrites:
    def test_an_item_is_claimed_once_and_finished_once(self, facility):
        grant, item = acquire(), submit(facility)
        assert running.claim_next(actor=WORKER, grant=grant) is None, "the queue is held"
        BeamlineQueue.objects.update(is_held=False)
        claimed = running.claim_next(actor=WORKER, grant=grant)
        assert claimed.uid == item.uid
        assert running.claim_next(actor=WORKER, grant=grant).uid == item.uid, "claimed, and not yet begun"
        outcome = Outcome(ItemEvent.COMPLETE, run_uids=("r",))
        for _ in range(2):
            running.finish_item(actor=WORKER, grant=grant, item=item, outcome=outcome)
        item.refresh_from_db()
        assert (item.state, item.exit_status, item.run_uids) == ("completed", "completed", ["r"])
        assert not BeamlineQueue.objects.get().is_held
        assert running.claim_next(actor=WORKER, grant=grant) is None

    @pytest.mark.parametrize(
        ("event", "held"),
        [
            (ItemEvent.COMPLETE, False),
            (ItemEvent.STOP, False),
            (ItemEvent.FAIL, True),
            (ItemEvent.ABORT, True),
            (ItemEvent.HALT, True),
        ],
    )
    def test_the_queue_goes_on_only_after_good_ends(self, facility, event, held):
        grant, item = acquire(), submit(facility)
        BeamlineQueue.objects.update(is_held=False)
        running.claim_next(actor=WORKER, grant=grant)
        running.finish_item(actor=WORKER, grant=grant, item=item, outcome=Outcome(event, reason="why"))
        queue = BeamlineQueue.objects.get()
        assert queue.is_held is held
        assert ("why" in queue.hold_reason) is held

    def test_all_items_that_were_run_now_run_before_the_queue_is_held_again(self, facility):
        grant, waits = acquire(), submit(facility)
        run_now = {"actor": facility.actor("member"), "beamline": "alpha", "proposal": "P-1", **COUNT}
        for _ in range(2):
            services.run_now(**run_now)
            running.claim_next(actor=WORKER, grant=grant)
        for _ in range(2):
            claimed = running.claim_next(actor=WORKER, grant=grant)
            assert claimed is not None, "an item that was run now waits behind a held queue"
            running.finish_item(actor=WORKER, grant=grant, item=claimed, outcome=Outcome(ItemEvent.COMPLETE))
        queue = BeamlineQueue.objects.get()
        waits.refresh_from_db()
        assert (waits.state, queue.is_held, queue.stop_after_item) == ("queued", True, False)

    def test_a_stale_worker_neither_claims_nor_finishes(self, facility):
        stale, item = acquire(), submit(facility)
        BeamlineQueue.objects.update(is_held=False)
        running.claim_next(actor=WORKER, grant=stale)
        run_out()
        acquire("two")
        with pytest.raises(LeaseLostError):
            running.finish_item(actor=WORKER, grant=stale, item=item, outcome=Outcome(ItemEvent.COMPLETE))
        with pytest.raises(LeaseLostError):
            running.claim_next(actor=WORKER, grant=stale)
        assert QueueItem.objects.get().state == "running"

    def test_an_interrupted_item_is_copied_to_the_front_and_the_queue_held(self, facility):
        grant, item, behind = acquire(), submit(facility), submit(facility)
        BeamlineQueue.objects.update(is_held=False)
        running.claim_next(actor=WORKER, grant=grant)
        running.interrupt_running(actor=WORKER, grant=grant, reason="gone", run_uids={str(item.uid): ["r1"]})
        item.refresh_from_db()
        assert (item.state, item.exit_status, item.run_uids) == ("interrupted", "unknown", ["r1"])
        copy = QueueItem.objects.get(copied_from=item)
        shown = selectors.queue(facility.actor("staff"), "alpha")
        assert [row["uid"] for row in shown["items"]] == [str(copy.uid), str(behind.uid)]
        assert (shown["is_held"], shown["hold_reason"]) == (True, "gone")
        assert running.interrupt_running(actor=WORKER, grant=grant, reason="gone", run_uids={}) == []

    def test_console_lines_are_numbered_and_shown_by_proposal(self, facility):
        grant, item = acquire(), submit(facility)
        now = datetime.now(UTC)
        secret = Line(now, "INFO", "found gold", item.uid, item.proposal_id)
        running.append_console(grant=grant, lines=[Line(now, "INFO", "hello", None, None), secret])
        running.append_console(grant=grant, lines=[secret])
        assert list(ConsoleLine.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2, 3]
        shown = selectors.console(facility.actor("member"), "alpha", since=0)
        assert [line["seq"] for line in shown["lines"]] == [1, 2, 3]
        assert selectors.console(facility.actor("member"), "alpha", since=2)["last"] == 3
        of_item = selectors.console(facility.actor("member"), "alpha", item=item.uid)
        assert [line["text"] for line in of_item["lines"]] == ["found gold", "found gold"]
        outside = Line(now, "INFO", "theirs", uuid.uuid4(), facility.proposal_id("P-3"))
        running.append_console(grant=grant, lines=[outside])
        texts = [line["text"] for line in selectors.console(facility.actor("member"), "alpha")["lines"]]
        assert texts == ["hello", "found gold", "found gold"]

    def test_why_an_item_held_the_queue_is_told_to_who_may_see_the_item(self, facility):
        grant, mine = acquire(), submit(facility, "staff", proposal="P-3")
        BeamlineQueue.objects.update(is_held=False)
        running.claim_next(actor=WORKER, grant=grant)
        outcome = Outcome(ItemEvent.FAIL, reason="the gold sample broke")
        running.finish_item(actor=WORKER, grant=grant, item=mine, outcome=outcome)
        staff, member = facility.actor("staff"), facility.actor("member")
        for shown in (selectors.status(staff, "alpha")["queue"], selectors.queue(staff, "alpha")):
            assert shown["hold_reason"] == "count failed: the gold sample broke"
        for shown in (selectors.status(member, "alpha"), without_item(status_of("alpha"))):
            assert (shown["queue"]["hold_reason"], shown["redacted"]) == ("the last item failed", True)
            assert "gold" not in str(shown)
        assert selectors.queue(member, "alpha")["hold_reason"] == "the last item failed"

        services.hold_queue(actor=member, beamline="alpha", reason="tea")
        assert selectors.status(member, "alpha")["queue"]["hold_reason"] == "tea"
        services.start_queue(actor=member, beamline="alpha")
        assert "redacted" not in selectors.status(member, "alpha")

    def test_after_an_item_of_another_proposal_failed_run_now_still_tells_nothing_of_it(self, facility):
        grant, theirs = acquire(), submit(facility, "staff", proposal="P-3")
        BeamlineQueue.objects.update(is_held=False)
        running.claim_next(actor=WORKER, grant=grant)
        outcome = Outcome(ItemEvent.FAIL, reason="the gold sample broke")
        running.finish_item(actor=WORKER, grant=grant, item=theirs, outcome=outcome)
        own = services.run_now(
            actor=facility.actor("member"),
            beamline="alpha",
            plan="count",
            parameters={"detectors": ["det"]},
            proposal="P-1",
        )
        running.claim_next(actor=WORKER, grant=grant)
        assert "gold" not in str(selectors.status(facility.actor("member"), "alpha"))
        running.finish_item(actor=WORKER, grant=grant, item=own, outcome=Outcome(ItemEvent.COMPLETE))
        shown = selectors.queue(facility.actor("member"), "alpha")
        assert (shown["is_held"], "gold" in str(shown)) == (True, False)

    def test_a_line_that_comes_while_lines_are_read_is_not_passed_over(self, facility):
        grant, now = acquire(), datetime.now(UTC)
        coming = [Line(now, "INFO", "two", None, None)]
        running.append_console(grant=grant, lines=[Line(now, "INFO", "one", None, None)])

        def another_comes(execute, sql, params, many, context):
            answer = execute(sql, params, many, context)
            if coming and ConsoleLine._meta.db_table in sql:
                running.append_console(grant=grant, lines=[coming.pop()])
            return answer

        with connection.execute_wrapper(another_comes):
            first = selectors.console(facility.actor("staff"), "alpha", since=0)
        then = selectors.console(facility.actor("staff"), "alpha", since=first["last"])
        assert [line["text"] for line in first["lines"] + then["lines"]] == ["one", "two"]


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_one_gets_the_lease():
    from tests.support.people import make_facility

    make_facility()
    for _ in range(10):
        grants, gate = [], threading.Barrier(6)

        def ask(name, grants=grants, gate=gate):
            try:
                gate.wait(10)
                grants.append(acquire(name))
            finally:
                connection.close()

        threads = [threading.Thread(target=ask, args=(f"w{n}",)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        (grant,) = [grant for grant in grants if grant is not None]
        leases.release(grant)
