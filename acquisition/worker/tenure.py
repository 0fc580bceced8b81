"""From taking the lease to giving it back: everything a worker has while the beamline is its own.

The engine thread (`Tenure.serve`) takes items and runs their plans. Around it, each on its own thread: the
lease, the shipper, the reporter, the console, the control commands, the status board.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection

from accounts.actor import Actor
from acquisition.engine import RunEngine
from acquisition.plans.preprocessors import SupplementalData
from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseExpiredError, LeaseLostError, release
from acquisition.queue.models import ControlCommand, QueueItem
from acquisition.queue.running import Outcome
from acquisition.queue.states import ItemEvent
from acquisition.worker.console import Console
from acquisition.worker.control import ControlThread
from acquisition.worker.driver import Driver, Ending, NotPossibleError
from acquisition.worker.environment import OpenBeamline, close_beamline, open_beamline, suspenders_of
from acquisition.worker.guard import ItemGuard
from acquisition.worker.item import metadata_of, plan_of, rights_of
from acquisition.worker.journal import Header
from acquisition.worker.lease import LeaseKeeper
from acquisition.worker.progress import ProgressCounter
from acquisition.worker.recorder import Recorder
from acquisition.worker.recovery import Recovered, recover
from acquisition.worker.reporter import Reporter
from acquisition.worker.scan_numbers import ScanNumbers
from acquisition.worker.shipper import Shipper
from acquisition.worker.stopping import stop_everything
from acquisition.worker.values import ValueBoard, find

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
RETRY_S: Final = 0.5
REOPEN_S: Final = 5.0
DRAIN_S: Final = 1.0
AWAY: Final = (DatabaseError, InterfaceError, LeaseExpiredError)


class Tenure:
    """One lease, held.

    Parameters
    ----------
    stopping, wake
        The session's events: give the beamline back; look at the rows.
    on_lost
        Called with the reason when this process may not go on.
    """

    def __init__(
        self,
        *,
        actor: Actor,
        grant: Grant,
        journal_folder: Path,
        manifest_folder: Path,
        stopping: threading.Event,
        wake: threading.Event,
        on_lost: Callable[[str], None],
    ) -> None:
        self._actor = actor
        self._grant = grant
        self._folder = journal_folder
        self._manifests = manifest_folder
        self._stopping = stopping
        self._wake = wake
        self._on_lost = on_lost
        self._keeper = LeaseKeeper(grant, on_lost=on_lost)
        self._reporter = Reporter(grant)
        self._console = Console(grant)
        self._shipper = Shipper(journal_folder, actor=actor, grant=grant, on_trouble=self._trouble)
        self._control = ControlThread(grant, self._obey)
        self._recorder: Recorder | None = None
        self._driver: Driver | None = None
        self._beamline: OpenBeamline | None = None
        self._board: ValueBoard | None = None
        self._item: QueueItem | None = None
        self._run_uids: list[str] = []
        self._counter = ProgressCounter()
        self._numbers: ScanNumbers | None = None

    # -- life -----------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Recover, open the beamline, run items until told to stop; then give everything back."""
        self._keeper.start()
        try:
            recovered = self._until_it_works(self._recover)
            if recovered is None:
                return
            self._start_threads(recovered)
            while not self._stopping.is_set() and not self._open(recovered):
                self._stopping.wait(REOPEN_S)
            self._work()
        finally:
            self._close()

    def interrupt(self, reason: str) -> None:
        """End the running plan: the process is asked to go."""
        recorder, driver = self._recorder, self._driver
        if recorder is not None:
            recorder.give_up()
        if driver is not None and driver.state != "idle":
            try:
                driver.steer("abort", reason=reason)
            except (NotPossibleError, RuntimeError) as error:
                logger.info("the plan is not aborted: %s", error)

    def stop_motors(self) -> None:
        """Halt the plan and tell everything to stop, without the database."""
        driver = self._driver
        if driver is not None and driver.state != "idle":
            try:
                driver.steer("halt", reason="this worker may not go on")
            except (NotPossibleError, RuntimeError) as error:
                logger.info("the plan is not halted: %s", error)
        if self._beamline is not None:
            stop_everything(self._beamline.devices)

    # -- opening --------------------------------------------------------------------------------------------

    def _recover(self) -> Recovered:
        return recover(actor=self._actor, grant=self._grant, folder=self._folder)

    def _start_threads(self, recovered: Recovered) -> None:
        self._recorder = Recorder(
            self._folder, origin=self._origin, on_record=self._recorded, on_stall=self._stalled
        )
        info = running.snapshot_info(self._grant.beamline_id)
        self._numbers = ScanNumbers(self._folder / "scan_id.json", at_least=int(info.get("scan_id") or 0))
        for part in (self._reporter, self._console, self._shipper, self._control):
            part.start()
        if recovered.is_after_a_loss:
            self._console.add(
                f"A worker was lost here. Items interrupted: {len(recovered.interrupted_items)}; "
                f"runs closed as failed: {len(recovered.closed_runs)}. "
                "The queue is held until a person starts it.",
                "WARNING",
            )

    def _open(self, recovered: Recovered) -> bool:
        try:
            self._beamline = open_beamline(self._grant.beamline, self._manifests)
        except (
            Exception
        ) as error:  # manifests, plans and devices fail in their own ways; all are shown to people
            logger.exception("the beamline cannot be opened; it is tried again in %s s", REOPEN_S)
            self._not_open(str(error))
            return False
        if recovered.is_after_a_loss:
            stop_everything(self._beamline.devices)
        self._driver = Driver(self._new_engine(self._beamline))
        self._publish(self._beamline)
        self._reporter.say(engine_state="idle", message="")
        self._board = ValueBoard(
            self._grant.beamline, self._beamline.devices, self._beamline.manifest.status_board
        )
        self._board.start()
        return True

    def _not_open(self, reason: str) -> None:
        self._console.add(f"The beamline cannot be opened: {reason}", "ERROR")
        try:
            running.close_environment(grant=self._grant, faults=[reason[:4000]])
        except AWAY as error:
            logger.debug("the fault could not be written: %s", error)
            connection.close()

    def _publish(self, beamline: OpenBeamline) -> None:
        self._until_it_works(
            lambda: running.open_environment(
                grant=self._grant,
                plans=beamline.plans,
                modules=list(beamline.manifest.plans),
                devices=beamline.descriptions,
                faults=beamline.faults,
                versions=beamline.versions,
            )
        )

    def _new_engine(self, beamline: OpenBeamline) -> Any:
        engine = RunEngine({}, context_managers=[], scan_id_source=self._numbers)
        engine.state_hook = self._state_changed
        engine.subscribe(self._recorder)
        baseline = [find(beamline.devices, name) for name in beamline.manifest.baseline]
        if baseline:
            engine.preprocessors.append(SupplementalData(baseline=baseline))
        for suspender in suspenders_of(beamline):
            engine.install_suspender(suspender)
        return engine

    # -- working --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while not self._stopping.is_set() and self._run_next():
                    pass
            except AWAY as error:
                logger.debug("the queue cannot be read: %s", error)
                connection.close()

    def _run_next(self) -> bool:
        item = running.claim_next(actor=self._actor, grant=self._grant)
        if item is None:
            return False
        self._begin(item)
        ending = self._run(item)
        self._end(item, ending)
        return True

    def _begin(self, item: QueueItem) -> None:
        self._item = item
        self._run_uids = []
        self._counter = ProgressCounter()
        self._recorder.next_item()
        self._reporter.say(item_uid=item.uid, run_uid="", progress={}, message="")

    def _run(self, item: QueueItem) -> Ending:
        with self._console.capturing(item.uid, item.proposal_id):
            try:
                held = self._until_it_works(lambda: rights_of(item, self._grant.beamline))
                self._driver.engine.guard = self._guard(item, held or frozenset())
                plan = plan_of(item, self._beamline)
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001  plan code may raise anything; it becomes the item's outcome
                return Ending(ItemEvent.FAIL, f"{type(error).__name__}: {error}")
            if self._stopping.is_set():
                return Ending(ItemEvent.ABORT, "the worker was shut down before the plan began")
            metadata = metadata_of(item, self._grant.beamline, self._beamline.versions)
            return self._driver.run(plan, metadata)

    def _end(self, item: QueueItem, ending: Ending) -> None:
        self._shipper.drain(DRAIN_S)
        if ending.traceback:
            with self._console.capturing(item.uid, item.proposal_id):
                self._console.add(ending.traceback, "ERROR")
        outcome = Outcome(
            ending.event,
            reason=ending.reason,
            traceback=ending.traceback,
            run_uids=tuple(self._run_uids),
            progress=self._counter.as_dict(),
        )
        self._until_it_works(
            lambda: running.finish_item(actor=self._actor, grant=self._grant, item=item, outcome=outcome),
            even_when_stopping=True,
        )
        self._item = None
        self._reporter.say(
            item_uid=None, run_uid="", progress={}, message="", engine_state=self._driver.state
        )
        if self._driver.state == "panicked":
            self._on_lost("the engine panicked")

    # -- what the engine tells ------------------------------------------------------------------------------

    def _guard(self, item: QueueItem, held: frozenset[str]) -> ItemGuard:
        return ItemGuard(
            username=item.submitted_by,
            held=held,
            access={spec.name: spec.access for spec in self._beamline.manifest.devices},
            at_checkpoint=self._recorder.barrier,
        )

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
            self._run_uids.append(run)
            self._reporter.say(run_uid=run, scan_id=self._numbers.last, progress=self._counter.as_dict())
        elif name in ("event", "event_page"):
            self._reporter.say(progress=self._counter.as_dict())
        self._shipper.wake(hurry=name == "stop")

    def _stalled(self, text: str) -> None:
        self._reporter.say(message=text)
        if text:
            self._console.add(text, "ERROR")

    def _trouble(self, text: str) -> None:
        self._console.add(text, "ERROR")
        self._until_it_works(lambda: running.hold(actor=self._actor, grant=self._grant, reason=text))

    # -- steering -------------------------------------------------------------------------------------------

    def _obey(self, command: ControlCommand) -> str:
        item, driver = self._item, self._driver
        if item is None or driver is None:
            raise NotPossibleError("nothing runs any more")
        if command.item_uid is not None and command.item_uid != item.uid:
            raise NotPossibleError("the item that this was meant for has ended; another one runs")
        if command.action in ("abort", "halt", "stop") and self._recorder is not None:
            self._recorder.give_up()
        reason = command.reason or f"{command.action} by {command.requested_by}"
        driver.steer(command.action, reason=reason, defer=command.defer)
        return f"the engine is {driver.state}"

    # -- the end --------------------------------------------------------------------------------------------

    def _close(self) -> None:
        if self._board is not None:
            self._board.stop()
        self._control.stop()
        if self._recorder is not None:
            self._recorder.close()
            self._shipper.drain(DRAIN_S)
        self._shipper.stop()
        self._console.stop()
        self._reporter.stop()
        if self._beamline is not None:
            close_beamline(self._beamline)
        self._keeper.stop()
        try:
            release(self._grant)
        except AWAY as error:
            logger.info("the lease is not given back, it runs out: %s", error)
        connection.close()

    def _until_it_works(self, act: Callable[[], Any], *, even_when_stopping: bool = False) -> Any:
        """Do it again until the database takes it; None when told to stop before."""
        tries = 0
        while True:
            try:
                return act()
            except LeaseLostError:
                raise
            except AWAY as error:
                logger.info("waiting for the database: %s", error)
                connection.close()
            tries += 1
            if self._stopping.is_set() and (not even_when_stopping or tries > 4):
                return None
            (threading.Event() if even_when_stopping else self._stopping).wait(RETRY_S)
