"""Peaks and fits of a run over REST."""

from dataclasses import asdict
from math import isfinite
from typing import Any

import numpy as np
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import StrictSerializer
from accounts.errors import InvalidError
from accounts.requests import actor_of
from catalog import selectors
from frontend.api.figure import stream_name
from frontend.figures.axes import TIME, Axes, UnknownAxisError, choose_axes
from frontend.figures.curves import Curve, curve, peak, within
from frontend.figures.fits import BACKGROUNDS, Guess, fit
from frontend.figures.run_figure import channel
from frontend.figures.shapes import SHAPES


class FitQuerySerializer(StrictSerializer):
    """What is measured, and how."""

    stream = serializers.CharField(required=False, default="", help_text="the one that the plan is about")
    x = serializers.CharField(
        required=False, default="", help_text="column, `time`, `seq_num` or an expression"
    )
    y = serializers.CharField(required=False, default="", help_text="column or expression")
    monitor = serializers.CharField(required=False, default="", help_text="column that y is divided by")
    derivative = serializers.BooleanField(required=False, default=False, help_text="measure dy/dx")
    low = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="first x to look at, in the unit of x"
    )
    high = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="last x to look at, in the unit of x"
    )
    centre = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="where the search begins, in the unit of x"
    )
    fwhm = serializers.FloatField(
        required=False,
        allow_null=True,
        default=None,
        help_text="how wide it begins, in the unit of x; above 0",
    )
    model = serializers.ChoiceField(
        choices=[*SHAPES], required=False, default=None, allow_null=True, help_text="none: the peak alone"
    )
    background = serializers.ChoiceField(choices=[*BACKGROUNDS], required=False, default="linear")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no position and no width."""
        faults = {
            name: ["A finite number is needed."]
            for name in ("low", "high", "centre", "fwhm")
            if attrs[name] is not None and not isfinite(attrs[name])
        }
        if attrs["fwhm"] is not None and attrs["fwhm"] <= 0:
            faults["fwhm"] = ["A width above 0 is needed."]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class PeakSerializer(serializers.Serializer[Any]):
    """The highest point and its sides."""

    max_x = serializers.FloatField()
    max_y = serializers.FloatField()
    min_y = serializers.FloatField()
    centre_of_mass = serializers.FloatField(help_text="above the lowest point")
    fwhm = serializers.FloatField(allow_null=True)
    centre = serializers.FloatField(allow_null=True, help_text="middle between the half heights")


class FitResultSerializer(serializers.Serializer[Any]):
    """What a fit found; not good: the message says why."""

    model = serializers.CharField()
    background = serializers.CharField()
    is_good = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    numbers = serializers.DictField(
        child=inline_serializer(
            "FittedNumber",
            {"value": serializers.FloatField(), "error": serializers.FloatField(allow_null=True)},
        ),
        help_text="centre, fwhm, height, sigma, gamma, offset, slope",
    )
    r2 = serializers.FloatField(allow_null=True)
    points = serializers.IntegerField()
    x = serializers.ListField(child=serializers.FloatField(), help_text="the fitted line")
    y = serializers.ListField(child=serializers.FloatField())


class FitSerializer(serializers.Serializer[Any]):
    """Peak and fit of one signal."""

    stream = serializers.CharField()
    x = serializers.CharField()
    y = serializers.CharField()
    units = serializers.DictField(child=serializers.CharField(allow_blank=True))
    points = serializers.IntegerField(help_text="that could be used")
    mean = serializers.FloatField(allow_null=True, help_text="of y; null without points")
    deviation = serializers.FloatField(
        allow_null=True, help_text="standard deviation of y from its mean; null with fewer than two points"
    )
    peak = PeakSerializer(allow_null=True)
    fit = FitResultSerializer(allow_null=True)


EXAMPLE = OpenApiExample(
    "a Gaussian",
    value={
        "stream": "primary",
        "x": "sx",
        "y": "det",
        "units": {"x": "mm", "y": "counts"},
        "points": 41,
        "mean": 1012.5,
        "deviation": 1430.1,
        "peak": {
            "max_x": 1.2,
            "max_y": 1010.0,
            "min_y": 10.0,
            "centre_of_mass": 1.2,
            "fwhm": 0.71,
            "centre": 1.2,
        },
        "fit": {
            "model": "gaussian",
            "background": "constant",
            "is_good": True,
            "message": "",
            "numbers": {
                "centre": {"value": 1.2003, "error": 0.0011},
                "fwhm": {"value": 0.704, "error": 0.003},
                "height": {"value": 1001.0, "error": 4.0},
                "offset": {"value": 10.0, "error": 1.0},
            },
            "r2": 0.9996,
            "points": 41,
            "x": [0.0, 1.2, 2.4],
            "y": [10.0, 1011.0, 10.0],
        },
    },
    response_only=True,
)


class RunFitView(APIView):
    """A peak or a step of a run, measured."""

    @extend_schema(
        operation_id="run_fit",
        parameters=[FitQuerySerializer],
        responses={200: FitSerializer},
        examples=[EXAMPLE],
    )
    def get(self, request: Request, uid: str) -> Response:
        """Measure the peak of a signal and fit a model to it, also while the run goes on.

        What cannot be fitted is answered with `is_good` false and a message. The fit is by least squares
        without weights; errors are standard uncertainties, scaled by the scatter of the points.
        """
        form = FitQuerySerializer(data=request.query_params.dict())
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        actor = actor_of(request)
        run = selectors.run_detail(actor, uid)
        name = stream_name(run, asked["stream"])
        stream = run["streams"][name]
        axes = _axes(run["start"], stream, name, asked)
        table = selectors.table(actor, run["uid"], name, columns=_columns(axes, asked))
        points = _points(table, run["start"], axes, asked)
        found = peak(points)
        guess = Guess(asked["centre"], asked["fwhm"])
        model, background = asked["model"], asked["background"]
        made = fit(points, model, background=background, guess=guess) if model else None
        return Response(
            {
                "stream": name,
                "x": axes.x,
                "y": axes.y[0],
                "units": _units(stream, axes, derivative=asked["derivative"]),
                "points": len(points.x),
                **_spread(points.y),
                "peak": asdict(found) if found else None,
                "fit": asdict(made) if made else None,
            }
        )


def _spread(values: Any) -> dict[str, float | None]:
    """Give mean and standard deviation; null where there are too few values, or huge ones without a sum."""
    with np.errstate(all="ignore"):
        found = {
            "mean": values.mean() if len(values) else np.nan,
            "deviation": values.std(ddof=1) if len(values) > 1 else np.nan,
        }
    return {name: float(value) if isfinite(value) else None for name, value in found.items()}


def _axes(start: Any, stream: Any, name: str, asked: dict[str, Any]) -> Axes:
    """Choose x and y as the figure does; the fastest axis of a map is taken for a line."""
    try:
        axes = choose_axes(start, stream, stream_name=name, x=asked["x"] or None, y=asked["y"] or None)
        if not axes.y:
            raise InvalidError("This stream has no numbers to fit.", fields={"y": ["There are none."]})
        if asked["monitor"] and asked["monitor"] not in axes.y_choices:
            raise UnknownAxisError("monitor", asked["monitor"], axes.y_choices)
    except UnknownAxisError as error:
        raise InvalidError(str(error), fields={error.axis: [str(error)]}) from error
    return axes


def _columns(axes: Axes, asked: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys([*axes.columns, *([asked["monitor"]] if asked["monitor"] else [])]))


def _points(table: Any, start: Any, axes: Axes, asked: dict[str, Any]) -> Curve:
    x, y = (channel(table, start, name) for name in (axes.x, axes.y[0]))
    monitor = table["columns"][asked["monitor"]] if asked["monitor"] else None
    made = curve(x, y, monitor=monitor, derivative=asked["derivative"])
    return within(made, asked["low"], asked["high"])


def _units(stream: Any, axes: Axes, *, derivative: bool) -> dict[str, str]:
    units = {column["key"]: column.get("units") or "" for column in stream["columns"]}
    x, y = units.get(axes.x, "s" if axes.x == TIME else ""), units.get(axes.y[0], "")
    return {"x": x, "y": f"{y or '1'}/{x or '1'}" if derivative else y}
