"""Answers to messages when nobody carries them out."""

from collections.abc import Callable, Mapping
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

    Parameters
    ----------
    start : mapping of str to float, optional
        Where devices are at first, by name.

    Attributes
    ----------
    positions : dict of device to value
        What each device was set to last.
    guessed : set of str
        Devices whose position the plan asked for though it is not known; 0 was answered.
    """

    def __init__(self, start: Mapping[str, float] | None = None) -> None:
        self.positions: dict[Any, Any] = {}
        self.guessed: set[str] = set()
        self._start = dict(start or {})
        self._runs = 0
        self._bundles: set[Any] = set()

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

    def _place(self, device: Any, *, matters: bool) -> Any:
        if device in self.positions:
            return self.positions[device]
        name = str(getattr(device, "name", device))
        if name not in self._start and matters:
            self.guessed.add(name)
        return self._start.get(name, 0.0)

    def _read(self, msg: Any) -> FakeReading:
        # A reading that goes into an event is recorded; any other is asked for to go on from there.
        place = self._place(msg.obj, matters=msg.run not in self._bundles)
        return FakeReading(hinted_fields(msg.obj) or [msg.obj.name], place)

    def _create(self, msg: Any) -> None:
        self._bundles.add(msg.run)

    def _end_bundle(self, msg: Any) -> None:
        self._bundles.discard(msg.run)

    def _locate(self, msg: Any) -> Any:
        places = [self._place(device, matters=True) for device in (msg.obj, *msg.args)]
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
    "create": Answers._create,
    "save": Answers._end_bundle,
    "drop": Answers._end_bundle,
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
