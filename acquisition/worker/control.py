"""Carries out control commands while a plan runs, on a thread that never waits for the plan.

It is woken by a PostgreSQL notification and looks each half second anyway. A command is carried out first and
answered in its row afterwards, so a database that stalls in between does not keep the motors moving.
"""

import logging
import select
import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import Final

from django.db import DatabaseError, InterfaceError, connection
from psycopg2 import sql

from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseExpiredError, LeaseLostError
from acquisition.queue.models import ControlCommand
from acquisition.worker.driver import NotPossibleError

logger = logging.getLogger(__name__)

CHANNEL: Final = "beamport_control"
LOOK_S: Final = 0.5
RETRY_S: Final = 0.5

Act = Callable[[ControlCommand], str]


class ControlThread:
    """Listens for commands.

    Parameters
    ----------
    act
        Carries one command out and says what it did; raises NotPossibleError to refuse.
    """

    def __init__(self, grant: Grant, act: Act) -> None:
        self._grant = grant
        self._act = act
        self._carried_out: deque[uuid.UUID] = deque(maxlen=1_000)
        self._answers: list[tuple[ControlCommand, str, str]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop listening."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._listen()
                except (DatabaseError, InterfaceError, LeaseExpiredError, OSError) as error:
                    logger.debug("control commands cannot be read: %s", error)
                    connection.close()
                    self._stopping.wait(RETRY_S)
                except LeaseLostError:
                    raise
                except Exception:
                    logger.exception("listening for control commands failed; it is tried again")
                    connection.close()
                    self._stopping.wait(RETRY_S)
        except LeaseLostError:
            logger.warning("the lease is another worker's; commands are left to it")
        finally:
            connection.close()

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        raw = connection.connection
        while not self._stopping.is_set():
            self._look()
            if select.select([raw], [], [], LOOK_S)[0]:
                raw.poll()
                raw.notifies.clear()

    def _look(self) -> None:
        for command in running.open_commands(self._grant.beamline_id):
            if command.uid not in self._carried_out:
                self._carried_out.append(command.uid)
                self._answers.append((command, *self._carry_out(command)))
        while self._answers:
            command, outcome, detail = self._answers[0]
            running.answer_command(grant=self._grant, command=command, outcome=outcome, detail=detail)
            self._answers.pop(0)

    def _carry_out(self, command: ControlCommand) -> tuple[str, str]:
        try:
            return "done", self._act(command)
        except NotPossibleError as error:
            return "refused", str(error)
        except Exception as error:
            logger.exception("control command %s failed", command)
            return "failed", f"{type(error).__name__}: {error}"
