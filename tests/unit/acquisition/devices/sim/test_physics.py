"""Motion and sample behave as their formulas say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquisition.devices.sim.physics import Motion, Sample, gaussian

positions = st.floats(-100.0, 100.0)
rates = st.floats(0.01, 100.0)
motions = st.builds(Motion, start=positions, target=positions, velocity=rates, acceleration=rates)


@given(motions)
def test_a_move_begins_at_its_start_and_ends_at_its_target(motion):
    assert motion.position(0.0) == motion.start
    assert motion.position(motion.duration_s) == motion.target


@given(motions, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_move_goes_one_way_and_never_faster_than_its_velocity(motion, first, second):
    early, late = sorted((first * motion.duration_s, second * motion.duration_s))
    travelled = abs(motion.position(late) - motion.start) - abs(motion.position(early) - motion.start)
    assert travelled >= -1e-9 * (1 + motion.distance)
    assert travelled <= motion.velocity * (late - early) + 1e-6 * (1 + motion.distance)


def test_a_long_move_lasts_distance_over_speed_and_one_ramp():
    motion = Motion(0.0, 10.0, velocity=5.0, acceleration=50.0)
    assert motion.duration_s == pytest.approx(10 / 5 + 5 / 50)
    assert motion.position(motion.duration_s / 2) == pytest.approx(5.0)


def test_a_short_move_never_reaches_its_speed():
    motion = Motion(0.0, 0.1, velocity=5.0, acceleration=50.0)
    assert motion.top_speed == pytest.approx(math.sqrt(0.1 * 50))
    assert motion.duration_s == pytest.approx(2 * math.sqrt(0.1 / 50))


def test_a_gaussian_is_one_at_its_centre_and_known_at_one_sigma():
    assert gaussian(1.2, 1.2, 0.5) == 1.0
    assert gaussian(1.7, 1.2, 0.5) == pytest.approx(math.exp(-0.5))


def test_the_rate_has_its_peak_at_the_sample_and_only_dark_counts_behind_the_shutter():
    sample = Sample()
    here = sample.rate(1.2, -0.5, 0.0, 300.0, True)
    for x, y in ((1.1, -0.5), (1.3, -0.5), (1.2, -0.6), (1.2, -0.4)):
        assert sample.rate(x, y, 0.0, 300.0, True) < here
    assert sample.rate(1.2, -0.5, 0.0, 300.0, False) == sample.dark_rate
    assert sample.rate(1.2, -0.5, 0.0, 150.0, True) == pytest.approx(here / 2, rel=0.01)


def test_the_spot_on_the_camera_follows_the_axes():
    sample, shape = Sample(), (96, 128)

    def centre(x, y):
        image = sample.spot(x, y, 0.0, 300.0, True, shape=shape)
        return np.unravel_index(image.argmax(), shape)

    assert centre(1.2, -0.5) == (48, 64)
    assert centre(1.7, -0.5) == (48, 67)
    assert centre(1.2, 0.0) == (51, 64)
    assert np.ptp(sample.spot(1.2, -0.5, 0.0, 300.0, False, shape=shape)) == 0.0
