"""From taking the lease to giving it back: everything a worker has while the beamline is its own.

The engine thread (`Tenure.serve`) recovers, opens the beamline and runs items; when it is told to, it closes
the beamline and opens it again. Around it, each on its own thread: the lease, the shipper, the reporter, the
console, the control commands, the status board.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.db import connection

from accounts.actor import Actor
from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseLostError, release
from acquisition.queue.models import ControlCommand
from acquisition.worker.console import Console
from acquisition.worker.control import ControlThread
from acquisition.worker.direct import DirectDevices
from acquisition.worker.driver import NotPossibleError
from acquisition.worker.environment import OpenBeamline, close_beamline, open_beamline
from acquisition.worker.later import Later
from acquisition.worker.lease import LeaseKeeper
from acquisition.worker.patience import AWAY, until_it_works
from acquisition.worker.recovery import Recovered, recover
from acquisition.worker.reporter import Reporter
from acquisition.worker.runner import DRAIN_S, Runner
from acquisition.worker.shipper import Shipper
from acquisition.worker.stopping import stop_everything
from acquisition.worker.urgent import UrgentOrders
from acquisition.worker.values import ValueBoard

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
REOPEN_S: Final = 5.0
LEAVE_S: Final = 0.3
DONE_WORDS: Final = {
    "open": "the beamline is being opened",
    "close": "the beamline is closed as soon as nothing runs",
    "update": "plans, presets and devices are read anew as soon as nothing runs",
}


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
        self._shipper.on_full = self._database_full
        self._control = ControlThread(grant, self._obey)
        self._urgent = UrgentOrders(grant, self._obey, self._control.is_first)
        self._beamline: OpenBeamline | None = None
        self._board: ValueBoard | None = None
        self._runner: Runner | None = None
        self._direct: DirectDevices | None = None
        self._is_to_close = threading.Event()
        self._fault = ""

    def serve(self) -> None:
        """Recover, open the beamline, run items until told to stop; then give everything back."""
        self._keeper.start()
        try:
            recovered = until_it_works(
                lambda: recover(actor=self._actor, grant=self._grant, folder=self._folder),
                stopping=self._stopping,
            )
            if recovered is None:
                return
            self._start_threads(recovered)
            self._open_and_work(recovered)
        finally:
            self._close()

    def interrupt(self, reason: str) -> None:
        """End the running plan: the process is asked to go."""
        runner = self._runner
        if runner is not None:
            runner.end_plan("abort", reason)

    def stop_motors(self) -> None:
        """Halt the plan and tell everything to stop, without the database."""
        runner = self._runner
        if runner is not None:
            runner.end_plan("halt", "this worker may not go on")
            runner.stop_motors()

    # -- opening --------------------------------------------------------------------------------------------

    def _start_threads(self, recovered: Recovered) -> None:
        for part in (self._reporter, self._console, self._shipper, self._control, self._urgent):
            part.start()
        if recovered.is_after_a_loss:
            self._console.add(
                f"A worker was lost here. Items interrupted: {len(recovered.interrupted_items)}; "
                f"runs closed as failed: {len(recovered.closed_runs)}. "
                "The queue is held until a person starts it.",
                "WARNING",
            )

    def _open_and_work(self, recovered: Recovered) -> None:
        """Have the beamline open and run its items, as long as nobody wants it closed; again and again."""
        while not self._stopping.is_set():
            if self._is_kept_closed():
                self._wake.wait(LOOK_S)
                self._wake.clear()
                continue
            runner = self._open(recovered)
            if runner is None:
                self._stopping.wait(REOPEN_S)
                continue
            self._work(runner)
            self._let_go()

    def _is_kept_closed(self) -> bool:
        try:
            return running.is_kept_closed(grant=self._grant)
        except AWAY as error:
            logger.debug("whether the beamline is to be open cannot be read: %s", error)
            connection.close()
            return False

    def _open(self, recovered: Recovered) -> Runner | None:
        try:
            self._beamline = beamline = open_beamline(self._grant.beamline, self._manifests)
            self._runner = until_it_works(lambda: self._new_runner(beamline), stopping=self._stopping)
            if recovered.is_after_a_loss:
                stop_everything(beamline.devices)
            self._publish(beamline)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  beamline code may raise anything; it is told and tried again
            self._tell_fault(str(error))
            self._not_open([str(error)[:4000]])
            return None
        self._fault = ""
        self._direct = DirectDevices(beamline, self._runner.held_devices) if self._runner else None
        self._reporter.say(engine_state="idle", message="")
        self._board = ValueBoard(self._grant.beamline, beamline.devices, beamline.manifest.status_board)
        self._board.start()
        return self._runner

    def _new_runner(self, beamline: OpenBeamline) -> Runner:
        return Runner(
            actor=self._actor,
            grant=self._grant,
            beamline=beamline,
            folder=self._folder,
            reporter=self._reporter,
            console=self._console,
            shipper=self._shipper,
            stopping=self._stopping,
            on_panic=self._on_lost,
        )

    def _tell_fault(self, text: str) -> None:
        """Tell, once while it lasts, why the beamline cannot be opened."""
        if text != self._fault:
            logger.exception("the beamline cannot be opened; it is tried again each %s s", REOPEN_S)
            self._console.add(f"The beamline cannot be opened: {text}", "ERROR")
        self._fault = text

    def _not_open(self, faults: list[str]) -> None:
        """Let go of what was opened, and write that the beamline is not open, and why."""
        self._direct = None
        runner, self._runner = self._runner, None
        beamline, self._beamline = self._beamline, None
        if runner is not None:
            runner.close()
        if beamline is not None:
            close_beamline(beamline)
        try:
            running.close_environment(grant=self._grant, faults=faults)
        except AWAY as error:
            logger.debug("that the beamline is closed could not be written: %s", error)
            connection.close()

    def _let_go(self) -> None:
        """Close the open beamline: somebody wants it closed, or its code read anew."""
        board, self._board = self._board, None
        if board is not None:
            board.stop()
        if not self._stopping.is_set():
            self._not_open([])
            self._reporter.say(engine_state="closed", message="")
            self._console.add("The beamline was closed.")

    def _publish(self, beamline: OpenBeamline) -> None:
        until_it_works(
            lambda: running.open_environment(
                grant=self._grant,
                plans=beamline.plans,
                modules=list(beamline.manifest.plans),
                devices=beamline.descriptions,
                faults=beamline.faults,
                versions=beamline.versions,
                presets=beamline.presets,
                metadata_schema=beamline.metadata_schema,
            ),
            stopping=self._stopping,
        )

    # -- working --------------------------------------------------------------------------------------------

    def _work(self, runner: Runner) -> None:
        """Run items until the process is asked to go, or the beamline to be closed."""
        self._is_to_close.clear()
        while not self._stopping.is_set() and not self._is_to_close.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while self._may_run() and runner.run_next():
                    pass
            except AWAY as error:
                logger.debug("the queue cannot be read: %s", error)
                connection.close()

    def _may_run(self) -> bool:
        return not self._stopping.is_set() and not self._is_to_close.is_set()

    def _obey(self, command: ControlCommand) -> str | Later:
        if command.action in ControlCommand.ENVIRONMENT:
            return self._obey_environment(command)
        if command.action in ControlCommand.DEVICE and self._direct is not None:
            return self._direct.begin(command)
        if self._runner is None:
            raise NotPossibleError("the beamline is not open")
        return self._runner.steer(command)

    def _obey_environment(self, command: ControlCommand) -> str:
        """Open, close, update or destroy what this process has of the beamline; never waits for the plan."""
        if command.action == "destroy":
            self.stop_motors()
            # Leave once the answer is written; whoever waits for it would see a lost worker otherwise.
            reason = f"the environment was destroyed by {command.requested_by}"
            threading.Timer(LEAVE_S, self._on_lost, [reason]).start()
            return "the motors were told to stop; the worker's process ends"
        if command.action in ("close", "update"):
            self._is_to_close.set()
        self._wake.set()
        return DONE_WORDS[command.action]

    def _trouble(self, text: str) -> None:
        self._console.add(text, "ERROR")
        until_it_works(
            lambda: running.hold(actor=self._actor, grant=self._grant, reason=text), stopping=self._stopping
        )

    def _database_full(self, text: str) -> None:
        """Tell, once while it lasts, that documents wait for room in the database."""
        if text and text != self._reporter.word.waits:
            self._console.add(text, "ERROR")
        self._reporter.say(waits=text)

    # -- the end --------------------------------------------------------------------------------------------

    def _close(self) -> None:
        self._urgent.stop(timeout_s=0.0)  # its ears look up now and then: they do while the rest is closed
        if self._board is not None:
            self._board.stop()
        self._control.stop()
        if self._runner is not None:
            self._runner.close()
            self._shipper.drain(DRAIN_S)
        self._shipper.stop()
        self._console.stop()
        self._reporter.stop()
        self._urgent.stop()
        if self._beamline is not None:
            close_beamline(self._beamline)
        self._keeper.stop()
        try:
            release(self._grant)
        except AWAY as error:
            logger.info("the lease is not given back, it runs out: %s", error)
        connection.close()
