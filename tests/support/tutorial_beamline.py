"""The beamline of the tutorial "bring your own beamline", as a reader makes it of the page."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded import free_port
from tests.support.house_rules import ROOT
from tests.support.installation import Installation, environment_for, wait_for

PAGE = ROOT / "docs" / "tutorials" / "bring-your-own-beamline.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the blocks of the page in that language, in order."""
    return [text for name, text in FENCE.findall(PAGE.read_text()) if name == language]


def save_files(folder: Path) -> Path:
    """Save what the reader saves, beside the manifests of the project; return the folder."""
    (folder / "mini_ioc.py").write_text(blocks("python")[0])
    shutil.copytree(ROOT / "config" / "beamlines", folder / "beamlines")
    (folder / "beamlines" / "mini.toml").write_text(blocks("toml")[0])
    return folder


def network_settings() -> dict[str, str]:
    """Return the Channel Access settings of the page, on a port that is free."""
    port = str(free_port())
    return {
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_SERVER_PORT": port,
        "EPICS_CAS_SERVER_PORT": port,
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_SERVER_PORT": "0",
        "EPICS_PVAS_BROADCAST_PORT": str(free_port()),
    }


@contextmanager
def serving(folder: Path, network: dict[str, str]) -> Iterator[None]:
    """Run the reader's IOC, from when it says that it is ready."""
    log = folder / "ioc.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "mini_ioc.py"], cwd=folder, env={**os.environ, **network},
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for("the reader's IOC is ready", lambda: "MINI is ready" in log.read_text())
        yield
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def started(folder: Path, network: dict[str, str], beamline: str = "mini") -> Iterator[Installation]:
    """Start Beamport as the page says, with a data folder and ports of its own."""
    var = folder / "var"
    var.mkdir(exist_ok=True)
    for part in (var, folder, *folder.parents):
        if part.is_relative_to(Path("/tmp")) and part != Path("/tmp"):
            part.chmod(0o711)
    port = free_port()
    environment = {
        **environment_for(var, port),
        **network,
        "BEAMPORT_BEAMLINE": beamline,
        "BEAMPORT_MANIFESTS": str(folder / "beamlines"),
    }
    with (var / "supervisor.log").open("wb") as out:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield Installation(f"http://127.0.0.1:{port}", var, supervisor, environment)
    finally:
        supervisor.terminate()
        try:
            supervisor.wait(15)
        finally:
            supervisor.kill()


def is_ready(running: Installation) -> bool:
    """Return whether its pages can be opened; fail at once if it ended."""
    text = (running.var / "supervisor.log").read_text()
    assert running.supervisor.poll() is None, f"Beamport ended:\n{text}"
    return "Beamport is ready" in text
