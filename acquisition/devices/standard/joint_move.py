"""Several axes that move as one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from acquisition.devices.errors import DeviceError, LimitsError, WrongValueError
from acquisition.devices.status import Status, all_of

Positions = dict[str, float]
"""Positions by the name of the axis."""


class Axis(Protocol):
    """What a real axis must be able to do."""

    @property
    def name(self) -> str: ...
    def check_value(self, value: Any) -> None: ...
    def set(self, value: float) -> Status: ...
    def stop(self, success: bool = True) -> None: ...


class UnreachableError(LimitsError):
    """A position that one of the axes below cannot reach.

    Parameters
    ----------
    name, value, units
        Who was asked, and for what.
    cause
        What the axis says.
    """

    def __init__(self, name: str, value: object, units: str, cause: LimitsError) -> None:
        super().__init__(cause.name, cause.value, cause.low, cause.high, cause.units, "its axis")
        unit = f" {units}" if units else ""
        self.args = (f"{name} cannot go to {value}{unit}: {cause}",)


class JointMove:
    """Moves several axes at once; none moves if one cannot, and one that fails stops the others.

    Parameters
    ----------
    axes
        By the name that they have here.
    """

    def __init__(self, axes: Mapping[str, Axis]) -> None:
        self.axes = dict(axes)

    def check(self, targets: Mapping[str, float], *, who: str, value: object, units: str = "") -> None:
        """Raise if an axis cannot go to its target.

        Raises
        ------
        UnreachableError
            Naming the axis, its target and its limits, and who wanted it.
        WrongValueError
            A target is no finite number.
        """
        for name, target in targets.items():
            if not math.isfinite(target):
                raise WrongValueError(
                    f"{who} cannot go to {value} {units}: {name} would have to go to {target}"
                )
            try:
                self.axes[name].check_value(target)
            except LimitsError as error:
                raise UnreachableError(who, value, units, error) from error

    def move(self, targets: Mapping[str, float], what: str) -> Status:
        """Start all axes; the status ends when all have arrived, or at the first failure."""
        begun: dict[str, Status] = {}
        try:
            for name, target in targets.items():
                begun[name] = self.axes[name].set(target)
        except BaseException:
            self._stop(begun)
            raise
        joined = all_of(begun.values(), what)
        joined.add_callback(lambda status: None if status.success else self._stop_unfinished(begun))
        return joined

    def _stop_unfinished(self, begun: Mapping[str, Status]) -> None:
        self._stop(name for name, status in begun.items() if not status.done)

    def _stop(self, names: Any) -> list[DeviceError]:
        failures = []
        for name in list(names):
            try:
                self.axes[name].stop(success=False)
            except DeviceError as error:
                failures.append(error)
        return failures

    def stop(self, success: bool = True) -> None:
        """Stop every axis, also when one cannot be told to; then raise what went wrong.

        Raises
        ------
        DeviceError
            With what each axis that could not be stopped says.
        """
        failures = []
        for axis in self.axes.values():
            try:
                axis.stop(success=success)
            except DeviceError as error:
                failures.append(error)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise DeviceError("; ".join(str(error) for error in failures))
