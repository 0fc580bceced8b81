"""A server of a control system in its own process, which a test may kill, freeze and start again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.support.ioc import ROOT, first_line, suspend


@dataclass
class Served:
    """A module run as a program with its environment; it prints ``ready`` when it serves."""

    module: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and wait until it serves."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module, *self.arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said = []
        while (line := first_line(self.process).strip()) not in ("ready", ""):
            said.append(line)
        if not line:
            self.kill()
            raise RuntimeError(f"{self.module} did not start: it said {said}")

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it with a signal."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(number)
        process.wait(10)
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def freeze(self) -> None:
        """Stop it from answering, without closing anything."""
        assert self.process is not None
        suspend(self.process)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def running(server: Served) -> Iterator[Served]:
    """Run a server, and end it afterwards."""
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def settings(**values: str) -> Iterator[None]:
    """Set environment variables of this process, and put them back afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
