"""GET /api/v1/runs/compare/figure, and figures as files."""

import io
import json

import pytest
from django.test import Client
from PIL import Image

from accounts import models as accounts
from catalog.documents.compose import RunComposer
from frontend.figures import documents_figure
from tests.support.catalog_runs import KEYS, make_place, scan, stored

pytestmark = pytest.mark.django_db
HERE = "/api/v1/runs"


@pytest.fixture
def place():
    return make_place()


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


def compared(place, *uids, **asked):
    return signed_in(place.member).get(f"{HERE}/compare/figure", {"run": uids, "x": "sx", **asked})


def test_runs_are_drawn_together_and_named(place):
    uids = [stored(place, scan(points, scan_id=points, sample="LaB6")) for points in (3, 5)]
    answer = compared(place, *uids).json()
    assert [len(line["x"]) for line in answer["figure"]["data"]] == [3, 5]
    assert [run["label"] for run in answer["runs"]] == ["3 LaB6", "5 LaB6"]
    assert answer["caption"] == "det (counts) over sx (mm) of 2 runs."
    difference = compared(place, *uids, mode="difference", y="twice = 2 * det").json()
    assert [line["y"] for line in difference["figure"]["data"]] == [[0.0, 0.0, 0.0]]


def test_a_run_keeps_the_colour_that_is_named(place):
    uids = [stored(place, scan(points)) for points in (3, 4, 5)]
    answer = compared(place, *uids, colours="3,1").json()
    assert [run["colour"] for run in answer["runs"]] == [3, 1, 2]
    assert [line["meta"]["colour"] for line in answer["figure"]["data"]] == [3, 1, 2]
    without = compared(place, uids[0], uids[2], colours="3,2").json()
    looks = {run["uid"]: run["colour"] for run in answer["runs"]}
    assert all(looks[run["uid"]] == run["colour"] for run in without["runs"])


def test_a_run_that_cannot_be_drawn_stays_away_and_it_is_said_why(place):
    uids = [stored(place, scan(3)), stored(place, list(scan(3))[:1])]
    answer = compared(place, *uids).json()
    assert len(answer["figure"]["data"]) == 1
    assert [run["problem"] for run in answer["runs"]][0] == ""
    assert "no events" in answer["runs"][1]["problem"]


def test_other_axes_and_other_units_are_not_drawn_as_if_they_were_the_same(place):
    turned = [
        (name, {**doc, "data_keys": {**doc["data_keys"], "sx": {**doc["data_keys"]["sx"], "units": "um"}}})
        if name == "descriptor"
        else (name, doc)
        for name, doc in scan(3)
    ]
    uids = [stored(place, scan(3)), stored(place, turned), stored(place, scan(4))]
    answer = compared(place, *uids).json()
    assert [len(line["x"]) for line in answer["figure"]["data"]] == [3, 4]
    assert answer["runs"][1]["problem"] == "It has det (counts) over sx (um): other units than the first run."


def test_one_run_that_is_not_to_be_seen_hides_the_comparison(place):
    uid = stored(place, scan(3))
    other = stored(make_place("other", "P-2"), scan(3))
    assert compared(place, uid).status_code == 200
    assert compared(place, uid, other).status_code == 404


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"mode": "melt"}, "mode"),
        ({"scale": "loud"}, "scale"),
        ({"file": "exe"}, "file"),
        ({"log": "q"}, "log"),
        ({"y": "det +"}, "y"),
        ({"colours": "1,red"}, "colours"),
        ({"colours": "21"}, "colours"),
        ({"colours": "\u00b2"}, "colours"),
        ({"y": ["det"] * 9}, "y"),
    ],
)
def test_what_is_asked_wrongly_is_told_at_its_field(place, asked, field):
    answer = compared(place, stored(place, scan(3)), **asked)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


@pytest.mark.parametrize("uids", [[], ["x"] * 1 + [str(n) for n in range(25)]])
def test_none_and_too_many_runs_are_refused(place, uids):
    assert compared(place, *uids).status_code == 400


def test_a_comparison_is_downloaded_as_a_file_by_who_may_take_runs_away(place):
    uid = stored(place, scan(3))
    answer = compared(place, uid, file="png")
    assert answer["Content-Disposition"] == 'attachment; filename="scans_1_overlay.png"'
    assert Image.open(io.BytesIO(answer.content)).size == (1050, 675)
    accounts.Membership.objects.filter(user_id=place.member.user_id).update(role="observer")
    assert compared(place, uid).status_code == 200
    assert compared(place, uid, file="png").status_code == 403


def grid(uid="22222222-2222-4333-8444-555555555555"):
    """Give a snaked map with a repeated row, a NaN and a hostile name."""
    dimensions = [[["sy"], "primary"], [["sx"], "primary"]]
    metadata = {"plan_name": "<b>grid</b>", "shape": [2, 2], "hints": {"dimensions": dimensions}}
    run = RunComposer(metadata, time=10.0, uid=uid, clock=lambda: 11.0)
    yield "start", run.start
    keys = {**KEYS, "sy": {**KEYS["sx"], "source": "sim:sy"}}
    stream = run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
    yield "descriptor", stream.descriptor
    for x, y, value in ((0.0, 0.0, 1.0), (1.0, 0.0, float("nan")), (1.0, 1.0, 3.0), (0.0, 1.0, 4.0)):
        data = {"sx": x, "sy": y, "det": value}
        yield "event", stream.event(data, dict.fromkeys(data, 11.0), time=11.0)
    yield "stop", run.stop("success", time=12.0)


CHOSEN = [
    {},
    {"y": ["det", "ratio = det / (sx + 1)"], "slow": "none", "log": "x,y"},
    {"x": "sx", "y": ["derivative(det, sx)"], "per": "sx"},
]


@pytest.mark.parametrize("chosen", CHOSEN, ids=["as hinted", "derived", "derivative"])
@pytest.mark.parametrize("documents", [lambda: scan(40), grid], ids=["line", "map"])
def test_browser_file_and_notebook_draw_the_same_figure(place, documents, chosen):
    told = list(documents())
    uid = stored(place, told)
    client = signed_in(place.member)
    by_page = client.get(f"{HERE}/{uid}/figure", chosen).json()["figure"]
    asked = {**chosen, "y": json.dumps(chosen["y"])} if "y" in chosen else chosen
    file = client.get(f"{HERE}/{uid}/export/plotly", asked)
    by_notebook = documents_figure(
        told, **{**chosen, "log": [name for name in chosen.get("log", "").split(",") if name]}
    )
    assert json.loads(b"".join(file.streaming_content)) == by_page
    assert json.loads(json.dumps(by_notebook.figure, allow_nan=False)) == by_page
    assert by_page["data"]
