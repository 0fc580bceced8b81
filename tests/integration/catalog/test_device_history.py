"""What a device told over runs: readings, settings, rights and pages."""

import pytest
from django.test import Client

from accounts.errors import InvalidError
from accounts.models import User
from catalog import selectors
from catalog.documents.compose import RunComposer
from catalog.selectors import over_runs as history
from tests.support.catalog_runs import make_place, person, scan, stored

pytestmark = pytest.mark.django_db

MOTOR = {"source": "sim:sx", "dtype": "number", "shape": [], "units": "mm", "object_name": "sx"}


@pytest.fixture
def place():
    return make_place()


def moved(time, before, after, *, velocity=1.0):
    """Give the documents of a run with a baseline: a motor with a setting and a part."""
    run = RunComposer({"plan_name": "scan", "scan_id": int(time)}, time=time, clock=lambda: time)
    yield "start", run.start
    keys = {"sx": MOTOR, "sx_setpoint": MOTOR, "sx_image": {**MOTOR, "dtype": "array", "shape": [2]}}
    setting = {"sx_velocity": {"source": "sim", "dtype": "number", "shape": [], "units": "mm/s"}}
    told = {"data": {"sx_velocity": velocity}, "timestamps": {"sx_velocity": time}, "data_keys": setting}
    stream = run.descriptor("baseline", keys, configuration={"sx": told}, object_keys={"sx": list(keys)})
    yield "descriptor", stream.descriptor
    for value in (before, after):
        data = {"sx": value, "sx_setpoint": value + 0.5, "sx_image": [1, 2]}
        yield "event", stream.event(data, dict.fromkeys(data, time), time=time)
    yield "stop", run.stop()


def ends(found):
    return [(row["stream"], row["first"], row["last"]) for row in found["results"]]


def test_the_baseline_of_each_run_is_given_newest_first(place):
    stored(place, moved(10.0, 0.0, 1.0))
    newest = stored(place, moved(20.0, 1.0, 2.0))
    found = selectors.device_history(place.member, "demo", "sx")
    assert (found["key"], found["units"], found["next"]) == ("sx", "mm", None)
    assert ends(found) == [("baseline", 1.0, 2.0), ("baseline", 0.0, 1.0)]
    assert found["results"][0]["uid"] == newest
    assert [one["key"] for one in found["keys"]] == ["sx", "sx_setpoint", "sx_velocity"]


def test_a_setting_is_told_from_the_configuration(place):
    stored(place, moved(10.0, 0.0, 1.0, velocity=2.0))
    found = selectors.device_history(place.member, "demo", "sx", key="sx_velocity")
    assert found["units"] == "mm/s"
    assert ends(found) == [("baseline", 2.0, 2.0)]


def test_a_part_has_the_keys_of_its_name(place):
    stored(place, moved(10.0, 0.0, 1.0))
    found = selectors.device_history(place.member, "demo", "sx.setpoint")
    assert [one["key"] for one in found["keys"]] == ["sx_setpoint"]
    assert ends(found) == [("baseline", 0.5, 1.5)]


def test_without_a_baseline_the_scan_itself_is_told_from_its_first_page_to_its_last(place):
    stored(place, scan(points=5), batch=3)
    assert ends(selectors.device_history(place.member, "demo", "sx")) == [("primary", 0.0, 4.0)]


def test_who_may_not_see_the_runs_is_told_of_none(place):
    stored(place, moved(10.0, 0.0, 1.0))
    other = make_place("demo", "P-2")
    for actor in (place.stranger, other.member):
        assert selectors.device_history(actor, "demo", "sx")["results"] == []
    assert selectors.device_history(place.member, "elsewhere", "sx")["results"] == []


def test_pages_go_on_where_the_last_ended_also_among_runs_of_one_moment(place, monkeypatch):
    monkeypatch.setattr(history, "LOOKED_THROUGH", 2)
    for value in range(5):
        stored(place, moved(10.0, value, value))
    seen, cursor = [], ""
    while cursor is not None:
        page = selectors.device_history(place.member, "demo", "sx", cursor=cursor)
        seen += [row["first"] for row in page["results"]]
        cursor = page["next"]
    assert sorted(seen) == [0, 1, 2, 3, 4]
    with pytest.raises(InvalidError):
        selectors.device_history(place.member, "demo", "sx", cursor="mine")


def test_the_number_of_statements_does_not_grow_with_the_runs(place, django_assert_max_num_queries):
    for value in range(6):
        stored(place, moved(10.0 + value, value, value))
    actor = person(User.objects.get(pk=place.member.user_id))
    with django_assert_max_num_queries(16):
        assert len(selectors.device_history(actor, "demo", "sx")["results"]) == 6


def test_over_http(place):
    stored(place, moved(10.0, 0.0, 1.0))
    client = Client()
    client.force_login(User.objects.get(pk=place.member.user_id))
    asked = {"beamline": "demo", "device": "sx"}
    body = client.get("/api/v1/runs/device-history", asked).json()
    assert [(row["first"], row["last"]) for row in body["results"]] == [(0.0, 1.0)]
    assert client.get("/api/v1/runs/device-history", {"beamline": "demo"}).status_code == 400
    assert client.get("/api/v1/runs/device-history", {**asked, "key": "\0"}).status_code in (200, 400)
