"""GET /api/v1/runs/<uid>/figure."""

import pytest
from django.test import Client

from accounts import models as accounts
from tests.support.catalog_runs import make_place, scan, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


def test_a_figure_has_its_caption_its_axes_and_what_else_could_be_drawn(place):
    uid = stored(place, scan(5))
    answer = signed_in(place.member).get(f"/api/v1/runs/{uid}/figure", {"x": "sx", "y": "det"}).json()
    (line,) = answer["figure"]["data"]
    assert len(line["x"]) == 5
    assert line["y"] == [10 * x for x in line["x"]]
    assert answer["caption"] == "det over sx (mm), 5 points."
    assert (answer["stream"], answer["x"], answer["y"]) == ("primary", "sx", ["det"])
    assert set(answer["choices"]["x"]) == {"sx", "det", "time", "seq_num"}


def test_a_run_that_is_not_to_be_seen_has_no_figure(place):
    uid = stored(place, scan(5))
    assert signed_in(place.member).get(f"/api/v1/runs/{uid}/figure").status_code == 200
    assert signed_in(place.stranger).get(f"/api/v1/runs/{uid}/figure").status_code == 404


def test_an_unknown_axis_is_refused_with_those_there_are(place):
    uid = stored(place, scan(2))
    answer = signed_in(place.member).get(f"/api/v1/runs/{uid}/figure", {"y": "nothing"})
    assert answer.status_code == 400
    assert "det" in answer.json()["fields"]["y"][0]


def test_an_unknown_stream_and_a_run_without_events_are_404(place):
    uid = stored(place, scan(2))
    empty = stored(place, list(scan(0, uid="11111111-2222-4333-8444-555555555555"))[:1])
    client = signed_in(place.member)
    assert client.get(f"/api/v1/runs/{uid}/figure", {"stream": "dark"}).status_code == 404
    assert client.get(f"/api/v1/runs/{empty}/figure").status_code == 404
