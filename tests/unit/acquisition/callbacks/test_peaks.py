"""Figures of peaks, against known curves and against bluesky."""

import numpy as np
import pytest

from acquisition.callbacks.peaks import PeakStats, peak_figures

X = np.linspace(-5, 5, 201)
GAUSS = np.exp(-((X - 1) ** 2) / (2 * 0.5**2))


def play(callback, x, y):
    callback("start", {"uid": "run"})
    callback("descriptor", {"uid": "stream", "name": "primary"})
    for n, (a, b) in enumerate(zip(x, y, strict=True), 1):
        callback("event", {"descriptor": "stream", "seq_num": n, "data": {"x": a, "y": b}})
    callback("stop", {"run_start": "run"})


def test_a_gauss_has_its_centre_and_width():
    found = peak_figures(X, GAUSS)
    assert found.max == (pytest.approx(1.0), pytest.approx(1.0))
    assert found.com == pytest.approx(1.0, abs=1e-6)
    assert found.cen == pytest.approx(1.0, abs=1e-6)
    assert found.fwhm == pytest.approx(2.3548 * 0.5, rel=1e-3)


def test_a_slope_is_taken_off():
    found = peak_figures(X, GAUSS + 0.3 * X + 2, edge_count=5)
    assert found.background == (pytest.approx(0.3, abs=1e-3), pytest.approx(2, abs=1e-2))
    assert found.cen == pytest.approx(1.0, abs=1e-2)


def test_flat_and_empty_curves_have_no_width():
    assert peak_figures([], []) is None
    flat = peak_figures([1, 2, 3], [5, 5, 5])
    assert (flat.cen, flat.fwhm, flat.com) == (None, None, 2.0)
    assert np.isnan(peak_figures([1, 2], [0, 0]).com)


def test_a_point_taken_again_counts_once():
    peaks = PeakStats("x", "y")
    peaks("start", {"uid": "run"})
    for value in (1.0, 7.0):
        peaks("event", {"descriptor": "stream", "seq_num": 1, "data": {"x": 0.0, "y": value}})
    peaks("stop", {})
    assert peaks.max == (0.0, 7.0)
    assert peaks["max"] == (0.0, 7.0)


def test_figures_before_a_run_are_none():
    peaks = PeakStats("x", "y")
    assert (peaks.stats, peaks.com, peaks["fwhm"]) == (None, None, None)
    with pytest.raises(KeyError, match="no figure is called 'height'"):
        peaks["height"]


@pytest.mark.parametrize("edge_count", [None, 3])
@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_bluesky(seed, edge_count):
    fitting = pytest.importorskip("bluesky.callbacks.fitting")
    noise = np.random.default_rng(seed).random(X.size) * 0.3
    args = {"edge_count": edge_count, "calc_derivative_and_stats": True}
    ours, theirs = PeakStats("x", "y", **args), fitting.PeakStats("x", "y", **args)
    for callback in (ours, theirs):
        play(callback, X, GAUSS + noise)
    for name in ("min", "max", "com", "cen", "crossings", "fwhm"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9)
        derivative = (getattr(each.derivative_stats, name) for each in (ours, theirs))
        np.testing.assert_allclose(*derivative, rtol=1e-9)
