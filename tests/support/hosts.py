"""Hosts of their own for workers: network namespaces of this machine, each on a cable that can be pulled out.

A host reaches this machine by one address and nothing else. Forwarders on that address lead to the databases
of the test run, which listen only where other users of the machine cannot ask them.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

CHUNK = 64 * 1024
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Host:
    """A network namespace: its name, the cable's end on this side, and the address of this machine on it."""

    name: str
    cable: str
    address: str

    @property
    def words(self) -> tuple[str, ...]:
        """What comes before a command that is to run there."""
        return ("ip", "netns", "exec", self.name)

    def pull_out(self) -> None:
        """Take the cable out: nothing arrives any more, and nobody is told."""
        _ip("link", "set", self.cable, "down")

    def plug_in(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.cable, "up")


def why_not() -> str:
    """Say why there can be no hosts here; empty when there can."""
    if shutil.which("ip") is None:
        return "there is no `ip` (iproute2) here"
    name = f"bp{os.getpid()}try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no network namespace may be made here: {made.stderr.strip()}"
    cable = _try_cable(f"{name}0", f"{name}1")
    _ip("netns", "del", name)
    return cable


@contextlib.contextmanager
def host() -> Iterator[Host]:
    """Make a host, and take it away afterwards; what ran there has to have ended."""
    number = next(_numbers)
    name, cable = f"bp{os.getpid()}h{number}", f"bp{os.getpid()}c{number}"[:15]
    here, there = _addresses(number)
    with contextlib.ExitStack() as stack:
        _ip("netns", "add", name)
        stack.callback(_ip, "netns", "del", name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("address", "add", f"{here}/30", "dev", cable)
        _ip("link", "set", cable, "up")
        inside = ("-n", name)
        _ip(*inside, "address", "add", f"{there}/30", "dev", "eth0")
        _ip(*inside, "link", "set", "eth0", "up")
        _ip(*inside, "link", "set", "lo", "up")
        yield Host(name, cable, here)


@contextlib.contextmanager
def reaching(place: Host, *, database: str, broker: str) -> Iterator[dict[str, str]]:
    """Give the addresses under which a host reaches the databases that this machine has at these URLs."""
    parts, valkey = urlsplit(database), urlsplit(broker)
    folder = parse_qs(parts.query)["host"][0]
    with (
        _forwarding(place.address, f"{folder}/.s.PGSQL.5432") as to_database,
        _forwarding(place.address, (valkey.hostname, valkey.port)) as to_broker,
    ):
        user, secret = f"{parts.username or 'beamport'}@", f"{valkey.username or ''}:{valkey.password}@"
        yield {
            "DATABASE_URL": urlunsplit(
                ("postgresql", f"{user}{place.address}:{to_database}", parts.path, "", "")
            ),
            "BROKER_URL": urlunsplit(
                ("redis", f"{secret}{place.address}:{to_broker}", valkey.path, valkey.query, "")
            ),
        }


def _addresses(number: int) -> tuple[str, str]:
    """Give two addresses of a small network that two test runs of one machine hardly share."""
    block = 10 << 24 | 231 << 16 | (os.getpid() % 4000) << 4 | (number % 4) << 2
    here, there = (".".join(str(block + n >> shift & 255) for shift in (24, 16, 8, 0)) for n in (1, 2))
    return here, there


def _try_cable(first: str, second: str) -> str:
    words = ["ip", "link", "add", first[:15], "type", "veth", "peer", "name", second[:15]]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode:
        return f"no cable may be laid here: {made.stderr.strip()}"
    _ip("link", "del", first[:15])
    return ""


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def _forwarding(address: str, target: Any) -> Iterator[int]:
    """Lead connections at an address of this machine to a server of it; give the port."""
    listener = socket.create_server((address, 0))
    open_ones: list[socket.socket] = [listener]
    thread = threading.Thread(target=_accept, args=(listener, target, open_ones), daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        for one in open_ones:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        thread.join(5)


def _accept(listener: socket.socket, target: Any, open_ones: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.socket(socket.AF_UNIX if isinstance(target, str) else socket.AF_INET)
            open_ones += [near, far]
            far.connect(target)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
