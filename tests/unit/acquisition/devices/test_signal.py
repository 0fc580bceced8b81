"""A signal reads, describes, checks and watches one value."""

import math

import numpy as np
import pytest

from acquisition.devices.backends.base import Sample
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.errors import LimitsError, ReadOnlyError, WrongValueError
from acquisition.devices.signal import Signal, WritableSignal, check_limits


def writable(initial, name="s", **known):
    return WritableSignal(SoftBackend(initial, clock=lambda: 12.0, **known), name)


@pytest.mark.parametrize(
    ("value", "dtype", "shape", "dtype_numpy"),
    [
        (1.5, "number", [], "<f8"),
        (2, "integer", [], "<i8"),
        (True, "boolean", [], "|b1"),
        ("open", "string", [], None),
        (np.zeros((2, 3), "<u2"), "array", [2, 3], "<u2"),
    ],
)
def test_a_value_describes_itself(value, dtype, shape, dtype_numpy):
    key = writable(value).describe()["s"]
    assert (key["dtype"], key["shape"], key.get("dtype_numpy")) == (dtype, shape, dtype_numpy)
    assert key["source"] == "soft://s"


def test_units_precision_limits_and_choices_are_in_the_data_key():
    key = writable(1.0, units="mm", precision=3, low=-1.0, high=2.0).data_key()
    assert key["units"] == "mm"
    assert key["precision"] == 3
    assert key["limits"] == {"control": {"low": -1.0, "high": 2.0}}
    assert writable("a", choices=("a", "b")).data_key()["choices"] == ["a", "b"]


def test_equal_limits_are_none_as_in_epics():
    assert "limits" not in writable(1.0, low=0.0, high=0.0).data_key()
    writable(1.0, low=0.0, high=0.0).set(99).wait(1)


def test_a_reading_holds_value_and_time_and_the_alarm_only_when_there_is_one():
    assert writable(1.0).read() == {"s": {"value": 1.0, "timestamp": 12.0}}
    alarm = Sample(1.0, 12.0, 2, "HIHI").reading()
    assert (alarm["alarm_severity"], alarm["message"]) == (2, "HIHI")


def test_a_stale_sample_keeps_its_value_and_is_an_invalid_alarm():
    stale = Sample(1.0, 12.0).gone_stale()
    assert (stale.value, stale.timestamp, stale.is_stale) == (1.0, 12.0, True)
    assert stale.reading()["alarm_severity"] == 3


def test_set_keeps_the_value_and_locate_gives_it():
    signal = writable(1.0)
    signal.set(2).wait(1)
    assert signal.locate() == {"setpoint": 2.0, "readback": 2.0}


@pytest.mark.parametrize("value", [11, -11, 10.001])
def test_a_value_outside_the_limits_is_refused_before_it_is_sent(value):
    sent = []
    signal = WritableSignal(SoftBackend(1.0, on_put=sent.append, low=-10.0, high=10.0, units="mm"), "s")
    with pytest.raises(LimitsError, match="-10 to 10 mm"):
        signal.set(value)
    assert sent == []


@pytest.mark.parametrize("value", [math.nan, math.inf, "3", None, True, [1]])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(WrongValueError, match=r"s \(soft://s\) takes a finite number from -10 to 10"):
        writable(1.0, low=-10.0, high=10.0).set(value)


def test_a_step_past_the_limit_by_float_error_is_taken_to_the_limit():
    assert check_limits("x", 0.1 + 0.2, (0.0, 0.3), "mm", "here") == 0.3


def test_a_computed_signal_cannot_be_set():
    signal = WritableSignal(SoftBackend(1.0, compute=lambda: 3.0), "s")
    assert signal.get() == 3.0
    with pytest.raises(ReadOnlyError):
        signal.set(1.0)


def test_a_word_that_is_no_choice_is_refused_with_the_choices():
    with pytest.raises(WrongValueError, match="open, closed"):
        writable("open", choices=("open", "closed")).set("ajar")


@pytest.mark.parametrize(("initial", "bad"), [(1.0, "x"), (1, 1.5), (True, 2), ("a", 1)])
def test_a_value_of_another_type_is_refused(initial, bad):
    with pytest.raises(WrongValueError, match=r"s \(soft://s\) takes .*, not "):
        writable(initial).set(bad)


def test_a_subscriber_gets_the_present_reading_and_each_later_one_until_cleared():
    signal, seen = writable(1.0), []
    signal.subscribe(seen.append)
    signal.set(2).wait(1)
    signal.clear_sub(seen.append)
    signal.set(3).wait(1)
    assert [reading["s"]["value"] for reading in seen] == [1.0, 2.0]


def test_the_older_form_of_subscription_gets_the_value_by_keyword():
    signal, seen = writable(1.0), []
    signal.subscribe(lambda value, **rest: seen.append((value, rest["obj"])), event_type=None, run=True)
    assert seen == [(1.0, signal)]


def test_a_signal_on_its_own_hints_at_itself():
    assert Signal(SoftBackend(1.0), "s").hints == {"fields": ["s"]}
