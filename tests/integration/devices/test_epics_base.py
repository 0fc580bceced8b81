"""Every type of an EPICS base IOC: read, described, written, watched; and what does not fit is refused."""

import threading
import time

import numpy as np
import pytest

from acquisition.devices.connecting import connect_all
from acquisition.devices.device import Device
from acquisition.devices.errors import (
    DeviceTimeoutError,
    LimitsError,
    NotConnectedError,
    PutFailedError,
    ReadOnlyError,
    WrongValueError,
)
from acquisition.devices.signal import Signal, WritableSignal
from tests.support.ca_servers import epics_base
from tests.support.ioc import until


@pytest.fixture(scope="module")
def base():
    with epics_base() as served:
        served.backend("B:double")
        yield served


def put(base, name, value, **options):
    """Write a value with completion, and read it back."""
    backend = base.backend(name, **options)
    backend.put(value, timeout_s=10).wait(10)
    return backend.begin_read().result(10).value


@pytest.mark.parametrize(
    ("name", "value", "dtype", "dtype_numpy"),
    [
        ("B:double", 0.5, "number", "<f8"),
        ("B:integer", 7, "integer", "<i4"),
        ("B:switch", "off", "string", "<U40"),
        ("B:mode", "idle", "string", "<U40"),
        ("B:flag", 1, "integer", "<u2"),
        ("B:text", "a short text", "string", "<U40"),
        ("B:double.EGU", "mm", "string", "<U40"),
        ("B:text.VAL$", "a short text", "string", ""),
        ("B:double.PREC", 3, "integer", "<i2"),
    ],
)
def test_a_scalar_comes_with_its_type(base, name, value, dtype, dtype_numpy):
    backend = base.backend(name)
    key = backend.metadata.data_key(backend.source)
    assert backend.begin_read().result(10).value == value
    assert (key["dtype"], key.get("dtype_numpy", ""), key["shape"]) == (dtype, dtype_numpy, [])
    assert key["source"] == f"ca://{name}"


@pytest.mark.parametrize(
    ("name", "values", "dtype_numpy"),
    [
        ("B:doubles", [0.0, 0.25, 0.5, 0.75, 1.0], "<f8"),
        ("B:longs", [0, 1, 2, 3, 4, 5], "<i4"),
        ("B:shorts", [0, 1, 2, 3, 4, 5, 6], "<i2"),
        ("B:floats", [1.0, 1.0, 1.0], "<f4"),
        ("B:bytes", list(range(9)), "|u1"),
        ("B:words", ["one", "two", "three"], "<U40"),
        ("B:partly", [0.0, 1.0, 2.0, 3.0], "<f8"),
    ],
)
def test_an_array_comes_with_its_type_and_its_length_in_the_byte_order_of_this_machine(
    base, name, values, dtype_numpy
):
    backend = base.backend(name)
    array = backend.begin_read().result(10).value
    key = backend.metadata.data_key(backend.source)
    assert array.tolist() == values
    assert array.dtype == np.dtype(dtype_numpy)
    assert array.dtype.isnative
    assert (key["dtype"], key["dtype_numpy"], key["shape"]) == ("array", dtype_numpy, [len(values)])


def test_an_array_that_holds_less_than_it_could_is_described_by_what_it_holds(base):
    backend = base.backend("B:doubles")
    backend.put([1.0, 2.0]).wait(10)
    assert backend.begin_read().result(10).value.tolist() == [1.0, 2.0]
    assert backend.metadata.shape == (2,)
    assert backend.metadata.capacity == 5
    backend.put(np.linspace(0.0, 1.0, 5)).wait(10)


def test_a_large_array_goes_there_and_back_whole(base):
    sent = np.arange(1_000_000, dtype=np.int32)[::-1].copy()
    assert np.array_equal(put(base, "B:big", sent), sent)


def test_a_text_of_300_characters_goes_there_and_back(base):
    assert base.value("B:long_text", is_text=True) == "x" * 200
    assert put(base, "B:long_text", "z" * 299, is_text=True) == "z" * 299
    assert put(base, "B:text.VAL$", "länger") == "länger"


def test_units_precision_and_limits_are_described(base):
    metadata = base.backend("B:double").metadata
    assert (metadata.units, metadata.precision, metadata.limits) == ("mm", 3, (-10.0, 10.0))
    assert base.backend("B:level").metadata.limits is None
    assert base.backend("B:integer").metadata.units == "counts"


def test_time_and_alarm_come_with_the_value(base):
    before = time.time()
    put(base, "B:double", 1.0)
    sample = base.backend("B:double").begin_read().result(10)
    assert before - 5 < sample.timestamp < time.time() + 5
    assert sample.severity == 0
    undefined = base.backend("B:nan").begin_read().result(10)
    assert (undefined.severity, undefined.message) == (3, "B:nan: alarm UDF")
    assert base.backend("B:mode").put("ready").exception(10) is None
    state = base.backend("B:mode").begin_read().result(10)
    assert (state.value, state.severity, state.message) == ("ready", 1, "B:mode: alarm STATE")
    assert state.reading()["alarm_severity"] == 1


@pytest.mark.parametrize(
    ("given", "held"), [("fault", "fault"), (3, "fault"), (1, "ready"), ("idle", "idle")]
)
def test_an_enum_is_set_by_word_or_number_also_past_a_state_without_a_word(base, given, held):
    assert put(base, "B:mode", given) == held


def test_a_put_ends_when_the_records_behind_it_have_ended(base):
    backend, there = base.backend("B:slow"), base.backend("B:slow:rbv")
    status = backend.put(4.25)
    assert not status.done
    assert there.begin_read().result(10).value != 4.25
    status.wait(10)
    assert there.begin_read().result(10).value == 4.25


def test_a_put_that_takes_too_long_fails_in_its_time(base):
    error = base.backend("B:slow").put(1.0, timeout_s=0.05).exception(10)
    assert isinstance(error, DeviceTimeoutError)
    assert "B:slow (ca://B:slow) being set to 1.0" in str(error)


def test_a_monitor_brings_changes_of_value_and_of_alarm(base):
    backend, seen = base.backend("B:mode"), []
    backend.subscribe(seen.append)
    for word in ("idle", "ready", "fault", "idle"):
        backend.put(word).wait(10)
    until(lambda: [sample.value for sample in seen][-4:] == ["idle", "ready", "fault", "idle"], "each change")
    assert {sample.value: sample.severity for sample in seen} == {"idle": 0, "ready": 1, "fault": 0}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("B:double", float("nan"), r"takes a finite number in mm from -10 to 10, not nan"),
        ("B:double", float("inf"), r"takes a finite number in mm from -10 to 10, not inf"),
        ("B:double", "1", r"takes a finite number in mm from -10 to 10, not '1'"),
        ("B:double", [1.0], r"takes a finite number"),
        ("B:integer", 1.5, r"takes a whole number in counts from -100 to 100, not 1.5"),
        ("B:integer", "7", r"takes a whole number in counts"),
        ("B:double.PREC", 1 << 20, r"takes a whole number from -32768 to 32767, not 1048576"),
        ("B:mode", "ajar", r"takes one of idle, ready, fault \(or 0 to 3\), not 'ajar'"),
        ("B:mode", 4, r"takes one of idle, ready, fault \(or 0 to 3\), not 4"),
        ("B:mode", -1, r"takes one of idle"),
        ("B:mode", "", r"takes one of idle"),
        ("B:text", "y" * 40, r"takes text of at most 39 bytes, not 'yyy"),
        ("B:text", "é" * 20, r"takes text of at most 39 bytes, not 'é"),
        ("B:text", "a\0b", r"takes text of at most 39 bytes"),
        ("B:text", 3, r"takes text of at most 39 bytes, not 3"),
        ("B:doubles", [1.0] * 6, r"at most 5 elements \(<f8\), all finite, not an array of shape \(6,\)"),
        ("B:doubles", [1.0, float("nan")], r"at most 5 elements"),
        ("B:doubles", 1.0, r"takes an array of at most 5"),
        ("B:doubles", ["a"], r"takes an array of at most 5"),
        ("B:bytes", [256], r"takes an array of at most 9 elements \(\|u1\)"),
        ("B:shorts", [1.5], r"takes an array of at most 7 elements"),
    ],
)
def test_what_a_pv_cannot_take_is_refused_with_device_pv_value_and_what_holds(base, name, value, words):
    signal = WritableSignal(base.asked(name), "dial")
    connect_all([signal])
    before = signal.get()
    with pytest.raises(WrongValueError, match=rf"dial \(ca://{name}\) .*{words}"):
        signal.set(value)
    assert np.array_equal(signal.get(), before)
    assert isinstance(signal.backend.put(value).exception(10), WrongValueError)
    assert np.array_equal(signal.get(), before)


@pytest.mark.parametrize(("name", "value"), [("B:double", 10.5), ("B:double", -11), ("B:integer", 101)])
def test_a_setpoint_outside_the_limits_is_refused_and_not_sent(base, name, value):
    signal = WritableSignal(base.asked(name), "dial")
    connect_all([signal])
    before = signal.get()
    with pytest.raises(
        LimitsError, match=rf"dial cannot go to {value} \w+: its limits are .* \(from ca://{name}\)"
    ):
        signal.set(value)
    assert signal.get() == before


def test_a_pv_that_the_server_does_not_let_be_written_says_so(base):
    error = base.backend("B:level").put(3.0).exception(10)
    assert isinstance(error, (PutFailedError, ReadOnlyError))
    assert "B:level (ca://B:level)" in str(error)
    assert "3.0" in str(error)


def test_a_device_of_20_pvs_is_read_by_one_packet(base):
    device = Device("d")
    for number in range(20):
        device.add(f"n{number}", Signal(base.asked(f"B:n{number:02}")))
    device.connect()
    packets, requests = base.client.packets_sent, base.client.requests_sent
    values = [reading["value"] for reading in device.read().values()]
    assert values == [float(number) for number in range(20)]
    assert (base.client.packets_sent - packets, base.client.requests_sent - requests) == (1, 20)


def test_all_pvs_that_are_not_there_are_told_in_one_tree(base):
    device = Device("d")
    for number in range(5):
        device.add(f"n{number}", Signal(base.asked(f"B:n{number:02}")))
    inner = device.add("inner", Device())
    for name in ("lost", "gone"):
        inner.add(name, Signal(base.asked(f"NONE:{name}")))
    with pytest.raises(NotConnectedError) as caught:
        device.connect(timeout_s=0.5)
    lines = caught.value.tree().splitlines()
    assert lines[0] == "d:"
    assert lines[1] == "    inner:"
    assert [line[:12] for line in lines[2:]] == ["        lost", "        gone"]
    assert f"NONE:lost: not found at 127.0.0.1:{base.server.port}" in lines[2]
    device.close()


def test_a_pv_that_nobody_wants_any_more_is_let_go_of_and_may_be_wanted_again(base):
    first, second = base.backend("B:axis:rbv"), base.backend("B:axis:rbv")
    channel = first._channel
    first.close()
    assert channel.is_made
    second.close()
    assert not channel.is_made
    assert base.value("B:axis:rbv") == 0.0


def test_a_thread_that_waits_for_an_answer_does_not_keep_others_waiting(base):
    slow, quick, order = base.backend("B:slow"), base.backend("B:n01"), []
    status = slow.put(7.0)
    status.add_callback(lambda _: order.append("slow"))
    readers = [
        threading.Thread(target=lambda: order.append(quick.begin_read().result(10).value)) for _ in range(3)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    status.wait(10)
    until(lambda: len(order) == 4, "all to end")
    assert order == [1.0, 1.0, 1.0, "slow"]


def test_limits_and_units_that_change_on_a_running_ioc_hold_at_once(base):
    dial = WritableSignal(base.asked("B:axis"), "dial")
    connect_all([dial])
    dial.set(50.0).wait(10)
    base.backend("B:axis.DRVH").put(20.0).wait(10)
    base.backend("B:axis.HOPR").put(20.0).wait(10)
    try:
        until(lambda: dial.metadata.limits == (-100.0, 20.0), "the new limit")
        with pytest.raises(LimitsError, match="-100 to 20 mm"):
            dial.set(30.0)
        base.backend("B:axis.EGU").put("um").wait(10)
        until(lambda: dial.metadata.units == "um", "the new unit")
    finally:
        base.backend("B:axis.DRVH").put(100.0).wait(10)
        base.backend("B:axis.HOPR").put(100.0).wait(10)
        base.backend("B:axis.EGU").put("mm").wait(10)
