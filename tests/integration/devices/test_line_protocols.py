"""Line protocols against an instrument in its own process that also misbehaves, and against PyVISA's."""

import math
import select
import threading
from pathlib import Path

import numpy as np
import pytest

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import (
    AddressError,
    DeviceTimeoutError,
    DisconnectedError,
    LimitsError,
    MissingLibraryError,
    NotConnectedError,
    PutFailedError,
    ReadFailedError,
    ReadOnlyError,
    WrongValueError,
)
from acquisition.devices.signal import WritableSignal
from config.embedded import free_port
from tests.support.ioc import first_line, until
from tests.support.served import Served, running

QUICK = {"timeout_s": 0.3, "poll_s": 0.05}
SCPI = {
    **QUICK,
    "sync": "*IDN?",
    "sync_pattern": "[^,]*(,[^,]*){3}",
    "error_query": "SYST:ERR?",
}
COMMANDS = {
    "voltage": {
        "read": "VOLT?",
        "write": "VOLT {value:.3f}",
        "units": "V",
        "precision": 3,
        "low": 0,
        "high": 30,
    },
    "output": {"read": "OUTP?", "write": "OUTP {value}", "choices": {"0": "off", "1": "on"}},
    "curve": {"read": "CURV?", "dtype": "array", "units": "A"},
    "temperature": {"read": "TEMP?", "pattern": r"T=(?P<value>[-+.\d]+)C", "units": "degC"},
    "position": {
        "read": "POS?",
        "write": "POS {value}",
        "answer": "OK",
        "done": "BUSY?",
        "done_pattern": "0",
    },
    "count": {"read": "COUNT?", "dtype": "integer"},
    "label": {"read": "LABEL?", "write": "LABEL {value}", "dtype": "string"},
    "trigger": {"write": "TRIG", "dtype": "integer"},
}


class Instrument:
    """The instrument, and its values as signals."""

    def __init__(self, server, port, address=""):
        self.server, self.port, self.made = server, port, []
        self.address = address or f"tcp://127.0.0.1:{port}"

    def signal(self, name, settings=SCPI, **more):
        entry = {**COMMANDS.get(name, {}), **more}
        backend = backend_at(f"{self.address}#{name}", protocol=settings, **entry)
        made = WritableSignal(backend, f"psu_{name}")
        self.made.append(made)
        return made

    def connected(self, name, settings=SCPI, **more):
        made = self.signal(name, settings, **more)
        connect_all([made], timeout_s=10)
        return made

    def next_answer(self, fault):
        """Have it do this to its next answer."""
        self.server.tell(fault)
        assert first_line(self.server.process).strip() == "ready"

    def close(self):
        for made in self.made:
            made.backend.close()


@pytest.fixture
def instrument():
    port = free_port()
    with running(Served("tests.support.servers.instrument", (str(port),))) as server:
        it = Instrument(server, port)
        yield it
        it.close()


@pytest.fixture
def serial(tmp_path):
    place = tmp_path / "line"
    with running(Served("tests.support.servers.instrument", (str(place),))) as server:
        it = Instrument(server, None, f"serial://{place}?baudrate=115200&parity=N")
        yield it
        it.close()


@pytest.mark.parametrize("way", ["instrument", "serial"])
def test_values_of_every_type_are_read_and_written(request, way):
    instrument = request.getfixturevalue(way)
    for name, value, other in (
        ("voltage", 1.5, 2.25),
        ("output", "off", "on"),
        ("label", "cold", "warm"),
        ("temperature", 21.5, None),
        ("count", 0, None),
    ):
        it = instrument.connected(name)
        assert it.get() == value
        if other is not None:
            it.set(other).wait(5)
            assert it.get() == other
    curve = instrument.connected("curve")
    assert (curve.get().tolist(), curve.metadata.shape) == ([1.0, 2.5, -300.0], (3,))


def test_a_description_has_units_limits_precision_and_address(instrument):
    assert instrument.connected("voltage").describe()["psu_voltage"] == {
        "source": f"tcp://127.0.0.1:{instrument.port}#voltage",
        "dtype": "number",
        "shape": [],
        "dtype_numpy": "<f8",
        "units": "V",
        "precision": 3,
        "limits": {"control": {"low": 0, "high": 30}},
    }


def test_an_order_without_value_is_sent(instrument):
    trigger, count = instrument.connected("trigger"), instrument.connected("count")
    trigger.set(1).wait(5)
    assert (count.get(), trigger.get()) == (1, 1)


def test_a_write_ends_when_the_instrument_says_that_it_is_done(instrument):
    position, busy = instrument.connected("position"), instrument.connected("busy", read="BUSY?")
    position.set(3.0).wait(5)
    assert (position.get(), busy.get()) == (3.0, 0.0)


def test_a_refused_write_is_told_in_the_words_of_the_instrument(instrument):
    voltage = instrument.connected("voltage")
    with pytest.raises(PutFailedError, match=r"psu_voltage \(tcp://.*refused 7.0: .*-222,.*out of range"):
        voltage.set(7.0).wait(5)
    assert voltage.get() == 1.5


@pytest.mark.parametrize("settings", [SCPI, QUICK], ids=["sync query", "new connection"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("garbage", ReadFailedError),
        ("late 0.5", DeviceTimeoutError),
        ("half", DeviceTimeoutError),
        ("silent", DeviceTimeoutError),
    ],
)
def test_after_a_bad_answer_the_next_ones_belong_to_their_questions(instrument, settings, fault, error):
    voltage, position = (instrument.connected(name, settings) for name in ("voltage", "position"))
    instrument.next_answer(fault)
    with pytest.raises(error, match="psu_voltage"):
        voltage.get()
    for _ in range(3):
        assert (position.get(), voltage.get()) == (0.0, 1.5)


def test_a_line_that_is_no_answer_is_passed_over(instrument):
    voltage = instrument.connected("voltage")
    instrument.next_answer("noise")
    assert voltage.get() == 1.5
    instrument.next_answer("unasked")
    arrived = voltage.backend.session.submit(lambda talk: select.select([talk.transport._socket], [], [], 5))
    assert arrived.wait(5)
    assert voltage.get() == 1.5


def test_an_instrument_that_closes_is_connected_to_again(instrument):
    voltage, seen = instrument.connected("voltage"), []
    voltage.backend.subscribe(seen.append)
    until(lambda: bool(seen), "a value")
    instrument.next_answer("close")
    until(lambda: any(sample.is_stale for sample in seen), "the value is stale")
    until(lambda: voltage.is_connected and not seen[-1].is_stale, "it is back")
    assert voltage.get() == 1.5


def test_an_instrument_that_is_off_is_told_and_found_again(instrument):
    voltage = instrument.connected("voltage")
    instrument.server.kill()
    until(lambda: not voltage.is_connected, "it is away")
    with pytest.raises(DisconnectedError, match=r"psu_voltage \(tcp://.* is disconnected"):
        voltage.get()
    with pytest.raises(DisconnectedError):
        voltage.set(1.0).wait(5)
    instrument.server.start()
    until(lambda: voltage.is_connected, "it is back")
    assert voltage.get() == 1.5


def test_one_transaction_at_a_time_whoever_asks(instrument):
    signals = [instrument.connected(name) for name in ("voltage", "count", "label", "temperature")]
    wrong = []

    def ask(signal):
        first = signal.get()
        for _ in range(50):
            if signal.get() != first:
                wrong.append(signal.name)

    threads = [threading.Thread(target=ask, args=(signal,)) for signal in signals for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []


@pytest.mark.parametrize("fault", ["garbage", "late 0.5", "half", "silent"])
def test_a_serial_line_falls_into_step_again(serial, fault):
    voltage, position = serial.connected("voltage"), serial.connected("position")
    serial.next_answer(fault)
    with pytest.raises((ReadFailedError, DeviceTimeoutError), match="psu_voltage"):
        voltage.get()
    for _ in range(3):
        assert (position.get(), voltage.get()) == (0.0, 1.5)


def test_an_adapter_that_is_unplugged_is_told_and_found_again(serial):
    voltage = serial.connected("voltage")
    serial.server.kill()
    until(lambda: not voltage.is_connected, "it is away")
    with pytest.raises(DisconnectedError, match=r"psu_voltage \(serial://.* is disconnected"):
        voltage.set(1.0).wait(5)
    serial.server.start()
    until(lambda: voltage.is_connected, "it is back")
    assert voltage.get() == 1.5


def test_a_serial_line_that_is_not_there_is_told(tmp_path):
    backend = backend_at(f"serial://{tmp_path}/none#x", read="X?")
    with pytest.raises(NotConnectedError, match="does not answer: .*No such file"):
        connect_all([WritableSignal(backend, "x")], timeout_s=1)
    backend.close()


def test_a_subscriber_gets_each_new_value(instrument):
    voltage, seen = instrument.connected("voltage"), []
    voltage.backend.subscribe(seen.append)
    until(lambda: bool(seen), "the present value")
    voltage.set(3.0).wait(5)
    until(lambda: seen[-1].value == 3.0, "the new value")
    assert [sample.value for sample in seen] == [1.5, 3.0]


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("voltage", 31, LimitsError, "0 to 30 V"),
        ("voltage", math.nan, WrongValueError, "a finite number in V"),
        ("voltage", "high", WrongValueError, "not 'high'"),
        ("output", "maybe", WrongValueError, "one of off, on"),
        ("output", 2, WrongValueError, "(or 0 to 1)"),
        ("label", "a\nTRIG", WrongValueError, "holds the end of a line"),
        ("label", "x" * (1 << 21), WrongValueError, "text of at most"),
        ("count", 3, ReadOnlyError, "cannot be written"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_sent(instrument, name, value, error, words):
    it, count = instrument.connected(name), instrument.connected("count")
    before = it.get()
    with pytest.raises(error) as caught:
        it.set(value).wait(5)
    assert words in str(caught.value)
    assert f"tcp://127.0.0.1:{instrument.port}#{name}" in str(caught.value)
    assert (it.get(), count.get()) == (before, 0)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"read": "BAD?"}, "'BAD?' was answered by 'ERR 7 unknown'"),
        ({"read": "WORD?"}, "'WORD?' was answered by 'blue': it is no number"),
        ({"read": "NONE?"}, "'NONE?' was not answered within 0.3 s"),
    ],
)
def test_a_value_that_the_instrument_does_not_give_is_told(instrument, more, words):
    with pytest.raises(NotConnectedError) as caught:
        connect_all([instrument.signal("thing", **more), instrument.signal("voltage")], timeout_s=3)
    assert words in str(caught.value)
    assert "psu_voltage" not in str(caught.value)


def test_nobody_at_the_address_is_told():
    backend = backend_at(f"tcp://127.0.0.1:{free_port()}#x", read="X?")
    with pytest.raises(NotConnectedError, match="does not answer: .*refused.*is it switched on"):
        connect_all([WritableSignal(backend, "x")], timeout_s=1)
    backend.close()


@pytest.mark.parametrize(
    ("address", "entry", "words"),
    [
        ("tcp://host#x", {"read": "X?"}, "write tcp://host:port"),
        ("tcp://host:99999#x", {"read": "X?"}, "1 to 65535"),
        ("serial://?baudrate=9600#x", {"read": "X?"}, "write serial:///dev"),
        ("serial:///dev/ttyS0?baud=1#x", {"read": "X?"}, "baud is not known"),
        ("serial:///dev/ttyS0?baudrate=0#x", {"read": "X?"}, "a number of bits per second"),
        (
            "serial:///dev/ttyS0?parity=X#x",
            {"read": "X?"},
            "parity cannot be 'X': it is one of N, E, O, M, S",
        ),
        ("tcp://host:1#x", {}, "needs what to send"),
        ("tcp://host:1#x", {"read": "X?", "colour": 1}, "a command has read, write"),
        ("tcp://host:1#x", {"read": "X?", "dtype": "float"}, "no dtype 'float'"),
        ("tcp://host:1#x", {"read": "X?", "pattern": "("}, "no regular expression"),
        ("tcp://host:1#x", {"read": "X?", "pattern": "(.*)"}, "no group"),
        ("tcp://host:1#x", {"write": "X {value} {other}"}, "no other field"),
        ("tcp://host:1#x", {"read": "X?", "protocol": "gpib"}, "there is no protocol 'gpib'"),
        ("tcp://host:1#x", {"read": "X?", "protocol": {"end": "x"}}, "a line protocol has terminator"),
        ("udp://host:1#x", {"read": "X?"}, "no control layer udp://"),
    ],
)
def test_a_wrong_description_is_told_before_anything_is_opened(address, entry, words):
    with pytest.raises(AddressError) as caught:
        backend_at(address, **entry)
    assert words in str(caught.value)


def test_a_missing_package_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "serial", None)
    backend = backend_at("serial:///dev/ttyS99#x", read="X?")
    with pytest.raises(NotConnectedError, match="A serial line needs .* pip install pyserial"):
        connect_all([WritableSignal(backend, "x")], timeout_s=1)
    backend.close()
    monkeypatch.setitem(__import__("sys").modules, "p4p.client.raw", None)
    from acquisition.devices.backends import pv_client

    with pytest.raises(MissingLibraryError, match="pip install p4p"):
        pv_client.Client()


SIMULATED = """
spec: "1.1"
devices:
  meter:
    eom:
      TCPIP SOCKET:
        q: "\\n"
        r: "\\n"
    error: ERROR
    dialogues:
      - {q: "*IDN?", r: "BEAMPORT,Meter,1,2"}
      - {q: "SYST:ERR?", r: "0,No error"}
    properties:
      range:
        default: 2.0
        getter: {q: "RANG?", r: "{:.2f}"}
        setter: {q: "RANG {:.2f}"}
        specs: {min: 0, max: 10, type: float}
resources:
  "TCPIP0::localhost::5025::SOCKET":
    device: meter
"""


def test_a_visa_instrument_is_spoken_to_by_the_same_table(tmp_path: Path):
    description = tmp_path / "meter.yaml"
    description.write_text(SIMULATED)
    address = f"visa://TCPIP0::localhost::5025::SOCKET?library={description}@sim#range"
    backend = backend_at(
        address, protocol=SCPI, read="RANG?", write="RANG {value:.2f}", units="V", low=0, high=10
    )
    it = WritableSignal(backend, "range")
    connect_all([it], timeout_s=10)
    assert it.get() == 2.0
    it.set(5.5).wait(5)
    assert it.get() == 5.5
    with pytest.raises(LimitsError, match="0 to 10 V"):
        it.set(11)
    backend.close()


def test_an_array_may_be_written(instrument):
    it = instrument.connected("wave", read="CURV?", write="WAVE {value}", dtype="array")
    line = it.backend.entry.line(np.array([1.0, -0.25]), "\n")
    assert line == "WAVE 1,-0.25"
    it.set([1.0, 2.0]).wait(5)


def test_closing_ends_the_thread(instrument):
    instrument.connected("voltage").backend.close()
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("line-")], "no thread")
