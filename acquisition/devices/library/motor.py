"""A motor behind an EPICS motor record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from acquisition.devices import timers
from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import Backend, Sample
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import DeviceError, DeviceTimeoutError, DisconnectedError, MoveStoppedError
from acquisition.devices.protocols import Location
from acquisition.devices.signal import Signal, WritableSignal, check_limits
from acquisition.devices.status import Progress, Status

MARGIN_S = 10.0
"""How much longer than expected a move may take before it counts as failed."""

LONGEST_MOVE_S = 24 * 3600.0

TROUBLES = {
    "HLS": "it is on its high limit switch",
    "LLS": "it is on its low limit switch",
    "MISS": "its retries are used up",
}
"""Fields of the record that say why a move ended away from its target."""

START_GRACE_S = 0.5
"""How long a record that takes its target may still say that it is done, before it begins to move."""

WATCHED = ("RBV", "DMOV", "HLM", "LLM", "VELO", "RDBD")


class Motor(Device):
    """A motor record: Movable, Locatable, Checkable, Stoppable, Readable, Configurable, Subscribable.

    Reads as ``name`` (the readback) and ``name_setpoint``; ``name_velocity`` is configuration.

    A move is over when the record says so (.DMOV) after it has taken the target. It went well if the readback
    is then within the retry deadband of the record (.RDBD) of the target, or within two of the last shown
    digit (.PREC) where those are coarser. If not, the status says why: a limit switch (.HLS, .LLS), the
    retries of the record used up (.MISS), or a stop by somebody else. A move that is not over in its time is
    told to stop (.STOP), and fails.

    ==============  ======  =====  =======================================================================
    PV              type    unit   meaning
    ==============  ======  =====  =======================================================================
    ``<P>.VAL``     double  EGU    target
    ``<P>.RBV``     double  EGU    where it is
    ``<P>.DMOV``    short          1 when it is done moving
    ``<P>.STOP``    short          1 stops
    ``<P>.VELO``    double  EGU/s  speed
    ``<P>.HLM``     double  EGU    high user limit
    ``<P>.LLM``     double  EGU    low user limit
    ``<P>.RDBD``    double  EGU    retry deadband
    ``<P>.HLS``     short          1 on the high limit switch
    ``<P>.LLS``     short          1 on the low limit switch
    ``<P>.MISS``    short          1 when the retries are used up
    ==============  ======  =====  =======================================================================

    Parameters
    ----------
    prefix
        The record, without a dot: ``DEMO:sx``.
    deadband
        How far from the target a finished move may end, in the units of the motor, in place of .RDBD.
    move_timeout_s
        How long a move may take; by default what distance and velocity say, and 10 s more.
    backend
        Makes the backend of a field from its full name.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        title: str = "",
        deadband: float | None = None,
        move_timeout_s: float | None = None,
        backend: Callable[[str], Backend] = backend_at,
    ) -> None:
        super().__init__(name, title=title)
        self.prefix = prefix
        self.deadband = deadband
        self.move_timeout_s = move_timeout_s
        self._backends = {
            field: backend(f"{prefix}.{field}") for field in (*WATCHED, "VAL", "STOP", *TROUBLES)
        }
        field = self._backends
        self.readback = self.add("readback", Signal(field["RBV"]), kind=Kind.HINTED, name=name)
        self.setpoint = self.add("setpoint", Signal(field["VAL"]), kind=Kind.NORMAL)
        self.velocity = self.add("velocity", WritableSignal(field["VELO"]), kind=Kind.CONFIG)
        self.done_moving = self.add("done_moving", Signal(field["DMOV"]), kind=Kind.OMITTED)
        self.high_limit = self.add("high_limit", Signal(field["HLM"]), kind=Kind.OMITTED)
        self.low_limit = self.add("low_limit", Signal(field["LLM"]), kind=Kind.OMITTED)
        self.retry_deadband = self.add("retry_deadband", Signal(field["RDBD"]), kind=Kind.OMITTED)
        self.high_limit_switch = self.add("high_limit_switch", Signal(field["HLS"]), kind=Kind.OMITTED)
        self.low_limit_switch = self.add("low_limit_switch", Signal(field["LLS"]), kind=Kind.OMITTED)
        self.missed_target = self.add("missed_target", Signal(field["MISS"]), kind=Kind.OMITTED)
        self.stop_now = self.add("stop_now", WritableSignal(field["STOP"]), kind=Kind.OMITTED)
        self._lock = threading.Lock()
        self._move: _Move | None = None

    def connected(self) -> None:
        """Watch what every move needs to know, so that starting one costs no round trip."""
        listeners = {"RBV": self._at, "DMOV": self._done}
        for name in WATCHED:
            self._backends[name].subscribe(listeners.get(name, _ignore))

    def field(self, name: str) -> Backend:
        """Return one field of the record: ``field("RBV")``."""
        return self._backends[name]

    def _latest(self, field: str) -> Any:
        backend = self._backends[field]
        sample = backend.last
        if sample is None or sample.is_stale:
            sample = backend.begin_read().result(self.timeout_s)
        return sample.value

    @property
    def units(self) -> str:
        """The engineering units of the record."""
        return self.readback.metadata.units

    @property
    def limits(self) -> tuple[float, float]:
        """The user limits, low and high; equal ones mean none, as in the record."""
        return float(self._latest("LLM")), float(self._latest("HLM"))

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if ``set(value)`` would."""
        self._allowed(value)

    def _allowed(self, value: Any) -> float:
        limits = self.limits
        if limits[0] == limits[1]:
            limits = (float("-inf"), float("inf"))
        return check_limits(self.name, value, limits, self.units, f"{self.prefix}.LLM and .HLM")

    def set(self, value: float) -> Status:
        """Start to move; the status ends when the record says that it is done (.DMOV).

        A new target before the end makes the status of the old one fail.

        Raises
        ------
        LimitsError, WrongValueError
            Before anything is sent.
        DisconnectedError
            If the record is away.
        """
        target = self._allowed(value)
        start = float(self._latest("RBV"))
        move = _Move(self, start, target, self._patience(abs(target - start)))
        with self._lock:
            before, self._move = self._move, move
        if before is not None:
            before.end(MoveStoppedError(f"{self.name} was sent to {target:g} {self.units} before it arrived"))
        return move.begin()

    def _patience(self, distance: float) -> float:
        if self.move_timeout_s is not None:
            return self.move_timeout_s
        velocity = float(self._latest("VELO"))
        return MARGIN_S + (1.5 * distance / velocity if velocity > 0.0 else 0.0)

    @property
    def tolerance(self) -> float:
        """How far from the target a finished move may end."""
        if self.deadband is not None:
            return self.deadband
        shown = 2.0 * 10.0 ** -(self.readback.metadata.precision or 0)
        return max(shown, float(self._latest("RDBD")))

    def stop(self, success: bool = True) -> None:
        """Stop at once. The move that is going on ends well if ``success``, else as stopped.

        Raises
        ------
        DisconnectedError
            If the record is away or does not answer: then nobody knows whether the motor stops.
        """
        if not self.stop_now.is_connected:
            raise DisconnectedError(self._stop_blindly())
        move = self._move
        if move is not None:
            move.stopping(success)
        self.stop_now.backend.put(1)

    def _stop_blindly(self) -> str:
        """Send a stop to a record that does not answer, and return what can be said of it."""
        if self.stop_now.backend.put_blindly(1):
            return (
                f"{self.name} cannot be told to stop now: {self.prefix}.STOP was sent, but its IOC does not "
                "answer; it stops when that goes on. Look at the motor."
            )
        return f"{self.name} cannot be told to stop: {self.prefix}.STOP is disconnected. Look at the motor."

    def send_stop(self) -> str:
        """Send a stop, wait for nothing, and return what was done in words."""
        if not self.stop_now.is_connected:
            return self._stop_blindly()
        self.stop_now.backend.put(1)
        return f"{self.prefix}.STOP was sent."

    def locate(self) -> Location:
        """Return the setpoint and the readback, in one round trip."""
        values = self._read([self.setpoint, self.readback])
        return {
            "setpoint": values[self.setpoint.name]["value"],
            "readback": values[self.readback.name]["value"],
        }

    def _at(self, sample: Sample) -> None:
        move = self._move
        if move is not None:
            move.at(sample)

    def _done(self, sample: Sample) -> None:
        move = self._move
        if move is not None:
            move.done_moving(sample)

    def forget(self, move: _Move) -> None:
        """Know that this move is over."""
        with self._lock:
            if self._move is move:
                self._move = None


class _Move:
    """One move: the write of the target, then .DMOV.

    .DMOV is believed only when it was seen after the record had taken the target: a late monitor of the move
    before would end this one at once. So the end of the write is followed by a read of .DMOV, and from then
    on monitors with a later time stamp count.
    """

    def __init__(self, motor: Motor, start: float, target: float, timeout_s: float) -> None:
        self.motor, self.start, self.target = motor, start, target
        self.units = motor.units
        self.status = Status(f"{motor.name} moving from {start:g} to {target:g} {self.units}")
        self.tolerance = motor.tolerance
        self._deadline = timers.call_later(timeout_s, self._too_late)
        self.status.add_callback(self._over)
        self._taken_at: float | None = None
        self._has_started = self._is_given_grace = False
        self._stop_is_success: bool | None = None

    def begin(self) -> Status:
        # a real record answers the write at the end of the move: the time limit is that of the status
        put = self.motor.setpoint.backend.put(self.target, timeout_s=LONGEST_MOVE_S)
        put.add_callback(self._put_ended)
        return self.status

    def _over(self, _: Status) -> None:
        self._deadline.cancel()
        self.motor.forget(self)

    def _too_late(self) -> None:
        """End the move as failed, and the motion too: nobody waits for it any more."""
        sent = self.motor.send_stop()
        elapsed = time.monotonic() - self.status.begun
        self.end(DeviceTimeoutError(f"{self.status.what}: not finished after {elapsed:.1f} s; {sent}"))

    def _put_ended(self, put: Status) -> None:
        exception = put.exception(0)
        if isinstance(exception, DisconnectedError):
            self.end(self._lost())
        elif exception is not None:
            self.end(exception)
        elif not self.status.done:
            self.motor.done_moving.backend.read_later(self._looked)

    def _looked(self, sample: Sample | None) -> None:
        if sample is None:
            self.end(self._lost())
            return
        self._taken_at = sample.timestamp
        newest = self.motor.done_moving.backend.last
        self.done_moving(newest if newest is not None and newest.timestamp > sample.timestamp else sample)

    def done_moving(self, sample: Sample) -> None:
        """Take a sample of .DMOV."""
        if sample.is_stale:
            self.end(self._lost())
        elif self._taken_at is None or sample.timestamp < self._taken_at:
            return
        elif sample.value:
            self.motor.readback.backend.read_later(self._arrived)
        else:
            self._has_started = True

    def _arrived(self, sample: Sample | None) -> None:
        if sample is None:
            self.end(self._lost())
        elif self._stop_is_success is not None:
            self.end(None if self._stop_is_success else self._stopped(float(sample.value), {}))
        elif abs(float(sample.value) - self.target) <= self.tolerance:
            self.end(None)
        elif self._is_going_on():
            return  # a late answer: .DMOV will be told again at the end
        elif not self._has_started:
            if not self._is_given_grace:
                self._is_given_grace = True
                timers.call_later(START_GRACE_S, self._look_again)
        else:
            self._find_trouble(float(sample.value), tuple(TROUBLES), {})

    def _is_going_on(self) -> bool:
        newest = self.motor.done_moving.backend.last
        return newest is not None and not newest.is_stale and not newest.value

    def _look_again(self) -> None:
        self._has_started = True  # it had its moment
        if not self.status.done:
            self.motor.done_moving.backend.read_later(self._looked)

    def _find_trouble(self, where: float, fields: tuple[str, ...], found: dict[str, bool]) -> None:
        """Read one field after the other, then say why the move ended away from its target."""
        if not fields:
            self.end(self._stopped(where, found))
            return

        def seen(sample: Sample | None) -> None:
            is_set = sample is not None and bool(sample.value)
            self._find_trouble(where, fields[1:], {**found, fields[0]: is_set})

        self.motor.field(fields[0]).read_later(seen)

    def _stopped(self, where: float, found: Mapping[str, bool]) -> MoveStoppedError:
        motor = self.motor
        causes = [f"{why} ({motor.prefix}.{field})" for field, why in TROUBLES.items() if found.get(field)]
        why = f": {', '.join(causes)}" if causes else ""
        return MoveStoppedError(
            f"{motor.name} stopped at {where:g} {self.units} on its way to {self.target:g} {self.units}{why}"
        )

    def _lost(self) -> DisconnectedError:
        return DisconnectedError(
            f"{self.motor.name}: the connection to {self.motor.prefix} was lost on the way to "
            f"{self.target:g} {self.units}. The motor may still be moving; look before you go on."
        )

    def stopping(self, success: bool) -> None:
        """Know that a stop was asked for."""
        self._stop_is_success = success

    def at(self, sample: Sample) -> None:
        """Take a sample of the readback, for the watchers."""
        if sample.is_stale or self.status.done:
            return
        here = float(sample.value)
        distance = abs(self.target - self.start)
        fraction = min(1.0, abs(self.target - here) / distance) if distance else 0.0
        elapsed = time.monotonic() - self.status.begun
        self.status.report(
            Progress(
                name=self.motor.name,
                current=here,
                initial=self.start,
                target=self.target,
                unit=self.units,
                precision=self.motor.readback.metadata.precision,
                fraction=fraction,
                time_elapsed=elapsed,
                time_remaining=elapsed * fraction / (1.0 - fraction) if fraction < 1.0 else None,
            )
        )

    def end(self, exception: BaseException | None) -> None:
        """End the move."""
        if exception is None:
            self.status.set_finished()
        elif isinstance(exception, DeviceError):
            self.status.set_exception(exception)
        else:
            self.status.set_exception(MoveStoppedError(f"{self.motor.name}: {exception}"))


def _ignore(sample: Sample) -> None:
    """Want a sample only for its being the newest."""
