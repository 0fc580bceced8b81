"""The commands of Beamport's own processes, and the environment of each."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

DEMO = "demo"
PREFIX = "DEMO:"


@dataclass(frozen=True, slots=True)
class Command:
    """One process: what it is called, how it is started, what it is told by its environment.

    What is not needed at once is started when the others are there: each is loaded on a processor of its own.
    """

    name: str
    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    is_needed_at_once: bool = True

    @property
    def log(self) -> str:
        """Name of its log file."""
        return f"{self.name.replace(' ', '-')}.log"


def commands(beamlines: Sequence[str], *, frames: Path, port: int) -> list[Command]:
    """Give the commands for these beamlines: the first one's worker is called plainly ``worker``."""
    first, *others = beamlines
    demo = [_demo_ioc(frames)] if DEMO in beamlines else []
    workers = [_worker("worker", first), *(_worker(f"worker {name}", name) for name in others)]
    return [*demo, *workers, _exports(), web(port)]


def _demo_ioc(frames: Path) -> Command:
    module = ("-m", "acquisition.devices.sim.ioc", "--prefix", PREFIX, "--frames-dir", str(frames))
    return Command("demo beamline", (sys.executable, *module))


def _worker(name: str, beamline: str) -> Command:
    words = _celery(f"beamline.{beamline}", beamline)
    return Command(name, words, {"BEAMPORT_BEAMLINE": beamline})


def _exports() -> Command:
    told = {"BEAMPORT_BEAMLINE": "", "BEAMPORT_EXPORTS": "on"}
    return Command("exports", _celery("exports", "exports"), told, is_needed_at_once=False)


def _celery(queue: str, host: str) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--pool", "solo"),
        *("--queues", queue, "--hostname", f"{host}@%h", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )


def web(port: int) -> Command:
    """Give the command of the web server."""
    words = (
        *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *(
            "--ws",
            "config.live_sockets:LiveSocket",
            "--ws-per-message-deflate",
            "false",
            "--ws-max-size",
            "65536",
        ),
        *("--lifespan", "off", "--no-access-log", "--timeout-graceful-shutdown", "2"),
    )
    return Command("web", words)


def beamline_names() -> list[str]:
    """Give the beamlines that BEAMPORT_BEAMLINE names, with commas between them; the demo without it."""
    names = [name.strip() for name in os.environ.get("BEAMPORT_BEAMLINE", "").split(",")]
    return list(dict.fromkeys(name for name in names if name)) or [DEMO]
