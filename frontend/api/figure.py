"""The figure of a run over REST."""

from typing import Any

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import SignedInOrPublic
from accounts.errors import InvalidError, NotFoundError
from accounts.requests import actor_of
from catalog import selectors
from frontend.figures import Axes, choose_axes, run_figure
from frontend.figures.axes import UnknownAxisError, main_stream

MOST_SIGNALS = 8
PARAMETERS = [
    OpenApiParameter("stream", str, description="Stream of the run; the one that the plan is about."),
    OpenApiParameter("x", str, description="Column, `time`, `seq_num` or an expression to draw over."),
    OpenApiParameter("y", str, many=True, description="Columns or expressions such as `ratio = det / mon`."),
    OpenApiParameter("slow", str, description="Second axis of a map; `none` for lines."),
    OpenApiParameter("per", str, description="Column that each signal is divided by."),
    OpenApiParameter("log", str, description="Logarithmic axes, with commas: x, y, z (colour of a map)."),
]
EXAMPLE = OpenApiExample(
    "a line",
    value={
        "figure": {
            "data": [{"type": "scatter", "name": "det", "x": [0.0, 1.0], "y": [3.0, 4.0]}],
            "layout": {},
        },
        "caption": "det over sx, 2 points.",
        "stream": "primary",
        "x": "sx",
        "y": ["det"],
        "slow": "",
        "per": "",
        "choices": {"x": ["sx", "det", "time", "seq_num"], "y": ["sx", "det"]},
    },
    response_only=True,
)


class RunFigureView(APIView):
    """A run drawn with Plotly."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="run_figure",
        parameters=PARAMETERS,
        responses={200: OpenApiTypes.OBJECT},
        examples=[EXAMPLE],
    )
    def get(self, request: Request, uid: str) -> Response:
        """Give the figure of one stream: data and layout of Plotly, a caption, and what could be drawn."""
        actor = actor_of(request)
        run = selectors.run_detail(actor, uid)
        name = stream_name(run, request.query_params.get("stream", ""))
        asked = asked_axes(request.query_params)
        log = asked_log(request.query_params)
        try:
            axes = choose_axes(run["start"], run["streams"][name], stream_name=name, **asked)
            table = selectors.table(actor, run["uid"], name, columns=axes.columns)
            made = run_figure(table, run["start"], run["streams"][name], stream_name=name, log=log, **asked)
        except UnknownAxisError as error:
            raise InvalidError(str(error), fields={error.axis: [str(error)]}) from error
        return Response({"figure": made.figure, "caption": made.caption, "stream": name, **told(axes)})


def told(axes: Axes) -> dict[str, Any]:
    """Give what is drawn, and what could be."""
    return {
        "x": axes.x,
        "y": list(axes.y),
        "slow": axes.slow,
        "per": axes.per,
        "choices": {"x": list(axes.x_choices), "y": list(axes.y_choices)},
    }


def asked_axes(parameters: QueryDict) -> dict[str, Any]:
    """Read what is to be drawn."""
    signals = [text for text in parameters.getlist("y") if text]
    if len(signals) > MOST_SIGNALS:
        advice = f"These are {len(signals)} signals; {MOST_SIGNALS} at most are drawn together."
        raise InvalidError(advice, fields={"y": [advice]})
    return {"y": signals, **{name: parameters.get(name) or None for name in ("x", "slow", "per")}}


def asked_log(parameters: QueryDict) -> list[str]:
    """Read which axes are logarithmic."""
    names = [name for name in parameters.get("log", "").split(",") if name]
    if unknown := [name for name in names if name not in ("x", "y", "z")]:
        advice = f"There is no axis {unknown[0][:20]!r}: write x, y, z or several with commas."
        raise InvalidError(advice, fields={"log": [advice]})
    return names


def stream_name(run: dict[str, Any], asked: str) -> str:
    """Give the stream that is asked for, else the one that the plan is about.

    Raises
    ------
    NotFoundError
        The run has no such stream, or none yet.
    """
    streams = run["streams"]
    if not streams:
        raise NotFoundError("This run has no events yet, so there is nothing to draw.")
    if asked and asked not in streams:
        raise NotFoundError(f"This run has no stream {asked[:80]!r}.")
    return asked or main_stream(run["start"], streams)
