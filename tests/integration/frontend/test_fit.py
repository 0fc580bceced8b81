"""GET /api/v1/runs/<uid>/fit."""

import numpy as np
import pytest
from django.test import Client

from accounts import models as accounts
from catalog.documents.compose import RunComposer
from tests.support.catalog_runs import KEYS, make_place, scan, stored

pytestmark = pytest.mark.django_db

X = np.linspace(-2, 2, 41)
PEAK = 10 + 1000 * np.exp(-4 * np.log(2) * ((X - 0.4) / 0.9) ** 2)


@pytest.fixture
def place():
    return make_place()


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


def peaked(*, is_open=False, values=PEAK):
    run = RunComposer({"plan_name": "scan", "hints": {"dimensions": [[["sx"], "primary"]]}}, time=1000.0)
    yield "start", run.start
    keys = {**KEYS, "mon": {**KEYS["det"], "units": "nA"}}
    stream = run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
    yield "descriptor", stream.descriptor
    for n, (x, y) in enumerate(zip(X.tolist(), values, strict=True)):
        data = {"sx": x, "det": y, "mon": 2.0 + n % 2}
        yield "event", stream.event(data, dict.fromkeys(data, 1000.0 + n), time=1000.0 + n)
    if not is_open:
        yield "stop", run.stop("success", time=1100.0)


def ask(place, uid, **asked):
    return signed_in(place.member).get(f"/api/v1/runs/{uid}/fit", asked)


def test_the_fit_of_a_run_tells_centre_and_width_with_units(place):
    told = ask(place, stored(place, peaked()), model="gaussian", background="constant").json()
    assert (told["stream"], told["x"], told["y"]) == ("primary", "sx", "det")
    assert told["units"] == {"x": "mm", "y": "counts"}
    assert told["fit"]["is_good"]
    assert told["fit"]["numbers"]["centre"]["value"] == pytest.approx(0.4)
    assert told["fit"]["numbers"]["fwhm"]["value"] == pytest.approx(0.9)
    assert told["peak"]["fwhm"] == pytest.approx(0.9, rel=0.02)
    assert (told["mean"], told["deviation"]) == (pytest.approx(PEAK.mean()), pytest.approx(PEAK.std(ddof=1)))
    assert len(told["fit"]["x"]) == len(told["fit"]["y"]) == 201


@pytest.mark.parametrize("values", [[float("nan")] * 41, [1e308, -1e308] * 20 + [0.0]])
def test_what_has_no_mean_is_told_as_null(place, values):
    told = ask(place, stored(place, peaked(values=values))).json()
    assert told["deviation"] is None


def test_a_run_that_goes_on_is_measured_as_far_as_it_is(place):
    told = ask(place, stored(place, peaked(is_open=True)), model="lorentzian").json()
    assert told["points"] == 41
    assert told["fit"]["model"] == "lorentzian"


def test_without_a_model_the_peak_alone_is_told(place):
    told = ask(place, stored(place, peaked())).json()
    assert told["fit"] is None
    assert told["peak"]["max_x"] == pytest.approx(0.4)


def test_a_signal_is_divided_by_its_monitor_and_cut_and_differentiated(place):
    values = PEAK * (2.0 + np.arange(41) % 2)
    uid = stored(place, peaked(values=values))
    told = ask(place, uid, monitor="mon", model="gaussian").json()
    assert told["fit"]["numbers"]["centre"]["value"] == pytest.approx(0.4)
    assert ask(place, uid, low="0", high="1").json()["points"] == 11
    assert ask(place, uid, derivative="true").json()["units"]["y"] == "counts/mm"
    assert ask(place, uid, x="time").json()["peak"]["max_x"] < 100


def test_a_guess_says_which_of_two_peaks(place):
    second = 10 + 900 * np.exp(-4 * np.log(2) * ((X + 1.4) / 0.4) ** 2)
    uid = stored(place, peaked(values=PEAK + second))
    first = ask(place, uid, model="gaussian").json()["fit"]["numbers"]["centre"]["value"]
    guessed = ask(place, uid, model="gaussian", centre="-1.4", fwhm="0.4").json()["fit"]["numbers"]["centre"]
    assert first == pytest.approx(0.4, abs=0.15)
    assert guessed["value"] == pytest.approx(-1.4, abs=0.05)


def test_an_expression_over_columns_is_fitted_as_a_column(place):
    told = ask(place, stored(place, peaked()), x="sx * 2", y="det / 10", model="gaussian").json()
    assert told["fit"]["numbers"]["centre"]["value"] == pytest.approx(0.8)
    assert told["fit"]["numbers"]["height"]["value"] == pytest.approx(100)


def test_points_that_are_no_numbers_give_words_and_no_fault(place):
    uid = stored(place, peaked(values=[float("nan")] * 41))
    told = ask(place, uid, model="voigt").json()
    assert not told["fit"]["is_good"]
    assert "41 points without a number" in told["fit"]["message"]
    assert told["peak"] is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"y": "none"}, "y"),
        ({"x": "none"}, "x"),
        ({"monitor": "none"}, "monitor"),
        ({"model": "sinc"}, "model"),
        ({"model": "gaussian", "centre": "nan"}, "centre"),
        ({"low": "inf"}, "low"),
        ({"model": "gaussian", "fwhm": "0"}, "fwhm"),
    ],
)
def test_what_there_is_not_is_refused_beside_its_field(place, asked, field):
    answer = ask(place, stored(place, peaked()), **asked)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


def test_a_run_that_is_not_to_be_seen_is_not_measured(place):
    uid = stored(place, scan(5))
    assert ask(place, uid).status_code == 200
    assert signed_in(place.stranger).get(f"/api/v1/runs/{uid}/fit").status_code == 404
