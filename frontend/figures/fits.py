"""Fits of a peak or a step to a curve, by `lmfit`: numbers with errors, or words why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import Any

import numpy as np

from frontend.figures.curves import Curve
from frontend.figures.shapes import SHAPES, voigt_width
from frontend.figures.thinning import Values

BACKGROUNDS: dict[str, tuple[str, ...]] = {
    "none": (),
    "constant": ("offset",),
    "linear": ("offset", "slope"),
}
WITH = {
    "none": "without background",
    "constant": "over a constant background",
    "linear": "over a straight background",
}
MOST_POINTS = 5_000
MOST_CALLS = 2_000
DRAWN_POINTS = 201
WORST_R2 = 0.2
MOST_BY_CHANCE = 0.002
"""So rarely may noise over the background alone look like what was fitted."""
FIXED = "direction"
LEAST_STEPS = 0.5
"""Least width in steps between points: what is narrower fits between two of them and says nothing."""
AS_CLOSE = 1.1
TINY = 1e-12
TALLEST = 3.0
"""In ranges of the points."""
NEAR = 0.1
"""So far from a guess, in spans of the points, a centre is still that which was meant."""


@dataclass(frozen=True, slots=True)
class Number:
    """A fitted number and its standard uncertainty, None where it cannot be told."""

    value: float
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit found.

    ``numbers`` are centre, fwhm, height, with Voigt sigma and gamma, and those of the background: offset is
    its value in the middle of the points' range, slope its change with x. Units are those of the axes.
    """

    model: str
    background: str
    is_good: bool
    message: str
    """Why not, or what to be careful of; empty when there is nothing to say."""
    numbers: dict[str, Number] = field(default_factory=dict)
    r2: float | None = None
    """Share of the variation that is explained, 1 at best."""
    points: int = 0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    """The fitted line, ready to be drawn."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """How points are moved and stretched to about -1/2..1/2 and 0..1."""

    x0: float
    x_span: float
    y0: float
    y_span: float


@dataclass(frozen=True, slots=True)
class Guess:
    """Where a person says that the search should begin, in the units of x; None is left to the points."""

    centre: float | None = None
    fwhm: float | None = None


class UnknownModelError(KeyError, ValueError):
    """A model or background was asked for that there is not."""

    def __init__(self, kind: str, asked: str, choices: Mapping[str, Any]) -> None:
        super().__init__(asked)
        self.kind, self.asked, self.choices = kind, asked, tuple(choices)

    def __str__(self) -> str:
        """Say what was asked and what there is."""
        return f"There is no {self.kind} {self.asked!r}: choose {', '.join(self.choices)}."


def fit(
    points: Curve, model: str = "gaussian", *, background: str = "linear", guess: Guess | None = None
) -> Fit:
    """Fit a shape over a background to a curve.

    Parameters
    ----------
    points
        The curve; of more than 5,000 points, evenly chosen ones are taken.
    model
        ``gaussian``, ``lorentzian``, ``voigt`` or ``error_function`` (a step; its fwhm is that of its slope).
    background
        ``none``, ``constant`` or ``linear``.
    guess
        Begins the search at this centre or with this width: of several peaks it is then the one there.

    Returns
    -------
    Fit
        Data that cannot be fitted give ``is_good`` False and a message, never an exception.

    Raises
    ------
    UnknownModelError
        There is no such model or background.

    Examples
    --------
    >>> from frontend.figures.curves import curve
    >>> x = np.linspace(-1, 1, 41)
    >>> found = fit(curve(x, 5 + 100 * np.exp(-4 * np.log(2) * ((x - 0.2) / 0.5) ** 2)))
    >>> round(found.numbers["centre"].value, 6), round(found.numbers["fwhm"].value, 6)
    (0.2, 0.5)
    """
    if model not in SHAPES:
        raise UnknownModelError("model", model, SHAPES)
    if background not in BACKGROUNDS:
        raise UnknownModelError("background", background, BACKGROUNDS)
    with np.errstate(all="ignore"):
        problem = _problem(points, model, background)
        if problem:
            return Fit(model, background, is_good=False, message=problem, points=len(points.x))
        return _fitted(_thinned(points), model, background, guess or Guess())


def _problem(points: Curve, model: str, background: str) -> str:
    count = len(points.x)
    left_out = f" {points.dropped} points without a number were left out." if points.dropped else ""
    free = 3 + (model == "voigt") + len(BACKGROUNDS[background])
    if count <= free:
        points_are = "1 point is" if count == 1 else f"{count} points are"
        return (
            f"{points_are} too few: {SHAPES[model].title} {WITH[background]} has {free} "
            f"numbers to find and needs at least {free + 1} points at different x.{left_out}"
        )
    if not isfinite(float(np.ptp(points.x))) or not isfinite(float(np.ptp(points.y))):
        return "The values lie too far apart to be calculated with."
    if float(np.ptp(points.y)) == 0:
        return f"The signal is {points.y[0]:.6g} at every point: there is nothing to fit.{left_out}"
    return ""


def _thinned(points: Curve) -> Curve:
    if len(points.x) <= MOST_POINTS:
        return points
    rows = np.linspace(0, len(points.x) - 1, MOST_POINTS).astype(int)
    return Curve(points.x[rows], points.y[rows], points.dropped)


def _fitted(points: Curve, model: str, background: str, guess: Guess) -> Fit:
    from lmfit import Minimizer

    frame = _frame(points, background)
    x, y = (points.x - frame.x0) / frame.x_span, (points.y - frame.y0) / frame.y_span
    shape = SHAPES[model]

    def line(at: Mapping[str, float], across: Values) -> Values:
        return shape.value(across, at) + at.get("offset", 0.0) + at.get("slope", 0.0) * across

    def search(start: Any) -> Any:
        return Minimizer(
            lambda at: np.nan_to_num(line(at.valuesdict(), x) - y, nan=1e3, posinf=1e3, neginf=-1e3),
            start,
            max_nfev=MOST_CALLS,
            calc_covar=True,
        ).leastsq()

    wish = {
        "centre": None if guess.centre is None else (guess.centre - frame.x0) / frame.x_span,
        "fwhm": None if guess.fwhm is None else guess.fwhm / frame.x_span,
    }
    found = _plainest([search(start) for start in _starts(x, y, model, background, wish)], wish["centre"])
    at = found.params.valuesdict()
    numbers = _in_units(_with_errors(found, at), frame)
    across = np.linspace(x[0], x[-1], DRAWN_POINTS)
    drawn = across * frame.x_span + frame.x0, line(at, across) * frame.y_span + frame.y0
    if not all(map(isfinite, (*drawn[0], *drawn[1], *(one.value for one in numbers.values())))):
        return Fit(model, background, is_good=False, message=_unsettled(found, model), points=len(points.x))
    residual = line(at, x) - y
    r2 = 1 - float((residual**2).sum()) / (float(((y - y.mean()) ** 2).sum()) or 1.0)
    by_chance = _by_chance(x, y, residual, background, len(found.var_names))
    message = _doubt(found, numbers, points, r2, model, by_chance)
    return Fit(
        model=model,
        background=background,
        is_good=not message,
        message=message or _remark(numbers, points),
        numbers=numbers,
        r2=r2,
        points=len(points.x),
        x=tuple(drawn[0].tolist()),
        y=tuple(drawn[1].tolist()),
    )


def _frame(points: Curve, background: str) -> _Frame:
    """Choose the frame; without a background nought stays nought."""
    x_span, y_span = float(np.ptp(points.x)), float(np.ptp(points.y))
    low = float(points.y.min())
    return _Frame(
        x0=float(points.x[0]) + x_span / 2,
        x_span=x_span,
        y0=low if background != "none" else 0.0,
        y_span=y_span if background != "none" else float(np.abs(points.y).max()),
    )


def _starts(x: Values, y: Values, model: str, background: str, wish: Mapping[str, float | None]) -> list[Any]:
    """Give the numbers to start searches from, within bounds that the points set."""
    least = float(np.median(np.diff(x))) * LEAST_STEPS
    guesses = [_as_wished(guess, wish, x, y) for guess in SHAPES[model].guesses(x, y)]
    return [_start(guess, model, background, least) for guess in guesses]


def _as_wished(
    guess: Mapping[str, float], wish: Mapping[str, float | None], x: Values, y: Values
) -> dict[str, float]:
    """Give a guess with the centre and the width that a person wishes, as high as the points are there."""
    made = dict(guess)
    centre, width = wish["centre"], wish["fwhm"]
    if width is not None:
        made |= {"fwhm": width} if "fwhm" in made else {"sigma": width / 4, "gamma": width / 4}
    if centre is not None:
        made["centre"] = centre
        base = made["offset"] + made["slope"] * centre
        if FIXED not in made:
            made["height"] = float(np.interp(centre, x, y)) - base or made["height"]
    return made


def _start(guess: Mapping[str, float], model: str, background: str, narrowest: float) -> Any:
    from lmfit import Parameters

    numbers = Parameters()
    for name, value in guess.items():
        if name in BACKGROUNDS[background] or name not in BACKGROUNDS["linear"]:
            numbers.add(name, value=value, vary=name != FIXED)
    for name in SHAPES[model].widths:
        least = 0.0 if len(SHAPES[model].widths) > 1 else narrowest
        numbers[name].set(min=least, max=10.0)
    if model == "error_function":
        numbers["height"].set(min=0.0)
    return numbers


def _plainest(found: list[Any], wished: float | None) -> Any:
    """Choose the closest of what searches found; of some as close, one that stands among the points.

    A shallow part of a huge peak far away, or of a huge dip under a huge background, follows half a peak
    nearly as closely as the peak does. What a search finds near a wished centre goes before all others.
    """
    if wished is not None:
        found = [one for one in found if abs(one.params["centre"].value - wished) <= NEAR] or found
    least = min(one.chisqr for one in found)
    close = [one for one in found if one.chisqr <= least * AS_CLOSE + TINY]
    return min(close, key=lambda one: (not _is_plain(one.params.valuesdict()), one.chisqr))


def _is_plain(at: Mapping[str, float]) -> bool:
    return abs(at["centre"]) <= 0.5 and abs(at["height"]) <= TALLEST


def _with_errors(found: Any, at: Mapping[str, float]) -> dict[str, Number]:
    """Give the numbers in the frame, the width of a Voigt profile among them."""
    errors = {name: _error(found.params[name].stderr) for name in at}
    numbers = {name: Number(float(at[name]), errors[name]) for name in at if name != FIXED}
    if "sigma" in at:
        width, of_sigma, of_gamma = voigt_width(at["sigma"], at["gamma"])
        numbers["fwhm"] = Number(width, _width_error(found, of_sigma, of_gamma))
    return numbers


def _width_error(found: Any, of_sigma: float, of_gamma: float) -> float | None:
    """Carry the covariance of sigma and gamma over to the width: sqrt(g C g) with the slopes g."""
    if not getattr(found, "errorbars", False):
        return None
    slopes = np.array([{"sigma": of_sigma, "gamma": of_gamma}.get(name, 0.0) for name in found.var_names])
    return _error(sqrt(max(0.0, float(slopes @ found.covar @ slopes))))


def _error(value: Any) -> float | None:
    return float(value) if value is not None and isfinite(value) else None


def _in_units(numbers: Mapping[str, Number], frame: _Frame) -> dict[str, Number]:
    """Undo the frame: positions are moved and stretched, widths and heights stretched."""
    along, up = frame.x_span, frame.y_span
    scale = {"height": up, "offset": up, "slope": up / along}
    move = {"centre": frame.x0, "offset": frame.y0}
    order = ("centre", "fwhm", "height", "sigma", "gamma", "offset", "slope")
    made = {}
    for name in (name for name in order if name in numbers):
        factor, one = scale.get(name, along), numbers[name]
        error = None if one.error is None else _error(one.error * factor)
        made[name] = Number(one.value * factor + move.get(name, 0.0), error)
    return made


def _by_chance(x: Values, y: Values, residual: Values, background: str, free: int) -> float:
    """Give how likely noise over the background alone is followed as closely by as many numbers (F-test)."""
    from scipy.stats import f

    columns = np.vander(x, len(BACKGROUNDS[background]), increasing=True)
    alone = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    more, left = free - columns.shape[1], len(x) - free
    unexplained = float((residual**2).sum()) + TINY * float((alone**2).sum())
    gained = float((alone**2).sum()) - unexplained
    return float(f.sf(max(0.0, gained) / more / (unexplained / left or TINY), more, left))


def _doubt(
    found: Any, numbers: Mapping[str, Number], points: Curve, r2: float, model: str, by_chance: float
) -> str:
    """Say why the fit is not to be relied on."""
    low, high = float(points.x[0]), float(points.x[-1])
    centre, width = numbers["centre"], numbers["fwhm"]
    title = SHAPES[model].title
    if not found.success:
        return _unsettled(found, model)
    free = len(found.var_names)
    beyond_chance = 1 - (1 - r2) * (len(points.x) - 1) / (len(points.x) - free)
    if beyond_chance < WORST_R2:
        return (
            f"{title[0].upper()}{title[1:]} explains only {max(0.0, beyond_chance):.0%} of the variation "
            "more than chance would."
        )
    if not low - _step(points) / 2 <= centre.value <= high + _step(points) / 2:
        return (
            f"The centre {centre.value:.6g} lies outside of the points, {low:.6g} to {high:.6g}: scan there."
        )
    if width.value > 2 * (high - low):
        return f"The width {width.value:.4g} is more than the points span ({high - low:.4g}): scan farther."
    if by_chance > MOST_BY_CHANCE:
        return (
            f"Noise alone looks like this in {by_chance:.1%} of such scans: maybe noise; take more points or "
            "count longer."
        )
    return ""


def _unsettled(found: Any, model: str) -> str:
    return (
        f"The fit did not settle after {found.nfev} steps: {SHAPES[model].title} does not suit these points."
    )


def _remark(numbers: Mapping[str, Number], points: Curve) -> str:
    left_out = f"{points.dropped} points without a number were left out. " if points.dropped else ""
    width, centre = numbers["fwhm"].value, numbers["centre"].value
    narrow = "It is narrower than two steps: scan finer. " if width < 2 * _step(points) else ""
    is_whole = points.x[0] + width / 2 <= centre <= points.x[-1] - width / 2
    cut = "" if is_whole else "One side of it was hardly measured: scan past it. "
    height = numbers["height"]
    mixed = height.error is not None and abs(height.value) < 2 * height.error
    both = "Its height and the background can hardly be told apart: scan past it. " if mixed else ""
    unsure = "Uncertainties cannot be told. " if numbers["centre"].error is None else ""
    return (left_out + narrow + (cut or both) + unsure).strip()


def _step(points: Curve) -> float:
    return float(np.median(np.diff(points.x)))
