"""Ways for bytes to an instrument and back: TCP, a serial line, VISA."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from acquisition.devices.backends.libraries import library
from acquisition.devices.errors import AddressError

CONNECT_TIMEOUT_S = 3.0
CHUNK = 65536


class ClosedError(ConnectionError):
    """The other side has closed."""


class Transport(Protocol):
    """A connection to an instrument."""

    def send(self, data: bytes) -> None:
        """Send all of it; raise OSError."""

    def receive(self, timeout_s: float) -> bytes:
        """Return what came, nothing if nothing came in time; raise OSError, ``ClosedError`` at the end."""

    def close(self) -> None:
        """Let go."""


class TcpTransport:
    """A TCP connection, which notices in some seconds that the other machine is gone."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._socket.settimeout(CONNECT_TIMEOUT_S)
        self._socket.sendall(data)

    def receive(self, timeout_s: float) -> bytes:
        """Return what came."""
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        if not data:
            raise ClosedError("the instrument closed the connection")
        return data

    def close(self) -> None:
        """Close."""
        with contextlib.suppress(OSError):
            self._socket.close()


class SerialTransport:
    """A serial line, by pyserial."""

    def __init__(self, port: str, settings: dict[str, Any]) -> None:
        serial = library("serial", "pyserial", "A serial line")
        self._line = serial.Serial(port, write_timeout=CONNECT_TIMEOUT_S, **settings)

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self._line.write(data)

    def receive(self, timeout_s: float) -> bytes:
        """Return what came."""
        self._line.timeout = timeout_s
        first: bytes = self._line.read(1)
        return first + self._line.read(self._line.in_waiting) if first else b""

    def close(self) -> None:
        """Close."""
        self._line.close()


class VisaTransport:
    """A resource of VISA (GPIB, USB, VXI-11 ...), by PyVISA.

    Parameters
    ----------
    resource
        As VISA names it: ``GPIB0::5::INSTR``.
    backend
        The implementation, as PyVISA names it; the one that is found if empty.
    terminator
        Of the lines, as PyVISA must know it.
    """

    def __init__(self, resource: str, backend: str, terminator: str) -> None:
        pyvisa = library("pyvisa", "PyVISA", "VISA")
        self._pyvisa = pyvisa
        try:
            self._resource = pyvisa.ResourceManager(backend).open_resource(resource)
        except (pyvisa.Error, ValueError) as error:
            raise OSError(str(error)) from error
        self._resource.read_termination = terminator
        self._resource.write_termination = ""
        self._terminator = terminator.encode("latin-1")

    def send(self, data: bytes) -> None:
        """Send all of it."""
        try:
            self._resource.write_raw(data)
        except self._pyvisa.Error as error:
            raise OSError(str(error)) from error

    def receive(self, timeout_s: float) -> bytes:
        """Return the next line, with its end."""
        self._resource.timeout = max(1, int(1000 * timeout_s))
        try:
            data: bytes = self._resource.read_raw()
        except self._pyvisa.VisaIOError as error:
            if error.error_code == self._pyvisa.constants.StatusCode.error_timeout:
                return b""
            raise OSError(str(error)) from error
        return data if data.endswith(self._terminator) else data + self._terminator

    def close(self) -> None:
        """Close."""
        with contextlib.suppress(self._pyvisa.Error):
            self._resource.close()


def _one_of(kind: Callable[[str], Any], *allowed: Any) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = kind(text)
        if value not in allowed:
            raise ValueError(f"it is one of {', '.join(map(str, allowed))}")
        return value

    return read


def _rate(text: str) -> int:
    if (rate := int(text)) < 1:
        raise ValueError("it is a number of bits per second")
    return rate


SERIAL_SETTINGS: dict[str, Callable[[str], Any]] = {
    "baudrate": _rate,
    "bytesize": _one_of(int, 5, 6, 7, 8),
    "parity": _one_of(str.upper, "N", "E", "O", "M", "S"),
    "stopbits": _one_of(float, 1, 1.5, 2),
    "rtscts": _one_of(int, 0, 1),
    "xonxoff": _one_of(int, 0, 1),
}


def check_address(address: str) -> None:
    """Raise ``AddressError`` if no transport could be opened at the address."""
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        try:
            is_good = bool(parts.hostname and parts.port)
        except ValueError:
            is_good = False
        if not is_good:
            raise AddressError(f"{address!r}: write tcp://host:port, with a port of 1 to 65535")
    elif parts.scheme == "serial":
        if not parts.path.strip("/"):
            raise AddressError(f"{address!r}: write serial:///dev/ttyUSB0?baudrate=9600")
        _serial_settings(address)
    elif parts.scheme != "visa":
        raise AddressError(f"{address!r}: an instrument is at tcp://, serial:// or visa://")


def _serial_settings(address: str) -> dict[str, Any]:
    settings = {}
    for name, text in parse_qsl(urlsplit(address).query):
        if name not in SERIAL_SETTINGS:
            raise AddressError(f"{address!r}: {name} is not known; known are {', '.join(SERIAL_SETTINGS)}")
        try:
            settings[name] = SERIAL_SETTINGS[name](text)
        except ValueError as error:
            raise AddressError(f"{address!r}: {name} cannot be {text!r}: {error}") from error
    return settings


def opened(address: str, terminator: str) -> Transport:
    """Open the transport at an address.

    Raises
    ------
    OSError
        If the instrument cannot be reached now.
    MissingLibraryError
        If the package for it is not installed.
    """
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return TcpTransport(str(parts.hostname), int(parts.port or 0))
    if parts.scheme == "serial":
        return SerialTransport(parts.path, _serial_settings(address))
    resource, _, backend = address.removeprefix("visa://").partition("?library=")
    return VisaTransport(resource, backend, terminator)


def seconds_left(deadline: float) -> float:
    """Return the seconds until a moment of ``time.monotonic``, not below zero."""
    return max(0.0, deadline - time.monotonic())
