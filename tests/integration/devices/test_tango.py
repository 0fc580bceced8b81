"""Tango against a device server without a database, in its own process."""

import math
import threading
import time

import numpy as np
import pytest

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.component import Kind
from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import (
    DeviceTimeoutError,
    DisconnectedError,
    LimitsError,
    NotConnectedError,
    PutFailedError,
    ReadFailedError,
    ReadOnlyError,
    WrongValueError,
)
from acquisition.devices.signal import WritableSignal
from acquisition.devices.standard.pv_device import PvDevice
from config.embedded import free_port
from tests.support.ioc import until
from tests.support.served import Served, running
from tests.support.servers.tango_device import NAME


def device_at(port):
    return f"tango://127.0.0.1:{port}/{NAME}#dbase=no"


@pytest.fixture(scope="module")
def stage():
    """Return the address of a device that all tests share."""
    port = free_port()
    with running(Served("tests.support.servers.tango_device", (str(port),))):
        yield device_at(port)


@pytest.fixture
def own_stage():
    """Return a device server that this test may kill, and the address of its device."""
    port = free_port()
    with running(Served("tests.support.servers.tango_device", (str(port),))) as server:
        yield server, device_at(port)


@pytest.fixture
def signal():
    """Return a maker of connected signals, which are closed afterwards."""
    made = []

    def make(address, name="it"):
        made.append(WritableSignal(backend_at(address), name))
        connect_all(made[-1:], timeout_s=20)
        return made[-1]

    yield make
    for one in made:
        one.backend.close()


def test_an_attribute_comes_with_units_limits_precision_and_time(stage, signal):
    position = signal(f"{stage}/position")
    assert (position.get(), abs(position.sample().timestamp - time.time()) < 60) == (1.5, True)
    key = position.describe()["it"]
    assert key.pop("source").startswith("tango://127.0.0.1:")
    assert key == {
        "dtype": "number",
        "shape": [],
        "dtype_numpy": "<f8",
        "units": "mm",
        "precision": 3,
        "limits": {"control": {"low": -5.0, "high": 5.0}},
    }


@pytest.mark.parametrize(
    ("name", "dtype", "value", "other"),
    [
        ("position", "number", 1.5, -2.25),
        ("count", "integer", 3, -7),
        ("light", "boolean", False, True),
        ("mode", "string", "IDLE", "SCAN"),
        ("text", "string", "silver", "gold"),
        ("State", "string", "ON", None),
    ],
)
def test_each_type_is_read_and_written(stage, signal, name, dtype, value, other):
    it = signal(f"{stage}/{name}")
    assert (it.metadata.dtype, it.get()) == (dtype, value)
    if other is not None:
        for wanted in (other, value):
            it.set(wanted).wait(10)
            assert it.get() == wanted


def test_arrays_keep_shape_and_type(stage, signal):
    image, wave = signal(f"{stage}/image"), signal(f"{stage}/wave")
    assert (image.metadata.shape, image.metadata.dtype_numpy, image.get()[2, 3]) == ((3, 4), "<u2", 11)
    wave.set([4, 5]).wait(10)
    assert (wave.get().tolist(), wave.metadata.shape) == ([4.0, 5.0], (2,))
    wave.set([1.0, 2.0, 3.0]).wait(10)


def test_the_quality_is_the_severity(stage, signal):
    reading = signal(f"{stage}/hot").read()["it"]
    assert (reading["value"], reading["alarm_severity"]) == (99.0, 2)
    assert "ATTR_ALARM" in reading["message"]
    broken = signal(f"{stage}/broken").read()["it"]
    assert math.isnan(broken["value"])
    assert broken["alarm_severity"] == 3


def test_what_a_device_raises_is_told_in_its_words(stage, signal):
    with pytest.raises(ReadFailedError, match=r"it \(tango://.*angry.*no answer from the amplifier"):
        signal(f"{stage}/angry").get()
    with pytest.raises(PutFailedError, match="refused 4.5: something is in the way"):
        signal(f"{stage}/position").set(4.5).wait(10)


def test_a_command_is_executed_to_its_end(stage, signal):
    count, acquire = signal(f"{stage}/count"), signal(f"{stage}/acquire")
    before = count.get()
    acquire.set(1).wait(10)
    assert (count.get(), acquire.get()) == (before + 1, 1)
    double = signal(f"{stage}/double")
    double.set(2.5).wait(10)
    assert double.get() == 5.0
    count.set(before).wait(10)


def test_a_slow_command_holds_up_no_read_and_ends_by_its_time_limit(own_stage, signal):
    _, stage = own_stage
    sleep = signal(f"{stage}/sleep")
    with pytest.raises(DeviceTimeoutError, match="sleep.*being set to 1"):
        sleep.set(1, timeout_s=0.2).wait(10)


class Stage(PvDevice):
    def __init__(self, prefix, name=""):
        super().__init__(prefix, name, backend=backend_at)
        self.reads("position", "/position", Kind.HINTED, is_main=True)
        self.reads("count", "/count")
        self.reads("text", "/text", Kind.CONFIG)


def test_a_device_is_read_by_one_call(stage):
    device = Stage(stage, "stage")
    device.connect(timeout_s=20)
    link = device.children["position"].backend.link
    calls = []
    whole, link.read = link.read, lambda names: calls.append(names) or whole(names)
    try:
        assert {key: reading["value"] for key, reading in device.read().items()} == {
            "stage": 1.5,
            "stage_count": 3,
        }
    finally:
        del link.read
        device.close()
    assert calls == [["position", "count"]]


def test_a_subscriber_gets_each_new_value(stage, signal):
    position, seen = signal(f"{stage}/position"), []
    position.backend.subscribe(seen.append)
    until(lambda: bool(seen), "the present value")
    position.set(2.0).wait(10)
    until(lambda: seen[-1].value == 2.0, "the new value")
    position.set(1.5).wait(10)
    until(lambda: seen[-1].value == 1.5, "the old value")
    assert [sample.value for sample in seen] == [1.5, 2.0, 1.5]


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("position", 5.5, LimitsError, "-5 to 5 mm"),
        ("position", math.nan, WrongValueError, "a finite number in mm from -5 to 5"),
        ("position", "far", WrongValueError, "not 'far'"),
        ("pressure", 11.0, LimitsError, "-inf to 10 bar"),
        ("count", 2**70, WrongValueError, "a whole number"),
        ("mode", "TURBO", WrongValueError, "one of IDLE, SCAN"),
        ("mode", 2, WrongValueError, "(or 0 to 1), not 2"),
        ("wave", [0.0] * 9, WrongValueError, "at most 8"),
        ("text", 3, WrongValueError, "takes text"),
        ("hot", 1.0, ReadOnlyError, "cannot be written"),
    ],
)
def test_bad_input_is_refused_with_name_address_and_value(stage, signal, name, value, error, words):
    it = signal(f"{stage}/{name}")
    before = it.get()
    with pytest.raises(error) as caught:
        it.set(value).wait(10)
    assert words in str(caught.value)
    assert f"{NAME}#dbase=no/{name}" in str(caught.value)
    assert np.array_equal(it.get(), before)


def test_what_is_not_there_is_told_in_words(stage):
    wrong = WritableSignal(backend_at(f"{stage}/colour"), "wrong")
    away = WritableSignal(backend_at(f"tango://127.0.0.1:{free_port()}/{NAME}#dbase=no/position"), "away")
    with pytest.raises(NotConnectedError) as caught:
        connect_all([wrong, away], timeout_s=3)
    first, second = str(caught.value).strip().splitlines()
    assert "has no attribute or command 'colour'; it has Init, State, Status, acquire" in first
    assert "away: tango://" in second
    assert "(is its device server running?)" in second
    for one in (wrong, away):
        one.backend.close()


def test_a_server_that_dies_and_is_back_is_found_again(own_stage, signal):
    server, stage = own_stage
    position, seen = signal(f"{stage}/position"), []
    position.backend.subscribe(seen.append)
    until(lambda: bool(seen), "a value")
    server.kill()
    until(lambda: seen[-1].is_stale, "the value is stale")
    with pytest.raises(DisconnectedError, match="is disconnected; its last value was 1.5"):
        position.get()
    with pytest.raises(DisconnectedError):
        position.set(1.0).wait(5)
    server.start()
    until(lambda: position.is_connected, "it is back", 30)
    until(lambda: not seen[-1].is_stale, "a new value")
    position.set(2.0).wait(10)
    assert position.get() == 2.0


def test_a_server_that_is_stopped_costs_the_time_limit_and_is_found_again(own_stage, signal):
    server, stage = own_stage
    position = signal(f"{stage}/position")
    server.freeze()
    with pytest.raises(DeviceTimeoutError, match="within 0.2 s"):
        position.backend.begin_read().result(0.2)
    until(lambda: not position.is_connected, "it counts as away")
    server.thaw()
    until(lambda: position.is_connected, "it is back", 30)
    assert position.get() == 1.5


def test_closing_ends_the_threads(own_stage):
    _, stage = own_stage
    backend = backend_at(f"{stage}/position")
    backend.begin_connect()
    backend.finish_connect(20)
    backend.put(1.0).wait(10)
    backend.close()
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("tango")], "no thread")
