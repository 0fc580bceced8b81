"""The devices of one shared set are attributes of the package."""

import pytest

from acquisition.devices import sim
from acquisition.engine import RunEngine
from acquisition.plans.scans import scan

NAMES = ("det", "motor", "det4", "pseudo3x3")


def test_each_device_is_there_once():
    assert sim.motor is sim.motor
    assert sim.hw is sim.hardware
    assert [getattr(sim, name).name for name in NAMES] == list(NAMES)


def test_what_is_not_there_is_an_attribute_error():
    for name in ("img", "no_such_device"):
        with pytest.raises(AttributeError, match=name):
            getattr(sim, name)


def test_they_scan():
    from acquisition.devices.sim import det, motor

    engine = RunEngine(context_managers=[])
    documents = []
    engine.subscribe(lambda name, doc: documents.append(name))
    engine(scan([det], motor, -1, 1, 3))
    engine.close()
    assert documents == ["start", "descriptor", "event", "event", "event", "stop"]
