"""PV Access against a real IOC of EPICS base and a server of p4p, each in its own process."""

import math
import threading

import numpy as np
import pytest

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.backends.pv_access import PvAccessBackend
from acquisition.devices.backends.pv_client import close_clients
from acquisition.devices.component import Kind
from acquisition.devices.connecting import connect_all
from acquisition.devices.device import Device
from acquisition.devices.errors import (
    DeviceTimeoutError,
    DisconnectedError,
    LimitsError,
    NotConnectedError,
    PutFailedError,
    ReadFailedError,
    WrongValueError,
)
from acquisition.devices.signal import Signal, WritableSignal
from config.embedded import free_port
from tests.support.ioc import until
from tests.support.served import Served, running, settings


def server_settings(port):
    """Return what a server on this port needs: of PV Access and, for an IOC, of Channel Access."""
    return {
        "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_PVAS_SERVER_PORT": str(port),
        "EPICS_PVAS_BROADCAST_PORT": str(port),
        "EPICS_PVAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_PVAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_SERVER_PORT": str(port + 1 if port < 65000 else port - 1),
    }


def client_settings(*ports):
    return settings(
        EPICS_PVA_ADDR_LIST=" ".join(f"127.0.0.1:{port}" for port in ports), EPICS_PVA_AUTO_ADDR_LIST="NO"
    )


@pytest.fixture(scope="module")
def both():
    """Return the IOC and the p4p server, found by this process."""
    ports = free_port(), free_port()
    ioc = Served("tests.support.servers.soft_ioc", environment=server_settings(ports[0]))
    server = Served("tests.support.servers.pva", environment=server_settings(ports[1]))
    with running(ioc), running(server), client_settings(*ports):
        yield ioc, server
        close_clients()


@pytest.fixture
def own_ioc():
    """Return an IOC that this test may kill."""
    port = free_port()
    with (
        running(Served("tests.support.servers.soft_ioc", environment=server_settings(port))) as ioc,
        client_settings(port),
    ):
        yield ioc
        close_clients()


def signal(address, name="it"):
    made = WritableSignal(backend_at(address), name)
    connect_all([made], timeout_s=20)
    return made


def test_a_number_comes_with_units_limits_time_and_precision(both):
    position = signal("pva://T:position")
    assert position.get() == 1.5
    assert position.describe() == {
        "it": {
            "source": "pva://T:position",
            "dtype": "number",
            "shape": [],
            "dtype_numpy": "<f8",
            "units": "mm",
            "precision": 3,
            "limits": {"control": {"low": -5.0, "high": 5.0}},
        }
    }
    position.set(2.25).wait(10)
    assert position.get() == 2.25
    position.set(1.5).wait(10)


def test_an_alarm_is_told_with_the_value(both):
    reading = signal("pva://T:hot").read()["it"]
    assert (reading["value"], reading["alarm_severity"]) == (99.0, 2)
    assert "pva://T:hot: alarm" in reading["message"]


@pytest.mark.parametrize(
    ("address", "dtype", "value", "other"),
    [
        ("T:count", "integer", 3, -7),
        ("T:light", "string", "off", "on"),
        ("T:mode", "string", "burst", "video"),
        ("T:sample", "string", "silver", "gold"),
        ("T:path", "string", "a/very/long/" + "path/" * 30, "short"),
        ("S:enum", "string", "in", "out"),
        ("S:plain", "integer", 7, None),
        ("S:plain#extra", "number", 2.5, None),
        ("S:words", "array", ["a", "b"], ["c"]),
    ],
)
def test_each_type_is_read_and_written(both, address, dtype, value, other):
    it = signal(f"pva://{address}")
    assert (it.metadata.dtype, it.get()) == (dtype, value)
    if other is not None:
        for wanted in (other, value):
            it.set(wanted).wait(10)
            assert it.get() == wanted


@pytest.mark.parametrize("address", ["T:profile", "S:wave"])
def test_an_array_keeps_its_type_and_follows_its_length(both, address):
    wave = signal(f"pva://{address}")
    assert wave.get().tolist() == [1.0, 2.0, 3.0]
    wave.set([4, 5]).wait(10)
    assert (wave.get().tolist(), wave.metadata.shape, wave.get().dtype.str) == ([4.0, 5.0], (2,), "<f8")
    wave.set([1.0, 2.0, 3.0]).wait(10)


def test_a_choice_may_be_given_by_its_number(both):
    mode = signal("pva://T:mode")
    mode.set(2).wait(10)
    assert mode.get() == "video"
    mode.set("burst").wait(10)


class Camera(Device):
    def __init__(self):
        super().__init__("cam")
        self.frame = self.add("frame", Signal(backend_at("pva://S:image")), kind=Kind.NORMAL)
        self.number = self.add("number", Signal(backend_at("pva://S:image#uniqueId")), kind=Kind.HINTED)
        self.taken = self.add("taken", Signal(backend_at("pva://S:image#dataTimeStamp")), kind=Kind.NORMAL)


def test_a_frame_has_its_shape_number_and_time_from_one_structure(both):
    camera = Camera()
    camera.connect(timeout_s=20)
    both[1].tell("frame 5")
    until(lambda: camera.number.get() == 5, "frame 5")
    reading = camera.read()
    frame = reading["cam_frame"]["value"]
    assert (frame.shape, frame.dtype.str, frame[0, 0], frame[2, 3]) == ((3, 4), "<u2", 5, 16)
    assert reading["cam_frame"]["timestamp"] == 1_700_000_005.5
    assert (reading["cam_number"]["value"], reading["cam_taken"]["value"]) == (5, 1_700_000_005.5)
    assert camera.describe()["cam_frame"]["shape"] == [3, 4]


def test_signals_on_one_structure_are_read_by_one_get(both):
    camera = Camera()
    camera.connect(timeout_s=20)
    asked = []
    channel = camera.frame.backend.channel
    whole_get, channel.get = channel.get, lambda then=None: asked.append(1) or whole_get(then)
    try:
        camera.read()
    finally:
        del channel.get
    assert len(asked) == 1


def test_a_compressed_frame_is_refused_in_words(both):
    image = signal("pva://S:image")
    both[1].tell("compressed")
    with pytest.raises(ReadFailedError, match="compressed by blosc: switch the compression"):
        until(lambda: image.get() is None, "never")
    number = signal("pva://S:image#uniqueId")
    both[1].tell("frame 7")
    until(lambda: number.get() == 7, "a plain frame again")


def test_a_table_is_read_by_its_columns(both):
    energy, label = signal("pva://S:table#energy"), signal("pva://S:table#label")
    assert (energy.get().tolist(), label.get()) == ([7.1, 7.2], ["a", "b"])
    energy.set([8.0, 9.0]).wait(10)
    assert energy.get().tolist() == [8.0, 9.0]
    energy.set([7.1, 7.2]).wait(10)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("S:table", "name one of its fields with #: #count, #energy, #label"),
        ("S:table#colour", "no field 'colour'; there are #energy, #count, #label"),
        ("S:plain#colour", "no field 'colour'; there are #value, #extra"),
        ("NO:such", "not found at 127.0.0.1"),
    ],
)
def test_what_is_not_there_is_told_in_words(both, address, words):
    it = Signal(backend_at(f"pva://{address}"), "it")
    with pytest.raises(NotConnectedError) as caught:
        connect_all([it], timeout_s=2 if address.startswith("NO") else 20)
    assert f"pva://{address}" in str(caught.value)
    assert words in str(caught.value)


def test_a_put_ends_when_the_record_has_carried_it_out(both):
    slow, done = signal("pva://T:slow"), signal("pva://T:done")
    for value in (1.25, 2.5):
        slow.set(value).wait(10)
        assert done.get() == value


@pytest.mark.parametrize(
    ("address", "value", "error", "words"),
    [
        ("T:position", math.nan, WrongValueError, "finite number in mm"),
        ("T:position", 5.5, LimitsError, "-5 to 5 mm"),
        ("T:position", "far", WrongValueError, "takes a finite number in mm from -5 to 5, not 'far'"),
        ("T:slow", math.inf, WrongValueError, "takes a finite number, not inf"),
        ("T:count", 2**40, WrongValueError, "from -2.14748e+09 to 2.14748e+09"),
        ("T:count", 1.5, WrongValueError, "a whole number"),
        ("T:mode", "turbo", WrongValueError, "takes one of single, burst, video"),
        ("T:mode", 3, WrongValueError, "(or 0 to 2), not 3"),
        ("T:profile", ["a"], WrongValueError, "elements (<f8)"),
        ("S:number", 7, PutFailedError, "refused 7.0: unlucky"),
    ],
)
def test_bad_input_is_refused_with_name_address_and_value(both, address, value, error, words):
    it = signal(f"pva://{address}")
    before = it.get()
    with pytest.raises(error) as caught:
        it.set(value).wait(10)
    assert words in str(caught.value)
    assert address in str(caught.value)
    assert np.array_equal(it.get(), before)


@pytest.mark.parametrize(
    ("address", "value", "kept", "words"),
    [
        (
            "T:profile",
            [1.0, 2.0, 3.0, *[0.0] * 6],
            8,
            "holds at most 8 elements: its IOC cut off the rest of 9",
        ),
        ("T:sample", "x" * 50, 39, "holds at most 39 characters"),
    ],
)
def test_what_an_ioc_cuts_off_is_told(both, address, value, kept, words):
    it = signal(f"pva://{address}")
    before = it.get()
    with pytest.raises(PutFailedError, match=words):
        it.set(value).wait(10)
    assert len(it.get()) == kept
    it.set(before).wait(10)


def test_what_cannot_be_written_says_so(both):
    with pytest.raises(PermissionError, match="S:image"):
        signal("pva://S:image").set(np.zeros((3, 4), "u2")).wait(1)
    with pytest.raises(PutFailedError):
        signal("pva://T:hot.SEVR").set("MINOR").wait(10)


def test_a_monitor_brings_each_value_and_a_storm_keeps_the_newest(both):
    backend, seen = backend_at("pva://S:storm"), []
    backend.begin_connect()
    backend.finish_connect(20)
    backend.subscribe(seen.append)
    until(lambda: len(seen) == 1, "the first value")
    both[1].tell("storm 5000")
    until(lambda: seen[-1].value == 5000, "the newest value")
    values = [sample.value for sample in seen]
    assert values == sorted(values)
    backend.unsubscribe(seen.append)
    backend.close()


def test_500_connect_together(both):
    signals = [Signal(backend_at(f"pva://T:many{number % 20}"), f"s{number}") for number in range(500)]
    connect_all(signals, timeout_s=30)
    assert [one.get() for one in signals[:20]] == [float(number) for number in range(20)]


def test_an_ioc_that_dies_and_is_back_is_found_again(own_ioc):
    position, seen = signal("pva://T:position"), []
    position.backend.subscribe(seen.append)
    until(lambda: bool(seen), "a value")
    own_ioc.kill()
    until(lambda: seen[-1].is_stale, "the value is stale")
    assert (seen[-1].value, seen[-1].severity) == (1.5, 3)
    with pytest.raises(DisconnectedError, match=r"it \(pva://T:position\) is disconnected; its last value"):
        position.get()
    with pytest.raises(DisconnectedError):
        position.set(1.0).wait(5)
    own_ioc.start()
    until(lambda: position.is_connected, "it is back", 30)
    until(lambda: not seen[-1].is_stale, "a new value")
    assert position.get() == 1.5


def test_a_server_that_dies_during_a_put_ends_it(own_ioc):
    slow = signal("pva://T:slow")
    status = slow.set(1.0)
    own_ioc.kill()
    with pytest.raises(DisconnectedError):
        status.wait(20)


def test_a_server_that_is_stopped_costs_the_time_limit_and_no_more(own_ioc):
    position = signal("pva://T:position")
    own_ioc.freeze()
    with pytest.raises(DeviceTimeoutError, match=r"it \(pva://T:position\).*within 0.2 s"):
        position.backend.begin_read().result(0.2)
    with pytest.raises(DeviceTimeoutError, match="being set to 2"):
        position.set(2.0, timeout_s=0.2).wait(10)
    own_ioc.thaw()
    until(lambda: position.get() in (1.5, 2.0), "an answer")


def test_a_callback_may_read(both):
    position, read = signal("pva://T:position"), threading.Event()

    def look(_):
        position.get()
        read.set()

    position.backend.subscribe(look)
    assert read.wait(10)
    position.backend.unsubscribe(look)


def test_a_backend_that_is_closed_can_connect_again(both):
    backend = PvAccessBackend("T:count")
    for _ in range(2):
        backend.begin_connect()
        backend.finish_connect(20)
        assert backend.begin_read().result(5).value == 3
        backend.close()
        assert not backend.is_connected
