"""Take items from the queue of an open beamline and run their plans, one after the other."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from accounts.actor import Actor
from acquisition.engine import RunEngine
from acquisition.plans.preprocessors import SupplementalData
from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseLostError
from acquisition.queue.models import ControlCommand, QueueItem
from acquisition.queue.permits import OPEN, Permit
from acquisition.queue.running import Outcome
from acquisition.queue.states import ItemEvent
from acquisition.worker import telling
from acquisition.worker.console import Console
from acquisition.worker.direct import roots_of
from acquisition.worker.driver import ENDING, Driver, Ending, NotPossibleError
from acquisition.worker.environment import OpenBeamline, suspenders_of
from acquisition.worker.guard import ItemGuard
from acquisition.worker.item import metadata_of, plan_of, standing_of
from acquisition.worker.journal import Header
from acquisition.worker.log_context import AT_WORK
from acquisition.worker.patience import until_it_works
from acquisition.worker.progress import POINT_DOCUMENTS, ProgressCounter
from acquisition.worker.recorder import Recorder
from acquisition.worker.recovery import close_given_up
from acquisition.worker.reporter import Reporter
from acquisition.worker.rules_in_force import RulesWatch
from acquisition.worker.scan_numbers import ScanNumbers
from acquisition.worker.shipper import Shipper
from acquisition.worker.stopping import stop_everything
from acquisition.worker.suspending import Entries, SuspenderWatch
from acquisition.worker.values import find

logger = logging.getLogger(__name__)

DRAIN_S: Final = 1.0
#: How long an order waits for an engine that is about to begin, and how often it looks.
BEGIN_S: Final = 2.0
BEGIN_LOOK_S: Final = 0.005


class Runner:
    """The engine of an open beamline, and the item that it runs.

    Parameters
    ----------
    stopping
        Set when the process is asked to go.
    on_panic
        Called with the reason when the engine can never run again.
    """

    def __init__(
        self,
        *,
        actor: Actor,
        grant: Grant,
        beamline: OpenBeamline,
        folder: Path,
        reporter: Reporter,
        console: Console,
        shipper: Shipper,
        stopping: threading.Event,
        on_panic: Callable[[str], None],
    ) -> None:
        self._actor = actor
        self._grant = grant
        self._beamline = beamline
        self._reporter = reporter
        self._console = console
        self._shipper = shipper
        self._stopping = stopping
        self._folder = folder
        self._on_panic = on_panic
        self._item: QueueItem | None = None
        self._lock = threading.Lock()
        self._ending: Ending | None = None
        self._has_begun = self._is_over = self._is_claiming = False
        self._given: frozenset[str] = frozenset()
        self._run_uids: list[str] = []
        self._starts: dict[str, dict[str, Any]] = {}
        self._began_s = 0.0
        self._counter = ProgressCounter()
        known = running.snapshot_info(grant.beamline_id).get("scan_id") or 0
        self._numbers = ScanNumbers(folder / "scan_id.json", at_least=int(known))
        self._recorder = Recorder(
            folder, origin=self._origin, on_record=self._recorded, on_stall=self._stalled
        )
        self._driver = Driver(self._new_engine())
        self._rules = RulesWatch(grant.beamline, lambda text: console.add(text, "WARNING"))
        self._rules.start()
        shipper.on_begun = self._begun

    # -- items ----------------------------------------------------------------------------------------------

    def run_next(self) -> bool:
        """Run the next item, if there is one; errors of the database in looking for it come out."""
        self._is_claiming = True
        try:
            item = running.claim_next(actor=self._actor, grant=self._grant)
            if item is None:
                return False
            self._begin(item)
        finally:
            self._is_claiming = False
        ending = self._run(item)
        self._end(item, ending)
        return True

    def steer(self, command: ControlCommand) -> str:
        """Carry a control command out; raise NotPossibleError to refuse it."""
        item = self._item_at_work()
        if item is None:
            raise NotPossibleError("nothing runs any more")
        if command.item_uid is not None and command.item_uid != item.uid:
            raise NotPossibleError("the item that this was meant for has ended; another one runs")
        reason = command.reason or f"{command.action} by {command.requested_by}"
        try:
            if self._ended_before_it_begins(command.action, reason):
                return "the item ends before its plan begins"
            self._driver.steer(command.action, reason=reason, defer=command.defer)
        finally:
            if command.action in ENDING:  # last: a run that is given up before it is told to end has failed
                self._recorder.give_up()
        return f"the engine is {self._driver.state}"

    def _item_at_work(self) -> QueueItem | None:
        """Give the item; one that the database already calls running may yet be on its way here."""
        deadline = time.monotonic() + BEGIN_S
        while self._item is None and self._is_claiming and time.monotonic() < deadline:
            time.sleep(BEGIN_LOOK_S)
        return self._item

    def _ended_before_it_begins(self, action: str, reason: str) -> bool:
        """Note that the item is to end, if its plan has not begun; else wait for an engine about to begin."""
        with self._lock:
            if not self._has_begun and action in ENDING:
                self._ending = Ending(ENDING[action], reason)
                return True
        deadline = time.monotonic() + BEGIN_S
        while self._driver.state == "idle" and not self._is_over and time.monotonic() < deadline:
            time.sleep(BEGIN_LOOK_S)
        return False

    def held_devices(self) -> tuple[frozenset[str], str]:
        """Give the names of the devices that the running plan was given or has touched, and its name."""
        item = self._item
        guard = self._driver.engine.guard
        if item is None or guard is None:
            return frozenset(), ""
        return self._given | frozenset(guard.touched), item.plan_name

    def end_plan(self, action: str, reason: str) -> None:
        """Abort or halt what runs, if anything does."""
        try:
            if self._driver.state != "idle":
                self._driver.steer(action, reason=reason)
        except NotPossibleError as error:
            logger.debug("the plan is not told to %s: %s", action, error)
        finally:
            self._recorder.give_up()

    def stop_motors(self) -> None:
        """Tell every device to stop."""
        stop_everything(self._beamline.devices)

    def close(self) -> None:
        """Close the journal, and let go of the signals that suspenders follow."""
        self._watch.stop()
        self._rules.stop()
        self._driver.engine.clear_suspenders()
        self._recorder.close()

    def _begin(self, item: QueueItem) -> None:
        self._ending, self._has_begun, self._is_over = None, False, False
        self._item = item
        AT_WORK.item = str(item.uid)
        self._given = frozenset()
        self._run_uids = []
        self._starts = {}
        self._began_s = time.monotonic()
        self._counter = ProgressCounter()
        self._recorder.next_item()
        self._reporter.say(item_uid=item.uid, run_uid="", progress={}, message="")

    def _run(self, item: QueueItem) -> Ending:
        with self._console.capturing(item.uid, item.proposal_id):
            self._console.add(
                telling.item_began(item.plan_name, username=item.submitted_by, proposal=item.proposal.number)
            )
            try:
                plan = self._prepare(item)
            except LeaseLostError:
                raise
            except (Exception, SystemExit) as error:  # noqa: BLE001  plan code may raise anything
                return Ending(ItemEvent.FAIL, f"{type(error).__name__}: {error}")
            if self._stopping.is_set():
                return Ending(ItemEvent.ABORT, "the worker was shut down before the plan began")
            metadata = metadata_of(item, self._grant.beamline, self._beamline)
            with self._lock:
                if self._ending is not None:
                    return self._ending
                self._has_begun = True
            try:
                return self._driver.run(plan, metadata)
            finally:
                self._is_over = True

    def _prepare(self, item: QueueItem) -> Any:
        asked = until_it_works(lambda: standing_of(item, self._grant.beamline), stopping=self._stopping)
        held, permit = asked or (frozenset(), OPEN)
        guard = ItemGuard(
            username=item.submitted_by,
            held=held,
            access={spec.name: spec.access for spec in self._beamline.manifest.devices},
            at_checkpoint=self._recorder.barrier,
            limits=self._beamline.manifest.limits,
            permit=permit,
            baseline=self._beamline.manifest.baseline,
        )
        self._driver.engine.guard = guard
        self._rules.follow(item, guard)
        self._supplement.baseline = self._baseline_for(permit)
        plan, names = plan_of(item, self._beamline, permit)
        self._given = roots_of(names)
        return plan

    def _end(self, item: QueueItem, ending: Ending) -> None:
        self._store_all()
        self._close_given_up()
        self._tell_end(item, ending)
        outcome = Outcome(
            ending.event,
            reason=ending.reason,
            traceback=ending.traceback,
            run_uids=tuple(self._run_uids),
            progress=self._counter.as_dict(),
        )
        until_it_works(
            lambda: running.finish_item(actor=self._actor, grant=self._grant, item=item, outcome=outcome),
            stopping=self._stopping,
            is_last_word=True,
        )
        self._item = None
        self._rules.forget()
        AT_WORK.item = AT_WORK.run = ""
        state = self._driver.state
        self._reporter.say(item_uid=None, run_uid="", progress={}, message="", engine_state=state)
        if state == "panicked":
            self._on_panic("the engine panicked")

    def _store_all(self) -> bool:
        """Wait until all that was recorded can be found; False when this worker is to go before that."""
        while not self._shipper.drain(DRAIN_S):
            if self._stopping.is_set():
                return False
        return True

    def _close_given_up(self) -> None:
        """End the runs whose stop document the disk did not take; what it took of them is stored first."""
        for run in self._recorder.let_go():
            if not self._store_all():
                return  # the next worker finds the journal
            close = partial(
                close_given_up, actor=self._actor, grant=self._grant, folder=self._folder, run_uid=run
            )
            until_it_works(close, stopping=self._stopping)

    def _tell_end(self, item: QueueItem, ending: Ending) -> None:
        seconds = time.monotonic() - self._began_s
        text = telling.item_ended(item.plan_name, ending.event, reason=ending.reason, seconds=seconds)
        with self._console.capturing(item.uid, item.proposal_id):
            if ending.traceback:
                self._console.add(ending.traceback, "ERROR")
            self._console.add(text, telling.level_of(ending.event))

    # -- the engine -----------------------------------------------------------------------------------------

    def _new_engine(self) -> RunEngine:
        engine = RunEngine({}, context_managers=[], scan_id_source=self._numbers)
        engine.state_hook = self._state_changed
        engine.subscribe(self._recorder)
        self._supplement = SupplementalData(baseline=self._baseline_for(OPEN))
        engine.preprocessors.append(self._supplement)
        suspenders = suspenders_of(self._beamline)
        for suspender in suspenders:
            engine.install_suspender(suspender)
        self._watch = SuspenderWatch(self._beamline.manifest.suspenders, suspenders, self._told_suspenders)
        self._watch.start()
        return engine

    def _baseline_for(self, permit: Permit) -> list[Any]:
        """Give the devices of the baseline, without those that a rule forbids to read."""
        names = self._beamline.manifest.baseline
        return [find(self._beamline.devices, name) for name in names if not permit.forbids_reading(name)]

    def _told_suspenders(self, entries: Entries) -> None:
        self._reporter.say(suspenders=entries)
        for entry in entries:
            if entry["is_holding"]:
                self._console.add(f"Held by {entry['device']}: {entry['reason']}", "WARNING")

    def _state_changed(self, new: str, old: str) -> None:
        self._reporter.say(engine_state=str(new))

    def _origin(self, run: str) -> Header:
        item = self._item
        return Header(
            run=run,
            beamline=self._grant.beamline,
            proposal=item.proposal.number if item else None,
            username=item.submitted_by if item else "",
            item_uid=str(item.uid) if item else None,
        )

    def _recorded(self, run: str, ordinal: int, name: str, doc: dict[str, Any]) -> None:
        self._counter.take(name, doc)
        if name == "start":
            AT_WORK.run = run
            self._run_uids.append(run)
            self._starts[run] = doc
            self._console.add(telling.run_began(doc))
            self._reporter.say(scan_id=self._numbers.last, progress=self._counter.as_dict())
        elif name in POINT_DOCUMENTS:
            self._reporter.say(progress=self._counter.as_dict())
        elif name == "stop" and (start := self._starts.pop(run, None)) is not None:
            self._console.add(telling.run_ended(start, doc))
        self._shipper.wake(hurry=name == "stop")  # a start waits for company: short runs are stored whole

    def _begun(self, run: str) -> None:
        """Tell of a run only once it is stored, so that whoever hears of it finds it."""
        if self._item is not None and run in self._run_uids:
            self._reporter.say(run_uid=run)

    def _stalled(self, text: str) -> None:
        self._reporter.say(message=text)
        if text:
            self._console.add(text, "ERROR")
