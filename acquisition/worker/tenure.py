"""From taking the lease to giving it back: everything a worker has while the beamline is its own.

The engine thread (`Tenure.serve`) recovers, opens the beamline and runs items. Around it, each on its own
thread: the lease, the shipper, the reporter, the console, the control commands, the status board.
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
from acquisition.worker.driver import NotPossibleError
from acquisition.worker.environment import OpenBeamline, close_beamline, open_beamline
from acquisition.worker.lease import LeaseKeeper
from acquisition.worker.patience import AWAY, until_it_works
from acquisition.worker.recovery import Recovered, recover
from acquisition.worker.reporter import Reporter
from acquisition.worker.runner import DRAIN_S, Runner
from acquisition.worker.shipper import Shipper
from acquisition.worker.stopping import stop_everything
from acquisition.worker.values import ValueBoard

logger = logging.getLogger(__name__)

LOOK_S: Final = 1.0
REOPEN_S: Final = 5.0


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
        self._beamline: OpenBeamline | None = None
        self._board: ValueBoard | None = None
        self._runner: Runner | None = None

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
            runner = self._open_at_last(recovered)
            if runner is not None:
                self._work(runner)
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
        for part in (self._reporter, self._console, self._shipper, self._control):
            part.start()
        if recovered.is_after_a_loss:
            self._console.add(
                f"A worker was lost here. Items interrupted: {len(recovered.interrupted_items)}; "
                f"runs closed as failed: {len(recovered.closed_runs)}. "
                "The queue is held until a person starts it.",
                "WARNING",
            )

    def _open_at_last(self, recovered: Recovered) -> Runner | None:
        while not self._stopping.is_set():
            runner = self._open(recovered)
            if runner is not None:
                return runner
            self._stopping.wait(REOPEN_S)
        return None

    def _open(self, recovered: Recovered) -> Runner | None:
        try:
            self._beamline = beamline = open_beamline(self._grant.beamline, self._manifests)
            self._runner = until_it_works(lambda: self._new_runner(beamline), stopping=self._stopping)
            if recovered.is_after_a_loss:
                stop_everything(beamline.devices)
            self._publish(beamline)
        except LeaseLostError:
            raise
        except Exception as error:
            logger.exception("the beamline cannot be opened; it is tried again in %s s", REOPEN_S)
            self._not_open(str(error))
            return None
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

    def _not_open(self, reason: str) -> None:
        if self._runner is not None:
            self._runner.close()
            self._runner = None
        if self._beamline is not None:
            close_beamline(self._beamline)
            self._beamline = None
        self._console.add(f"The beamline cannot be opened: {reason}", "ERROR")
        try:
            running.close_environment(grant=self._grant, faults=[reason[:4000]])
        except AWAY as error:
            logger.debug("the fault could not be written: %s", error)
            connection.close()

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
        while not self._stopping.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while not self._stopping.is_set() and runner.run_next():
                    pass
            except AWAY as error:
                logger.debug("the queue cannot be read: %s", error)
                connection.close()

    def _obey(self, command: ControlCommand) -> str:
        if self._runner is None:
            raise NotPossibleError("the beamline is not open")
        return self._runner.steer(command)

    def _trouble(self, text: str) -> None:
        self._console.add(text, "ERROR")
        until_it_works(
            lambda: running.hold(actor=self._actor, grant=self._grant, reason=text), stopping=self._stopping
        )

    # -- the end --------------------------------------------------------------------------------------------

    def _close(self) -> None:
        if self._board is not None:
            self._board.stop()
        self._control.stop()
        if self._runner is not None:
            self._runner.close()
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
