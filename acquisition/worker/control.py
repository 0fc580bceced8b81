"""Carries out control commands while a plan runs, on a thread that never waits for the plan.

It is woken by a PostgreSQL notification and looks each half second anyway. A command is carried out first and
answered in its row afterwards, so a database that stalls in between does not keep the motors moving.
"""

import logging
import os
import select
import threading
import uuid
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from psycopg2 import sql

from acquisition.queue import running
from acquisition.queue.leases import Grant, LeaseExpiredError, LeaseLostError
from acquisition.queue.models import ControlCommand
from acquisition.worker.driver import NotPossibleError
from acquisition.worker.later import Later

logger = logging.getLogger(__name__)

CHANNEL: Final = "beamport_control"
LOOK_S: Final = 0.5
RETRY_S: Final = 0.5
#: What the engine does because of a command is told before what came of the command.
TELL_S: Final = 0.02

Act = Callable[[ControlCommand], str | Later]
Answer = tuple[ControlCommand, str, str, dict[str, Any]]


class ControlThread:
    """Listens for commands.

    Parameters
    ----------
    act
        Carries one command out and says what it did, now or later; raises NotPossibleError to refuse.
    """

    def __init__(self, grant: Grant, act: Act) -> None:
        self._grant = grant
        self._act = act
        self._lock = threading.Lock()
        self._carried_out: deque[uuid.UUID] = deque(maxlen=1_000)
        self._answers: deque[Answer] = deque()
        self._bell, self._ring = os.pipe()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop listening."""
        self._stopping.set()
        os.write(self._ring, b".")
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def is_first(self, uid: uuid.UUID) -> bool:
        """Tell whether a command is new, and note it: by whatever road it comes, it is obeyed once."""
        with self._lock:
            if uid in self._carried_out:
                return False
            self._carried_out.append(uid)
            return True

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
            if self._bell in select.select([raw, self._bell], [], [], LOOK_S)[0]:
                os.read(self._bell, 1024)
            raw.poll()
            raw.notifies.clear()

    def _look(self) -> None:
        new = [one for one in running.open_commands(self._grant.beamline_id) if self.is_first(one.uid)]
        for command in new:
            self._carry_out(command)
        if new:
            self._stopping.wait(TELL_S)
        while self._answers:
            command, outcome, detail, result = self._answers[0]
            running.answer_command(
                grant=self._grant, command=command, outcome=outcome, detail=detail, result=result
            )
            self._answers.popleft()

    def _carry_out(self, command: ControlCommand) -> None:
        try:
            said = self._act(command)
        except NotPossibleError as error:
            self._answers.append((command, "refused", str(error), {}))
        except Exception as error:
            logger.exception("control command %s failed", command)
            self._answers.append((command, "failed", f"{type(error).__name__}: {error}", {}))
        else:
            if isinstance(said, Later):
                said.then(partial(self._answer_later, command))
            else:
                self._answers.append((command, "done", said, {}))

    def _answer_later(
        self, command: ControlCommand, outcome: str, detail: str, result: dict[str, Any]
    ) -> None:
        self._answers.append((command, outcome, detail, result))
        os.write(self._ring, b".")
