"""A run of the simulated devices is recorded, played back, and comes out the same."""

import threading

import pytest

from acquisition.devices.backends.recording import recording_in, recording_of
from acquisition.devices.description import describe_devices
from acquisition.devices.errors import AddressError, ReadFailedError, ReadOnlyError, WrongValueError
from acquisition.devices.sim.hardware import hardware
from acquisition.devices.standard.replayed import ReplayedDevice, ReplayedMotor, playback_of, replayed_devices
from acquisition.engine import RunEngine
from acquisition.plans.scans import count, scan
from acquisition.plans.scans.replaying import replay
from catalog.documents.encoding import dumps


def documents_of(plan):
    engine, found = RunEngine(), []
    engine(plan, lambda name, doc: found.append((name, doc)))
    return found


@pytest.fixture
def recorded():
    """Return the documents of a scan with two detectors."""
    devices = hardware()
    return documents_of(scan([devices.det1, devices.noisy_det], devices.motor1, -1, 1, 5))


@pytest.fixture
def file(recorded, tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"\n".join(dumps([name, doc]) for name, doc in recorded))
    return path


def rows(documents):
    streams = {doc["uid"]: doc["name"] for name, doc in documents if name == "descriptor"}
    return [
        (streams[doc["descriptor"]], doc["seq_num"], doc["data"], doc["timestamps"])
        for name, doc in documents
        if name == "event"
    ]


def keys(documents):
    descriptor = next(doc for name, doc in documents if name == "descriptor")
    return {
        name: {part: value for part, value in key.items() if part not in ("source",)}
        for name, key in descriptor["data_keys"].items()
    }


def configuration(documents):
    descriptor = next(doc for name, doc in documents if name == "descriptor")
    return {name: (entry["data"], entry["timestamps"]) for name, entry in descriptor["configuration"].items()}


def test_a_replayed_run_has_the_same_data_keys_and_configuration(recorded):
    again = documents_of(replay(list(replayed_devices(recorded).values())))
    assert rows(again) == rows(recorded)
    assert keys(again) == keys(recorded)
    assert configuration(again) == configuration(recorded)
    start = again[0][1]
    assert (start["replayed"], start["motors"]) == (recorded[0][1]["uid"], ("motor1",))


def test_the_same_scan_over_replayed_devices_gives_the_same_data(recorded):
    devices = replayed_devices(recorded)
    again = documents_of(scan([devices["det1"], devices["noisy_det"]], devices["motor1"], -1, 1, 5))
    assert [data for _, _, data, _ in rows(again)] == [data for _, _, data, _ in rows(recorded)]


def test_a_motor_goes_to_the_nearest_point_with_all_devices(recorded):
    devices = replayed_devices(recorded)
    events = [doc for name, doc in recorded if name == "event"]
    devices["motor1"].set(0.6).wait(1)
    assert devices["motor1"].locate()["readback"] == 0.5
    assert devices["det1"].read()["det1"]["value"] == events[3]["data"]["det1"]
    assert devices["motor1"].limits == (-1.0, 1.0)
    with pytest.raises(WrongValueError, match="finite"):
        devices["motor1"].set(float("nan"))


def test_a_file_of_the_catalogue_is_replayed_and_shared(file, recorded):
    det, motor = ReplayedDevice(str(file), "det1"), ReplayedMotor(str(file), "motor1")
    assert det.playback is motor.playback
    assert documents_of(count([det], 5))
    renamed = ReplayedDevice(str(file), "other", device="det1")
    assert list(renamed.read()) == ["other"]
    assert recording_in(file).devices == recording_of(recorded).devices


def test_past_the_end_is_told_and_rewinding_helps(recorded):
    det = replayed_devices(recorded)["det1"]
    for _ in range(5):
        det.read()
    with pytest.raises(ReadFailedError, match="all 5 readings of the recording are played; rewind"):
        det.read()
    det.playback.rewind()
    assert det.read()["det1"]["value"] == recorded[2][1]["data"]["det1"]


def test_subscribers_get_each_value_by_time(recorded):
    devices = replayed_devices(recorded)
    seen, done = [], threading.Event()

    def take(reading):
        seen.append(reading["det1"]["value"])
        if len(seen) == 6:
            done.set()

    devices["det1"].subscribe(take)
    devices["det1"].playback.start(speed=10.0)
    assert done.wait(10)
    assert seen[1:] == [doc["data"]["det1"] for name, doc in recorded if name == "event"]
    with pytest.raises(WrongValueError, match="above 0"):
        devices["det1"].playback.start(speed=0)


def test_a_replayed_device_describes_itself_and_cannot_be_written(recorded):
    devices = replayed_devices(recorded)
    described = describe_devices(devices)
    assert "Movable" in described["motor1"]["protocols"]
    assert "Movable" not in described["det1"]["protocols"]
    assert described["motor1"]["limits"] == [-1.0, 1.0]
    with pytest.raises(ReadOnlyError, match="is a recording"):
        devices["det1"].primary.backend.put(1).wait(1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no start"),
        ("hello", "holds no run in JSON lines"),
        ('["start",{"uid":"a","time":1}]', "has no events to replay"),
    ],
)
def test_a_file_that_is_no_run_is_told(tmp_path, text, words):
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(AddressError) as caught:
        playback_of(path)
    assert words in str(caught.value)


def test_what_was_not_recorded_is_told(file, tmp_path):
    with pytest.raises(AddressError, match="no device 'camera'; it has motor1, det1|det1"):
        ReplayedDevice(str(file), "camera")
    with pytest.raises(AddressError, match="stream 'baseline' has no device 'det1'; it is in: primary"):
        ReplayedDevice(str(file), "det1", stream="baseline")
    with pytest.raises(AddressError, match="No such file"):
        playback_of(tmp_path / "none.jsonl")
