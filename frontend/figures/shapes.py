"""Shapes that are fitted to a curve, written with the numbers that people read off: centre, height, fwhm.

Coordinates here are without units: a fit moves and stretches the points first (`frontend.figures.fits`), so
that an energy of 8979 eV and a current of 1e-12 A are fitted as well as anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from frontend.figures.thinning import Values

Numbers = Mapping[str, float]
NARROWEST = 1e-6
"""Least width, in spans of the points."""
SLOPE_OF_HALF = 4 * log(2)
"""exp(-4 ln2 (x/fwhm)^2) is one half at x = fwhm / 2."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A function of x with names for its numbers.

    ``value`` gives it at x, ``guesses`` are where searches start.
    """

    title: str
    value: Callable[[Values, Numbers], Values]
    guesses: Callable[[Values, Values], list[dict[str, float]]]
    widths: tuple[str, ...] = ("fwhm",)
    """Numbers that are not negative."""


def gaussian(x: Values, at: Numbers) -> Values:
    """Give height * exp(-4 ln2 ((x - centre) / fwhm)^2)."""
    return at["height"] * np.exp(-SLOPE_OF_HALF * ((x - at["centre"]) / at["fwhm"]) ** 2)


def lorentzian(x: Values, at: Numbers) -> Values:
    """Give height / (1 + 4 ((x - centre) / fwhm)^2)."""
    return at["height"] / (1 + 4 * ((x - at["centre"]) / at["fwhm"]) ** 2)


def voigt(x: Values, at: Numbers) -> Values:
    """Give a Lorentzian of half width gamma blurred by a Gaussian of standard deviation sigma."""
    from scipy.special import voigt_profile

    sigma, gamma = at["sigma"], at["gamma"]
    return np.asarray(
        at["height"] * voigt_profile(x - at["centre"], sigma, gamma) / voigt_profile(0.0, sigma, gamma)
    )


def error_function(x: Values, at: Numbers) -> Values:
    """Give a step of `height` whose slope is a Gaussian of width fwhm; direction -1 falls.

    The integral of a Gaussian of width w is (1 + erf(2 sqrt(ln2) x / w)) / 2.
    """
    from scipy.special import erf

    distance = at["direction"] * (x - at["centre"]) / at["fwhm"]
    return np.asarray(at["height"] * (1 + erf(2 * sqrt(log(2)) * distance)) / 2)


def guess_peaks(x: Values, y: Values) -> list[dict[str, float]]:
    """Start at the peak or dip over the line through both ends, over the lowest point, and below the highest.

    A peak of which only one side was measured has one end at its top: the line through the ends says nothing
    of it, its lowest point does.
    """
    flat = np.ones(len(y))
    return [_guess_peak(x, y, base) for base in (_ends(x, y), flat * y.min(), flat * y.max())]


def _guess_peak(x: Values, y: Values, base: Values) -> dict[str, float]:
    """Start at the point farthest from the base, as wide as what stands beyond half of it."""
    level = y - base
    top = int(np.abs(level).argmax())
    beyond = np.abs(level) >= abs(level[top]) / 2
    sides = 2 if top in (0, len(x) - 1) else 1
    return {
        "centre": float(x[top]),
        "height": float(level[top]),
        "fwhm": max(sides * float(beyond.mean()), 1.5 / len(x)),
        "offset": float((base[0] + base[-1]) / 2),
        "slope": float((base[-1] - base[0]) / (x[-1] - x[0])),
    }


def guess_voigts(x: Values, y: Values) -> list[dict[str, float]]:
    """Start as peaks that are half Gaussian and half Lorentzian."""
    made = []
    for peak in guess_peaks(x, y):
        quarter = peak.pop("fwhm") / 4
        made.append({**peak, "sigma": quarter, "gamma": quarter})
    return made


def guess_steps(x: Values, y: Values) -> list[dict[str, float]]:
    """Start where the curve passes the middle between its first and its last fifth."""
    part = max(1, len(y) // 5)
    first, last = float(np.median(y[:part])), float(np.median(y[-part:]))
    direction = 1.0 if last >= first else -1.0
    passed = direction * (y - (first + last) / 2) > 0
    middle = int(np.flatnonzero(passed)[0]) if passed.any() else len(x) // 2
    low, high = sorted((first, last))
    between = (y > low + 0.12 * (high - low)) & (y < high - 0.12 * (high - low))
    return [
        {
            "centre": float((x[middle] + x[max(0, middle - 1)]) / 2),
            "height": abs(last - first) or float(np.ptp(y)),
            "fwhm": max(float(between.mean()), 1.5 / len(x)),
            "direction": direction,
            "offset": low,
            "slope": 0.0,
        }
    ]


def voigt_width(sigma: float, gamma: float) -> tuple[float, float, float]:
    """Give the fwhm of a Voigt profile and its slopes over sigma and gamma, to 0.02 %.

    References
    ----------
    J. J. Olivero and R. L. Longbothum, J. Quant. Spectrosc. Radiat. Transfer 17 (1977) 233:
    w = 0.5346 l + sqrt(0.2166 l^2 + g^2) with l = 2 gamma and g = 2 sqrt(2 ln2) sigma.
    """
    of_gamma, of_sigma = 4 * 0.2166, 8 * log(2)
    root = sqrt(of_gamma * gamma**2 + of_sigma * sigma**2) or NARROWEST
    return 2 * 0.5346 * gamma + root, of_sigma * sigma / root, 2 * 0.5346 + of_gamma * gamma / root


def _ends(x: Values, y: Values) -> Values:
    """Give the straight line through the middles of both ends."""
    part = max(1, len(y) // 10)
    (x0, y0), (x1, y1) = (
        (float(np.median(x[end])), float(np.median(y[end]))) for end in (np.s_[:part], np.s_[-part:])
    )
    return y0 + (y1 - y0) / (x1 - x0) * (x - x0)


SHAPES: dict[str, Shape] = {
    "gaussian": Shape("a Gaussian", gaussian, guess_peaks),
    "lorentzian": Shape("a Lorentzian", lorentzian, guess_peaks),
    "voigt": Shape("a Voigt profile", voigt, guess_voigts, widths=("sigma", "gamma")),
    "error_function": Shape("an error function", error_function, guess_steps),
}
