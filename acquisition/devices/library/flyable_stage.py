"""A stage that moves at constant speed while detectors are triggered by its position."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.base import read_together
from acquisition.devices.component import Kind
from acquisition.devices.errors import DeviceError, NotStagedError
from acquisition.devices.library.motor import Motor
from acquisition.devices.protocols import DataKey, Location
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.standard.awaiting import after, when
from acquisition.devices.standard.column_file import ColumnFile
from acquisition.devices.standard.flight import Trajectory, plan_of
from acquisition.devices.standard.joint_move import JointMove
from acquisition.devices.standard.pv_device import BackendOf, PvDevice
from acquisition.devices.standard.stream_assets import StreamAssets
from acquisition.devices.status import Status, all_of

MARGIN_S = 10.0
PULSES_S = 5.0
"""How long after the end of the move the last pulses may come."""


class FlyableStage(PvDevice):
    """A motor with position compare (Movable, Preparable, Flyable, EventCollectable, WritesStreamAssets).

    The motor is a motor record at ``<P>``; its fields are those of ``Motor`` and ``.ACCL``. The pulses come
    from a position compare unit with the names of a Zebra:

    =========================  ========  ====  ===========================================================
    PV                         type      unit  meaning
    =========================  ========  ====  ===========================================================
    ``<Z>PC_ARM``              long            1 arms, answered when armed; erases what was captured
    ``<Z>PC_DISARM``           long            1 disarms
    ``<Z>PC_ARM_OUT``          long            1 while armed
    ``<Z>PC_DIR``              enum            Positive, Negative: direction of travel
    ``<Z>PC_PULSE_START``      double    mm    position of the first pulse, in units of the motor
    ``<Z>PC_PULSE_STEP``       double    mm    distance of the pulses, above 0
    ``<Z>PC_PULSE_MAX``        long            how many pulses
    ``<Z>PC_NUM_CAP``          long            how many came since armed
    ``<Z>PC_ENC1``             double[]  mm    positions at the pulses
    ``<Z>PC_TIME``             double[]  s     times of the pulses since armed
    =========================  ========  ====  ===========================================================

    Parameters
    ----------
    prefix
        ``<P>``: the motor record, without a dot.
    compare_prefix
        ``<Z>``: of the position compare unit, with its separator; ``<P>:`` if not given.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        compare_prefix: str = "",
        title: str = "",
        backend: BackendOf = backend_at,
    ) -> None:
        super().__init__(compare_prefix or f"{prefix}:", name, title=title, backend=backend)
        self.motor = self.add("motor", Motor(prefix, backend=backend), name=name)
        self.acceleration_s = self.add(
            "acceleration_s", WritableSignal(backend(f"{prefix}.ACCL")), kind=Kind.CONFIG
        )
        self.arm = self.writes("arm", "PC_ARM")
        self.disarm = self.writes("disarm", "PC_DISARM")
        self.armed = self.reads("armed", "PC_ARM_OUT", Kind.OMITTED)
        self.direction = self.writes("direction", "PC_DIR")
        self.pulse_start = self.writes("pulse_start", "PC_PULSE_START")
        self.pulse_step = self.writes("pulse_step", "PC_PULSE_STEP")
        self.pulse_max = self.writes("pulse_max", "PC_PULSE_MAX")
        self.captured = self.reads("captured", "PC_NUM_CAP", Kind.OMITTED)
        self.positions = self.reads("positions", "PC_ENC1", Kind.OMITTED)
        self.times = self.reads("times", "PC_TIME", Kind.OMITTED)
        self._trajectory: Trajectory | None = None
        self._run_out = 0.0
        self._speed_before: float | None = None
        self._flight: Status | None = None
        self._armed_at = 0.0
        self._collected = 0

    # ---- as a motor

    @property
    def limits(self) -> tuple[float, float]:
        """The user limits of the motor."""
        return self.motor.limits

    def check_value(self, value: Any) -> None:
        """Raise ``LimitsError`` or ``WrongValueError`` if ``set(value)`` would."""
        self.motor.check_value(value)

    def set(self, value: float) -> Status:
        """Start to move, as the motor does."""
        return self.motor.set(value)

    def locate(self) -> Location:
        """Return setpoint and readback of the motor."""
        return self.motor.locate()

    def stop(self, success: bool = True) -> None:
        """Stop the motor and give no more pulses; a flight that goes on has then failed, or ended early."""
        try:
            self.motor.stop(success=success)
        finally:
            self.disarm.backend.put(1)

    # ---- in flight

    def check_trajectory(self, trajectory: Trajectory) -> tuple[float, float]:
        """Return where the run-up begins and the run-out ends, if the motor can go there, that fast.

        Raises
        ------
        UnreachableError, LimitsError
            With the position or speed that is beyond its limits.
        """
        self.motor.velocity.check_value(trajectory.velocity)
        reach = trajectory.sign * trajectory.run_up(float(self.acceleration_s.get()))
        begin, end = trajectory.start - reach, trajectory.stop + reach
        JointMove({"motor": self.motor}).check(
            {"motor": begin}, who=self.name, value=f"its run-up at {begin:g}", units=self.motor.units
        )
        JointMove({"motor": self.motor}).check(
            {"motor": end}, who=self.name, value=f"its run-out at {end:g}", units=self.motor.units
        )
        return begin, end

    def prepare(self, value: Any) -> Status:
        """Go to the run-up of a ``Trajectory`` (or a mapping of its fields), and set up the pulses.

        Raises
        ------
        WrongValueError, LimitsError
            Before anything moves.
        """
        trajectory = plan_of(Trajectory, value, self.name)
        begin, self._run_out = self.check_trajectory(trajectory)
        self._restore_speed()
        self._trajectory = trajectory
        moved = self.motor.set(begin)
        return after(moved, lambda: self._set_pulses(trajectory), f"{self.name} being prepared")

    def _set_pulses(self, trajectory: Trajectory) -> Status:
        self._speed_before = float(_newest(self.motor.velocity, self.timeout_s))
        wanted: list[tuple[WritableSignal, Any]] = [
            (self.motor.velocity, trajectory.velocity),
            (self.direction, "Positive" if trajectory.sign > 0 else "Negative"),
            (self.pulse_start, trajectory.start),
            (self.pulse_step, abs(trajectory.step)),
            (self.pulse_max, trajectory.points),
        ]
        return all_of([signal.set(value) for signal, value in wanted], f"{self.name} setting its pulses")

    def kickoff(self) -> Status:
        """Arm the pulses and begin to move.

        Raises
        ------
        NotStagedError
            If no trajectory was prepared.
        """
        trajectory = self._trajectory
        if trajectory is None:
            raise NotStagedError(f"{self.name} has no trajectory: prepare it before it is kicked off")
        self._collected = 0
        flight = self._flight = Status(f"{self.name} flying", timeout_s=self._patience_s(trajectory))
        flight.add_callback(self._landed)

        def fly() -> Status:
            self._armed_at = time.time()
            move = self.motor.set(self._run_out)
            move.add_callback(lambda ended: self._arrived(ended, trajectory, flight))
            return Status.finished(f"{self.name} beginning to move")

        begun = after(self.arm.set(1), fly, f"{self.name} being kicked off")
        begun.add_callback(lambda ended: _hand_on_failure(ended, flight))
        return begun

    def _patience_s(self, trajectory: Trajectory) -> float:
        return 2.0 * trajectory.duration_s + 2.0 * trajectory.run_up(1.0) / trajectory.velocity + MARGIN_S

    def _arrived(self, move: Status, trajectory: Trajectory, flight: Status) -> None:
        exception = move.exception(0)
        if exception is not None:
            flight.set_exception(exception)
            return
        what = f"{self.name} waiting for pulse {trajectory.points} of {self.prefix}PC_NUM_CAP"
        counted = when(
            self.captured, lambda number: int(number) >= trajectory.points, what, timeout_s=PULSES_S
        )
        counted.add_callback(lambda ended: self._counted(ended, trajectory, flight))

    def _counted(self, counted: Status, trajectory: Trajectory, flight: Status) -> None:
        if counted.success:
            flight.set_finished()
            return
        sample = self.captured.backend.last
        number = "an unknown number" if sample is None else int(sample.value)
        flight.set_exception(
            DeviceError(
                f"{self.name} has arrived, but only {number} of {trajectory.points} pulses came "
                f"({self.prefix}PC_NUM_CAP). Was another pulse start or direction set?"
            )
        )

    def _landed(self, flight: Status) -> None:
        self._trajectory = None
        if not flight.success:
            self.disarm.backend.put(1)
        self._restore_speed()

    def _restore_speed(self) -> None:
        speed, self._speed_before = self._speed_before, None
        if speed is not None:
            self.motor.velocity.backend.put(speed)

    def complete(self) -> Status:
        """Return the status that ends when the motor has arrived and all pulses were given."""
        if self._flight is None:
            raise NotStagedError(f"{self.name} cannot complete: it was not kicked off")
        return self._flight

    def unstage(self) -> list[Any] | Status:
        """Stop a flight that goes on, and put the speed back."""
        try:
            if self._flight is not None and not self._flight.done:
                self.stop(success=False)
        finally:
            self._restore_speed()
            super().unstage()
        return [self]

    # ---- what came of it

    def _pulses_since(self, first: int, last: int | None = None) -> list[tuple[float, float]]:
        """Return position and POSIX time of the pulses from ``first`` on."""
        samples = read_together(
            [signal.backend for signal in (self.captured, self.positions, self.times)], self.timeout_s
        )
        number, positions, times = (sample.value for sample in samples)
        stop = int(number) if last is None else min(int(number), last)
        # an array of one element may come as a number
        places, moments = np.atleast_1d(positions), np.atleast_1d(times)
        stop = min(stop, len(places), len(moments))
        return [(float(places[n]), self._armed_at + float(moments[n])) for n in range(first, stop)]

    def describe_collect(self) -> dict[str, dict[str, DataKey]]:
        """Return the data key of the positions, in a stream of its own name."""
        return {self.name: {self.name: self._position_key()}}

    def _position_key(self) -> DataKey:
        key = self.motor.readback.data_key()
        return {**key, "source": self.positions.source}

    def collect(self) -> Iterator[dict[str, Any]]:
        """Yield an event a pulse: its position, at its time."""
        for position, moment in self._pulses_since(self._collected):
            self._collected += 1
            yield {"time": moment, "data": {self.name: position}, "timestamps": {self.name: moment}}


class RecordingFlyableStage(FlyableStage):
    """The same, whose positions go into an HDF5 file of their own (WritesStreamAssets).

    So its positions can be collected into one stream with the frames of a camera, by the index of the pulse.

    Parameters
    ----------
    folder
        Where the files go; it must exist on the machine of the worker, below a folder that may be read.
    """

    def __init__(self, prefix: str, name: str = "", *, folder: str, **settings: Any) -> None:
        super().__init__(prefix, name, **settings)
        self.folder = Path(folder)
        self._file: ColumnFile | None = None
        self._assets: StreamAssets | None = None

    def describe_collect(self) -> dict[str, Any]:
        """Return the data key of the positions, which are in a file."""
        if self._assets is not None:
            self._assets.announce_again()
        key = {"dtype": "array", "dtype_numpy": "<f8", "shape": [1], "external": "STREAM:"}
        return {self.name: {**self._position_key(), **key}}

    def kickoff(self) -> Status:
        """Begin a new file, arm the pulses and begin to move."""
        self._close_file()
        self._file = ColumnFile(self.folder, ("positions", "timestamps"))
        self._assets = self._file.assets(self.name, "positions")
        return super().kickoff()

    def get_index(self) -> int:
        """Return how many pulses were given since the kickoff."""
        return int(self.captured.get())

    def collect_asset_docs(self, index: int | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Write the positions that came since the last call, up to ``index``; yield their documents."""
        if self._file is None or self._assets is None:
            return
        self._file.append(self._pulses_since(self._file.count, index))
        yield from self._assets.up_to(self._file.count)

    def unstage(self) -> list[Any] | Status:
        """Stop a flight that goes on, put the speed back and close the file."""
        try:
            return super().unstage()
        finally:
            self._close_file()

    def _close_file(self) -> None:
        file, self._file, self._assets = self._file, None, None
        if file is not None:
            file.close()


def _hand_on_failure(first: Status, second: Status) -> None:
    exception = first.exception(0)
    if exception is not None:
        second.set_exception(exception)


def _newest(signal: Signal, timeout_s: float) -> Any:
    """Return the value that a monitor brought, else ask for it."""
    sample = signal.backend.last
    return signal.backend.begin_read().result(timeout_s).value if sample is None else sample.value
