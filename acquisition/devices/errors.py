"""What can go wrong with a device.

The tree (each also is the builtin a caller would catch)::

    DeviceError
    ├── NotConnectedError   (ConnectionError)  devices or PVs that did not connect, as a tree
    ├── DisconnectedError   (ConnectionError)  the control system went away in use
    ├── DeviceTimeoutError  (TimeoutError)     no answer, or not finished, in time
    │   └── StatusTimeoutError                 somebody waited for a status, and it is not done yet
    ├── ReadFailedError     (OSError)          the control system refused a read
    ├── PutFailedError      (OSError)          the control system refused a write
    ├── ReadOnlyError       (PermissionError)  the PV cannot be written by us
    ├── LimitsError         (ValueError)       asked for a value outside the limits
    ├── WrongValueError     (ValueError)       a value of the wrong kind
    ├── MoveStoppedError    (RuntimeError)     a move was stopped before it arrived
    ├── NotStagedError      (RuntimeError)     the device must be staged first
    ├── MissingLibraryError (ImportError)      a control layer whose Python package is not installed
    ├── AddressError        (ValueError)       an address that names no value of a control layer
    └── ManifestError       (ValueError)       faults of a beamline manifest, all at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DeviceError(Exception):
    """Root of everything a device raises."""


class NotConnectedError(DeviceError, ConnectionError):
    """Tell which devices or PVs did not connect, and why, all at once.

    Parameters
    ----------
    failures
        One line of text, or a mapping from the name of a child to its text or its own ``NotConnectedError``.
    """

    def __init__(self, failures: str | Mapping[str, Exception | str]) -> None:
        self.failures = failures
        super().__init__(self.tree())

    def tree(self, indent: str = "") -> str:
        """Return the failures as indented text, one line a leaf."""
        if isinstance(self.failures, str):
            return f"{indent}{self.failures}"
        lines = []
        for name, failure in self.failures.items():
            if isinstance(failure, NotConnectedError) and not isinstance(failure.failures, str):
                lines.append(f"{indent}{name}:\n{failure.tree(indent + '    ')}")
            else:
                lines.append(f"{indent}{name}: {failure}")
        return "\n".join(lines)

    def __str__(self) -> str:
        text = self.tree()
        return f"\n{text}" if "\n" in text else text


class DisconnectedError(DeviceError, ConnectionError):
    """The control system that serves a signal is not there (any more)."""


class DeviceTimeoutError(DeviceError, TimeoutError):
    """Something was not answered, or not finished, in its time."""


class StatusTimeoutError(DeviceTimeoutError):
    """A status was waited for, and is not done yet. The action itself goes on."""


class ReadFailedError(DeviceError, OSError):
    """The control system refused a read."""


class PutFailedError(DeviceError, OSError):
    """The control system refused a write."""


class ReadOnlyError(DeviceError, PermissionError):
    """A write to something that cannot be written."""


class LimitsError(DeviceError, ValueError):
    """A setpoint outside the limits of an axis.

    Parameters
    ----------
    name, value, low, high, units
        Who was asked, for what, and what holds.
    source
        Where the limits come from (a PV, a configuration file).
    """

    def __init__(self, name: str, value: object, low: float, high: float, units: str, source: str) -> None:
        self.name, self.value, self.low, self.high, self.units = name, value, low, high, units
        unit = f" {units}" if units else ""
        super().__init__(
            f"{name} cannot go to {value}{unit}: its limits are {low:g} to {high:g}{unit} (from {source}). "
            "Ask for a value inside them, or have beamline staff move the limits."
        )


class WrongValueError(DeviceError, ValueError):
    """A value of a kind that the device cannot take."""


class MoveStoppedError(DeviceError, RuntimeError):
    """A move was stopped before it reached its target."""


class NotStagedError(DeviceError, RuntimeError):
    """The device was used without being staged."""


class MissingLibraryError(DeviceError, ImportError):
    """A control layer needs a Python package that is not installed."""


class AddressError(DeviceError, ValueError):
    """An address that names no value of a control layer."""


class ManifestError(DeviceError, ValueError):
    """All faults of a beamline manifest.

    Parameters
    ----------
    path
        The file.
    faults
        Pairs of the key (dotted, or empty for the whole file) and what is wrong there.
    """

    def __init__(self, path: str, faults: Sequence[tuple[str, str]]) -> None:
        self.path = path
        self.faults = tuple(faults)
        lines = [f"    {key or '(file)'}: {text}" for key, text in self.faults]
        count = len(self.faults)
        super().__init__(f"{path}: {count} fault{'s' if count != 1 else ''}\n" + "\n".join(lines))
