"""A small power supply that speaks in lines, and misbehaves when told: ``... instrument PLACE``.

The place is a port of TCP, or a path where it makes the end of a serial line (a pseudo-terminal).

Lines on standard input say what it does to its next answer: ``garbage``, ``late SECONDS``, ``half``,
``silent``, ``close``, ``noise`` (a line before the answer), ``unasked`` (a line at once).
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

IDENTITY = "BEAMPORT,Supply 3,0007,1.2"


class Supply:
    """What it knows, and how it answers."""

    def __init__(self) -> None:
        self.volts, self.output, self.position, self.arrives, self.triggers = 1.5, 0, 0.0, 0.0, 0
        self.label = "cold"
        self.errors: list[str] = []
        self.queries: dict[str, Callable[[], str]] = {
            "*IDN?": lambda: IDENTITY,
            "VOLT?": lambda: f"{self.volts:.6f}",
            "OUTP?": lambda: str(self.output),
            "CURV?": lambda: "1.0,2.5,-3e2",
            "TEMP?": lambda: "T=+21.50C",
            "POS?": lambda: f"{self.position}",
            "BUSY?": lambda: "0" if time.monotonic() >= self.arrives else "1",
            "COUNT?": lambda: str(self.triggers),
            "LABEL?": lambda: self.label,
            "BAD?": lambda: "ERR 7 unknown",
            "WORD?": lambda: "blue",
            "SYST:ERR?": lambda: self.errors.pop(0) if self.errors else '0,"No error"',
        }

    def answer(self, line: str) -> str | None:
        """Return the answer to a line; None if there is none."""
        if line in self.queries:
            return self.queries[line]()
        word, _, value = line.partition(" ")
        if word == "VOLT" and value == "7.000":
            self.errors.append('-222,"Data out of range"')
        elif word == "VOLT":
            self.volts = float(value)
        elif word == "OUTP":
            self.output = int(value)
        elif word == "LABEL":
            self.label = value
        elif word == "POS":
            self.position, self.arrives = float(value), time.monotonic() + 0.3
            return "OK"
        elif line == "TRIG":
            self.triggers += 1
        return None


class Client(Protocol):
    """Who asks."""

    def recv(self, size: int, /) -> bytes:
        """Return what came; nothing when it is gone."""

    def sendall(self, data: bytes, /) -> None:
        """Send."""

    def close(self) -> None:
        """Hang up."""


class SerialLine:
    """The instrument's end of a serial line; the other end is where ``link`` points to."""

    def __init__(self, link: Path) -> None:
        self._own, self._other = os.openpty()
        tty.setraw(self._other)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._other))

    def recv(self, size: int) -> bytes:
        """Return what came."""
        return os.read(self._own, size)

    def sendall(self, data: bytes) -> None:
        """Send."""
        os.write(self._own, data)

    def close(self) -> None:
        """Hang up: whoever has the line open sees it end."""
        for end in (self._own, self._other):
            with contextlib.suppress(OSError):
                os.close(end)


class Connection:
    """One client."""

    def __init__(self, supply: Supply, client: Client, faults: list[str]) -> None:
        self.supply, self.client, self.faults = supply, client, faults

    def serve(self) -> None:
        """Answer until the client goes."""
        held = b""
        while data := self.client.recv(4096):
            held += data
            while b"\n" in held:
                line, _, held = held.partition(b"\n")
                answer = self.supply.answer(line.decode())
                if answer is not None and not self._give(answer):
                    return

    def _give(self, answer: str) -> bool:
        fault, _, number = (self.faults.pop(0) if self.faults else "").partition(" ")
        if fault == "close":
            self.client.close()
            return False
        if fault == "late":
            threading.Event().wait(float(number))
        text = {"garbage": "\x07?!#", "half": answer[:2], "silent": "", "noise": f"hello\n{answer}"}
        said = text.get(fault, answer)
        if said:
            self.client.sendall(said.encode() + (b"" if fault == "half" else b"\n"))
        return True


def main(place: str) -> None:
    """Serve until standard input ends."""
    supply, faults, clients = Supply(), list[str](), list[Client]()

    def serve(client: Client) -> None:
        clients.append(client)
        threading.Thread(target=Connection(supply, client, faults).serve, daemon=True).start()

    def accept(listener: socket.socket) -> None:
        while True:
            serve(listener.accept()[0])

    if place.isdigit():
        listener = socket.create_server(("127.0.0.1", int(place)))
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
    else:
        serve(SerialLine(Path(place)))
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "unasked":
            clients[-1].sendall(b"9.9\n")
        else:
            faults.append(line.strip())
        print("ready", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
