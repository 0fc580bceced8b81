"""What is said of devices is enough for a form, and is plain JSON."""

import json

from ophyd.sim import SynAxis

from acquisition.devices.description import describe_devices
from acquisition.devices.library.motor import Motor
from acquisition.devices.sim import SoftAxis, hardware


def test_an_axis_tells_units_limits_precision_and_its_field():
    described = describe_devices(
        {"x": SoftAxis("x", units="mm", precision=3, limits=(-2, 5), title="Sample x")}
    )["x"]
    assert described["class"] == "acquisition.devices.sim.axis.SoftAxis"
    assert (described["units"], described["precision"], described["limits"]) == ("mm", 3, [-2, 5])
    assert (described["readback"], described["fields"], described["title"]) == ("x", ["x"], "Sample x")
    assert "Movable" in described["protocols"]


def test_parts_are_described_the_same_way():
    part = describe_devices({"det": hardware().det})["det"]["components"]["exposure_s"]
    assert (part["units"], part["limits"], part["kind"]) == ("s", [0.0, 3600.0], "config")
    assert "Movable" in part["protocols"]


def test_all_of_it_is_json():
    json.dumps(describe_devices(hardware().devices()), allow_nan=False)


def test_a_device_that_is_not_connected_is_described_without_its_values(monkeypatch):
    monkeypatch.setenv("EPICS_CA_ADDR_LIST", "127.0.0.1")
    described = describe_devices({"sx": Motor("NONE:sx", "sx")})["sx"]
    assert (described["units"], described["limits"]) == ("", None)
    assert "Movable" in described["protocols"]


def test_a_device_of_ophyd_is_described_by_its_protocols_and_hints():
    described = describe_devices({"m": SynAxis(name="m")})["m"]
    assert "Movable" in described["protocols"]
    assert described["readback"] == "m"
    assert set(described["components"]) >= {"readback", "setpoint"}
    json.dumps(described)
