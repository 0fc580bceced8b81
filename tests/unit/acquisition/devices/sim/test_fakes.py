"""Each device of the library runs without its control system."""

import pytest
from event_model import DocumentNames, schema_validators

from acquisition.devices.library.area_detector import AreaDetector
from acquisition.devices.library.motor import Motor
from acquisition.devices.library.point_detector import PointDetector
from acquisition.devices.library.ring import RingCurrent
from acquisition.devices.library.shutter import Shutter
from acquisition.devices.sim.fakes import FakeBackend, instantiate_fake_device, make_fake_device
from acquisition.engine import RunEngine
from acquisition.plans import scans

LIBRARY = [AreaDetector, Motor, PointDetector, RingCurrent, Shutter]


@pytest.fixture(scope="module")
def engine():
    engine = RunEngine(context_managers=[])
    yield engine
    engine.close()


def run(engine, plan):
    documents = []

    def take(name, doc):
        schema_validators[DocumentNames[name]].validate(doc)
        documents.append((name, doc))

    engine(plan, take)
    return documents


@pytest.mark.parametrize("cls", LIBRARY)
def test_each_device_is_faked_and_counted(cls, engine):
    device = instantiate_fake_device(cls, "P:x", "x")
    assert isinstance(device, cls)
    assert device.is_connected
    assert all(isinstance(backend, FakeBackend) for _, backend in device.backends())
    assert all(backend.source.startswith("fake://P:x") for _, backend in device.backends())
    documents = run(engine, scans.count([device], 2))
    assert documents[-1][1]["exit_status"] == "success"
    assert documents[-1][1]["num_events"] == {"primary": 2}


def test_a_fake_camera_tells_of_its_frames(engine):
    camera = instantiate_fake_device(AreaDetector, "P:cam", "camera")
    names = [name for name, _ in run(engine, scans.count([camera], 3))]
    assert names.count("stream_resource") == 1
    assert names.count("stream_datum") == 3


def test_a_fake_motor_is_scanned(engine):
    motor = instantiate_fake_device(Motor, "P:m", name="m")
    detector = instantiate_fake_device(PointDetector, "P:d", name="d")
    documents = run(engine, scans.scan([detector], motor, -1, 1, 3))
    assert [doc["data"]["m"] for name, doc in documents if name == "event"] == [-1.0, 0.0, 1.0]


def test_the_control_system_can_be_played():
    ring = instantiate_fake_device(RingCurrent, "P:ring", "ring")
    seen = []
    ring.subscribe(lambda reading: seen.append(reading["ring"]["value"]))
    ring.current.backend.publish(299.5)
    assert seen == [0.0, 299.5]


def test_a_fake_class_has_the_name_of_its_model():
    assert make_fake_device(Shutter).__name__ == "FakeShutter"
    shutter = make_fake_device(Shutter)("P:s", "s")
    shutter.set("open").wait(1)
    assert shutter.locate() == {"setpoint": "open", "readback": "open"}
