"""Several runs in one figure, over REST."""

from itertools import islice
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.requests import actor_of
from catalog import selectors
from catalog.export.file_names import content_disposition
from frontend.api.figure import asked_axes, asked_log, stream_name
from frontend.figures import choose_axes
from frontend.figures.axes import UnknownAxisError
from frontend.figures.compare_figure import MODES, SCALES, Part, compare_figure
from frontend.figures.pictures import MEDIA_TYPES, figure_file
from frontend.figures.run_figure import label_of, signal

MOST_RUNS = 20
MOST_NUMBERS = 8
"""Scan numbers in the name of a file."""
_TOLD = ("uid", "label", "problem", "colour")
PARAMETERS = [
    OpenApiParameter("run", str, many=True, required=True, description="Uids; the first is the reference."),
    OpenApiParameter("stream", str, description="Stream of each run; the one that its plan is about."),
    OpenApiParameter("x", str, description="Column, `time`, `seq_num` or an expression to draw over."),
    OpenApiParameter("y", str, description="Column or expression."),
    OpenApiParameter("per", str, description="Column that the signal is divided by."),
    OpenApiParameter("mode", str, enum=MODES, description="How the runs are put together."),
    OpenApiParameter("scale", str, enum=tuple(SCALES), description="What each line is scaled to."),
    OpenApiParameter("log", str, description="Logarithmic axes, with commas: x, y, z (colour)."),
    OpenApiParameter(
        "colours", str, description="Which colour each run has, with commas: 1 to 20; else by its place."
    ),
    OpenApiParameter("file", str, enum=tuple(MEDIA_TYPES), description="The figure as a file."),
]
EXAMPLE = OpenApiExample(
    "two runs",
    value={
        "figure": {"data": [], "layout": {}},
        "caption": "det over sx of 2 runs.",
        "runs": [
            {"uid": "7f3a9c1e-5d4b-4c1f-9a57-0d6f1b2c3e4f", "label": "12 LaB6", "problem": "", "colour": 1}
        ],
        "x": "sx",
        "y": "det",
        "choices": {"x": ["sx", "det", "time", "seq_num"], "y": ["sx", "det"]},
    },
    response_only=True,
)


class ComparisonView(APIView):
    """Runs drawn together."""

    @extend_schema(
        operation_id="runs_compare",
        parameters=PARAMETERS,
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
        },
        examples=[EXAMPLE],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Give one figure of several runs; a run that cannot be drawn stays away, and it is said why."""
        actor, given = actor_of(request), request.query_params
        uids = _uids(given.getlist("run"))
        kind, mode, scale = (given.get(name, "") for name in ("file", "mode", "scale"))
        _check("mode", mode, MODES)
        _check("scale", scale, tuple(SCALES))
        _check("file", kind, tuple(MEDIA_TYPES))
        runs = [selectors.run_detail(actor, uid) for uid in uids]
        if kind:
            for run in runs:
                selectors.exportable_run(actor, run["uid"])
        asked = {**asked_axes(given), "slow": "none"}
        colours = _colours(given.get("colours", ""), len(runs))
        drawn: list[dict[str, Any]] = []
        for run, colour in zip(runs, colours, strict=True):
            drawn.append(_drawn(actor, run, given.get("stream", ""), asked, _first(drawn), colour))
        first = _first(drawn)
        if first is None:
            raise InvalidError(drawn[0]["problem"], fields={"y": [drawn[0]["problem"]]})
        parts, axes = [one["part"] for one in drawn if one["part"] is not None], first["axes"]
        made = compare_figure(
            parts, mode=mode or "overlay", scale=scale or "none", log=asked_log(given), **first["words"]
        )
        if kind:
            answer = HttpResponse(
                figure_file(kind, made.figure, made.caption), content_type=MEDIA_TYPES[kind]
            )
            answer["Content-Disposition"] = content_disposition(_file_name(drawn, mode or "overlay", kind))
            return answer
        return Response(
            {
                "figure": made.figure,
                "caption": made.caption,
                "runs": [{name: one[name] for name in _TOLD} for one in drawn],
                "x": axes.x,
                "y": axes.y[0],
                "choices": {"x": list(axes.x_choices), "y": list(axes.y_choices)},
            }
        )


def _uids(given: list[str]) -> list[str]:
    uids = [uid for text in given for uid in text.split(",") if uid]
    if not 1 <= len(uids) <= MOST_RUNS:
        advice = f"These are {len(uids)} runs: name 1 to {MOST_RUNS} as run=<uid>."
        raise InvalidError(advice, fields={"run": [advice]})
    return list(dict.fromkeys(uids))


def _colours(given: str, runs: int) -> list[int]:
    """Read which colour each run has; those that are not named get the first that are free."""
    texts = [text.strip() for text in given.split(",") if text.strip()]
    colours = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 2]
    if len(colours) < len(texts) or not all(1 <= colour <= MOST_RUNS for colour in colours):
        advice = f"Name colours by their numbers, 1 to {MOST_RUNS}, with commas."
        raise InvalidError(advice, fields={"colours": [advice]})
    free = (colour for colour in range(1, MOST_RUNS + 1) if colour not in colours)
    return [*colours[:runs], *islice(free, max(0, runs - len(colours)))]


def _file_name(drawn: list[dict[str, Any]], mode: str, kind: str) -> str:
    """Name a file by the scans in it: scans_12_13_14_overlay.png."""
    numbers = [one["number"] for one in drawn if one["part"] is not None]
    more = "_and_more" if len(numbers) > MOST_NUMBERS else ""
    return f"scans_{'_'.join(numbers[:MOST_NUMBERS])}{more}_{mode}.{kind}"


def _check(name: str, asked: str, known: tuple[str, ...]) -> None:
    if asked and asked not in known:
        advice = f"There is no {name} {asked[:40]!r}: choose {', '.join(known)}."
        raise InvalidError(advice, fields={name: [advice]})


def _first(drawn: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Give the first run that is drawn: the others are drawn over its axis."""
    return next((one for one in drawn if one["part"] is not None), None)


def _drawn(
    actor: Actor,
    run: dict[str, Any],
    stream: str,
    asked: dict[str, Any],
    first: dict[str, Any] | None,
    colour: int,
) -> dict[str, Any]:
    """Read what is to be drawn of one run, the same signal over the same axis as of the first.

    `problem` says why there is nothing.
    """
    number = str(run["scan_id"] if run["scan_id"] is not None else run["uid"][:8])
    found: dict[str, Any] = {
        "uid": run["uid"],
        "number": number,
        "label": f"{number} {run['sample'] or run['plan_name']}".strip(),
        "part": None,
        "axes": None,
        "words": {},
        "problem": "",
        "colour": colour,
    }
    if first is not None:
        asked = {**asked, "x": first["axes"].x, "y": first["axes"].y[:1]}
    try:
        name = stream_name(run, stream)
        axes = choose_axes(run["start"], run["streams"][name], stream_name=name, **asked)
        if not axes.y:
            raise NotFoundError("It has no column of numbers.")
        columns = run["streams"][name]["columns"]
        words = {"x": label_of(axes.x, axes, columns), "y": label_of(axes.y[0], axes, columns)}
        if first is not None and words != first["words"]:
            told = " over ".join((words["y"], words["x"]))
            raise NotFoundError(f"It has {told}: other units than the first run.")
    except (UnknownAxisError, NotFoundError) as error:
        return {**found, "problem": str(error)}
    table = selectors.table(actor, run["uid"], name, columns=axes.columns)
    across, values = signal(table, run["start"], axes)
    part = Part(found["label"], across, values, name=number, colour=colour)
    return {**found, "part": part, "axes": axes, "words": words}
