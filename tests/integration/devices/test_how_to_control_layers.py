"""The examples of the how-tos run as they stand, and print what the pages promise."""

import contextlib
import os
import re
import subprocess
import sys

import pytest

from acquisition.devices.sim.hardware import hardware
from acquisition.engine import RunEngine
from acquisition.plans.scans import scan
from catalog.documents.encoding import dumps
from config.embedded import free_port
from tests.integration.devices.test_pv_access import server_settings
from tests.support.ioc import ROOT, client_environment
from tests.support.served import Served, running

HOW_TO = ROOT / "docs" / "how-to"
PORT = "45678"


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def printed(name, folder, port=PORT, **environment):
    """Run the page's examples; return what they print and what the page says that they print."""
    page = (HOW_TO / name).read_text().replace(PORT, str(port))
    (folder / "beamline.toml").write_text(blocks(page, "toml")[0])
    for module, text in re.findall(r"```python (\w+\.py)\n(.*?)```", page, re.DOTALL):
        (folder / module).write_text(text)
    script = folder / "page.py"
    script.write_text("\n".join(blocks(page, "python")))
    result = subprocess.run(
        [sys.executable, str(script)],
        cwd=folder,
        env={**os.environ, **environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout, blocks(page, "text")[0]


@contextlib.contextmanager
def epics():
    """Run the IOC and the PV Access server, and return the settings to find them."""
    first, second = free_port(), free_port()
    ioc = Served("tests.support.servers.soft_ioc", environment=server_settings(first))
    server = Served("tests.support.servers.pva", environment=server_settings(second))
    with running(ioc), running(server):
        yield {
            "EPICS_PVA_ADDR_LIST": f"127.0.0.1:{first} 127.0.0.1:{second}",
            "EPICS_PVA_AUTO_ADDR_LIST": "NO",
            **client_environment(int(ioc.environment["EPICS_CA_SERVER_PORT"])),
        }


@pytest.mark.parametrize("page", ["epics-pv-access.md", "ophyd-and-ophyd-async-devices.md"])
def test_the_examples_on_epics(tmp_path, page):
    with epics() as environment:
        said, promised = printed(page, tmp_path, **environment)
    assert said == promised


@pytest.mark.parametrize(
    ("page", "server"), [("tango.md", "tango_device"), ("instruments-over-tcp.md", "instrument")]
)
def test_the_examples_on_a_port(tmp_path, page, server):
    port = free_port()
    with running(Served(f"tests.support.servers.{server}", (str(port),))):
        said, promised = printed(page, tmp_path, port)
    assert said == promised


def test_the_examples_in_memory(tmp_path):
    said, promised = printed("soft-and-derived-signals.md", tmp_path)
    assert said == promised


def test_the_examples_of_a_replay(tmp_path):
    devices, found = hardware(), []
    RunEngine()(
        scan([devices.det1], devices.motor1, -1, 1, 5),
        lambda name, doc: found.append(dumps([name, doc])),
    )
    (tmp_path / "run.jsonl").write_bytes(b"\n".join(found))
    said, promised = printed("replay.md", tmp_path)
    assert said == promised
