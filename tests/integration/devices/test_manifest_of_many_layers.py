"""One manifest with a device on each control layer: all connect together and describe themselves."""

import pytest

from acquisition.devices.errors import ManifestError, NotConnectedError
from acquisition.devices.manifest import build_devices, close_devices, describe_devices, load_manifest
from acquisition.devices.sim.hardware import hardware
from acquisition.engine import RunEngine
from acquisition.plans.scans import count, scan
from catalog.documents.encoding import dumps
from config.embedded import free_port
from tests.integration.devices.test_pv_access import client_settings, server_settings
from tests.support.ioc import client_environment
from tests.support.served import Served, running, settings
from tests.support.servers.tango_device import NAME

STANDARD = "acquisition.devices.standard"
MANIFEST = """
name = "many"
title = "Many layers"

[devices.position]
class = "{standard}.addressed.SettingAt"
args = {{ address = "pva://T:position" }}

[devices.old]
class = "{standard}.addressed.SignalAt"
args = {{ address = "ca://T:hot" }}

[devices.slow]
class = "{standard}.addressed.PositionerTable"

[devices.slow.args]
prefix = "pva://T:"
setpoint = "slow"
readback = "done"
signals = {{ slow = {{ writes = true, kind = "omitted" }}, done = {{}} }}

[devices.stage]
class = "{standard}.addressed.DetectorTable"

[devices.stage.args]
prefix = "tango://127.0.0.1:{tango}/{device}#dbase=no/"
main = "count"
trigger = "acquire"

[devices.stage.args.signals]
count = {{}}
wave = {{}}
text = {{ kind = "config" }}
acquire = {{ writes = true, kind = "omitted" }}

[devices.supply]
class = "{standard}.addressed.PositionerTable"
title = "Power supply"

[devices.supply.args]
prefix = "tcp://127.0.0.1:{line}#"
options = {{ protocol = "scpi" }}
setpoint = "voltage"

[devices.supply.args.signals]
voltage = {{ read = "VOLT?", write = "VOLT {{value:.3f}}", units = "V", low = 0, high = 30 }}
temperature = {{ read = "TEMP?", pattern = "T=(?P<value>.+)C", units = "degC" }}

[devices.note]
class = "{standard}.addressed.SettingAt"
args = {{ address = "soft://note", initial = "empty" }}

[devices.energy]
class = "{standard}.derived_signal.DerivedSignal"

[devices.energy.args]
of = {{ angle = {{ address = "soft://angle", initial = 10.0, low = 0, high = 90 }} }}
scale = 2.0
units = "keV"

[devices.yesterday]
class = "{standard}.replayed.ReplayedDevice"
args = {{ file = "{run}", device = "det1" }}
"""


@pytest.fixture(scope="module")
def ports():
    """Start every server, and return their ports."""
    pva, tango, line = free_port(), free_port(), free_port()
    with (
        running(Served("tests.support.servers.soft_ioc", environment=server_settings(pva))) as ioc,
        running(Served("tests.support.servers.tango_device", (str(tango),))),
        running(Served("tests.support.servers.instrument", (str(line),))),
        client_settings(pva),
        settings(**client_environment(int(ioc.environment["EPICS_CA_SERVER_PORT"]))),
    ):
        yield tango, line


@pytest.fixture
def manifest(ports, tmp_path):
    """Return the path of the manifest."""
    run = tmp_path / "run.jsonl"
    found = []
    RunEngine()(count([hardware().det1], 3), lambda name, doc: found.append(dumps([name, doc])))
    run.write_bytes(b"\n".join(found))
    path = tmp_path / "many.toml"
    text = MANIFEST.format(standard=STANDARD, tango=ports[0], line=ports[1], device=NAME, run=run)
    path.write_text(text)
    return path


@pytest.fixture
def devices(manifest):
    """Return the devices, connected."""
    built = build_devices(load_manifest(manifest), timeout_s=20)
    yield built
    close_devices(built)


def test_every_device_describes_itself_for_the_pages(devices):
    described = describe_devices(devices)
    assert {name: entry["units"] for name, entry in described.items()} == {
        "position": "mm",
        "old": "degC",
        "slow": "",
        "stage": "",
        "supply": "V",
        "note": "",
        "energy": "keV",
        "yesterday": "",
    }
    assert {name for name, entry in described.items() if "Movable" in entry["protocols"]} == {
        *("position", "slow", "supply", "note", "energy")
    }
    assert (described["supply"]["limits"], described["supply"]["title"]) == ([0.0, 30.0], "Power supply")
    assert described["position"]["limits"] == [-5.0, 5.0]
    assert "Triggerable" in described["stage"]["protocols"]
    assert set(described["stage"]["components"]) == {"count", "wave", "text", "acquire"}


def test_a_scan_moves_one_layer_and_reads_the_others(devices):
    found = []
    everything = [devices[name] for name in ("stage", "old", "note", "energy", "yesterday", "position")]
    RunEngine()(scan(everything, devices["supply"], 1, 3, 3), lambda name, doc: found.append((name, doc)))
    events = [doc["data"] for name, doc in found if name == "event"]
    assert [event["supply"] for event in events] == [1.0, 2.0, 3.0]
    counts = [event["stage"] for event in events]
    assert counts == [counts[0] + step for step in range(3)]
    assert (events[0]["old"], events[0]["note"], events[0]["energy"]) == (99.0, "empty", 20.0)
    descriptor = next(doc for name, doc in found if name == "descriptor")
    assert descriptor["configuration"]["stage"]["data"] == {"stage_text": "silver"}
    assert descriptor["data_keys"]["supply"]["source"].endswith("#voltage")


def test_a_positioner_arrives_when_its_readback_does(devices):
    devices["slow"].set(2.5).wait(10)
    assert devices["slow"].locate() == {"setpoint": 2.5, "readback": 2.5}


def test_all_that_do_not_connect_are_told_together(manifest):
    text = manifest.read_text()
    for good, bad in (("T:position", "T:nothing"), ("TEMP?", "NONE?"), (NAME, "test/none/1")):
        text = text.replace(good, bad)
    manifest.write_text(text)
    with pytest.raises(NotConnectedError) as caught:
        build_devices(load_manifest(manifest), timeout_s=4)
    tops = [line.split(":")[0] for line in caught.value.tree().splitlines() if not line.startswith(" ")]
    assert tops == ["position", "stage", "supply"]


def test_what_a_manifest_says_wrongly_is_told(manifest):
    text = (
        manifest.read_text().replace("ca://T:hot", "moon://T:hot").replace('kind = "config"', 'kind = "big"')
    )
    manifest.write_text(text)
    with pytest.raises(NotConnectedError) as caught:
        build_devices(load_manifest(manifest), timeout_s=10)
    assert "there is no control layer moon://" in str(caught.value)
    assert "text: there is no kind 'big'; there are hinted, normal, config, omitted" in str(caught.value)
    manifest.write_text(text.replace('setpoint = "voltage"', ""))
    with pytest.raises(ManifestError, match=r"devices\.supply\.args"):
        load_manifest(manifest)
