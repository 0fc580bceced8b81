"""What a value must be to be written: checked before anything is sent, told with what holds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from acquisition.devices.backends.base import Metadata
from acquisition.devices.errors import LimitsError, WrongValueError

SLACK = 1e-9
"""A step computed in floats may end this part of the range outside of it."""


def fitting(value: Any, metadata: Metadata, name: str, source: str = "") -> Any:
    """Return ``value`` as the signal can hold it.

    Parameters
    ----------
    name, source
        Who is asked, and where the value would go: both are in the message of an error.

    Raises
    ------
    WrongValueError
        If it is of the wrong kind, not finite, no known choice, too long, or of the wrong length.
    LimitsError
        If it is outside the limits.
    """
    check = _CHOICE if metadata.choices else _CHECKS.get(metadata.dtype)
    if check is None:
        return value
    try:
        fit = check(value, metadata)
    except (TypeError, ValueError, OverflowError, AttributeError):
        fit = None
    if fit is None:
        raise refusal(value, metadata, name, source)
    if metadata.limits is not None and metadata.dtype in ("number", "integer"):
        inside = check_limits(name, value, metadata.limits, metadata.units, source)
        return fit if metadata.dtype == "integer" else inside
    return fit


def refusal(value: Any, metadata: Metadata, name: str, source: str) -> WrongValueError:
    """Return the error that says what the signal takes, and what it was given."""
    who = f"{name} ({source})" if source and source != name else name
    return WrongValueError(f"{who} takes {taken(metadata)}, not {shortened(value)}")


def shortened(value: Any) -> str:
    """Return a value for a message: a long one by its beginning and its size."""
    if isinstance(value, np.ndarray | list | tuple):
        return f"an array of shape {np.shape(value)}"
    words = repr(value)
    return words if len(words) <= 80 else f"{words[:60]}... ({len(value)} long)"


def taken(metadata: Metadata) -> str:
    """Return in words what a signal takes: "a finite number in mm from -10 to 10"."""
    if metadata.choices:
        named = [word for word in metadata.choices if word]
        return f"one of {', '.join(named)} (or 0 to {len(metadata.choices) - 1})"
    if metadata.dtype == "string":
        return "text" if metadata.capacity is None else f"text of at most {metadata.capacity} bytes"
    if metadata.dtype == "array":
        size = f"shape {metadata.shape}" if metadata.capacity is None else f"at most {metadata.capacity}"
        elements = f" elements ({metadata.dtype_numpy})" if metadata.dtype_numpy else ""
        return f"an array of {size}{elements}, all finite"
    words = {"number": "a finite number", "integer": "a whole number", "boolean": "true or false"}
    unit = f" in {metadata.units}" if metadata.units else ""
    limits = metadata.limits if metadata.limits is not None else _range_of(metadata)
    span = f" from {limits[0]:g} to {limits[1]:g}" if limits is not None else ""
    return f"{words.get(metadata.dtype, metadata.dtype)}{unit}{span}"


def _range_of(metadata: Metadata) -> tuple[float, float] | None:
    if metadata.dtype != "integer" or not metadata.dtype_numpy:
        return None
    info = np.iinfo(metadata.dtype_numpy)
    return info.min, info.max


def _number(value: Any, _: Metadata) -> float | None:
    if isinstance(value, bool | np.bool_ | str | bytes):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _integer(value: Any, metadata: Metadata) -> int | None:
    if isinstance(value, str | bytes) or int(value) != value:
        return None
    bounds = _range_of(metadata)
    return int(value) if bounds is None or bounds[0] <= int(value) <= bounds[1] else None


def _boolean(value: Any, _: Metadata) -> bool | None:
    return bool(value) if value in (0, 1) else None


def _string(value: Any, metadata: Metadata) -> str | None:
    if not isinstance(value, str) or "\0" in value:
        return None
    return value if metadata.capacity is None or len(value.encode()) <= metadata.capacity else None


def _choice(value: Any, metadata: Metadata) -> str | None:
    if isinstance(value, str):
        return value if value and value in metadata.choices else None
    number = int(value)
    return metadata.choices[number] if number == value and 0 <= number < len(metadata.choices) else None


def _array(value: Any, metadata: Metadata) -> np.ndarray[Any, Any] | None:
    given = np.asarray(value)
    wanted = np.dtype(metadata.dtype_numpy or given.dtype)
    if given.ndim == 0 or (given.dtype.kind in "USO") != (wanted.kind in "USO"):
        return None
    fits_size = given.size <= metadata.capacity if metadata.capacity is not None else True
    if not fits_size or (given.dtype.kind in "fc" and not np.all(np.isfinite(given))):
        return None
    if metadata.capacity is None and 0 not in metadata.shape and given.shape != metadata.shape:
        return None
    if wanted.kind in "iu":
        bounds = np.iinfo(wanted)
        if given.size and not (np.all(given == np.floor(given)) and given.min() >= bounds.min):
            return None
        if given.size and given.max() > bounds.max:
            return None
    return given.astype(wanted)


_CHOICE = _choice
_CHECKS: dict[str, Callable[[Any, Metadata], Any]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "string": _string,
    "array": _array,
}


def check_limits(name: str, value: Any, limits: tuple[float, float], units: str, source: str) -> float:
    """Return ``value`` as a float inside ``limits``.

    Raises
    ------
    WrongValueError
        If it is no finite number.
    LimitsError
        If it is outside.
    """
    unit = f" in {units}" if units else ""
    low, high = limits
    holds = f"{name} takes a finite number{unit} from {low:g} to {high:g} ({source})"
    if isinstance(value, bool | np.bool_ | str | bytes):
        raise WrongValueError(f"{holds}, not {value!r}")
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise WrongValueError(f"{holds}, not {value!r}") from error
    if not math.isfinite(number):
        raise WrongValueError(f"{holds}, not {value!r}")
    slack = SLACK * max(abs(low), abs(high), high - low) if math.isfinite(high - low) else 0.0
    if not low - slack <= number <= high + slack:
        raise LimitsError(name, value, low, high, units, source)
    return min(max(number, low), high)


def fitted(who: str, value: Any, metadata: Metadata) -> Any:
    """Return ``value`` as the type of the signal can hold it; limits are checked where a setpoint is set.

    Raises
    ------
    WrongValueError
        With who was asked, what it takes, and what it was given.
    """
    return fitting(value, dataclasses.replace(metadata, low=None, high=None), who)
