"""Values in memory, and values computed from others."""

import math

import pytest

from acquisition.devices.backends.addresses import backend_at
from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import AddressError, LimitsError, ReadOnlyError, WrongValueError
from acquisition.devices.signal import WritableSignal
from acquisition.devices.standard.derived_signal import DerivedSignal


def bragg(angle):
    return 12.398 / (2 * 3.1356 * math.sin(math.radians(angle)))


def angle_of(energy):
    return {"angle": math.degrees(math.asin(12.398 / (2 * 3.1356 * energy)))}


def connected(device):
    connect_all([device])
    return device


def angle(low=5.0, high=60.0, initial=30.0):
    backend = backend_at("soft://angle", initial=initial, units="deg", low=low, high=high)
    return WritableSignal(backend)


def test_a_value_in_memory_keeps_type_units_and_limits():
    it = connected(WritableSignal(backend_at("soft://note", initial=1.5, units="mm", low=-2, high=2), "it"))
    it.set(2).wait(1)
    assert it.get() == 2.0
    assert it.describe()["it"]["limits"] == {"control": {"low": -2, "high": 2}}


@pytest.mark.parametrize(
    ("known", "value", "error", "words"),
    [
        ({"initial": 0.0, "units": "mm", "low": -1, "high": 1}, 2, LimitsError, "-1 to 1 mm"),
        ({"initial": 0.0, "units": "mm"}, math.nan, WrongValueError, "a finite number in mm"),
        ({"initial": 0}, 1.5, WrongValueError, "a whole number"),
        ({"initial": "a", "choices": ["a", "b"]}, "c", WrongValueError, "one of a, b"),
        ({"initial": "a", "choices": ["a", "b"]}, 2, WrongValueError, "(or 0 to 1)"),
        ({"initial": "a", "capacity": 3}, "abcd", WrongValueError, "at most 3"),
        ({"initial": True}, "yes", WrongValueError, "true or false"),
    ],
)
def test_bad_input_is_refused_with_name_value_and_what_holds(known, value, error, words):
    it = WritableSignal(backend_at("soft://x", **known), "it")
    before = it.get()
    with pytest.raises(error) as caught:
        it.set(value).wait(1)
    assert words in str(caught.value)
    assert str(caught.value).startswith("it ")
    assert it.get() == before


def test_a_derived_signal_reads_forward_and_sets_by_the_inverse():
    source = angle()
    energy = connected(
        DerivedSignal({"angle": source}, "energy", forward=bragg, inverse=angle_of, units="keV")
    )
    assert energy.read()["energy"]["value"] == pytest.approx(bragg(30.0))
    energy.set(8.0).wait(1)
    assert source.get() == pytest.approx(14.3, abs=0.1)
    assert energy.locate()["readback"] == pytest.approx(8.0)
    assert energy.describe()["energy"]["units"] == "keV"


def test_a_derived_signal_is_watched():
    source, seen = angle(), []
    energy = connected(DerivedSignal({"angle": source}, "energy", forward=bragg, inverse=angle_of))
    energy.subscribe(lambda reading: seen.append(reading["energy"]["value"]))
    source.set(20.0).wait(1)
    assert seen[-1] == pytest.approx(bragg(20.0))


def test_limits_of_the_sources_hold_before_anything_is_set():
    one, two = angle(), angle(low=0.0, high=1.0, initial=0.5)
    both = connected(
        DerivedSignal(
            {"one": one, "two": two},
            "both",
            forward=lambda one, two: one + two,
            inverse=lambda value: {"one": 10.0, "two": value - 10.0},
            units="deg",
        )
    )
    with pytest.raises(WrongValueError) as caught:
        both.set(12.0)
    assert "both cannot be 12.0 deg: two would be 2.0, but" in str(caught.value)
    assert "0 to 1 deg" in str(caught.value)
    assert (one.get(), two.get()) == (30.0, 0.5)
    both.set(10.25).wait(1)
    assert (one.get(), two.get()) == (10.0, 0.25)


def test_own_limits_and_what_the_inverse_cannot_do_are_told():
    energy = connected(
        DerivedSignal(
            {"angle": angle()}, "energy", forward=bragg, inverse=angle_of, units="keV", low=1, high=20
        )
    )
    with pytest.raises(LimitsError, match="1 to 20 keV"):
        energy.check_value(30)
    with pytest.raises(WrongValueError, match=r"energy cannot be 1.5 keV: .*domain"):
        energy.set(1.5)
    with pytest.raises(WrongValueError, match="finite"):
        energy.set(math.nan)
    assert energy.limits == (1, 20)


def test_scale_and_offset_need_no_function():
    source = angle()
    it = connected(DerivedSignal({"angle": source}, "it", scale=1000.0, offset=5.0, units="mdeg"))
    assert it.value.get() == 30005.0
    it.set(10005).wait(1)
    assert source.get() == 10.0


def test_without_an_inverse_it_is_read_only():
    it = connected(DerivedSignal({"angle": angle()}, "it", forward=lambda angle: angle))
    with pytest.raises(ReadOnlyError, match="no inverse"):
        it.set(1.0)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"of": {}}, "computed from something"),
        ({"of": {"a": "soft://a"}, "forward": "no.such.function"}, "cannot be imported"),
        ({"of": {"a": "soft://a"}, "forward": "math.pi"}, "is no function"),
        ({"of": {"a": "soft://a", "b": "soft://b"}}, "for one source"),
        ({"of": {"a": {"initial": 1}}}, "needs an address"),
        ({"of": {"a": "moon://a"}}, "there is no control layer moon://; there are ca://, pva://"),
        ({"of": {"a": "pva:// x"}}, "without blanks"),
    ],
)
def test_a_wrong_description_is_told(args, words):
    with pytest.raises(AddressError) as caught:
        DerivedSignal(**args, name="it")
    assert words in str(caught.value)
