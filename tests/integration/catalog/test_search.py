"""Runs are found by what people type, quickly, and only by those who may see them."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import models as accounts
from accounts.errors import InvalidError, UnavailableError
from catalog import selectors
from catalog.models import Run
from catalog.queries import RunQuery
from catalog.search import run_query
from catalog.selectors import finding, places
from catalog.selectors.deadline import deadline
from tests.support.catalog_runs import SYSTEM, make_place, person, scan, stored

pytestmark = pytest.mark.django_db

DAY = 86_400.0


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def library(place):
    """Five runs, by a short name; no search of the tests finds them by their uid."""
    return {
        "lab6": stored(
            place,
            scan(
                3,
                time=1 * DAY,
                uid="aaaaaaaa",
                sample="LaB6",
                scan_id=1,
                temperature=300,
                tag=["cold", "first"],
            ),
        ),
        "fe2o3": stored(
            place,
            scan(
                2,
                time=2 * DAY,
                uid="bbbbbbbb",
                sample={"name": "Fe2O3"},
                scan_id=2,
                purpose="phase map of rust",
            ),
        ),
        "count": stored(
            place,
            scan(1, time=3 * DAY, uid="cccccccc", plan_name="count", scan_id=3, motors=["sy"], stop="fail"),
        ),
        "open": stored(
            place, scan(1, time=4 * DAY, uid="dddddddd", scan_id=3, stop=None, deep={"er": {"value": 2.5}})
        ),
        "odd": stored(
            place,
            scan(1, time=5 * DAY, uid="eeeeeeee", scan_id=10, note="50% of o'hara \\ (x & y) | !z <-> ok"),
        ),
    }


def found(library, text, actor=SYSTEM, **filters):
    page = selectors.runs(actor, run_query(text, query=RunQuery(**filters)))
    names = {uid: name for name, uid in library.items()}
    return [names[r["uid"]] for r in page.results]


EVERYTHING = ["odd", "open", "count", "fe2o3", "lab6"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        ("LaB6", ["lab6"]),
        ("lab6", ["lab6"]),
        ("phase rust", ["fe2o3"]),
        ("rust phase", ["fe2o3"]),
        ('"phase map"', ["fe2o3"]),
        ('"map phase"', []),
        ("pha", ["fe2o3"]),
        ('"pha"', []),
        ("-lab6", ["odd", "open", "count", "fe2o3"]),
        ("plan:scan -sample:LaB6", ["odd", "open", "fe2o3"]),
        ("plan:co*", ["count"]),
        ("status:fail", ["count"]),
        ("status:open", ["open"]),
        ("-status:success", ["open", "count"]),
        ("scan_id:3", ["open", "count"]),
        ("scan_id:2..3", ["open", "count", "fe2o3"]),
        ("scan_id:>=3", ["odd", "open", "count"]),
        ("sample:LaB6", ["lab6"]),
        ("sample:Fe2O3", ["fe2o3"]),
        ("proposal:P-1 plan:count", ["count"]),
        ("proposal:P-9", []),
        ("user:ADA", EVERYTHING),
        ("beamline:demo motor:sy", ["count"]),
        ("detector:det motor:sx", ["odd", "open", "fe2o3", "lab6"]),
        ("temperature:300", ["lab6"]),
        ("temperature:>200", ["lab6"]),
        ("temperature:100..200", []),
        ("tag:cold", ["lab6"]),
        ("deep.er.value:2.5", ["open"]),
        ("deep.er.value:<3", ["open"]),
        ("since:1970-01-04T12:00", ["odd", "open"]),
        ("until:1970-01-03", ["fe2o3", "lab6"]),
        ("since:1970-01-03 until:1970-01-04", ["count", "fe2o3"]),
        ("-since:1970-01-03", ["lab6"]),
        ("o'hara", ["odd"]),
        ("50%", ["odd"]),
        ('purpose:"phase map of rust"', ["fe2o3"]),
        ('"phase', ["fe2o3"]),
        ("plan:scan,count", EVERYTHING),
        ("plan:count,fly", ["count"]),
        ("-plan:scan,fly", ["count"]),
        ("lab6 or rust", ["fe2o3", "lab6"]),
        ("lab6 OR status:fail,open", ["open", "count", "lab6"]),
        ("(lab6 or rust) -temperature:300", ["fe2o3"]),
        ("-(lab6 or rust) scan_id:..5", ["open", "count"]),
        ("sample:*", ["fe2o3", "lab6"]),
        ("-sample:*", ["odd", "open", "count"]),
        ("sample:lab*", ["lab6"]),
        ("sample:*2o3", ["fe2o3"]),
        ("sample:f*2*3", ["fe2o3"]),
        ("sample:/^[LF].*\\d$/", ["fe2o3", "lab6"]),
        ("sample:/^lab/", []),
        ("sample:/^lab/i", ["lab6"]),
        ("purpose:*map*", ["fe2o3"]),
        ("*usty*", []),
        ("*ust*", ["fe2o3"]),
        ("rus*", ["fe2o3"]),
        ("anywhere:ase", ["fe2o3"]),
        ("anywhere:/o.hara/", ["odd"]),
        ("tag:col*", ["lab6"]),
        ("tag:*", ["lab6"]),
        ("temperature:26.85degC", ["lab6"]),
        ("temperature:0degC..50degC", ["lab6"]),
        ("temperature:300..", ["lab6"]),
        ("deep.er.value:..2.5", ["open"]),
        ('"deep"."er".value:2.5', ["open"]),
        ("deep.er:*", ["open"]),
        ("start.deep.er.value:2.5", ["open"]),
        ("stop.exit_status:fail", ["count"]),
        ("-stop.exit_status:success", ["open", "count"]),
        ("stop:*", []),
        ("reason:*", []),
        ("num_events:>=2", ["fe2o3", "lab6"]),
        ("num_events:0", []),
        ("duration:3", ["lab6"]),
        ("duration:>2s", ["lab6"]),
        ("-duration:>2s", ["odd", "open", "count", "fe2o3"]),
        ("stream:primary", EVERYTHING),
        ("stream:baseline", []),
        ("user:a*", EVERYTHING),
        ("plan:*ount", ["count"]),
        ("motors:sx detectors:det", ["odd", "open", "fe2o3", "lab6"]),
        ("time:1970-01-04", ["count"]),
        ("time:1970-01-03..1970-01-04", ["count", "fe2o3"]),
        ("time:1970", EVERYTHING),
        ("time:>1970-01-04", ["odd", "open"]),
        ("-time:1970-01-04", ["odd", "open", "fe2o3", "lab6"]),
        ("since:1970-01-06 or lab6", ["odd", "lab6"]),
        ("-1", ["odd"]),
        ("-2", ["open"]),
        ("-6", []),
        ("plan:scan -2", ["open"]),
        ("recent:2", ["odd", "open"]),
        ("scan_id:3 recent:-2", ["count"]),
        ('"o\'hara"', ["odd"]),
        ("scan_id:*", EVERYTHING),
    ],
)
def test_a_search_line_finds_its_runs(library, text, expected):
    assert found(library, text) == expected


def test_part_of_a_uid_finds_the_run(library):
    uid = library["count"]
    assert found(library, uid[:8]) == ["count"]
    assert found(library, f"uid:{uid[:6]}") == ["count"]
    assert selectors.run(SYSTEM, uid[:8]).uid == uid


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"plan": "count"}, ["count"]),
        ({"status": "open"}, ["open"]),
        ({"scan_id": 3}, ["open", "count"]),
        ({"scan_id": 10**40}, []),
        ({"proposal": "P-1", "beamline": "demo", "since": 4 * DAY}, ["odd", "open"]),
        ({"sort": ("time",), "until": 3 * DAY}, ["lab6", "fe2o3"]),
    ],
)
def test_filters_narrow(library, filters, expected):
    assert found(library, "", **filters) == expected


@pytest.mark.parametrize(
    "text",
    [
        "status:well",
        "scan_id:abc",
        "scan_id:1..x",
        "since:someday",
        "until:99999-99-99",
        "temperature:>hot",
        "temperature:>nan",
        "user:>x",
        "a..b:1",
        "a\0b",
        "\ud800",
        "x" * 1001,
        "x " * 51,
        "since:" + "9" * 30 + "w",
        "(lab6",
        "lab6)",
        "or lab6",
        "lab6 or",
        "AND",
        "(" * 11 + "a" + ")" * 11,
        "sample:/(a)\\1/",
        "sample:/((a{40}){40}){40}/",
        "sample:/a(?=b)/",
        "sample:/(/",
        "sample:/[/",
        "anywhere:/*/",
        "sample:/" + "a" * 201 + "/",
        "temperature:>3parsec",
        "temperature:>3mm",
        "deep.er:>3mm",
        "lab6 or -1",
        "recent:0",
        "recent:x",
        "-recent:3",
        "since:>5",
        "time:cold",
        "time:*",
        "scan_id:a*",
        "duration:long",
        "x:>",
        "status:>fail",
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field(library, text):
    with pytest.raises(InvalidError) as refusal:
        found(library, text)
    assert "q" in refusal.value.fields


NASTY = [
    "'; DROP TABLE catalog_run; --",
    "--",
    "$..*",
    "\\",
    "%",
    "_",
    "start__uid:x",
    "pk:1",
    "run__beamline__name__startswith:d",
    "(a+)+$",
    "'':*",
    "a & | ! <->",
    "<->",
    "':*'",
    "\\':*",
    "key:",
    ":",
    ":x",
    "-",
    "- -",
    '""',
    '-""',
    'a:""',
    "http://host/path?q=1",
    "a:b:c",
    "e:1e999",
    "e:NaN",
    "e:[1,2",
    "e:{}",
    "x:..",
    "x:1..",
    "\u202eabc",
    "\U0001f600",
    "é" * 200,
    "scan_id:-0",
    '$."a":1',
    "since:-1",
    "a" * 900,
    "sample:/(a+)+$/",
    "sample:/(a|aa)*b/",
    "sample:/^(([a-z])+.)+[A-Z]([a-z])+$/",
    "anywhere:/(x+x+)+y/",
    "sample:/%/",
    "sample:*%*",
    "sample:_*",
    "sample:*\\*",
    'sample:"*"',
    "sample:/\\\\/",
    'sample:/"/',
    "\U0001f600:\U0001f600*",
    "sample:*\U0001f600*",
    "sample:/\U0001f600/",
    "start__uid__regex:/x/",
    "a-b.c:*",
    "k:,",
    "k:,,",
    "k:a,",
    "-(-(-a))",
    "()",
    "-()",
    "(-)",
    "sample:''",
    "sample:$1",
    "sample:%s",
    "%(x)s",
    '"$.x".y:>1',
    "x:1e307..1e308",
    "*",
    "plan:*",
    "uid:%",
]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_is_a_search_like_any_other(library, text):
    found(library, text)
    assert Run.objects.count() == 5


def test_a_regular_expression_that_is_none_is_told_in_words(library):
    with pytest.raises(InvalidError, match="regular expression"):
        found(library, "sample:/a(b/")


def test_a_refusal_points_at_the_place(library):
    with pytest.raises(InvalidError) as refusal:
        found(library, "lab6 temperature:>hot")
    assert refusal.value.fields["q"] == [
        "At character 6, temperature:>hot: 'hot' is no number to compare with."
    ]


class AnyText(TestCase):
    @settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        st.one_of(
            st.text(max_size=60),
            st.lists(
                st.sampled_from(
                    [
                        *"-:\"'\\<>=.*% $&|!()~@/,[]{}?+^",
                        *("plan", "scan_id", "a", "1", "..", " or ", "time", "recent"),
                    ]
                ),
                max_size=20,
            ).map("".join),
        )
    )
    def test_no_text_is_an_error_of_ours(self, text):
        try:
            selectors.runs(SYSTEM, run_query(text))
        except InvalidError:
            return


@pytest.mark.parametrize("text", ["", "plan:scan"])
@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_pages_follow_each_other_without_gap_or_double(place, text, is_oldest_first):
    uids = [stored(place, scan(0, time=float(n // 3))) for n in range(10)]
    seen, cursor = [], ""
    for _ in range(10):
        query = RunQuery(limit=3, cursor=cursor, sort=("time",) if is_oldest_first else ())
        page = selectors.runs(SYSTEM, run_query(text, query=query))
        seen += [r["uid"] for r in page.results]
        assert (page.count, page.is_capped) == (10, False)
        if page.next is None:
            break
        cursor = page.next
    assert seen == (uids if is_oldest_first else uids[::-1])


@pytest.mark.parametrize("few", [0, 100])
def test_pages_of_a_member_go_over_all_places(place, monkeypatch, few):
    monkeypatch.setattr(places, "FEW_PROPOSALS", few)
    other, third = make_place("other", "P-2"), make_place("third", "P-3")
    both = accounts.User.objects.create(username="both")
    for number in ("P-1", "P-2"):
        accounts.Membership.objects.create(
            user=both, proposal=accounts.Proposal.objects.get(number=number), role="member"
        )
    where = [place, other, other, third]
    uids = [stored(where[n % 4], scan(0, time=float(n // 5))) for n in range(20)]
    mine = [uid for n, uid in enumerate(uids) if n % 4 != 3][::-1]
    seen, page = [], None
    while page is None or page.next:
        page = selectors.runs(person(both), RunQuery(limit=4, cursor=page.next if page else ""))
        seen += [row["uid"] for row in page.results]
        assert (page.count, page.is_capped) == (15, False)
    assert seen == mine


def test_a_cursor_that_is_not_ours_is_refused(place):
    for n in range(3):
        stored(place, scan(0, time=float(n)))
    cursor = selectors.runs(SYSTEM, RunQuery(limit=1)).next
    for bad in ("x", cursor[:-1] + ("a" if cursor[-1] != "a" else "b"), "é", "a" * 1000, "{}"):
        with pytest.raises(InvalidError) as refusal:
            selectors.runs(SYSTEM, RunQuery(cursor=bad))
        assert "cursor" in refusal.value.fields
    with pytest.raises(InvalidError, match="cursor"):
        selectors.runs(SYSTEM, RunQuery(cursor=cursor, sort=("time",)))


def test_counts_are_capped(place, monkeypatch):
    monkeypatch.setattr(finding, "COUNT_CAP", 4)
    for n in range(6):
        stored(place, scan(0, time=float(n)))
    for text in ("", "plan:scan"):
        page = selectors.runs(SYSTEM, run_query(text, query=RunQuery(limit=2)))
        assert (page.count, page.is_capped, len(page.results)) == (4, True, 2)
        assert page.results[0]["time"] == 5.0


@pytest.mark.parametrize("text", ["", "plan:scan", "sample:x", "word"])
def test_only_visible_runs_are_found_and_counted(place, text):
    other = make_place("other", "P-2")
    mine = stored(place, scan(1, sample="x", note="word"))
    theirs = stored(other, scan(1, sample="x", note="word"))
    for who, uid in ((place.member, mine), (other.member, theirs)):
        page = selectors.runs(who, run_query(text))
        assert [r["uid"] for r in page.results] == [uid]
        assert page.count == 1
        assert selectors.facets(who, run_query(text))["count"]["value"] == 1
    assert selectors.runs(place.stranger, run_query(text)).count == 0
    assert selectors.facets(place.stranger, run_query(text))["plan"] == []
    assert selectors.runs(SYSTEM, run_query(text)).count == 2


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("text", ["", "plan:scan", "word"])
def test_rights_at_one_place_give_none_at_another(place, monkeypatch, few, text):
    monkeypatch.setattr(places, "FEW_PROPOSALS", few)
    other = make_place("other", "P-2")
    accounts.Proposal.objects.get(number="P-1").beamlines.add(accounts.Beamline.objects.get(name="other"))
    staff = accounts.User.objects.create(username="both")
    accounts.Membership.objects.create(
        user=staff, proposal=accounts.Proposal.objects.get(number="P-2"), role="member"
    )
    accounts.StaffAssignment.objects.create(
        user=staff, beamline=accounts.Beamline.objects.get(name="demo"), role="beamline_staff"
    )
    of_demo = [stored(place, scan(0, time=float(n), note="word")) for n in range(2)]
    Run.objects.filter(uid=of_demo[1]).update(proposal=None)
    theirs = stored(other, scan(0, time=5.0, note="word"))
    hidden = Run.objects.get(uid=stored(other, scan(0, time=6.0, note="word")))
    hidden.proposal = accounts.Proposal.objects.get(number="P-1")
    hidden.save()
    found = selectors.runs(person(staff), run_query(text))
    assert [row["uid"] for row in found.results] == [theirs, of_demo[1], of_demo[0]]
    assert found.count == selectors.facets(person(staff), run_query(text))["count"]["value"] == 3
    of_member = [row["uid"] for row in selectors.runs(place.member, run_query(text)).results]
    assert of_member == [hidden.uid, of_demo[0]]


def test_facets_count_what_matches(library):
    facets = selectors.facets(SYSTEM, run_query("-sample:LaB6"))
    assert facets["plan"] == [{"value": "scan", "count": 3}, {"value": "count", "count": 1}]
    assert {f["value"]: f["count"] for f in facets["status"]} == {"success": 2, "fail": 1, "open": 1}
    assert facets["count"] == {"value": 4, "capped": False}


@pytest.mark.parametrize("text", ["", "plan:scan", "lab6 -x"])
def test_a_page_costs_the_same_number_of_queries_whatever_its_size(
    place, django_assert_max_num_queries, text
):
    for _ in range(12):
        stored(place, scan(1))
    with django_assert_max_num_queries(10):
        selectors.runs(place.member, run_query(text, query=RunQuery(limit=2)))
    with django_assert_max_num_queries(10):
        selectors.runs(place.member, run_query(text, query=RunQuery(limit=12)))


def plan_of(rows):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("word", "catalog_run_words"),
        ("sample:x", "catalog_run_start"),
        ("temperature:300", "catalog_run_start"),
        ("motor:sx", "catalog_run_start"),
        ("scan_id:3", "catalog_run_scan_id"),
        ("plan:count", "catalog_run_plan"),
        ("uid:abcd", "catalog_run_uid"),
        ("user:ada", "catalog_run_username"),
    ],
)
def test_each_kind_of_term_can_use_its_index(library, text, index):
    from catalog.selectors.conditions import condition

    assert index in plan_of(Run.objects.filter(condition(run_query(text))).order_by())


def test_the_newest_runs_come_from_the_index_along_time(library):
    plan = plan_of(Run.objects.order_by("-time", "-pk")[:20])
    assert "catalog_run_latest" in plan
    assert "Sort" not in plan


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_is_given_up():
    with pytest.raises(UnavailableError, match="too long"), deadline(50), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] in ("0", "30s", "60s", "10s", "5s")


def test_a_deadline_holds_inside_only():
    def timeout():
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return cursor.fetchone()[0]

    before = timeout()
    with deadline(1234):
        assert timeout() == "1234ms"
    assert timeout() == before


def test_results_tell_what_lists_show(place):
    stored(place, scan(3, time=5.0, sample={"name": "LaB6"}, title="first light"))
    (summary,) = selectors.runs(SYSTEM, RunQuery()).results
    uid = summary.pop("uid")
    assert uid
    assert summary == {
        "scan_id": 1,
        "plan_name": "scan",
        "time": 5.0,
        "stop_time": 8.0,
        "exit_status": "success",
        "reason": "",
        "beamline": "demo",
        "proposal": "P-1",
        "username": "ada",
        "num_events": {"primary": 3},
        "num_points": 3,
        "motors": ["sx"],
        "detectors": ["det"],
        "sample": "LaB6",
        "title": "first light",
    }


def test_odd_metadata_does_not_break_the_list(place):
    odd = {
        "sample": {"a": 5},
        "motors": {"a": 1},
        "detectors": [1, None],
        "num_points": "many",
        "title": ["x"],
    }
    stored(place, scan(0, **odd))
    (summary,) = selectors.runs(SYSTEM, RunQuery()).results
    assert [summary[k] for k in ("sample", "motors", "detectors", "num_points", "title")] == [
        "",
        [],
        [],
        None,
        "",
    ]
