"""Optics give the numbers of the textbooks."""

import pytest

from acquisition.devices.sim.beam.optics import (
    SI_111_ANGSTROM,
    STRIPES,
    Aperture,
    BendingMagnet,
    bragg_angle_deg,
    bragg_energy_ev,
    darwin_width_urad,
    rocking_curve,
)


def test_the_planes_of_silicon_are_as_far_apart_as_codata_says():
    assert pytest.approx(3.135601, abs=1e-6) == SI_111_ANGSTROM


@pytest.mark.parametrize("energy_ev", [5000.0, 7112.0, 8047.8, 20_000.0])
def test_angle_and_energy_are_inverse(energy_ev):
    assert bragg_energy_ev(bragg_angle_deg(energy_ev)) == pytest.approx(energy_ev, rel=1e-12)


def test_copper_k_alpha_is_reflected_at_the_known_angle():
    assert 2 * bragg_angle_deg(8047.8) == pytest.approx(28.44, abs=0.005)


def test_an_energy_that_no_angle_reflects_is_refused():
    with pytest.raises(ValueError, match="no angle of planes"):
        bragg_angle_deg(1900.0)


def test_the_rocking_curve_is_root_two_wider_than_one_reflection():
    angle = bragg_angle_deg(8047.8)
    assert darwin_width_urad(angle) == pytest.approx(34.0, abs=1.0)
    half = 0.5 * 2**0.5 * darwin_width_urad(angle)
    assert rocking_curve(0.0, angle) == 1.0
    assert rocking_curve(half, angle) == pytest.approx(0.5)


def test_the_critical_energy_divides_the_spectrum_of_the_magnet():
    magnet = BendingMagnet()
    assert magnet.critical_energy_ev == pytest.approx(8379.0)
    assert magnet.flux(magnet.critical_energy_ev, 300.0) == pytest.approx(
        2.457e13 * 3.0 * 0.3 * 0.6514 * 0.5, rel=1e-3
    )
    assert magnet.flux(30_000.0, 300.0) < 0.2 * magnet.flux(8000.0, 300.0)
    assert magnet.flux(8000.0, 150.0) == pytest.approx(0.5 * magnet.flux(8000.0, 300.0))


@pytest.mark.parametrize(("stripe", "critical_mrad"), list(zip(STRIPES, (3.9, 8.4, 10.5), strict=True)))
def test_a_stripe_reflects_below_its_critical_angle_and_not_far_above(stripe, critical_mrad):
    assert stripe.critical_angle_mrad(8000.0) == pytest.approx(critical_mrad, abs=0.1)
    assert stripe.reflectivity(0.7 * critical_mrad, 8000.0) > 0.8
    assert stripe.reflectivity(2.0 * critical_mrad, 8000.0) < 0.03
    assert stripe.critical_angle_mrad(16_000.0) == pytest.approx(critical_mrad / 2, abs=0.05)


def test_a_slit_passes_what_its_blades_leave():
    beam = Aperture(centre_mm=0.15, sigma_mm=0.8)
    assert beam.share(-10.0, 10.0) == pytest.approx(1.0)
    assert beam.share(0.15, 10.0) == pytest.approx(0.5)
    assert beam.share(0.15 - 0.8, 0.15 + 0.8) == pytest.approx(0.6827, abs=1e-4)
    assert beam.share(1.0, -1.0) == 0.0
