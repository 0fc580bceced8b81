"""One conversation with an instrument: a question and its answer at a time, and in step with it.

An answer that comes late would be taken for that of the next question, and so on for ever. So after an
answer that did not come in time the conversation is out of step, and asks nothing before it is in step again:
a query whose answer is known is sent, and all that comes before that answer is thrown away.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TypeVar

from acquisition.devices.backends.line_transports import Transport, seconds_left
from acquisition.devices.backends.lines import LineReader, LineSettings, UnreadableError

QUIET_S = 0.05
"""How long nothing may come before an instrument counts as quiet."""

T = TypeVar("T")


class SilentError(TimeoutError):
    """No answer in time."""


class RefusedError(ValueError):
    """The instrument says that it will not."""


class Conversation:
    """A transport with its settings.

    Attributes
    ----------
    is_in_step
        False after an answer that did not come, until ``find_step`` succeeded.
    """

    def __init__(self, transport: Transport, settings: LineSettings) -> None:
        self.transport = transport
        self.settings = settings
        self.is_in_step = True
        self._reader = LineReader(settings.terminator)

    def ask(self, line: str, parse: Callable[[str], T]) -> T:
        """Send a query and return what ``parse`` makes of its answer.

        Lines that ``parse`` cannot read are passed over, as long as there is time.

        Raises
        ------
        SilentError, UnreadableError, RefusedError, OSError
        """
        self.say(line)
        deadline = time.monotonic() + self.settings.timeout_s
        garbage: UnreadableError | None = None
        while (answer := self._line(deadline)) is not None:
            if re.fullmatch(self.settings.complaint, answer):
                raise RefusedError(f"{line!r} was answered by {answer!r}")
            try:
                return parse(answer)
            except UnreadableError as error:
                garbage = UnreadableError(f"{line!r} was answered by {answer!r}: {error}")
        self.is_in_step = False
        if garbage is not None:
            raise garbage
        raise SilentError(f"{line!r} was not answered within {self.settings.timeout_s:g} s")

    def say(self, line: str) -> None:
        """Send a line, after throwing away what came unasked."""
        while self.transport.receive(0.0):
            pass
        self._reader.forget()
        self.transport.send((line + self.settings.terminator).encode("latin-1"))

    def order(self, line: str, answer: str) -> None:
        """Send a line that changes something, and look whether the instrument took it.

        Raises
        ------
        RefusedError, SilentError, UnreadableError, OSError
        """
        if answer:
            self.ask(line, lambda text: _like(text, answer))
        else:
            self.say(line)
        settings = self.settings
        if settings.error_query:
            said = self.ask(settings.error_query, str)
            if not re.fullmatch(settings.error_free, said):
                raise RefusedError(f"{line!r} gave {said!r}")

    def find_step(self) -> bool:
        """Return whether the conversation is in step again."""
        settings = self.settings
        if not settings.sync:
            return False
        self.say(settings.sync)
        deadline = time.monotonic() + settings.timeout_s
        try:
            while (answer := self._line(deadline)) is not None:
                if re.search(settings.sync_pattern, answer):
                    break
        except UnreadableError:
            return False
        if answer is None:
            return False
        while self.transport.receive(QUIET_S):
            pass
        self._reader.forget()
        self.is_in_step = True
        return True

    def _line(self, deadline: float) -> str | None:
        try:
            while (line := self._reader.line()) is None:
                left = seconds_left(deadline)
                if left <= 0.0:
                    return None
                self._reader.feed(self.transport.receive(left))
        except UnreadableError:
            self.is_in_step = False
            raise
        return line

    def listen(self) -> None:
        """Throw away what came unasked, and notice whether the other side has closed."""
        while self.transport.receive(0.0):
            pass


def _like(text: str, pattern: str) -> str:
    if not re.fullmatch(pattern, text):
        raise UnreadableError(f"it does not look like {pattern!r}")
    return text
