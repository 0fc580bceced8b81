"""Absorption, scattering, fluorescence and shadows follow their laws."""

import math

import numpy as np
import pytest

from acquisition.devices.sim.beam.absorption import ELECTRON_C, IRON, IonChamber, transmission
from acquisition.devices.sim.beam.fluorescence import (
    LINES,
    compton_ev,
    excited,
    fluorescence_rates,
    spectrum_rates,
    window,
)
from acquisition.devices.sim.beam.radiography import PHANTOM, projection
from acquisition.devices.sim.beam.samples import HOLDER, in_beam, slot_position
from acquisition.devices.sim.beam.scattering import (
    LAB6_LATTICE_ANGSTROM,
    FlatDetector,
    cubic_reflections,
    powder_rings,
    ring_radius_mm,
    small_angles,
)


def test_the_steepest_rise_of_iron_is_at_its_edge():
    energies = np.arange(7050.0, 7250.0, 0.25)
    absorption = np.array([IRON.coefficient_cm2_g(energy, 0.9) for energy in energies])
    assert energies[np.diff(absorption).argmax()] == pytest.approx(7112.0, abs=0.5)
    assert absorption[-1] / absorption[0] > 5


def test_the_fine_structure_oscillates_and_dies_away():
    chi = [IRON.fine_structure(7112.0 + beyond) for beyond in range(20, 600)]
    assert min(chi[:100]) < 0.0 < max(chi[:100])
    assert max(map(abs, chi[-100:])) < 0.2 * max(map(abs, chi[:200]))
    assert IRON.fine_structure(7111.0) == 0.0


def test_twice_the_matter_lets_the_square_through():
    assert transmission(400.0, 0.004) == pytest.approx(transmission(400.0, 0.002) ** 2)


def test_a_chamber_turns_each_photon_into_pairs():
    chamber = IonChamber(10.0)
    expected = 1e10 * chamber.absorbed(8000.0) * 8000.0 / 34.8 * ELECTRON_C
    assert chamber.current_a(1e10, 8000.0) == pytest.approx(expected)
    assert chamber.absorbed(16_000.0) < chamber.absorbed(8000.0) < 0.1


def test_families_of_equal_distance_are_one_ring():
    squares = {sum(i * i for i in r.indices): r.multiplicity for r in cubic_reflections(4.0)}
    assert (squares[1], squares[2], squares[3], squares[9]) == (6, 12, 8, 30)
    assert 7 not in squares


def test_the_rings_of_the_picture_are_where_bragg_puts_them():
    detector = FlatDetector(distance_mm=80.0)
    picture = powder_rings(detector, 8000.0, LAB6_LATTICE_ANGSTROM)
    first = cubic_reflections(LAB6_LATTICE_ANGSTROM)[0]
    wavelength = 12398.42 / 8000.0
    two_theta = 2 * math.asin(wavelength / (2 * LAB6_LATTICE_ANGSTROM))
    assert ring_radius_mm(first, 8000.0, 80.0) == pytest.approx(80.0 * math.tan(two_theta), rel=1e-6)
    row = picture[255, 256:]
    brightest = (int(row.argmax()) + 0.5) * detector.pixel_mm
    assert brightest == pytest.approx(80.0 * math.tan(two_theta), abs=detector.pixel_mm)


def test_a_reflection_that_scatters_sideways_has_no_ring():
    last = cubic_reflections(LAB6_LATTICE_ANGSTROM)[-1]
    assert ring_radius_mm(last, 5000.0, 80.0) is None


def test_spheres_have_their_first_minimum_where_rayleigh_says():
    detector = FlatDetector(distance_mm=5000.0)
    picture, q = small_angles(detector, 8000.0, 150.0), detector.q_inverse_angstrom(8000.0)
    row, x = picture[255, 256:], 150.0 * q[255, 256:]
    first = (x > 3.0) & (x < 6.0)
    assert x[first][row[first].argmin()] == pytest.approx(4.4934, abs=0.03)


def test_the_poni_is_counted_from_the_corner():
    assert FlatDetector(distance_mm=80.0).poni() == pytest.approx((0.08, 0.0512, 0.0512))


def test_lines_are_excited_only_above_their_edge():
    assert excited("Fe", 7000.0) < 0.02 < 0.9 < excited("Fe", 7130.0)
    assert excited("Ni", 8000.0) == 0.0
    rates = fluorescence_rates(1e11, 8000.0, {"Fe": 1.0, "LaB6": 1.0})
    assert list(rates) == ["Fe"]


def test_the_spectrum_shows_each_element_in_its_region():
    rates = spectrum_rates(1e11, 10_000.0, {"Fe": 1.0, "Zn": 0.5})

    def region(element):
        low, high = window(LINES[element].alpha_ev)
        return rates[low : high + 1].sum()

    assert region("Zn") > region("Fe") > 5 * region("K")


def test_compton_scattering_takes_energy():
    assert compton_ev(8000.0, 0.0) == 8000.0
    assert compton_ev(8000.0, 90.0) == pytest.approx(8000.0 / (1 + 8000.0 / 510998.95))


@pytest.mark.parametrize("slot", HOLDER)
def test_each_slot_is_in_the_beam_at_its_place(slot):
    found = in_beam(*slot_position(slot), 0.25, -0.5)
    assert (found.slot, found.x_mm, found.y_mm) == (slot, 0.25, -0.5)


def test_the_meteorite_has_iron_and_calcium_in_different_places():
    meteorite = HOLDER["A2"]
    iron, calcium = meteorite.amounts(-1.5, 1.0), meteorite.amounts(0.5, 2.2)
    assert iron["Fe"] > 0.95 > 0.05 > iron["Ca"]
    assert calcium["Ca"] > 0.95 > 0.1 > calcium["Fe"]


def test_a_shadow_is_the_chord_of_its_cylinder():
    middle = projection((64, 65), 0.1, 0.0)[32, 32]
    path = sum(2 * part.per_mm * math.sqrt(max(part.radius_mm**2 - part.x_mm**2, 0.0)) for part in PHANTOM)
    assert middle == pytest.approx(math.exp(-path))


def test_half_a_turn_mirrors_the_shadow():
    there, back = (projection((64, 65), 0.1, angle) for angle in (30.0, 210.0))
    assert np.allclose(there, back[:, ::-1])
    assert projection((64, 65), 0.1, 0.0, (1000.0, 0.0)).min() == 1.0
