"""What a PV Access structure says: value, description, alarm and time, by the normative types.

A structure comes as a ``p4p.Value``. One with the id ``epics:nt/NTScalar:1.0`` (also NTScalarArray, NTEnum,
NTNDArray, NTTable) has the parts of that type; any other is taken by the names of its fields.

References
----------
EPICS V4 Normative Types, revision of 16 March 2015: sections NTScalar, NTEnum, NTNDArray, NTTable, time_t.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from acquisition.devices.backends.base import INVALID, Metadata, Sample
from acquisition.devices.errors import AddressError, ReadFailedError

CODES: dict[str, tuple[str, str]] = {
    "?": ("boolean", "|b1"),
    "s": ("string", ""),
    "b": ("integer", "|i1"),
    "B": ("integer", "|u1"),
    "h": ("integer", "<i2"),
    "H": ("integer", "<u2"),
    "i": ("integer", "<i4"),
    "I": ("integer", "<u4"),
    "l": ("integer", "<i8"),
    "L": ("integer", "<u8"),
    "f": ("number", "<f4"),
    "d": ("number", "<f8"),
}
"""What the type codes of p4p mean: event model's dtype, and numpy's."""

ANY_LENGTH = 2**31 - 1
"""PV Access does not say how many elements an array may have; its server knows."""

READ_ONLY = ("alarm", "timeStamp", "dataTimeStamp", "display", "control", "valueAlarm")


@dataclass(frozen=True, slots=True)
class Structure:
    """One structure, and the field of it that a signal wants.

    Parameters
    ----------
    source
        The address, for messages.
    value
        The ``p4p.Value``.
    field
        Path of the field with dots; empty for the value itself.
    """

    source: str
    value: Any
    field: str = ""

    @property
    def type_id(self) -> str:
        """The normative type without its version: ``NTScalar``; empty for other structures."""
        name: str = self.value.getID()
        return name.removeprefix("epics:nt/").partition(":")[0] if name.startswith("epics:nt/") else ""

    @property
    def path(self) -> str:
        """Where the wanted field is."""
        if not self.field:
            return "value"
        in_value = f"value.{self.field}"
        return in_value if self.type_id == "NTTable" and self.code(in_value) is not None else self.field

    def code(self, path: str) -> Any:
        """Return the type code at a path (text, or a tuple for structures); None if there is nothing."""
        code: Any = self.value.type().aspy()
        for name in path.split("."):
            if not (isinstance(code, tuple) and code[0] == "S"):
                return None
            code = dict(code[2]).get(name)
        return code

    def part(self, path: str, otherwise: Any = None) -> Any:
        """Return what is at a path, or ``otherwise``."""
        return otherwise if self.code(path) is None else self.value[path]

    def sample(self) -> Sample:
        """Return value, time and alarm."""
        severity = min(int(self.part("alarm.severity", 0)), INVALID)
        message = f"{self.source}: alarm {self.part('alarm.message', '')}" if severity else ""
        return Sample(self.decoded(), self._timestamp(), severity, message)

    def _timestamp(self) -> float:
        """Return when the value was taken; now, if the server does not say."""
        names = ("dataTimeStamp", "timeStamp") if self.type_id == "NTNDArray" else ("timeStamp",)
        for name in names:
            if self.part(f"{name}.secondsPastEpoch", 0):
                return self._seconds(name)
        return time.time()

    def _seconds(self, path: str) -> float:
        return float(self.value[f"{path}.secondsPastEpoch"]) + 1e-9 * float(self.value[f"{path}.nanoseconds"])

    def decoded(self) -> Any:
        """Return the wanted field as an event holds it."""
        if not self.field and self.type_id == "NTNDArray":
            return self._frame()
        code, path = self.code(self.path), self.path
        if isinstance(code, tuple):
            return self._of_structure(path, code)
        found = self.value[path]
        if code.startswith("a"):
            return list(found) if code == "as" else np.asarray(found)
        return bool(found) if code == "?" else found

    def _of_structure(self, path: str, code: tuple[Any, ...]) -> Any:
        names = {name for name, _ in code[2]}
        if {"index", "choices"} <= names:
            number, choices = int(self.value[f"{path}.index"]), self.value[f"{path}.choices"]
            return str(choices[number]) if 0 <= number < len(choices) else str(number)
        if {"secondsPastEpoch", "nanoseconds"} <= names:
            return self._seconds(path)
        raise AddressError(
            f"{self.source}: {path} is a structure; name one of its fields with #: "
            + ", ".join(f"#{self.field + '.' if self.field else ''}{name}" for name in sorted(names))
        )

    def _frame(self) -> np.ndarray[Any, Any]:
        """Return the array in its shape: the last dimension of numpy is the first of areaDetector.

        Raises
        ------
        ReadFailedError
            If the frame is compressed, or its size is not what its dimensions say.
        """
        codec = self.part("codec.name", "")
        if codec:
            raise ReadFailedError(
                f"{self.source} sends frames compressed by {codec}: switch the compression of its server off"
            )
        flat = self.value["value"]
        if flat is None:
            return np.zeros((0, 0))
        shape = tuple(int(dimension["size"]) for dimension in reversed(self.value["dimension"] or []))
        if shape and int(np.prod(shape)) != len(flat):
            raise ReadFailedError(
                f"{self.source} sent {len(flat)} elements for a frame of {' x '.join(map(str, shape))}"
            )
        return np.asarray(flat).reshape(shape or (len(flat),))

    def metadata(self) -> Metadata:
        """Return the description.

        Raises
        ------
        AddressError
            If there is no such field, or a structure where a value should be.
        """
        path = self.path
        code = self.code(path)
        if code is None:
            top = [name for name, _ in self.value.type().aspy()[2]]
            columns = [name for name, _ in (self.code("value") or ("", "", []))[2]] if self._is_table else []
            there = ", ".join(f"#{name}" for name in (columns or top))
            raise AddressError(f"{self.source}: there is no field {path!r}; there are {there}")
        value = self.decoded()
        if isinstance(value, np.ndarray):
            return self._described("array", value.dtype.str, value.shape, not self._is_frame)
        if isinstance(value, list):
            return self._described("array", "", (len(value),), True)
        if isinstance(code, tuple):
            is_choice = self.code(f"{path}.choices") is not None
            choices = tuple(self.value[f"{path}.choices"]) if is_choice else ()
            dtype, numpy_type = ("string", "") if is_choice else ("number", "<f8")
            return Metadata(dtype, (), numpy_type, choices=choices, is_writable=is_choice)
        dtype, dtype_numpy = CODES[code]
        return self._described(dtype, dtype_numpy, (), True)

    @property
    def _is_table(self) -> bool:
        return self.type_id == "NTTable"

    @property
    def _is_frame(self) -> bool:
        return self.type_id == "NTNDArray"

    def _described(self, dtype: str, dtype_numpy: str, shape: tuple[int, ...], is_writable: bool) -> Metadata:
        """Return the metadata, with units, precision and limits if it is the value that they belong to."""
        if self.path != "value":
            top = self.path.split(".")[0]
            may_write = is_writable and top not in READ_ONLY and not self._is_frame
            capacity = ANY_LENGTH if dtype == "array" else None
            return Metadata(dtype, shape, dtype_numpy, is_writable=may_write, capacity=capacity)
        precision = self.part("display.precision")
        low, high = self.part("control.limitLow"), self.part("control.limitHigh")
        return Metadata(
            dtype,
            shape,
            dtype_numpy,
            units=str(self.part("display.units", "")),
            precision=int(precision) if precision else None,
            low=None if low is None else float(low),
            high=None if high is None else float(high),
            is_writable=is_writable,
            capacity=ANY_LENGTH if dtype == "array" else None,
        )
