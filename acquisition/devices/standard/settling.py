"""Go to a value, and wait until it has stayed near it for a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from acquisition.devices import timers
from acquisition.devices.backends.base import Sample
from acquisition.devices.errors import DeviceError, DeviceTimeoutError, DisconnectedError, MoveStoppedError
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Progress, Status


class SettleLogic:
    """Writes a setpoint and watches the readback.

    Parameters
    ----------
    setpoint, readback
        Of one quantity, in the same units.
    who
        Gives the name of the device, for messages.
    tolerance
        How far from the setpoint still counts as there.
    settle_s
        How long the readback must stay there without a break.
    """

    def __init__(
        self,
        setpoint: WritableSignal,
        readback: Signal,
        *,
        who: Callable[[], str],
        tolerance: float,
        settle_s: float,
    ) -> None:
        self.setpoint, self.readback = setpoint, readback
        self.who = who
        self.tolerance, self.settle_s = tolerance, settle_s
        self._settling: _Settling | None = None

    def watch(self) -> None:
        """Begin to watch the readback; call it once connected."""
        self.readback.backend.subscribe(self._at)

    def set(self, value: float, timeout_s: float) -> Status:
        """Write the setpoint; the status ends when the readback has settled.

        A new setpoint before makes the status of the old one fail. After ``timeout_s`` it fails with the
        value that was reached.
        """
        self.end_with(MoveStoppedError(f"{self.who()} was sent to {value:g} before it had settled"))
        settling = self._settling = _Settling(self, value, timeout_s)
        self.setpoint.backend.put(value).add_callback(settling.taken)
        return settling.status

    def _at(self, sample: Sample) -> None:
        settling = self._settling
        if settling is not None:
            settling.at(sample)

    def end_with(self, exception: DeviceError | None) -> None:
        """End what goes on, if anything does."""
        settling = self._settling
        if settling is not None:
            settling.end(exception)


class _Settling:
    """One way to a setpoint."""

    def __init__(self, logic: SettleLogic, target: float, timeout_s: float) -> None:
        self.logic, self.target, self.timeout_s = logic, target, timeout_s
        self.units = logic.readback.metadata.units
        self.status = Status(f"{logic.who()} going to {target:g} {self.units}")
        self._lock = threading.Lock()
        self._is_taken = False
        self._start: float | None = None
        self._here: float | None = None
        self._since: float | None = None
        self._timers = [timers.call_later(timeout_s, self._expire)]

    def taken(self, put: Status) -> None:
        """Know that the setpoint was written: from now on the readback counts."""
        exception = put.exception(0)
        if exception is not None:
            error = exception if isinstance(exception, DeviceError) else DeviceError(str(exception))
            self.end(error)
            return
        self._is_taken = True
        self.logic.readback.backend.read_later(self._looked)

    def _looked(self, sample: Sample | None) -> None:
        if sample is None:
            self.end(self._lost())
        else:
            self.at(sample)

    def at(self, sample: Sample) -> None:
        """Take a value of the readback."""
        if self.status.done or not self._is_taken:
            return
        if sample.is_stale:
            self.end(self._lost())
            return
        self._here = float(sample.value)
        self._start = self._here if self._start is None else self._start
        self._judge(time.monotonic())
        self._report()

    def _judge(self, now: float) -> None:
        with self._lock:
            if self._here is None or not abs(self._here - self.target) <= self.logic.tolerance:
                self._since = None
                return
            if self._since is None:
                self._since = now
                self._timers.append(timers.call_later(self.logic.settle_s, self._look_again))
            stayed_s = now - self._since
        if stayed_s >= self.logic.settle_s:
            self.end(None)

    def _look_again(self) -> None:
        """Judge once more when the time is over: a readback that rests sends nothing."""
        if not self.status.done:
            self._judge(time.monotonic())

    def _report(self) -> None:
        start, here = self._start, self._here
        if start is None or here is None:
            return
        distance = abs(self.target - start)
        self.status.report(
            Progress(
                name=self.logic.who(),
                current=here,
                initial=start,
                target=self.target,
                unit=self.units,
                precision=self.logic.readback.metadata.precision,
                fraction=min(1.0, abs(self.target - here) / distance) if distance else 0.0,
                time_elapsed=time.monotonic() - self.status.begun,
            )
        )

    def _lost(self) -> DisconnectedError:
        return DisconnectedError(
            f"{self.logic.who()}: the connection to {self.logic.readback.source} was lost on the way to "
            f"{self.target:g} {self.units}. The controller may still go there; look before you go on."
        )

    def _expire(self) -> None:
        here = "unknown" if self._here is None else f"{self._here:g} {self.units}"
        self.end(
            DeviceTimeoutError(
                f"{self.logic.who()} going to {self.target:g} {self.units}: it is at {here} after "
                f"{self.timeout_s:g} s, and settled means within {self.logic.tolerance:g} {self.units} for "
                f"{self.logic.settle_s:g} s. Give it more time (settle_timeout_s) or a larger tolerance."
            )
        )

    def end(self, exception: DeviceError | None) -> None:
        """End it, once."""
        for timer in self._timers:
            timer.cancel()
        if exception is None:
            self.status.set_finished()
        else:
            self.status.set_exception(exception)
