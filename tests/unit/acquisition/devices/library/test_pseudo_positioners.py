"""Slits, monochromator, changer and sample holder, over motors in memory."""

import math

import pytest

from acquisition.devices.errors import LimitsError, MoveStoppedError, WrongValueError
from acquisition.devices.library.changer import Changer
from acquisition.devices.library.monochromator import HC_EV_ANGSTROM, Monochromator, d_spacing
from acquisition.devices.library.sample_holder import SampleHolder
from acquisition.devices.library.slits import Slits
from acquisition.devices.protocols import protocols_of
from acquisition.devices.sim.fakes import instantiate_fake_device
from acquisition.devices.standard.joint_move import UnreachableError
from acquisition.devices.status import Status


def limit(motor, low, high, units="mm"):
    motor.low_limit.backend.publish(float(low))
    motor.high_limit.backend.publish(float(high))


def values(device):
    return {key: reading["value"] for key, reading in device.read().items()}


@pytest.fixture
def slits():
    made = instantiate_fake_device(Slits, "S:", "slits")
    for motor in made.real.values():
        limit(motor, -10, 10)
    return made


@pytest.fixture
def mono():
    made = instantiate_fake_device(Monochromator, "M:", "mono")
    limit(made.real["bragg"], 3, 60)
    return made


def test_slits_move_both_blades_of_a_gap(slits):
    slits.set({"h_gap": 2.0, "h_centre": 0.5, "v_gap": 1.0, "v_centre": 0.0}).wait(1)
    read = values(slits)
    assert (read["slits_inboard"], read["slits_outboard"]) == (-0.5, 1.5)
    assert (read["slits_bottom"], read["slits_top"]) == (-0.5, 0.5)
    assert (read["slits_h_gap"], read["slits_h_centre"]) == (2.0, 0.5)


def test_one_pseudo_axis_moves_alone(slits):
    slits.set((2.0, 0.5, 1.0, 0.25)).wait(1)
    slits.v_gap.set(0.5).wait(1)
    assert slits.locate()["readback"] == {"h_gap": 2.0, "h_centre": 0.5, "v_gap": 0.5, "v_centre": 0.25}


def test_blades_that_open_outwards_count_both_ways():
    made = instantiate_fake_device(Slits, "S:", "slits", opens_outwards=True)
    made.set((2.0, 0.5, 1.0, 0.0)).wait(1)
    read = values(made)
    assert (read["slits_inboard"], read["slits_outboard"]) == (0.5, 1.5)
    assert (read["slits_h_gap"], read["slits_h_centre"]) == (2.0, 0.5)


def test_nothing_moves_if_one_blade_cannot(slits):
    limit(slits.real["top"], -1, 1)
    with pytest.raises(
        UnreachableError, match=r"slits_v_gap cannot go to 4.0 mm: slits_top cannot go to 2.0"
    ) as told:
        slits.v_gap.set(4.0)
    assert (told.value.low, told.value.high) == (-1.0, 1.0)
    with pytest.raises(UnreachableError):
        slits.v_gap.check_value(4.0)
    assert values(slits)["slits_bottom"] == 0.0


@pytest.mark.parametrize("value", [float("nan"), "wide", None, -0.1, float("inf")])
def test_a_gap_takes_finite_numbers_from_0(slits, value):
    with pytest.raises((LimitsError, WrongValueError), match="slits_h_gap"):
        slits.h_gap.set(value)


@pytest.mark.parametrize("value", [3, (1, 2), {"gap": 1}, {}, "abcd"])
def test_slits_take_four_positions(slits, value):
    with pytest.raises(WrongValueError, match="h_gap, h_centre, v_gap, v_centre"):
        slits.set(value)


def test_one_axis_that_fails_stops_the_others(slits):
    stopped = []
    top, bottom = slits.real["top"], slits.real["bottom"]
    going_on = Status("bottom moving")
    top.set = lambda value: Status.failed(MoveStoppedError("top broke"))
    bottom.set = lambda value: going_on
    bottom.stop = lambda success=True: stopped.append(success)
    status = slits.v_gap.set(1.0)
    with pytest.raises(MoveStoppedError, match="top broke"):
        status.wait(1)
    assert stopped == [False]


def test_stop_reaches_every_axis_also_when_one_cannot_be_told(slits):
    told = []
    for name, motor in slits.real.items():

        def stop(success=True, name=name):
            told.append(name)
            if name == "top":
                raise MoveStoppedError("top is away")

        motor.stop = stop
    with pytest.raises(MoveStoppedError, match="top is away"):
        slits.h_gap.stop()
    assert sorted(told) == ["bottom", "inboard", "outboard", "top"]


def test_the_energy_of_an_angle_is_that_of_braggs_law(mono):
    mono.set(8979.0).wait(1)
    read = values(mono)
    expected = math.degrees(math.asin(HC_EV_ANGSTROM / (2 * d_spacing("Si111") * 8979.0)))
    assert read["mono_bragg"] == pytest.approx(expected, abs=1e-12)
    assert read["mono_bragg"] == pytest.approx(12.72, abs=1e-2)  # Cu K edge, Si(111)
    assert read["mono_energy"] == pytest.approx(8979.0, abs=1e-9)
    assert read["mono_energy_setpoint"] == 8979.0
    assert mono.describe()["mono_energy"]["units"] == "eV"
    assert mono.hints == {"fields": ["mono_energy"]}


def test_the_limits_of_the_energy_are_those_of_the_angle(mono):
    low, high = mono.energy.limits
    assert low == pytest.approx(mono.lowest_energy / math.sin(math.radians(60)))
    assert high == pytest.approx(mono.lowest_energy / math.sin(math.radians(3)))
    with pytest.raises(LimitsError, match=r"mono_energy cannot go to 100000.0 eV: mono_bragg cannot go to"):
        mono.set(100_000)


@pytest.mark.parametrize("energy", [1000.0, 0.0, -5.0])
def test_no_angle_reflects_too_low_an_energy(mono, energy):
    with pytest.raises(LimitsError, match=r"mono_energy cannot go to .* eV: .*Bragg's law for Si111"):
        mono.check_value(energy)


def test_a_fixed_exit_moves_the_gap_along():
    made = instantiate_fake_device(Monochromator, "M:", "mono", exit_offset_mm=20.0, energy_units="keV")
    made.set(10.0).wait(1)
    read = values(made)
    assert read["mono_gap"] == pytest.approx(10.0 / math.cos(math.radians(read["mono_bragg"])))
    assert read["mono_energy"] == pytest.approx(10.0)


def test_crystals_have_names():
    assert d_spacing("Si(3 1 1)") == pytest.approx(1.637514, abs=1e-6)
    for bad in ("Xx111", "Si", "Si000", "Si1a1"):
        with pytest.raises(WrongValueError, match="is no crystal"):
            d_spacing(bad)


def test_a_changer_goes_to_names():
    made = instantiate_fake_device(Changer, "F:m1", "filters", positions={"out": 0, "Al": 10, "Cu": 20})
    limit(made.real["motor"], -1, 15)
    made.set("Al").wait(1)
    assert values(made)["filters"] == "Al"
    assert made.locate() == {"setpoint": "Al", "readback": "Al"}
    made.real["motor"].readback.backend.publish(10.3)
    assert values(made)["filters"] == "unknown"
    with pytest.raises(WrongValueError, match="filters takes one of out, Al, Cu, not 'Pb'"):
        made.set("Pb")
    with pytest.raises(UnreachableError, match="filters cannot go to Cu: filters_motor cannot go to 20.0"):
        made.check_value("Cu")


def test_a_holder_knows_places_and_samples():
    made = instantiate_fake_device(
        SampleHolder, "H:x", "H:y", "holder",
        rows=2, columns=3, origin_mm=(1, 2), pitch_mm=(10, 20), samples={"A3": "NaCl", "B1": "LaB6"},
    )  # fmt: skip
    assert made.choices == ("A1", "A2", "A3", "B1", "B2", "B3")
    made.set("A3").wait(1)
    assert values(made) == {
        "holder": "A3", "holder_sample": "NaCl",
        "holder_x": 21.0, "holder_x_setpoint": 21.0, "holder_y": 2.0, "holder_y_setpoint": 2.0,
    }  # fmt: skip
    made.set("LaB6").wait(1)
    assert values(made)["holder"] == "B1"
    made.set("A1").wait(1)
    assert values(made)["holder_sample"] == ""
    with pytest.raises(WrongValueError, match=r"a place from A1 to B3 or a sample \(NaCl, LaB6\), not 'C1'"):
        made.set("C1")


def test_a_turned_holder_is_followed():
    made = instantiate_fake_device(SampleHolder, "H:x", "H:y", "holder", columns=2, angle_deg=90.0)
    made.set("A2").wait(1)
    assert values(made)["holder_y"] == pytest.approx(10.0)


def test_samples_of_no_place_and_doubled_samples_are_refused():
    with pytest.raises(WrongValueError, match="has no place Z9; it has A1 to A2"):
        SampleHolder("H:x", "H:y", "holder", columns=2, samples={"Z9": "salt"})
    with pytest.raises(WrongValueError, match="salt would name two places"):
        SampleHolder("H:x", "H:y", "holder", columns=2, samples={"A1": "salt", "A2": "salt"})


def test_they_have_the_protocols_of_movables(slits, mono):
    for device in (slits, slits.h_gap, mono, mono.energy):
        assert {"Movable", "Locatable", "Checkable", "Stoppable", "Readable"} <= set(protocols_of(device))
