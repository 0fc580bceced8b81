"""What a plan would do: run through it with made-up answers, without a device moving."""

import contextlib
import ctypes
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from acquisition.plans.answers import Answers
from acquisition.plans.flights import Flight, flight_of
from acquisition.plans.preprocessors.mutation import ensure_generator
from acquisition.plans.values import limits_of
from acquisition.plans.wording import show, with_units

MAX_MESSAGES = 200_000
MAX_SECONDS = 1.0
MAX_PATH = 5_000
_OVERHEAD_S = 0.02
"""What a move or a trigger takes besides, in seconds; of the order of a round trip on a network."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """
    What a plan would do.

    Attributes
    ----------
    points : int, optional
        Events of the main stream: counted, or as the plan states when it was not followed to its
        end; None if the plan does not end by itself.
    streams : dict of str to int
        Events of each stream that were counted. What a flyer gathers counts as what it was prepared for.
    runs : int
        Runs that were opened.
    messages : int
        Messages that were looked at.
    estimated_s : float, optional
        How long it would take, in seconds; None if it does not end by itself.
    paths : dict of str to list of float
        Where each motor would be sent, in its units; the first 5000 positions.
    problems : tuple of str
        What would go wrong, and what was not looked at.
    is_complete : bool
        Whether the plan was followed to its end.
    trajectory : dict of str to list of float or None
        Where each motor that is moved would be at each point of the main stream, in its units; the
        first 5000 points. None as long as that is not known.
    """

    points: int | None
    streams: dict[str, int]
    runs: int
    messages: int
    estimated_s: float | None
    paths: dict[str, list[float]]
    problems: tuple[str, ...]
    is_complete: bool
    trajectory: dict[str, list[float | None]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON-able dict."""
        return {
            "points": self.points,
            "streams": dict(self.streams),
            "runs": self.runs,
            "messages": self.messages,
            "estimated_s": self.estimated_s,
            "paths": {name: list(path) for name, path in self.paths.items()},
            "trajectory": {name: list(path) for name, path in self.trajectory.items()},
            "problems": list(self.problems),
            "is_complete": self.is_complete,
        }


def dry_run(
    plan: Iterable[Any] | Callable[[], Iterable[Any]],
    *,
    devices: Mapping[str, Mapping[str, Any]] | None = None,
    positions: Mapping[str, float] | None = None,
    max_messages: int = MAX_MESSAGES,
    max_seconds: float = MAX_SECONDS,
) -> DryRun:
    """
    Run through a plan with made-up answers.

    Parameters
    ----------
    plan : plan, or function that gives one
        Its devices are only looked at (name, hints, parent); stand-ins will do. A function is
        called within the time limit.
    devices : mapping of str to mapping, optional
        Descriptions of devices by name. Used are ``limits`` and ``units``, ``velocity`` in units
        per second and ``exposure_s`` in seconds, as keys or as ``value`` of a component of that name.
    positions : mapping of str to float, optional
        Where motors are now. A motor that is moved relative to a position that is not given is
        taken to be at 0, and not checked against its limits.
    max_messages : int
        Most messages to look at.
    max_seconds : float
        Most seconds to take; a plan that computes longer between two messages is given up, too.

    Returns
    -------
    DryRun
    """
    survey = _Survey(devices or {}, positions or {})
    worker = threading.Thread(
        target=_follow,
        args=(plan, survey, max_messages, time.monotonic() + 0.8 * max_seconds),
        name="dry-run",
        daemon=True,
    )
    worker.start()
    worker.join(0.9 * max_seconds)
    if worker.is_alive():
        _interrupt(worker)
        worker.join(0.05 * max_seconds)
    with survey.lock:
        survey.is_over = True
        return survey.result()


class _GivenUpError(BaseException):
    """Thrown into a plan that computes for too long; not an Exception, so that it cannot be swallowed."""


def _follow(
    plan: Iterable[Any] | Callable[[], Iterable[Any]], survey: "_Survey", max_messages: int, deadline: float
) -> None:
    try:
        _walk(plan, survey, max_messages, deadline)
    except _GivenUpError:
        return
    except (Exception, GeneratorExit, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001  (any plan, any error)
        text = str(error)
        survey.problem(f"the plan fails: {type(error).__name__}: {text[:500]}", key="fails")
        survey.finish()


def _walk(plan: Any, survey: "_Survey", max_messages: int, deadline: float) -> None:
    generator = ensure_generator(plan() if callable(plan) else plan)
    answers = survey.answers
    answer: Any = None
    try:
        while survey.messages < max_messages and time.monotonic() < deadline:
            msg = generator.send(answer)
            answer = answers.answer(msg)
            with survey.lock:
                if survey.is_over:
                    return
                survey.look_at(msg)
    except StopIteration:
        survey.finish()
    finally:
        with contextlib.suppress(RuntimeError):  # a plan that yields while it is closed
            generator.close()


def _interrupt(thread: threading.Thread) -> None:
    """Raise in the thread; takes effect when it next runs Python code."""
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(_GivenUpError)
        )


@dataclass
class _Survey:
    """What was seen of a plan so far."""

    devices: Mapping[str, Mapping[str, Any]]
    positions: Mapping[str, float]
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: bool = False
    is_complete: bool = False
    messages: int = 0
    runs: int = 0
    elapsed_s: float = 0.0
    planned: int | None = 0
    streams: dict[str, int] = field(default_factory=dict)
    paths: dict[str, list[float]] = field(default_factory=dict)
    trajectory: dict[str, list[float | None]] = field(default_factory=dict)
    noted: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = Answers(self.positions)
        self._at: dict[str, float] = dict(self.positions)
        self._group_s: dict[Any, float] = {}
        self._bundle: dict[Any, str] = {}
        self._declared: dict[str, str] = {}
        self._flights: dict[str, Flight] = {}
        self._flown: dict[str, Flight] = {}

    def problem(self, text: str, *, key: str = "") -> None:
        """Note a problem, once for each key."""
        self.problems.setdefault(key or text, text)

    def finish(self) -> None:
        self.is_complete = True

    def look_at(self, msg: Any) -> None:
        self.messages += 1
        look = _LOOKS.get(msg.command)
        if look is not None:
            look(self, msg)

    def _open(self, msg: Any) -> None:
        self.runs += 1
        points = msg.kwargs.get("num_points")
        if self.planned is not None:
            self.planned = self.planned + points if isinstance(points, int) else None

    def _create(self, msg: Any) -> None:
        self._bundle[msg.run] = str(msg.kwargs.get("name") or (msg.args[0] if msg.args else "primary"))

    def _save(self, msg: Any) -> None:
        stream = self._bundle.pop(msg.run, "primary")
        self.streams[stream] = self.streams.get(stream, 0) + 1
        if stream == "primary" and self.noted < MAX_PATH:
            self._note_positions()

    def _note_positions(self, flown: Mapping[str, float] | None = None) -> None:
        for name in self.paths:
            before = self.positions.get(name)
            at = (flown or {}).get(name, self._at[name])
            self.trajectory.setdefault(name, [before] * self.noted).append(at)
        self.noted += 1

    def _drop(self, msg: Any) -> None:
        self._bundle.pop(msg.run, None)

    def _set(self, msg: Any) -> None:
        position = _as_number(msg.args[0] if msg.args else None)
        travel_s = 0.0 if position is None else self._send(_name(msg.obj), position)
        self._take(msg.kwargs.get("group"), _OVERHEAD_S + travel_s)

    def _send(self, name: str, position: float) -> float:
        """Note that a motor is sent somewhere; give the seconds that this takes."""
        seconds = self._travel_s(name, position)
        self._check(name, position)
        path = self.paths.setdefault(name, [])
        if len(path) < MAX_PATH:
            path.append(position)
        self._at[name] = position
        return seconds

    def _declare(self, msg: Any) -> None:
        if msg.kwargs.get("collect"):
            stream = str(msg.kwargs.get("name") or "primary")
            self._declared.update((_name(obj), stream) for obj in (msg.obj, *msg.args) if obj is not None)

    def _prepare(self, msg: Any) -> None:
        name, flight = _name(msg.obj), flight_of(msg.args[0] if msg.args else None)
        self._flights[name] = flight
        travel_s = 0.0 if flight.line is None else self._send(name, flight.line[0])
        self._take(msg.kwargs.get("group"), _OVERHEAD_S + travel_s)

    def _complete(self, msg: Any) -> None:
        name = _name(msg.obj)
        flight = self._flights.get(name)
        if flight is None:
            return
        self._flown[name] = flight
        if flight.line is not None:
            self._send(name, flight.line[1])
        self._take(msg.kwargs.get("group"), _OVERHEAD_S + flight.duration_s)

    def _collect(self, msg: Any) -> None:
        """Count what was gathered, once for each flight; several devices give what all have."""
        names = [_name(obj) for obj in (msg.obj, *msg.args)]
        stream = str(msg.kwargs.get("name") or self._declared.get(names[0], names[0]))
        known = [name for name in names if name in self._flown and self._flown[name].points]
        if not known:
            return
        points = min(self._flown[name].points for name in known)
        self.streams[stream] = self.streams.get(stream, 0) + points
        if stream == "primary":
            self._note_flight(points)
        for name in known:
            del self._flown[name]

    def _note_flight(self, points: int) -> None:
        shown = min(points, MAX_PATH - self.noted)
        lines = {name: flight.positions(points) for name, flight in self._flown.items() if flight.line}
        for _ in range(shown):
            self._note_positions({name: next(line) for name, line in lines.items()})

    def _trigger(self, msg: Any) -> None:
        name = _name(msg.obj)
        self._take(msg.kwargs.get("group"), _OVERHEAD_S + (self._fact(name, *_EXPOSURES) or 0.0))

    def _wait(self, msg: Any) -> None:
        group = msg.kwargs.get("group", msg.args[0] if msg.args else None)
        self.elapsed_s += self._group_s.pop(group, 0.0)

    def _sleep(self, msg: Any) -> None:
        self.elapsed_s += _as_number(msg.args[0] if msg.args else None) or 0.0

    def _take(self, group: Any, seconds: float) -> None:
        """What is in one group happens at the same time."""
        self._group_s[group] = max(seconds, self._group_s.get(group, 0.0))

    def _travel_s(self, name: str, position: float) -> float:
        velocity = self._fact(name, "velocity")
        start = self._at.get(name)
        if not velocity or velocity < 0 or start is None:
            return 0.0
        return abs(position - start) / velocity

    def _fact(self, name: str, *keys: str) -> float | None:
        """Give a number that the description of a device has, itself or as value of a component."""
        description = self.devices.get(name, {})
        components = description.get("components")
        for key in keys:
            component = components.get(key, {}) if isinstance(components, Mapping) else {}
            for value in (description.get(key), component.get("value")):
                if (number := _as_number(value)) is not None:
                    return number
        return None

    def _check(self, name: str, position: float) -> None:
        description = self.devices.get(name, {})
        limits = limits_of(description)
        units = description.get("units") or None
        if not math.isfinite(position):
            self.problem(f"{name} would be sent to {position}, which is no position", key=f"nan {name}")
        elif name in self.answers.guessed:
            return  # counted from a position that is not known
        elif limits is not None and not limits[0] <= position <= limits[1]:
            self.problem(
                f"{name} would be sent to {with_units(position, units)}, outside its limits "
                f"{with_units(limits[0], None)} to {with_units(limits[1], units)}",
                key=f"limits {name}",
            )

    def result(self) -> DryRun:
        counted = self.streams.get("primary", max(self.streams.values(), default=0))
        points: int | None = counted
        estimated_s: float | None = self.elapsed_s
        if not self.is_complete:
            points = max(self.planned, counted) if self.planned else None
            estimated_s = self.elapsed_s * points / counted if points and counted else None
            self._say_what_was_not_seen(points, counted)
        return DryRun(
            points=points,
            streams=dict(self.streams),
            runs=self.runs,
            messages=self.messages,
            estimated_s=None if estimated_s is None else round(estimated_s, 3),
            paths={name: list(path) for name, path in self.paths.items()},
            trajectory={name: list(path) for name, path in self.trajectory.items()},
            problems=tuple(self.problems.values()),
            is_complete=self.is_complete,
        )

    def _say_what_was_not_seen(self, points: int | None, counted: int) -> None:
        if points:
            self.problem(f"the plan has {show(points)} points, and only the first {counted} were looked at")
        elif self.messages:
            self.problem(
                f"the plan did not end within {self.messages} messages and {counted} points: it may go on "
                "until it is stopped"
            )
        else:
            self.problem("the plan computed for too long before its first message, and was given up")


_EXPOSURES = ("exposure_s", "exposure", "acquire_time", "count_time")
_LOOKS: dict[str, Callable[[_Survey, Any], None]] = {
    "open_run": _Survey._open,
    "create": _Survey._create,
    "save": _Survey._save,
    "drop": _Survey._drop,
    "set": _Survey._set,
    "declare_stream": _Survey._declare,
    "prepare": _Survey._prepare,
    "complete": _Survey._complete,
    "collect": _Survey._collect,
    "trigger": _Survey._trigger,
    "wait": _Survey._wait,
    "sleep": _Survey._sleep,
}


def _name(obj: Any) -> str:
    return str(getattr(obj, "name", obj))


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None or isinstance(value, str | bytes):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
