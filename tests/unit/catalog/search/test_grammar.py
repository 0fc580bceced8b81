"""The search line is read as people mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidError
from catalog.queries import Comparison, Pair, Words
from catalog.search.grammar import parse
from catalog.search.moments import moment
from catalog.search.questions import run_query


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
    for term in terms:
        value = term.text if isinstance(term, Words) else term.key
        assert value


def test_a_line_that_makes_slow_patterns_slow_is_read_at_once():
    for text in ("a" * 999, "-" * 999, '"' * 999, ":" * 999, "." * 999, "a:" + "." * 990, "k:" + "1.." * 300):
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
