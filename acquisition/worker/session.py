"""The process's part in a beamline: get the lease, serve, get it again.

A session never gives up because the database or the broker is away. It ends the process when the lease is
lost: a supervisor starts a fresh one, which waits until the beamline is free.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from accounts.actor import worker_actor
from accounts.errors import BeamportError
from acquisition.queue.leases import Grant, LeaseLostError, acquire
from acquisition.worker.log_context import AT_WORK
from acquisition.worker.tenure import Tenure

logger = logging.getLogger(__name__)

EXIT_LEASE_LOST: Final = 75
SHUTDOWN_S: Final = 4.0
WAIT_S: Final = 0.5
UNKNOWN_S: Final = 5.0
HALT_S: Final = 1.0


class Session:
    """Serves one beamline on a thread of its own.

    Parameters
    ----------
    leave
        Ends the process with a code; given by tests.
    """

    def __init__(
        self,
        beamline: str,
        *,
        journal_root: Path | None = None,
        manifest_folder: Path | None = None,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self.beamline = AT_WORK.beamline = beamline
        self._actor = worker_actor(beamline)
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self._folder = Path(journal_root or settings.BEAMPORT_JOURNAL_DIR) / beamline
        self._manifests = Path(manifest_folder or settings.BEAMPORT_MANIFEST_DIR)
        self._leave = leave
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._tenure: Tenure | None = None
        self._thread = threading.Thread(target=self._run, name=f"session-{beamline}", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the rows now (a doorbell rang)."""
        self._wake.set()

    def shutdown(self, *, timeout_s: float = SHUTDOWN_S) -> bool:
        """Abort what runs, close the run, give the lease back; tell whether all that was done."""
        self._stopping.set()
        self._wake.set()
        tenure = self._tenure
        deadline = time.monotonic() + timeout_s
        while self._thread.is_alive() and time.monotonic() < deadline:
            if tenure is not None:
                tenure.interrupt("the worker was shut down")
            self._thread.join(0.2)
        if self._thread.is_alive() and tenure is not None:
            logger.error("the plan did not end within %s s; motors are told to stop", timeout_s)
            tenure.stop_motors()
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                grant = acquire(actor=self._actor, beamline=self.beamline, holder=self._holder)
            except (DatabaseError, InterfaceError) as error:
                self._wait(f"waiting for the database: {error}", WAIT_S)
                continue
            except BeamportError as error:
                self._wait(f"cannot serve {self.beamline}: {error}", UNKNOWN_S)
                continue
            if grant is None:
                self._wait(f"another worker serves {self.beamline}; waiting", WAIT_S)
                continue
            self._serve(grant)
        connection.close()

    def _serve(self, grant: Grant) -> None:
        logger.info("serving %s with lease #%s", grant.beamline, grant.fencing)
        self._tenure = Tenure(
            actor=self._actor,
            grant=grant,
            journal_folder=self._folder,
            manifest_folder=self._manifests,
            stopping=self._stopping,
            wake=self._wake,
            on_lost=self._lost,
        )
        try:
            self._tenure.serve()
        except LeaseLostError as error:
            self._lost(str(error))
        except Exception as error:
            logger.exception("the session failed")
            self._lost(f"the session failed: {type(error).__name__}: {error}")
        finally:
            self._tenure = None

    def _lost(self, reason: str) -> None:
        """Stop the motors and end the process: nobody answers for what it would do next."""
        logger.critical("leaving %s: %s", self.beamline, reason)
        tenure = self._tenure
        if tenure is not None:
            tenure.stop_motors()
            time.sleep(0 if threading.current_thread() is self._thread else HALT_S)
            tenure.stop_motors()
        self._stopping.set()
        self._leave(EXIT_LEASE_LOST)

    def _wait(self, text: str, seconds: float) -> None:
        logger.info("%s", text)
        connection.close()
        self._stopping.wait(seconds)
