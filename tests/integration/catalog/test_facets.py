"""Counts of values are exact, follow every change, and tell nobody of runs they may not see."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from catalog import selectors
from catalog.models import FacetChange, FacetCount, Run, RunFacts, RunNumber, RunTag
from catalog.queries import RunQuery
from catalog.search import run_query
from catalog.selectors import places
from tests.support.catalog_runs import SYSTEM, make_place, scan, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def counts(actor=SYSTEM, key="plan"):
    return {row["value"]: row["count"] for row in selectors.facets(actor, RunQuery())[key]}


def fold():
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_fold_facets(1000000)")


@pytest.mark.parametrize("is_folded", [False, True])
def test_every_facet_counts_all_runs(place, is_folded):
    stored(place, scan(1, sample="LaB6", detectors=["det", "camera"]))
    stored(place, scan(1, sample={"name": "LaB6"}, plan_name="count", motors=[]))
    stored(place, scan(1, sample_name="Si", stop=None))
    if is_folded:
        fold()
        assert not FacetChange.objects.exists()
    facets = selectors.facets(SYSTEM, RunQuery())
    assert {
        name: {row["value"]: row["count"] for row in facets[name]} for name in facets if name != "count"
    } == {
        "plan": {"scan": 2, "count": 1},
        "status": {"success": 2, "open": 1},
        "proposal": {"P-1": 3},
        "beamline": {"demo": 3},
        "sample": {"LaB6": 2, "Si": 1},
        "user": {"ada": 3},
        "detector": {"det": 3, "camera": 1},
        "motor": {"sx": 2},
        "tag": {},
    }
    assert facets["count"] == {"value": 3, "capped": False}


@pytest.mark.parametrize("is_folded", [False, True])
def test_counts_follow_what_changes_and_what_goes(place, is_folded):
    first = stored(place, scan(1, sample="LaB6"))
    stored(place, scan(1, sample="Si"))
    fold() if is_folded else None
    run = Run.objects.get(uid=first)
    run.start = {**run.start, "sample": "CeO2", "energy": 7.1}
    run.save()
    assert counts(key="sample") == {"CeO2": 1, "Si": 1}
    fold() if is_folded else None
    run.delete()
    assert counts(key="sample") == {"Si": 1}
    assert counts(key="beamline") == {"demo": 1}
    assert not RunNumber.objects.filter(run_id=run.pk or -1).exists()


def test_a_run_that_goes_on_changes_no_count(place):
    uid = stored(place, scan(3, stop=None))
    before = FacetChange.objects.count()
    Run.objects.filter(uid=uid).update(last_ordinal=99, num_events={"primary": 3})
    assert FacetChange.objects.count() == before


def test_counts_tell_each_person_of_their_runs_only(place):
    other = make_place("other", "P-2")
    stored(place, scan(1, sample="mine"))
    stored(other, scan(1, sample="theirs"))
    stored(other, scan(1, sample="theirs"))
    for _ in range(2):
        assert counts(place.member, "sample") == {"mine": 1}
        assert counts(other.member, "sample") == {"theirs": 2}
        assert counts(other.member, "proposal") == {"P-2": 2}
        assert counts(place.stranger, "sample") == {}
        assert selectors.facets(place.stranger, RunQuery())["count"] == {"value": 0, "capped": False}
        fold()


def test_counts_of_two_writers_add_up(place):
    for n in range(250):
        stored(place, scan(0, sample=f"s{n % 3}"))
    assert counts(key="sample") == {"s0": 84, "s1": 83, "s2": 83}
    assert FacetCount.objects.filter(scope=0, key="sample").exists(), "changes are folded now and then"


def test_a_member_of_much_is_counted_by_beamline(place, monkeypatch):
    monkeypatch.setattr(places, "MANY_PLACES", 0)
    other = make_place("other", "P-2")
    stored(place, scan(1, sample="mine"))
    stored(other, scan(1, sample="theirs"))
    for _ in range(2):
        assert counts(place.member, "sample") == {"mine": 1}
        assert counts(SYSTEM, "sample") == {"mine": 1, "theirs": 1}
        fold()


def test_a_search_is_counted_by_what_it_finds(place):
    stored(place, scan(1, sample="LaB6"))
    stored(place, scan(1, sample="Si", plan_name="count", motors=["sx", "sy"]))
    facets = selectors.facets(SYSTEM, run_query("plan:count"))
    assert facets["sample"] == [{"value": "Si", "count": 1}]
    assert {row["value"] for row in facets["motor"]} == {"sx", "sy"}
    assert facets["proposal"] == [{"value": "P-1", "count": 1}]
    of_place = selectors.facets(SYSTEM, RunQuery(beamline="demo", proposal="P-1"))
    assert of_place["count"] == {"value": 2, "capped": False}
    assert selectors.facets(SYSTEM, RunQuery(beamline="nowhere"))["count"]["value"] == 0


def test_tags_are_counted_for_those_who_see_their_runs(place):
    other = make_place("other", "P-2")
    for where, name in ((place, "good"), (other, "secret")):
        run = Run.objects.get(uid=stored(where, scan(1)))
        RunTag.objects.create(run=run, name=name, author="ada")
    assert counts(key="tag") == {"good": 1, "secret": 1}
    assert counts(place.member, "tag") == {"good": 1}
    assert counts(place.stranger, "tag") == {}
    assert selectors.facets(place.member, run_query("plan:scan"))["tag"] == [{"value": "good", "count": 1}]
    assert [row["value"] for row in selectors.values_of_key(place.member, "tag")["results"]] == ["good"]


@pytest.mark.parametrize(
    ("step", "bars"),
    [
        ("hour", {"1970-01-01T00:00+00:00": 2, "1970-01-01T23:00+00:00": 1, "1970-01-05T00:00+00:00": 1}),
        ("day", {"1970-01-01": 3, "1970-01-05": 1}),
        ("week", {"1969-12-29": 3, "1970-01-05": 1}),
        ("month", {"1970-01": 4}),
    ],
)
@pytest.mark.parametrize("text", ["", "plan:scan"])
def test_a_histogram_counts_by_the_step(place, step, bars, text):
    for time in (0.0, 3599.0, 23 * 3600.0, 4 * 86_400.0):
        stored(place, scan(0, time=time))
    found = selectors.histogram(SYSTEM, run_query(text), step=step, zone=ZoneInfo("UTC"))
    assert {bar["begins"]: bar["count"] for bar in found["results"]} == bars
    assert found["count"] == {"value": 4, "capped": False}
    assert (
        selectors.histogram(place.stranger, run_query(text), step=step, zone=ZoneInfo("UTC"))["results"] == []
    )


@pytest.mark.parametrize("text", ["", "plan:scan"])
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_days_of_a_histogram_begin_in_the_zone(place, zone, text):
    midnight = datetime(2026, 3, 8, tzinfo=ZoneInfo(zone)).timestamp()
    for time in (midnight - 1, midnight, midnight + 22.9 * 3600, midnight + 25 * 3600):
        stored(place, scan(0, time=time))
    found = selectors.histogram(SYSTEM, run_query(text), step="day", zone=ZoneInfo(zone))
    assert {bar["begins"]: bar["count"] for bar in found["results"]} == {
        "2026-03-07": 1,
        "2026-03-08": 2,
        "2026-03-09": 1,
    }


def values(key, prefix="", actor=SYSTEM):
    return {
        row["value"]: row["count"] for row in selectors.values_of_key(actor, key, prefix=prefix)["results"]
    }


def test_values_of_any_key_are_offered_to_those_who_see_them(place):
    other = make_place("other", "P-2")
    stored(place, scan(1, sample="LaB6", edge="Fe", deep={"er": {"n": [1, 2]}}, title="map"))
    stored(place, scan(1, sample="lab7", edge="Cu", purpose="map"))
    stored(other, scan(1, sample="LaX", edge="Fr"))
    for _ in range(2):
        assert values("sample", "la") == {"LaB6": 1, "lab7": 1, "LaX": 1}
        assert values("sample", "la", place.member) == {"LaB6": 1, "lab7": 1}
        fold()
    assert values("edge", "f", place.member) == {"Fe": 1}
    assert values("deep.er.n") == {1: 1, 2: 1}
    assert values("title") == {"map": 2}
    assert values("plan_name") == {"scan": 3}
    assert values("beamline", "d") == {"demo": 3 - 1}
    assert values("nothing") == {}
    assert values("sample", "%") == {}
    assert values("edge", actor=place.stranger) == {}


def test_keys_in_use_are_offered(place):
    stored(place, scan(1, edge="Fe", deep={"er": 1, "a b": 2}))
    found = {row["key"]: row["count"] for row in selectors.metadata_keys(place.member)}
    assert (found["edge"], found["deep.er"], found['deep."a b"']) == (1, 1, 1)
    assert "sample" in found
    assert "edge" not in {row["key"] for row in selectors.metadata_keys(place.stranger)}
    assert [row["key"] for row in selectors.metadata_keys(place.member, prefix="ed")] == ["edge"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("energy:7000..7100", 2),
        ("energy:7.05keV..", 2),
        ("energy:>7200", 0),
        ("energy:>7200 or gap:<1", 1),
        ("deep.er:>=2", 1),
        ("list:5", 1),
        ("list:4.5..5.5", 1),
        ("start.energy:7000..7050", 1),
        ("-energy:7000..7050", 2),
        ('"a b":>0', 1),
        ("energy:7000..7100 gap:<1", 1),
    ],
)
def test_ranges_are_found_through_the_index_of_numbers(place, text, number):
    stored(place, scan(0, energy=7000.5, deep={"er": 2}))
    stored(place, scan(0, energy=7100, gap=0.5))
    stored(place, scan(0, energy=7200, list=[1, 5, "x", [9]], **{"a b": 3}))
    assert selectors.runs(SYSTEM, run_query(text)).count == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("num_events:2", 2),
        ("num_events:>=2", 3),
        ("num_events:<2", 0),
        ("num_events:2..3 status:open", 1),
        ("-num_events:2", 1),
        ("num_events:*", 3),
        ("duration:>0", 2),
        ("duration:<=0", 0),
        ("-duration:*", 1),
        ("deep:*", 1),
        ("deep.er:*", 1),
        ("list.item:*", 1),
        ('"a b":*', 1),
        ("start.deep.er:*", 1),
        ("deep.nothing:*", 0),
        ("er:*", 0),
        ("-deep:* num_events:2", 1),
        ("nothing:* or deep.er:*", 1),
        ("a.b.c.d.e.f.g:*", 1),
    ],
)
def test_numbers_of_the_stop_and_keys_are_found_through_their_indexes(place, text, number):
    stored(place, scan(2, deep={"er": None}))
    stored(place, scan(2, stop=None, list=[1, {"item": 2}]))
    stored(place, scan(3, a={"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}, **{"a b": 3}))
    assert selectors.runs(SYSTEM, run_query(text)).count == number


def test_the_narrow_row_of_a_run_is_as_the_run(place):
    uid = stored(place, scan(2, stop=None, sample="Fe"))
    other = stored(place, scan(1, motors=["sy", "sx", "sy"], sample={"name": "Cu"}))
    Run.objects.filter(uid=uid).update(exit_status="fail", stop_time=1009.0)
    Run.objects.filter(uid=uid).update(start={"uid": uid, "time": 1000.0, "note": 1})
    rows = RunFacts.objects.order_by("run_id").values_list("status", "sample", "motors")
    assert list(rows) == [("fail", "", []), ("success", "Cu", ["sx", "sy"])]
    assert selectors.runs(SYSTEM, run_query("duration:9 note:* num_events:2")).count == 1
    assert selectors.runs(SYSTEM, run_query("sample:*")).count == 1
    Run.objects.exclude(uid=other).delete()
    assert RunFacts.objects.count() == 1
    assert RunNumber.objects.filter(key=".duration").count() == 1
