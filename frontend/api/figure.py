"""The figure of a run over REST."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.errors import InvalidError, NotFoundError
from accounts.requests import actor_of
from catalog import selectors
from frontend.figures import Axes, choose_axes, run_figure
from frontend.figures.axes import POINT, TIME, UnknownAxisError

PARAMETERS = [
    OpenApiParameter("stream", str, description="Stream of the run; primary, else the first one."),
    OpenApiParameter("x", str, description="Column, `time` or `seq_num` to draw over."),
    OpenApiParameter("y", str, description="Column to draw."),
]


class RunFigureView(APIView):
    """A run drawn with Plotly."""

    @extend_schema(operation_id="run_figure", parameters=PARAMETERS, responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, uid: str) -> Response:
        """Give the figure of one stream: data and layout of Plotly, a caption, and what could be drawn."""
        actor = actor_of(request)
        run = selectors.run_detail(actor, uid)
        name = stream_name(run, request.query_params.get("stream", ""))
        asked = {"x": request.query_params.get("x") or None, "y": request.query_params.get("y") or None}
        try:
            axes = choose_axes(run["start"], run["streams"][name], stream_name=name, **asked)
            table = selectors.table(actor, run["uid"], name, columns=_columns(axes))
            made = run_figure(table, run["start"], run["streams"][name], stream_name=name, **asked)
        except UnknownAxisError as error:
            raise InvalidError(str(error), fields={error.axis: [str(error)]}) from error
        return Response(
            {
                "figure": made.figure,
                "caption": made.caption,
                "stream": name,
                "x": axes.x,
                "y": list(axes.y),
                "choices": {"x": list(axes.x_choices), "y": list(axes.y_choices)},
            }
        )


def stream_name(run: dict[str, Any], asked: str) -> str:
    """Give the stream that is asked for, else primary, else the first one.

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
    return asked or ("primary" if "primary" in streams else next(iter(streams)))


def _columns(axes: Axes) -> list[str]:
    """Give the data keys that the axes read; `time` and `seq_num` come with every table."""
    keys = set(axes.y_choices)
    wanted = (axes.x, axes.slow, *axes.y)
    return [key for key in dict.fromkeys(wanted) if key in keys or (key and key not in (TIME, POINT))]
