"""Channel Access devices beside ophyd (pyepics) and ophyd-async: one EPICS base IOC, each library in turns.

Every figure is the median of `ROUNDS` fresh processes that take turns on the same IOC in the same run. Each
library runs under its own engine: ours under ours, the others under bluesky's.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench._device_peers import MANY, PEERS, POINTS
from config.embedded import free_port

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
PEER_TIMEOUT_S = 90.0


@dataclass(frozen=True)
class Work:
    """One line of the table; ``goal`` is how many times ophyd's speed we want at least."""

    name: str
    title: str
    unit: str
    scale: float
    goal: float
    more_is_better: bool = False

    def ratio(self, ours: float, theirs: float) -> float:
        """Return how many times faster ours is."""
        return ours / theirs if self.more_is_better else theirs / ours


WORKS = (
    Work("read", "read a device of 20 PVs", "ms", 1e3, 5.0),
    Work("connect", f"make and connect {MANY} PVs", "ms", 1e3, 2.0),
    Work("scan", f"scan of {POINTS} points, axis there at once", "pt/s", 1.0, 2.0, more_is_better=True),
)


def settings() -> dict[str, str]:
    """Return what client and server need to find each other, and nobody else, on loopback."""
    ca, pva, broadcast = free_port(), free_port(), free_port()
    return {
        **os.environ,
        "EPICS_CA_SERVER_PORT": str(ca),
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_REPEATER_PORT": str(free_port()),
        "EPICS_PVA_ADDR_LIST": "127.0.0.1",
        "EPICS_PVA_AUTO_ADDR_LIST": "NO",
        "EPICS_PVA_SERVER_PORT": str(pva),
        "EPICS_PVA_BROADCAST_PORT": str(broadcast),
        "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_SERVER_PORT": str(pva),
        "EPICS_PVAS_BROADCAST_PORT": str(broadcast),
    }


@contextlib.contextmanager
def serving(environment: dict[str, str]) -> Iterator[None]:
    """Run the IOC."""
    ioc = subprocess.Popen(
        [sys.executable, "-m", "tests.support.epics_base_ioc", "--many", str(MANY), "--pva", "--big", "10"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert ioc.stdin is not None
    assert ioc.stdout is not None
    try:
        if not any(line.strip() == "ready" for line in ioc.stdout):
            raise RuntimeError("the IOC ended before it was ready")
        yield
    finally:
        ioc.kill()
        ioc.wait(10)
        ioc.stdin.close()
        ioc.stdout.close()


def measured(peer: str, work: Work, environment: dict[str, str]) -> tuple[float, str]:
    """Return the figure of a library, and the protocol that it spoke."""
    result = subprocess.run(
        [sys.executable, "-m", "bench._device_peers", peer, work.name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PEER_TIMEOUT_S,
        check=False,
    )
    lines = result.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError(f"{peer} gave no figure for {work.name}:\n{result.stderr[-2000:]}")
    figure = json.loads(lines[-1])
    return float(figure["value"]), str(figure["scheme"])


def main() -> None:
    """Print the table."""
    environment = settings()
    with serving(environment):
        columns = f"{'ours':>10s}{'ophyd':>10s}{'ratio':>8s}  {'goal':8s}{'ophyd-async':>12s}{'ratio':>8s}"
        print(f"   {'':42s}{columns}")
        for work in WORKS:
            compare(work, environment)


def compare(work: Work, environment: dict[str, str]) -> None:
    """Print one line: medians, ratios, and whether the goal is met."""
    figures: dict[str, list[float]] = {peer: [] for peer in PEERS}
    schemes = {}
    for _ in range(ROUNDS):
        for peer in PEERS:
            value, schemes[peer] = measured(peer, work, environment)
            figures[peer].append(value)
    middle = {peer: median(values) for peer, values in figures.items()}
    ratio = work.ratio(middle["ours"], middle["ophyd"])
    verdict = "met" if ratio >= work.goal else "MISSED"
    print(
        f"   {work.title + ' (' + work.unit + ')':42s}"
        f"{middle['ours'] * work.scale:10.2f}{middle['ophyd'] * work.scale:10.2f}{ratio:7.1f}x"
        f"  {work.goal:.0f}x {verdict:6s}{middle['ophyd-async'] * work.scale:10.2f}"
        f"{work.ratio(middle['ours'], middle['ophyd-async']):7.1f}x  by {schemes['ophyd-async']}",
        flush=True,
    )


if __name__ == "__main__":
    main()
