"""Channel Access servers that are not ours, each in its own process: EPICS base, and caproto's examples."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from acquisition.devices.backends.ca_client import Client, Patience
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from config.embedded import free_port
from tests.support.ioc import ROOT, client_environment

START_TIMEOUT_S = 30.0
QUICK = Patience(echo_after_s=0.2, echo_timeout_s=0.4)
"""A patience that lets a test see a silence soon."""


@dataclass
class CaServer:
    """A server that can be ended, stopped, and started again on its port, with other arguments."""

    port: int
    module: str
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; it may not serve yet (a client finds it when it does)."""
        environment = {
            **os.environ,
            **client_environment(self.port),
            "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
            "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, *self.arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(10)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Served:
    """A server, and a client that finds only it."""

    server: CaServer
    client: Client

    def backend(self, name: str, **options: bool) -> ChannelAccessBackend:
        """Return a PV of it, connected."""
        backend = self.asked(name, **options)
        backend.finish_connect(START_TIMEOUT_S)
        return backend

    def asked(self, name: str, **options: bool) -> ChannelAccessBackend:
        """Return a PV of it, whose connection was begun."""
        backend = ChannelAccessBackend(name, client=self.client, **options)
        backend.begin_connect()
        return backend

    def value(self, name: str, **options: bool) -> object:
        """Return the value of a PV."""
        return self.backend(name, **options).begin_read().result(10).value


@contextlib.contextmanager
def serving(module: str, *arguments: str, patience: Patience | None = None) -> Iterator[Served]:
    """Run a server module on a free port, and a client for it; end both afterwards."""
    server = CaServer(free_port(), module, arguments)
    client = Client([("127.0.0.1", server.port)], patience=patience)
    try:
        server.start()
        yield Served(server, client)
    finally:
        client.close()
        server.kill()


def epics_base(
    *arguments: str, patience: Patience | None = None
) -> contextlib.AbstractContextManager[Served]:
    """Run the EPICS base IOC of `tests.support.epics_base_ioc`."""
    return serving("tests.support.epics_base_ioc", *arguments, patience=patience)


def caproto_example(
    name: str, *arguments: str, prefix: str = "C:", patience: Patience | None = None
) -> contextlib.AbstractContextManager[Served]:
    """Run one of caproto's own example IOCs."""
    interfaces = ("--interfaces", "127.0.0.1")
    return serving(
        f"caproto.ioc_examples.{name}", "--prefix", prefix, *interfaces, *arguments, patience=patience
    )


class Gate:
    """Holds a callback until it is opened."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __call__(self, *_: object) -> None:
        self._event.wait(30)

    def open(self) -> None:
        """Let it go on."""
        self._event.set()
