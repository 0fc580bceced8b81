"""Fits find the numbers that a curve was made of, and say in words why there are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontend.figures.curves import Curve, curve
from frontend.figures.fits import BACKGROUNDS, Guess, UnknownModelError, fit
from frontend.figures.shapes import SHAPES, voigt_width

X = np.linspace(8970.0, 8990.0, 81)
TRUTHS = {
    "gaussian": {"centre": 8981.0, "height": 1e-9, "fwhm": 3.0},
    "lorentzian": {"centre": 8981.0, "height": -1e5, "fwhm": 2.0},
    "voigt": {"centre": 8977.0, "height": 300.0, "sigma": 0.8, "gamma": 0.7},
    "error_function": {"centre": 8978.0, "height": 500.0, "fwhm": 2.5},
}


def made_of(model, background, noise=0.0, direction=1.0):
    truth = TRUTHS[model]
    size = abs(truth["height"])
    below = {"none": 0 * X, "constant": 0 * X + 0.3, "linear": 0.3 + 0.01 * (X - 8980)}[background] * size
    scatter = np.random.default_rng(7).normal(size=X.size) * noise * size
    return curve(X, SHAPES[model].value(X, {**truth, "direction": direction}) + below + scatter)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("model", SHAPES)
def test_a_fit_finds_what_the_curve_was_made_of(model, background):
    found = fit(made_of(model, background), model, background=background)
    assert (found.is_good, found.message) == (True, "")
    assert found.r2 == pytest.approx(1.0, abs=1e-9)
    for name, value in TRUTHS[model].items():
        assert found.numbers[name].value == pytest.approx(value, rel=1e-5), name
    if background == "linear":
        assert found.numbers["slope"].value == pytest.approx(0.01 * abs(TRUTHS[model]["height"]), rel=1e-4)


@pytest.mark.parametrize("model", SHAPES)
def test_the_truth_lies_within_the_uncertainties_of_a_noisy_curve(model):
    found = fit(made_of(model, "linear", noise=0.02), model)
    assert found.is_good
    for name, value in TRUTHS[model].items():
        number = found.numbers[name]
        assert number.error is not None
        assert 0 < number.error < 0.2 * abs(TRUTHS[model]["height"] if name == "height" else value)
        assert abs(number.value - value) < 4 * number.error, name


def test_the_width_of_a_voigt_profile_is_measured_on_the_line():
    found = fit(made_of("voigt", "none", noise=0.01), "voigt", background="none")
    width, *_ = voigt_width(0.8, 0.7)
    assert found.numbers["fwhm"].value == pytest.approx(width, rel=0.05)
    assert 0 < (found.numbers["fwhm"].error or 0) < 0.1
    line = SHAPES["voigt"].value(np.array([width / 2]), {**TRUTHS["voigt"], "centre": 0.0})
    assert line[0] == pytest.approx(150, rel=1e-3)


def test_the_slopes_of_the_voigt_width_are_its_derivatives():
    _, of_sigma, of_gamma = voigt_width(0.8, 0.7)
    step = 1e-6
    assert (voigt_width(0.8 + step, 0.7)[0] - voigt_width(0.8, 0.7)[0]) / step == pytest.approx(
        of_sigma, 1e-4
    )
    assert (voigt_width(0.8, 0.7 + step)[0] - voigt_width(0.8, 0.7)[0]) / step == pytest.approx(
        of_gamma, 1e-4
    )


def test_a_step_that_falls_is_a_step():
    found = fit(
        made_of("error_function", "constant", direction=-1.0), "error_function", background="constant"
    )
    assert found.is_good
    assert found.numbers["centre"].value == pytest.approx(8978.0)
    assert found.numbers["height"].value == pytest.approx(500.0)


def test_the_line_that_is_drawn_passes_through_the_points():
    found = fit(made_of("gaussian", "linear"))
    assert (found.x[0], found.x[-1]) == (8970.0, 8990.0)
    assert max(found.y) == pytest.approx(1.31e-9, rel=1e-2)


HALVES = {"left": 8970.0, "right": 8990.0}


@pytest.mark.parametrize("height", [1000.0, -1000.0], ids=["peak", "dip"])
@pytest.mark.parametrize("side", HALVES)
@pytest.mark.parametrize("fwhm", [3.0, 15.0])
@pytest.mark.parametrize("background", ["constant", "linear"])
@pytest.mark.parametrize("model", ["gaussian", "lorentzian"])
def test_half_a_peak_is_that_peak_and_no_dip_under_a_high_background(model, background, fwhm, side, height):
    truth = {"centre": HALVES[side], "fwhm": fwhm, "height": height}
    noise = np.random.default_rng(5).normal(size=X.size)
    found = fit(curve(X, 2000 + SHAPES[model].value(X, truth) + noise), model, background=background)
    assert found.numbers["centre"].value == pytest.approx(HALVES[side], abs=0.1 * fwhm)
    assert found.numbers["height"].value == pytest.approx(height, rel=0.25)
    assert found.is_good == (HALVES[side] - 0.125 <= found.numbers["centre"].value <= HALVES[side] + 0.125)
    assert "One side of it was hardly measured" in found.message or "scan there" in found.message


def test_a_peak_on_a_steep_background_and_a_broad_dip_are_found():
    steep = SHAPES["gaussian"].value(X, {"centre": 8983.0, "fwhm": 2.0, "height": 50.0})
    assert fit(curve(X, 100 * (X - 8970) + steep)).numbers["height"].value == pytest.approx(50.0)
    broad = SHAPES["gaussian"].value(X, {"centre": 8981.0, "fwhm": 12.0, "height": -70.0})
    found = fit(curve(X, 100 + broad))
    assert (found.numbers["height"].value, found.is_good) == (pytest.approx(-70.0), True)


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_not_called_a_peak(seed):
    found = fit(curve(X, 100 + np.random.default_rng(seed).normal(size=X.size)))
    assert not found.is_good


@pytest.mark.parametrize("points", [21, 41])
@pytest.mark.parametrize("model", ["gaussian", "lorentzian", "voigt"])
def test_a_broad_peak_of_counts_is_no_noise_in_any_shape(model, points):
    """Its height and the background lean on each other, and are uncertain; that there is a peak is not."""
    x = np.linspace(-1, 1, points)
    peak = 20 + SHAPES["gaussian"].value(x, {"centre": 0.2, "fwhm": 1.4, "height": 1000.0})
    for seed in range(4):
        found = fit(curve(x, np.random.default_rng(seed).poisson(peak)), model)
        assert found.is_good, found.message
        assert found.numbers["centre"].value == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize("points", [11, 21, 41])
@pytest.mark.parametrize("model", SHAPES)
def test_noise_at_few_points_is_rarely_called_a_shape(model, points):
    x = np.linspace(-1, 1, points)
    noises = (np.random.default_rng(seed).normal(size=points) for seed in range(12))
    assert sum(fit(curve(x, 10 + noise), model).is_good for noise in noises) <= 1


def test_a_step_is_no_needle_between_two_points():
    falling = SHAPES["error_function"].value(X, {**TRUTHS["error_function"], "direction": -1.0})
    found = fit(curve(X, falling))
    assert found.numbers["fwhm"].value > 0.125


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([], [], "0 points are too few: a Gaussian over a straight background has 5 numbers to find"),
        (range(5), [0, 1, 2, 1, 0], "needs at least 6 points"),
        ([1] * 9, range(9), "1 point is too few"),
        (range(9), [3] * 9, "The signal is 3 at every point"),
        (range(9), [None] * 9, "9 points without a number were left out"),
        (range(9), [1e308, -1e308] * 4 + [0], "too far apart"),
        (range(60), np.random.default_rng(3).normal(size=60), "explains only"),
        (np.linspace(0, 1, 30), np.exp(-((np.linspace(0, 1, 30) - 1.1) ** 2) * 20), "outside of the points"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_words(x, y, words):
    found = fit(curve(list(x), list(y)))
    assert not found.is_good
    assert words in found.message


@pytest.mark.parametrize("model", ["gaussian", "lorentzian", "voigt"])
def test_of_two_peaks_a_guess_takes_the_one_where_it_stands(model):
    x = np.linspace(0, 10, 201)
    peaks = ((10, 2.5), (9, 7.5))
    two = sum(height * np.exp(-4 * np.log(2) * ((x - centre) / 0.8) ** 2) for height, centre in peaks)
    points = curve(x, two)
    assert fit(points, model).numbers["centre"].value == pytest.approx(2.5, abs=0.1)
    for guess in (Guess(centre=7.4), Guess(centre=7.4, fwhm=1.0)):
        found = fit(points, model, guess=guess)
        assert found.numbers["centre"].value == pytest.approx(7.5, abs=0.1)
        assert found.numbers["fwhm"].value == pytest.approx(0.8, rel=0.4)


def test_a_guess_far_away_or_of_an_edge_gives_numbers_or_words():
    edge = made_of("error_function", "none")
    found = fit(edge, "error_function", background="none", guess=Guess(centre=8976, fwhm=1))
    assert found.numbers["centre"].value == pytest.approx(8978.0)
    lost = fit(edge, "gaussian", guess=Guess(centre=1e12, fwhm=1e-9))
    assert lost.is_good or lost.message


def test_an_unknown_model_is_refused_with_those_there_are():
    with pytest.raises(UnknownModelError, match=r"choose gaussian, lorentzian, voigt, error_function"):
        fit(curve([1], [1]), "moffat")
    with pytest.raises(UnknownModelError, match="choose none, constant, linear"):
        fit(curve([1], [1]), background="spline")


ODD = st.one_of(
    st.floats(), st.integers(), st.none(), st.text(max_size=3), st.just({"$numberDouble": "-Infinity"})
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(ODD, ODD), max_size=30), st.sampled_from([*SHAPES]), st.sampled_from([*BACKGROUNDS])
)
def test_any_data_give_finite_numbers_or_words(pairs, model, background):
    found = fit(curve([x for x, _ in pairs], [y for _, y in pairs]), model, background=background)
    assert found.is_good or found.message
    told = [one.value for one in found.numbers.values()] + list(found.x) + list(found.y)
    assert np.isfinite(told).all()


def test_many_points_are_thinned_before_they_are_fitted():
    x = np.linspace(-5, 5, 60_000)
    found = fit(Curve(x, np.exp(-(x**2))), background="none")
    assert found.points == 5_000
    assert found.numbers["centre"].value == pytest.approx(0, abs=1e-6)
