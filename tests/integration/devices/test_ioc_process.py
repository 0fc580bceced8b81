"""The IOC is one process that serves loopback only, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from acquisition.devices.library.point_detector import PointDetector
from acquisition.devices.library.shutter import Shutter
from tests.support.ioc import ROOT, Ioc, client_environment, free_port, running_ioc, until


def children_of(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += (task / "children").read_text().split()
    return found


def addresses(pid):
    """Return the local addresses, as in /proc/net, of the sockets that a process has open for IPv4."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(link)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "udp"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                found.add(fields[1].split(":")[0])
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_success_also_in_the_middle_of_a_move(tmp_path, number):
    with running_ioc(tmp_path) as ioc:
        shutter = Shutter("DEMO:shutter", "shutter")
        shutter.connect()
        status = shutter.set("open")
        assert ioc.kill(number) == 0
        status.exception(10)


def test_it_has_no_child_and_listens_on_loopback_only(tmp_path):
    with running_ioc(tmp_path) as ioc:
        PointDetector("DEMO:det", "det").connect()
        assert ioc.process is not None
        assert children_of(ioc.process.pid) == []
        assert addresses(ioc.process.pid) == {"0100007F"}


def test_a_client_starts_no_repeater_and_no_other_process(tmp_path):
    with running_ioc(tmp_path) as ioc:
        PointDetector("DEMO:det", "det").connect()
        assert children_of(os.getpid()).count(str(ioc.process.pid)) == 1
        names = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children_of(os.getpid())]
        assert not [name for name in names if "repeater" in name]


def test_a_second_server_on_the_same_port_is_refused_and_says_what_to_do(tmp_path):
    with running_ioc(tmp_path) as ioc:
        second = subprocess.run(
            [sys.executable, "-m", "acquisition.devices.sim.ioc", "--frames-dir", str(tmp_path)],
            cwd=ROOT, env={**os.environ, **client_environment(ioc.port)},
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert f"127.0.0.1:{ioc.port}" in second.stderr
        assert "EPICS_CA_SERVER_PORT" in second.stderr


def test_it_ends_when_its_parent_is_gone(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.support.ioc import Ioc, free_port\n"
        "ioc = Ioc(free_port(), Path(sys.argv[2])); ioc.start(); print(ioc.process.pid, flush=True)\n"
        "import os; os._exit(0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT), str(tmp_path)], capture_output=True, text=True, check=True
    )
    pid = int(done.stdout)
    until(lambda: not _is_running(pid), "the orphan IOC to end")


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_seed_makes_the_noise_repeatable(tmp_path):
    def counts(seed):
        with running_ioc(tmp_path, "--seed", seed) as ioc:
            assert isinstance(ioc, Ioc)
            det = PointDetector("DEMO:det", "det")
            det.connect()
            det.configure(exposure_s=5.0 / 20.0)
            found = []
            for _ in range(4):
                det.trigger().wait(10)
                found.append(det.read()["det"]["value"])
            return found

    assert counts("7") == counts("7")


def test_free_ports_are_free_and_never_those_of_outgoing_connections():
    lowest, highest = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    for port in {free_port() for _ in range(200)}:
        assert port > 1024
        assert not lowest <= port <= highest
        with socket.create_server(("127.0.0.1", port)):
            pass
