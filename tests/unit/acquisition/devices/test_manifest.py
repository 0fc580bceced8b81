"""A manifest is checked whole: every fault at once, with file and key."""

from pathlib import Path

import pytest

from acquisition.devices.errors import ManifestError, NotConnectedError
from acquisition.devices.manifest import build_devices, load_manifest

DEMO = Path(__file__).resolve().parents[4] / "config" / "beamlines" / "demo.toml"
AXIS = "acquisition.devices.sim.SoftAxis"


def written(tmp_path, text):
    path = tmp_path / "m.toml"
    path.write_text(text)
    return path


def faults_of(tmp_path, text):
    with pytest.raises(ManifestError) as caught:
        load_manifest(written(tmp_path, text))
    assert "m.toml" in str(caught.value)
    return dict(caught.value.faults)


def test_the_demo_beamline_is_good_and_has_the_devices_that_everybody_counts_on():
    manifest = load_manifest(DEMO)
    assert manifest.name == "demo"
    names = {spec.name for spec in manifest.devices}
    assert names >= {"ring", "shutter", "sx", "sy", "theta", "det", "camera"}
    assert {entry.split(".")[0] for entry in manifest.status_board} <= names
    assert manifest.device("sx").args == {"prefix": "DEMO:sx"}
    with pytest.raises(KeyError):
        manifest.device("sz")


def test_every_fault_is_told_at_once(tmp_path):
    found = faults_of(
        tmp_path,
        """
        name = "Bad Name"
        time_zone = "Mars/Olympus"
        colour = "red"
        plans = ["no.such.module", 3]
        status_board = ["nobody"]
        [devices.sx]
        class = "acquisition.devices.library.motor.Motor"
        [devices.sy]
        class = "acquisition.devices.library.motor.NoMotor"
        [devices.sz]
        args = { prefix = "X" }
        [devices."Sx-1"]
        class = "no.such.Class"
        what = 1
        [[suspenders]]
        device = "nobody"
        [metadata_schema]
        type = "no such type"
        """,
    )
    assert set(found) == {
        "name", "title", "time_zone", "colour", "plans[0]", "plans[1]", "status_board[0]", "devices.sx.args",
        "devices.sy.class", "devices.sz.class", "devices.Sx-1", "devices.Sx-1.class", "devices.Sx-1.what",
        "suspenders[0].class", "suspenders[0].device", "metadata_schema.type",
    }  # fmt: skip
    assert "missing" in found["title"]
    assert "prefix" in found["devices.sx.args"]


@pytest.mark.parametrize(
    ("text", "part"),
    [("name = ", "is not TOML"), ('devices = "x"', "must be a table"), ("title = 3", "must be text")],
)
def test_what_is_no_manifest_is_told_as_such(tmp_path, text, part):
    assert any(part in fault for fault in faults_of(tmp_path, text).values())


def test_a_file_that_is_not_there_is_a_manifest_fault(tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(tmp_path / "none.toml")


def soft(*devices):
    body = "".join(f'[devices.{name}]\nclass = "{cls}"\n{rest}\n' for name, cls, rest in devices)
    return f'name = "soft"\ntitle = "Soft"\n{body}'


def test_limits_name_a_device_and_two_numbers(tmp_path):
    one = soft(("x", AXIS, ""))
    good = one + '[limits]\nx = [-1, 2.5]\n"x.velocity" = [0, 3]\n'
    assert load_manifest(written(tmp_path, good)).limits == {"x": [-1, 2.5], "x.velocity": [0, 3]}
    for wrong in ("[2, 1]", "[1]", "[1, nan]", "[0, true]", "5", '["a", "b"]', "{ low = 1, high = 2 }"):
        assert "two numbers" in faults_of(tmp_path, f"{one}[limits]\nx = {wrong}\n")["limits.x"]
    assert "no device 'y'" in faults_of(tmp_path, one + "[limits]\ny = [1, 2]\n")["limits.y"]


def test_devices_are_made_with_name_title_and_arguments(tmp_path):
    text = soft(("x", AXIS, 'title = "Sample x"\nargs = { units = "um", limits = [-2, 2] }'))
    devices = build_devices(load_manifest(written(tmp_path, text)))
    assert devices["x"].title == "Sample x"
    assert devices["x"].setpoint.metadata.limits == (-2, 2)
    assert devices["x"].read().keys() == {"x", "x_setpoint"}


def test_a_device_that_cannot_be_made_is_told_with_its_reason(tmp_path):
    text = soft(
        ("x", AXIS, ""), ("y", AXIS, 'args = { position = "left" }'), ("z", AXIS, 'args = { velocity = "v" }')
    )
    with pytest.raises(NotConnectedError) as caught:
        build_devices(load_manifest(written(tmp_path, text)))
    lines = caught.value.tree().splitlines()
    assert [line.split(":")[0] for line in lines] == ["y", "z"]
    assert "could not be made: ValueError" in lines[0]


def test_two_devices_with_one_field_are_refused(tmp_path):
    text = soft(("x", AXIS, ""), ("x_setpoint", AXIS, ""))
    with pytest.raises(NotConnectedError, match="field 'x_setpoint', as x has"):
        build_devices(load_manifest(written(tmp_path, text)))


def test_a_device_of_ophyd_is_made_and_connected_too(tmp_path):
    text = soft(("motor", "ophyd.sim.SynAxis", ""), ("x", AXIS, ""))
    devices = build_devices(load_manifest(written(tmp_path, text)))
    devices["motor"].set(2).wait(5)
    assert devices["motor"].read()["motor"]["value"] == 2
