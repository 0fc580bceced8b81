"""Search over HTTP: any text gets an answer that a person can use, never a fault of ours."""

import re

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import models as accounts
from catalog import selectors
from catalog.models import Run
from catalog.queries import RunQuery
from catalog.search import run_query
from catalog.selectors import deadline, finding
from catalog.selectors.conditions import condition
from catalog.selectors.orders import order_of
from catalog.selectors.range_index import by_index
from catalog.services import add_tag
from tests.support.catalog_runs import SYSTEM, make_place, scan, stored

pytestmark = pytest.mark.django_db


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def member(place):
    return signed_in(place.member)


def test_a_list_shows_the_metadata_that_were_asked_for(place, member, django_assert_max_num_queries):
    note = "x" * 300
    metadata = {"energy": 7.1, "sample": {"name": "LaB6"}, "note": note, "list": [1, {"c": 2}]}
    uid = stored(place, scan(3, **metadata))
    stored(place, scan(2))
    add_tag(actor=place.member, run_uid=uid, name="good")
    asked = {"show": "energy, sample.name,note,list,sample.name.x,tags", "sort": "-num_events"}
    with django_assert_max_num_queries(12):
        found, other = (row["shown"] for row in member.get("/api/v1/runs", asked).json()["results"])
    assert (found["energy"], other["energy"]) == (7.1, None)
    assert (found["sample.name"], found["list"]) == ("LaB6", '[1, {"c": 2}]')
    assert (len(found["note"]), found["sample.name.x"], found["tags"]) == (200, None, "good")
    assert "shown" not in member.get("/api/v1/runs").json()["results"][0]
    refused = member.get("/api/v1/runs", {"show": ",".join(map(str, range(20)))})
    assert "show" in refused.json()["fields"]


EVIL = {
    "quotes": "'\"'\"''; \"\"'",
    "comment": "x'; DROP TABLE catalog_run; --",
    "jsonpath": "$..* ? (@ == 1)",
    "backslashes": "\\\\\\' \\ \\x00",
    "percent": "100% %s %(q)s %%",
    "look-ups": "start__uid__regex:x beamline__name:demo pk__in:1 run__proposal__members:x",
    "catastrophic regex": "sample:/^(([a-z])+.)+[A-Z]([a-z])+$/ anywhere:/(x+x+)+y/",
    "counted regex": "sample:/((a{1,255}){1,255}){1,255}/",
    "back reference": r"sample:/(.*)\1(.*)\2/",
    "long text": "a" * 100_000,
    "deep parentheses": "(" * 50_000,
    "many or": " or ".join(["a"] * 200),
    "nul": "a\0b",
    "emoji": "👩‍🔬 sample:*👩‍🔬* 👩‍🔬:1",
    "right to left": "\u202eabc sample:\u202e*",
    "number": "a:1e999 b:>1e308 c:-0.0 scan_id:99999999999999999999999",
    "dates": 'time:99999-01-01 since:-1 until:"0 days ago"',
    "operators": "a & b | !c <-> d:* (e)",
}
ROUTES = ("runs", "runs/facets", "runs/histogram")


@pytest.mark.parametrize("name", EVIL)
@pytest.mark.parametrize("route", ROUTES)
def test_bad_text_is_answered_or_refused_with_the_field(place, member, name, route):
    stored(place, scan(1, sample="LaB6"))
    answer = member.get(f"/api/v1/{route}", {"q": EVIL[name]})
    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 400:
        assert answer.json()["fields"]["q"][0]
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"sort": "a..b"},
        {"sort": "time,-time"},
        {"sort": "a,b,c,d,e,f"},
        {"sort": "'; --"},
        {"cursor": "x"},
        {"cursor": "é" * 100},
        {"limit": "0"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "Mars/Olympus"},
        {"since": "soon"},
        {"start__uid": "x"},
        {"scan_id": "1e5"},
    ],
)
def test_a_wrong_parameter_is_refused_by_name(place, member, parameters):
    stored(place, scan(1))
    answer = member.get(
        "/api/v1/runs", {"since": "7d", **parameters} if "time_zone" in parameters else parameters
    )
    if parameters.get("sort") == "'; --":
        assert answer.status_code in (200, 400)
        return
    assert answer.status_code == 400
    assert list(parameters)[0] in answer.json()["fields"]


class AnyText(TestCase):
    def setUp(self):
        self.place = make_place()
        stored(self.place, scan(1, sample="LaB6", energy=7100.0))
        self.member = signed_in(self.place.member)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        q=st.one_of(
            st.text(max_size=60),
            st.lists(
                st.sampled_from(
                    [
                        *"-:\"'\\<>=.*%(),/^$+?[]{}| ",
                        "sample",
                        "energy",
                        "time",
                        "or",
                        "recent",
                        "stop.",
                        "keV",
                        "7d",
                    ]
                ),
                max_size=25,
            ).map("".join),
        ),
        sort=st.one_of(
            st.just(""), st.text(max_size=20), st.sampled_from(["-scan_id", "sample,-energy", "duration"])
        ),
    )
    def test_no_text_is_a_fault_of_ours(self, q, sort):
        for route in ("runs", "runs/facets"):
            parameters = {"q": q, "sort": sort} if route == "runs" else {"q": q}
            answer = self.member.get(f"/api/v1/{route}", parameters)
            assert answer.status_code in (200, 400), (q, sort, answer.content)


def test_a_search_past_its_deadline_is_503_with_advice(place, member, monkeypatch):
    stored(place, scan(1))
    monkeypatch.setattr(finding, "matches", lambda *args: connection.cursor().execute("SELECT pg_sleep(9)"))
    monkeypatch.setattr(deadline.deadline.__wrapped__, "__defaults__", (30,))
    answer = member.get("/api/v1/runs", {"q": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "search_timeout")
    assert "Narrow it" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-time", [4, 3, 2, 1]),
        ("time", [1, 2, 3, 4]),
        ("scan_id", [4, 1, 3, 2]),
        ("-scan_id", [2, 3, 1, 4]),
        ("plan,-time", [2, 4, 3, 1]),
        ("-num_events", [3, 2, 4, 1]),
        ("-duration", [3, 2, 4, 1]),
        ("energy", [4, 2, 1, 3]),
        ("-energy", [3, 1, 2, 4]),
        ("exit_status,time", [4, 2, 1, 3]),
        ("sample.name,time", [1, 2, 4, 3]),
    ],
)
@pytest.mark.parametrize("q", ["", "anywhere:ada"])
def test_pages_of_any_order_follow_each_other(place, member, sort, expected, q):
    runs = {
        1: scan(0, time=1.0, scan_id=5, energy=7.0),
        2: scan(2, time=2.0, scan_id=9, plan_name="count", energy=6.5, stop="fail"),
        3: scan(3, time=3.0, scan_id=7, energy=7.5, sample={"name": "LaB6"}),
        4: scan(1, time=4.0, stop="abort"),
    }
    uids = {}
    for name, documents in runs.items():
        uids[stored(place, documents)] = name
    Run.objects.filter(time=4.0).update(scan_id=None)
    seen, cursor = [], ""
    for _ in range(6):
        page = member.get("/api/v1/runs", {"q": q, "sort": sort, "limit": 1, "cursor": cursor}).json()
        seen += [uids[row["uid"]] for row in page["results"]]
        assert page["count"] == {"value": 4, "capped": False}
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == expected


def test_days_begin_in_the_zone_of_the_beamline(place, member):
    accounts.Beamline.objects.filter(name="demo").update(time_zone="America/Chicago")
    stored(place, scan(0, time=86_400.0 + 3600.0))
    count = lambda **asked: member.get("/api/v1/runs", asked).json()["count"]["value"]  # noqa: E731  short
    assert count(q="time:1970-01-01") == 1
    assert count(q="time:1970-01-01", time_zone="UTC") == 0
    assert count(since="1970-01-02", time_zone="UTC") == 1
    assert count(since="1970-01-02", beamline="demo") == 0
    bars = member.get("/api/v1/runs/histogram", {"by": "day"}).json()
    assert (bars["time_zone"], bars["results"][0]["begins"]) == ("America/Chicago", "1970-01-01")


def test_searches_are_saved_shared_changed_and_forgotten(place, member):
    stranger = signed_in(place.stranger)
    made = member.post(
        "/api/v1/searches",
        {"name": "failed", "question": {"q": "status:fail", "sort": "-time"}, "proposal": "P-1"},
        content_type="application/json",
    )
    assert made.status_code == 201
    uid = made.json()["uid"]
    assert [row["name"] for row in member.get("/api/v1/searches").json()["results"]] == ["failed"]
    assert stranger.get("/api/v1/searches").json()["results"] == []
    changed = member.patch(f"/api/v1/searches/{uid}", {"name": "bad"}, content_type="application/json")
    assert (changed.json()["name"], changed.json()["proposal"]) == ("bad", "P-1")
    assert stranger.delete(f"/api/v1/searches/{uid}").status_code == 404
    assert member.delete(f"/api/v1/searches/{uid}").status_code == 204
    assert member.get(f"/api/v1/searches/{uid}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "a", "question": {"q": "scan_id:x"}}, 400),
        ({"name": "a", "question": {"q": "(a"}}, 400),
        ({"name": "a", "question": {"owner": 1}}, 400),
        ({"name": "a", "question": {"q": 5}}, 400),
        ({"name": "a", "question": {"sort": "a..b"}}, 400),
        ({"name": "a", "question": {"status": "well"}}, 400),
        ({"name": "", "question": {}}, 400),
        ({"name": "a", "question": {}, "owner": "root"}, 400),
        ({"name": "a", "question": {}, "proposal": "P-9"}, 404),
        ({"name": "a", "question": {}, "beamline": "demo"}, 403),
        ({"name": "KEPT", "question": {}}, 409),
    ],
)
def test_a_search_that_cannot_be_kept_is_refused(place, member, body, status):
    first = {"name": "kept", "question": {}}
    member.post("/api/v1/searches", first, content_type="application/json")
    answer = member.post("/api/v1/searches", body, content_type="application/json")
    assert answer.status_code == status, answer.content


def test_the_characters_of_several_uids_list_the_runs(place, member):
    uids = [stored(place, scan(0, uid=f"abcdef{n}", scan_id=n)) for n in (1, 2)]
    answer = member.get("/api/v1/runs/abcdef")
    assert answer.status_code == 400
    assert all(uid in answer.json()["hint"] for uid in uids)
    assert member.get("/api/v1/runs/abcdef1").json()["uid"] == "abcdef1"
    assert member.get("/api/v1/runs/abcde").status_code == 404


@pytest.mark.parametrize(
    ("route", "parameters", "most"),
    [
        ("runs", {}, 11),
        ("runs", {"q": "plan:scan LaB6 energy:>1"}, 11),
        ("runs", {"q": "recent:3"}, 11),
        ("runs", {"sort": "sample"}, 11),
        ("runs/facets", {}, 12),
        ("runs/facets", {"q": "plan:scan"}, 12),
        ("runs/histogram", {"by": "day"}, 12),
        ("runs/values", {"key": "sample"}, 11),
        ("runs/values", {"key": "energy"}, 11),
        ("runs/keys", {}, 11),
        ("searches", {}, 8),
    ],
)
def test_each_list_costs_a_bounded_number_of_queries(
    place, member, django_assert_max_num_queries, route, parameters, most
):
    for n in range(15):
        stored(place, scan(1, sample=f"s{n}", energy=n, note="LaB6"))
    with django_assert_max_num_queries(most):
        assert member.get(f"/api/v1/{route}", parameters).status_code == 200


def seed(count=4000):
    """Fill the catalogue by SQL with runs that all differ, and let the planner count them."""
    stored(make_place("other", "P-7"), scan(0, sample="LaB6", note="frequent", energy=1.0, uid="00000000"))
    fields = [f for f in Run._meta.concrete_fields if not (f.primary_key or getattr(f, "generated", False))]
    columns = [f.column for f in fields]
    changed = {
        "uid": "md5(n::text)",
        "time": "time + n",
        "scan_id": "n",
        "start": "start || jsonb_build_object('scan_id', n, 'sample', 's' || n, 'energy', n)",
        "search_text": "'frequent rare' || n || E'\\ns' || n || E'\\n' || n",
    }
    chosen = ", ".join(changed.get(name, name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO catalog_run ({', '.join(columns)})"
            f" SELECT {chosen} FROM catalog_run, generate_series(2, {count}) AS n"
        )
        cursor.execute("ANALYZE catalog_run")
        cursor.execute("ANALYZE catalog_runnumber")


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("rare77", "catalog_run_words"),
        ("rare77 frequent", "catalog_run_words"),
        ("rare77 or scan_id:5", "catalog_run_words"),
        ("sample:s77", "catalog_run_start"),
        ("sample:*s77*", "catalog_run_text"),
        ("sample:/^s77[12]$/", "catalog_run_text"),
        ("anywhere:are77", "catalog_run_text"),
        ("energy:77..78", "catalog_runnumber"),
        ("num_events:77", "catalog_runnumber"),
        ("duration:>77", "catalog_runnumber"),
        ("nosuchkey:*", "catalog_run_keys"),
        ("scan_id:77", "catalog_run_scan_id"),
        ("uid:abcdef", "catalog_run_uid"),
    ],
)
def test_a_filled_catalogue_is_searched_by_its_indexes(text, index):
    seed()
    query = run_query(text)
    rows = Run.objects.filter(condition(RunQuery(terms=by_index(query.terms)))).order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a few thousand runs are read through as quickly
    plan = rows.values("pk", "time")[: finding.COUNT_CAP + 1].explain()
    assert index in plan, plan
    assert "Seq Scan on catalog_run " not in plan, plan


@pytest.mark.parametrize(
    ("sort", "index"),
    [("-time", "catalog_run_latest"), ("time", "catalog_run_latest"), ("-scan_id", "catalog_run_scan_id")],
)
def test_deep_pages_walk_an_index_from_where_they_begin(sort, index):
    seed()
    order = order_of((sort,))
    page = selectors.runs(SYSTEM, RunQuery(sort=(sort,), limit=5))
    position = finding.read_cursor(page.next, (sort,))
    rows = Run.objects.filter(order.after(position.values)).order_by(*order.orderings())[:20]
    plan = rows.explain()
    assert index in plan, plan
    assert re.search(r"\bSort\b", plan.replace("Incremental Sort", "").replace("Sort Key", "")) is None, plan


def test_a_statement_prepared_for_any_word_still_uses_the_index_of_words():
    seed()
    sql, values = (
        Run.objects.filter(condition(run_query("rare77"))).order_by("-time", "-pk").values("pk")[:20]
    ).query.sql_with_params()
    with deadline.deadline(), connection.cursor() as cursor:
        cursor.execute(
            f"PREPARE search (text, text) AS {sql.replace('%s', '$1::regconfig', 1).replace('%s', '$2')}", []
        )
        for _ in range(8):
            cursor.execute("EXECUTE search ('simple', %s)", [values[-1]])
        cursor.execute("EXPLAIN EXECUTE search ('simple', %s)", [values[-1]])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE search")
    assert "catalog_run_words" in plan, plan
