"""Channel Access messages as bytes: what a client sends of data, and what it gets.

Only the messages that carry values are here, because they are what speed hangs on; the rest (search,
handshake, channels) is spoken by caproto's protocol layer. Nothing in this module does I/O.

References
----------
EPICS Channel Access protocol specification, sections "Message structure" and "Payload data types".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from caproto import AlarmStatus

EVENT_ADD, EVENT_CANCEL, ERROR, READ_NOTIFY, WRITE_NOTIFY, ECHO = 1, 2, 11, 15, 19, 23
NORMAL = 1
"""The status of what went well; any status with its lowest bit set is a success."""

STRING, INT, FLOAT, ENUM, CHAR, LONG, DOUBLE = range(7)
TYPE_NAMES = ("STRING", "INT", "FLOAT", "ENUM", "CHAR", "LONG", "DOUBLE")
WITH_TIME, WITH_CONTROL = 14, 28
"""What is added to a native type to ask for it with its time, or with its description."""

STRING_BYTES, UNITS_BYTES, CHOICE_BYTES, MOST_CHOICES = 40, 8, 26, 16
EPICS_EPOCH_S = 631152000
"""1990-01-01 in POSIX seconds: from there the servers count."""

HEADER = struct.Struct(">HHHHII")
LONG_HEADER = struct.Struct(">HHHHIIII")
STAMP = struct.Struct(">HHII")
LIMITS_BEGIN = {INT: 12, CHAR: 12, LONG: 12, FLOAT: 16, DOUBLE: 16}
ELEMENT = {STRING: "S40", INT: ">i2", FLOAT: ">f4", ENUM: ">u2", CHAR: "|u1", LONG: ">i4", DOUBLE: ">f8"}
VALUE_AT = {STRING: 12, INT: 14, FLOAT: 12, ENUM: 14, CHAR: 15, LONG: 12, DOUBLE: 16}
SCALAR = {
    INT: struct.Struct(">HHII2xh"),
    FLOAT: struct.Struct(">HHIIf"),
    ENUM: struct.Struct(">HHII2xH"),
    CHAR: struct.Struct(">HHII3xB"),
    LONG: struct.Struct(">HHIIi"),
    DOUBLE: struct.Struct(">HHII4xd"),
}
LIMITS = {
    INT: struct.Struct(">8h"),
    CHAR: struct.Struct(">8B"),
    LONG: struct.Struct(">8i"),
    FLOAT: struct.Struct(">8f"),
    DOUBLE: struct.Struct(">8d"),
}
CONTROL_VALUE_AT = {STRING: 4, ENUM: 422, INT: 28, CHAR: 21, LONG: 44, FLOAT: 48, DOUBLE: 80}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. The names of the two parameters depend on the command."""

    command: int
    data_type: int
    count: int
    first: int
    second: int
    payload: bytes
    raw: bytes


class Described(NamedTuple):
    """What a control response tells besides the value; what its type has not got is None or empty."""

    length: int
    units: str = ""
    precision: int | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


def split(buffer: bytearray) -> Iterator[Message]:
    """Take every whole message from the front of ``buffer``, and leave the rest there."""
    begin, end = 0, len(buffer)
    try:
        while end - begin >= HEADER.size:
            command, size, data_type, count, first, second = HEADER.unpack_from(buffer, begin)
            body = begin + HEADER.size
            if size == 0xFFFF and count == 0:
                if end - begin < LONG_HEADER.size:
                    return
                *_, size, count = LONG_HEADER.unpack_from(buffer, begin)
                body = begin + LONG_HEADER.size
            if end < body + size:
                return
            payload = bytes(memoryview(buffer)[body : body + size])
            raw = bytes(memoryview(buffer)[begin:body]) + payload if command not in _VALUES else b""
            begin = body + size
            yield Message(command, data_type, count, first, second, payload, raw)
    finally:
        del buffer[:begin]


_VALUES = frozenset((EVENT_ADD, ERROR, READ_NOTIFY, WRITE_NOTIFY, ECHO))


def read_request(data_type: int, server_id: int, number: int, count: int = 0) -> bytes:
    """Ask for a value; a count of 0 asks for as many elements as there are."""
    return HEADER.pack(READ_NOTIFY, 0, data_type, count, server_id, number)


def write_request(native: int, server_id: int, number: int, data: bytes, count: int) -> bytes:
    """Write ``data`` (see `encoded`) and ask for completion."""
    data += b"\0" * (-len(data) % 8)
    if len(data) < 0xFFFF and count < 0xFFFF:
        return HEADER.pack(WRITE_NOTIFY, len(data), native, count, server_id, number) + data
    return LONG_HEADER.pack(WRITE_NOTIFY, 0xFFFF, native, 0, server_id, number, len(data), count) + data


VALUE_AND_ALARM, PROPERTY = 1 | 4, 8
"""What a monitor is told of: new values and alarms, or a new description (limits, units, words)."""


def monitor_request(data_type: int, server_id: int, number: int, mask: int = VALUE_AND_ALARM) -> bytes:
    """Ask for the value now, and at each change of what ``mask`` says."""
    return HEADER.pack(EVENT_ADD, 16, data_type, 0, server_id, number) + struct.pack(
        ">fffHxx", 0.0, 0.0, 0.0, mask
    )


def cancel_request(data_type: int, server_id: int, number: int) -> bytes:
    """Want no more changes."""
    return HEADER.pack(EVENT_CANCEL, 0, data_type, 0, server_id, number)


ECHO_REQUEST = HEADER.pack(ECHO, 0, 0, 0, 0, 0)


def timed(message: Message) -> tuple[Any, float, int, int]:
    """Return value, POSIX time, alarm status and severity of a response with time.

    A count of 1 gives a Python number (or bytes, of a string), another an array in the byte order of this
    machine; a copy, so that nothing keeps the message alive.
    """
    native, payload = message.data_type - WITH_TIME, message.payload
    if message.count == 1:
        scalar = SCALAR.get(native)
        if scalar is not None:
            status, severity, seconds, nanoseconds, value = scalar.unpack_from(payload)
            return value, seconds + EPICS_EPOCH_S + nanoseconds * 1e-9, status, severity
    status, severity, seconds, nanoseconds = STAMP.unpack_from(payload)
    values = elements(native, payload, VALUE_AT[native], message.count)
    value = bytes(values[0]) if message.count == 1 else values
    return value, seconds + EPICS_EPOCH_S + nanoseconds * 1e-9, status, severity


def elements(native: int, payload: bytes, begin: int, count: int) -> np.ndarray[Any, Any]:
    """Return ``count`` elements of a payload as an array of its own."""
    width = np.dtype(ELEMENT[native]).itemsize
    count = min(count, max(0, len(payload) - begin) // width)
    values = np.frombuffer(payload, ELEMENT[native], count, begin)
    return values.astype(values.dtype.newbyteorder("="))


def described(message: Message) -> Described:
    """Return the description in a control response."""
    native, payload = message.data_type - WITH_CONTROL, message.payload
    if native == ENUM:
        (number,) = struct.unpack_from(">H", payload, 4)
        words = (
            text(payload[6 + index * CHOICE_BYTES : 6 + (index + 1) * CHOICE_BYTES])
            for index in range(min(number, MOST_CHOICES))
        )
        return Described(message.count, choices=tuple(words))
    if native == STRING:
        return Described(message.count)
    has_precision = native in (FLOAT, DOUBLE)
    precision = struct.unpack_from(">h", payload, 4)[0] if has_precision else None
    units_at = 8 if has_precision else 4
    limits = LIMITS[native].unpack_from(payload, LIMITS_BEGIN[native])
    units = text(payload[units_at : units_at + UNITS_BYTES])
    return Described(message.count, units, precision, float(limits[7]), float(limits[6]))


def text(data: bytes) -> str:
    """Return text up to its first NUL: UTF-8, or Latin-1 where it is none."""
    data = bytes(data).split(b"\0", 1)[0]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def array_of(value: Any, dtype: str) -> np.ndarray[Any, Any]:
    """Return what `timed` gave as an array, texts as Python text."""
    array = np.atleast_1d(value)
    if array.dtype.kind == "S":
        return np.array([text(word) for word in array], dtype=dtype)
    return array


def encoded(native: int, values: Any) -> tuple[bytes, int]:
    """Return the bytes of a value or of an array of them, and how many elements they are."""
    if native == STRING:
        words = [values] if isinstance(values, str) else list(values)
        return b"".join(str(word).encode().ljust(STRING_BYTES, b"\0") for word in words), len(words)
    array = np.atleast_1d(np.asarray(values)).astype(ELEMENT[native])
    return array.tobytes(), array.size


def alarm_name(status: int) -> str:
    """Return the word of an alarm status: HIHI, LINK, UDF ..."""
    try:
        return str(AlarmStatus(status).name)
    except ValueError:
        return str(status)
