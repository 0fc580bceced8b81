"""The search line is read as people mean it."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidError
from catalog.queries import Comparison, Group, Pair, TimeSpan, Words, leaves
from catalog.search.grammar import parse
from catalog.search.moments import Clock, moment, span
from catalog.search.questions import run_query
from catalog.search.units import KEY_UNITS, number_in_unit_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("   ", ()),
        ("a b", (Words("a"), Words("b"))),
        ('"a b"', (Words("a b", is_phrase=True),)),
        ('"a b', (Words("a b", is_phrase=True),)),
        ("-a", (Words("a", is_negated=True),)),
        ('-"a b"', (Words("a b", is_phrase=True, is_negated=True),)),
        ("a-b", (Words("a-b"),)),
        ("- a", (Words("-"), Words("a"))),
        ("k:v", (Pair("k", "v"),)),
        ('k:"v w"', (Pair("k", "v w"),)),
        ("-k:v", (Pair("k", "v", is_negated=True),)),
        ("k:>=5", (Pair("k", "5", Comparison.AT_LEAST),)),
        ("k:<5", (Pair("k", "5", Comparison.LESS),)),
        ("k:1..2", (Pair("k", "1", Comparison.BETWEEN, "2"),)),
        ("k:-1.5..-.5", (Pair("k", "-1.5", Comparison.BETWEEN, "-.5"),)),
        ("k:a:b", (Pair("k", "a:b"),)),
        ("http://host", (Words("http://host"),)),
        ("k:1..", (Pair("k", "1", Comparison.AT_LEAST),)),
        ("k:..1", (Pair("k", "1", Comparison.AT_MOST),)),
        ("k:*", (Pair("k", "", Comparison.EXISTS),)),
        ('k:"*"', (Pair("k", "*"),)),
        ("k:a*b", (Pair("k", "a*b", Comparison.LIKE),)),
        ("k:/a b\\/c/", (Pair("k", "a b/c", Comparison.REGEX),)),
        ("k:/a/i", (Pair("k", "a", Comparison.REGEX_ANY_CASE),)),
        ("k:/data/x", (Pair("k", "/data/x"),)),
        ("k:a,b", (Group((Pair("k", "a"), Pair("k", "b")), is_any=True),)),
        ("-k:a,b", (Group((Pair("k", "a"), Pair("k", "b")), is_any=True, is_negated=True),)),
        ('k:"a,b"', (Pair("k", "a,b"),)),
        ('k:>"2 days"', (Pair("k", "2 days", Comparison.MORE),)),
        ('k:"a b".."c d"', (Pair("k", "a b", Comparison.BETWEEN, "c d"),)),
        ('k:1.."c d"', (Pair("k", "1", Comparison.BETWEEN, "c d"),)),
        ('"my key".x:1', (Pair('"my key".x', "1"),)),
        ("a or b", (Group((Words("a"), Words("b")), is_any=True),)),
        ("a b or c", (Group((Group((Words("a"), Words("b"))), Words("c")), is_any=True),)),
        ("a AND b", (Words("a"), Words("b"))),
        ("orbit", (Words("orbit"),)),
        ("(a b)", (Group((Words("a"), Words("b"))),)),
        ("-(a)", (Words("a", is_negated=True),)),
        ("f(x)", (Words("f(x)"),)),
        ("(f(x))", (Words("f(x)"),)),
        ("-1", (Pair("recent", "-1"),)),
        ("-1a", (Words("1a", is_negated=True),)),
        ('"a \\"b\\""', (Words('a "b"', is_phrase=True),)),
        ("k: v", (Words("k:"), Words("v"))),
        ('""', ()),
    ],
)
def test_a_line_is_cut_into_terms(text, terms):
    assert parse(text) == terms


@given(st.text(max_size=80))
def test_every_text_is_read_or_refused(text):
    try:
        terms = parse(text)
    except InvalidError:
        return
    for term in leaves(terms):
        value = term.text if isinstance(term, Words) else term.key
        assert value


def test_a_line_that_makes_slow_patterns_slow_is_read_at_once():
    for text in (
        "a" * 999,
        "-" * 999,
        '"' * 999,
        ":" * 999,
        "." * 999,
        "a:" + "." * 990,
        "k:" + "1.." * 300,
        "k:/" + "\\/" * 400,
        "(" * 999,
        "a," * 400,
        "k:" + "," * 900,
    ):
        try:
            parse(text)
        except InvalidError:
            continue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00", 3600.0),
        ("1970-01-01T01:00Z", 3600.0),
        ("1970-01-01T01:00+01:00", 0.0),
        ("90min", 1_000_000.0 - 5400.0),
        ("2w", 1_000_000.0 - 1_209_600.0),
        ("12.5", 12.5),
        ("today", 950_400.0),
        ("yesterday", 864_000.0),
        ("now", 1_000_000.0),
        ("2 hours ago", 992_800.0),
        ("last 2 hours", 992_800.0),
        ("monday", 950_400.0),
        ("last monday", 345_600.0),
        ("sunday", 864_000.0),
        ("this week", 950_400.0),
        ("last week", 345_600.0),
        ("this month", 0.0),
        ("last year", -31_536_000.0),
        ("1970-W02", 345_600.0),
        ("1970-02", 2_678_400.0),
        ("1971", 31_536_000.0),
        ("3 Jan 1970", 172_800.0),
        ("jan 3, 1970", 172_800.0),
        ("3.1.1970", 172_800.0),
        ("2 january", 86_400.0),
        ("12:30", 995_400.0),
    ],
)
def test_moments_are_read_as_typed(text, expected):
    assert moment(text, now=1_000_000.0) == expected


def test_a_day_as_an_end_includes_the_day():
    assert moment("1970-01-02", now=0.0, is_end=True) == 172_800.0
    assert moment("1970-01-02T00:00", now=0.0, is_end=True) == 86_400.0


@pytest.mark.parametrize("text", ["", "x", "1970-13-01", "nan", "inf", "1e400", "9999999d", "0000-01-01"])
def test_what_is_no_moment_is_refused_with_the_field(text):
    with pytest.raises(InvalidError) as refusal:
        moment(text, now=0.0, name="since")
    assert list(refusal.value.fields) == ["since"]


def test_the_narrowest_bounds_hold():
    query = run_query("since:10 since:20 until:50 word", since="5", until="40")
    assert (query.since, query.until, query.terms) == (20.0, 40.0, (Words("word"),))
    assert run_query("-since:30").until == 30.0
    assert run_query("-until:30").since == 30.0


def test_days_begin_in_the_zone_of_the_beamline():
    chicago = ZoneInfo("America/Chicago")
    assert moment("1970-01-02", now=0.0, zone=chicago) == 86_400.0 + 6 * 3600
    assert moment("1970-01-02T00:00Z", now=0.0, zone=chicago) == 86_400.0
    assert moment("today", now=3600.0, zone=chicago) == -18 * 3600.0


def test_a_day_with_a_shifted_clock_has_23_hours():
    found = span("2026-03-29", Clock(0.0, ZoneInfo("Europe/Zurich")))
    assert found.upper - found.lower == 23 * 3600


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("time:1970-01-02", 86_400.0, 172_800.0),
        ("time:>1970-01-02", 172_800.0, None),
        ("time:>=1970-01-02", 86_400.0, None),
        ("time:<1970-01-02", None, 86_400.0),
        ("time:<=1970-01-02", None, 172_800.0),
        ("time:1970-01-02..1970-01-03", 86_400.0, 259_200.0),
        ("time:1970-01-02..", 86_400.0, None),
        ('time:"3 Jan 1970"', 172_800.0, 259_200.0),
    ],
)
def test_times_become_bounds(text, lower, upper):
    query = run_query(text)
    assert (query.since, query.until, query.terms) == (lower, upper, ())


def test_times_inside_or_stay_where_they_are():
    (group,) = run_query("since:10 or word").terms
    assert group.terms == (TimeSpan(10.0, None), Words("word"))


def test_units_become_those_of_the_key():
    assert run_query("energy:7keV..7.2keV").terms == (Pair("energy", "7000", Comparison.BETWEEN, "7200"),)
    assert run_query("gap_mm:<250um").terms == (Pair("gap_mm", "0.25", Comparison.LESS),)
    (either,) = run_query("energy:7.1keV").terms
    assert either.terms == (Pair("energy", "7.1keV"), Pair("energy", "7100"))
    assert run_query("sample:3B").terms == (Pair("sample", "3B"),)


@pytest.mark.parametrize("name", KEY_UNITS)
def test_each_key_has_a_unit_of_the_table(name):
    assert number_in_unit_of(name, f"2{KEY_UNITS[name]}") == 2.0


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("energy", "7kev", "did you mean keV"),
        ("energy", "7mm", "kept in eV"),
        ("knob", "7mm", "in which unit"),
        ("energy", "warm", "no number"),
        ("energy", "1e999", "larger"),
    ],
)
def test_a_wrong_unit_is_told(key, text, words):
    with pytest.raises(ValueError, match=words):
        number_in_unit_of(key, text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("good (bad", "character 6, (:"),
        ("a or", "character 3, or:"),
        ("x energy:>warm", "character 3, energy:>warm:"),
        ("x -time:>cold", "character 3, -time:>cold:"),
        ("a b)", "character 4, ):"),
        ("a (b or -1)", "character 9, -1:"),
    ],
)
def test_a_refusal_points_at_its_place(text, place):
    with pytest.raises(InvalidError) as refusal:
        run_query(text)
    assert place in refusal.value.fields["q"][0]
