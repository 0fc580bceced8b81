"""Answers to messages when nobody carries them out."""

from collections.abc import Callable
from typing import Any

from acquisition.plans.kinship import hinted_fields


class DoneStatus:
    """A status of something that is done already."""

    done = True
    success = True

    def exception(self, timeout: float | None = 0.0) -> None:
        """Nothing went wrong."""

    def add_callback(self, callback: Callable[["DoneStatus"], None]) -> None:
        """Call back at once."""
        callback(self)


class FakeReading(dict[str, Any]):
    """A reading in which each key is found, with the value it was made with."""

    def __init__(self, fields: list[str], value: Any) -> None:
        self._entry = {"value": value, "timestamp": 0.0}
        super().__init__((field, self._entry) for field in fields)

    def __missing__(self, key: str) -> Any:
        return self._entry

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str)


class Answers:
    """
    Gives the answer that a plan would get, as if each device did at once what it is told.

    Attributes
    ----------
    positions : dict of device to value
        What each device was set to last.
    """

    def __init__(self) -> None:
        self.positions: dict[Any, Any] = {}
        self._runs = 0

    def answer(self, msg: Any) -> Any:
        """Give the answer to one message."""
        give = _ANSWERS.get(msg.command)
        return give(self, msg) if give else None

    def _done(self, msg: Any) -> DoneStatus:
        return DoneStatus()

    def _set(self, msg: Any) -> DoneStatus:
        if msg.args:
            self.positions[msg.obj] = msg.args[0]
        return DoneStatus()

    def _read(self, msg: Any) -> FakeReading:
        return FakeReading(hinted_fields(msg.obj) or [msg.obj.name], self.positions.get(msg.obj, 0.0))

    def _locate(self, msg: Any) -> Any:
        places = [self.positions.get(device, 0.0) for device in (msg.obj, *msg.args)]
        located = [{"setpoint": place, "readback": place} for place in places]
        return located[0] if len(located) == 1 and msg.kwargs.get("squeeze", True) else located

    def _open(self, msg: Any) -> str:
        self._runs += 1
        return self._uid(msg)

    def _uid(self, msg: Any) -> str:
        return f"dry-run-{self._runs}"

    def _true(self, msg: Any) -> bool:
        return True

    def _object(self, msg: Any) -> list[Any]:
        return [msg.obj]

    def _nothing_found(self, msg: Any) -> list[Any]:
        return []

    def _configured(self, msg: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {}

    def _token(self, msg: Any) -> int:
        return 0

    def _no_text(self, msg: Any) -> str:
        return ""


_ANSWERS: dict[str, Callable[[Answers, Any], Any]] = {
    "set": Answers._set,
    "read": Answers._read,
    "locate": Answers._locate,
    "open_run": Answers._open,
    "close_run": Answers._uid,
    "trigger": Answers._done,
    "prepare": Answers._done,
    "kickoff": Answers._done,
    "complete": Answers._done,
    "wait": Answers._true,
    "rewindable": Answers._true,
    "stage": Answers._object,
    "unstage": Answers._object,
    "collect": Answers._nothing_found,
    "wait_for": Answers._nothing_found,
    "configure": Answers._configured,
    "subscribe": Answers._token,
    "input": Answers._no_text,
}
