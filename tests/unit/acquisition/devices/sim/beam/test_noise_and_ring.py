"""Noise has the moments of photons, and the ring the life of a ring."""

import math

import numpy as np
import pytest

from acquisition.devices.sim.beam.detection import FULL_SCALE, PixelNoise, live_rate
from acquisition.devices.sim.beam.storage_ring import RingMode, StoredBeam


@pytest.mark.parametrize("mean", [4.0, 30.0, 2000.0])
def test_frames_have_mean_variance_and_skewness_of_photons(mean):
    noise, rng = PixelNoise.drawn(np.random.default_rng(3)), np.random.default_rng(4)
    level = np.full((512, 512), mean, np.float32)
    frame = noise.frame(level, np.sqrt(level), rng).astype(float)
    assert frame.mean() == pytest.approx(mean, rel=0.01)
    assert frame.var() == pytest.approx(mean, rel=0.05)
    skewness = ((frame - frame.mean()) ** 3).mean() / frame.std() ** 3
    assert skewness == pytest.approx(mean**-0.5, abs=0.05)


def test_the_same_seed_draws_the_same_frames_and_frames_differ():
    level = np.full((64, 64), 50.0, np.float32)

    def two():
        chance = np.random.default_rng(1)
        noise = PixelNoise.drawn(chance, 1 << 14)
        return [noise.frame(level, np.sqrt(level), chance) for _ in range(2)]

    (first, second), (again, _) = two(), two()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_pixels_saturate():
    level = np.full((64, 64), 1e6, np.float32)
    noise = PixelNoise.drawn(np.random.default_rng(1), 1 << 14)
    assert noise.frame(level, np.sqrt(level), np.random.default_rng(2)).min() == FULL_SCALE


def test_a_counter_with_a_dead_time_loses_and_never_counts_more_than_its_inverse():
    assert live_rate(1e3, 1e-6) == pytest.approx(1e3, rel=2e-3)
    assert live_rate(1e12, 1e-6) < 1e6


def test_the_beam_decays_with_its_lifetime_whatever_the_steps():
    one, many = (StoredBeam(mode=RingMode.DECAY, lifetime_s=100.0) for _ in range(2))
    one.advance(50.0)
    for _ in range(500):
        many.advance(0.1)
    assert one.current_ma == pytest.approx(300.0 * math.exp(-0.5))
    assert many.current_ma == pytest.approx(one.current_ma)


def test_top_up_keeps_the_current_between_floor_and_full():
    beam, seen = StoredBeam(lifetime_s=100.0), []
    for _ in range(400):
        seen.append(beam.advance(0.1))
    assert 296.0 < min(seen) < 297.5
    assert max(seen) <= 300.0
    assert sum(later > before for before, later in zip(seen, seen[1:], strict=False)) > 20


def test_a_trip_loses_the_beam_until_the_ring_is_filled():
    beam = StoredBeam()
    beam.trip()
    assert beam.advance(100.0) == 0.0
    beam.refill()
    assert 0.0 < beam.advance(4.0) < 200.0
    assert beam.advance(4.1) == 300.0
    assert beam.mode is RingMode.TOP_UP


def test_top_up_cannot_be_chosen_without_a_beam():
    beam = StoredBeam()
    beam.choose(RingMode.DOWN)
    beam.choose(RingMode.TOP_UP)
    assert beam.mode is RingMode.FILLING
