"""The encoding rule loses nothing that is JSON-like."""

import json
import math
from datetime import date
from enum import Enum
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.documents.encoding import (
    MAX_DEPTH,
    dumps,
    from_storable,
    has_escape,
    is_plain_column,
    loads,
    loads_own,
    to_storable,
)
from catalog.documents.errors import EncodingError

text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=8)
escapes = st.sampled_from(["$numberDouble", "$numberInteger", "$string", "$object", "$", "$x"])
atoms = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**400), 10**400), st.floats(), text
)
documents = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(text, escapes), inner, max_size=3),
    ),
    max_leaves=12,
)


class Colour(Enum):
    RED = "red"


def same(a: object, b: object) -> bool:
    """Equal in value, type, order of keys, sign of zero; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (a == b and math.copysign(1, a) == math.copysign(1, b)) or (a != a and b != b)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b


def refuse(token: str) -> None:
    raise AssertionError(f"{token} is not strict JSON")


@given(documents)
def test_both_ways_to_read_are_the_inverse_of_dumps(doc):
    assert same(loads(dumps(doc)), doc)
    assert same(loads_own(dumps(doc)), doc)


@given(documents)
def test_from_storable_is_the_inverse_of_to_storable(doc):
    assert same(from_storable(to_storable(doc)), doc)


@given(documents)
def test_what_is_written_is_strict_json_in_utf8_on_one_line(doc):
    data = dumps(doc)
    json.loads(data.decode("utf-8"), parse_constant=refuse)
    assert b"\n" not in data
    assert b"\0" not in data
    assert b"\\u0000" not in data


@given(documents)
@example(1e16)
@example(-0.0)
@example({"at the end": [1.0, 1e16]})
@example({"kelvin": -0.0, "text": "1e5,"})
def test_the_quick_way_to_write_says_what_the_rule_says(doc):
    assert same(json.loads(dumps(doc)), to_storable(doc))


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        float("-inf"),
        -0.0,
        1e16,
        1e22,
        -1e300,
        5e-324,
        10**400,
        -(10**5000),
        2**63,
        -(2**63),
        "a\0b",
        "\ud800",
        "\ud83d\ude00",
        "back\\slash\0\n\u00e9\U0001f600",
        {"\0": 1, "b": {"$string": "x"}},
        {"$numberDouble": "NaN"},
        {"$object": [["a", 1]]},
        {"$numberDouble": {"$numberDouble": "NaN"}},
        {},
        {"$": None},
    ],
    ids=lambda value: (
        ascii(value)[:30] if not isinstance(value, int) else f"int of {value.bit_length()} bits"
    ),
)
def test_odd_values_come_back(value):
    for read in (loads, loads_own):
        assert same(read(dumps({"k": [value]})), {"k": [value]})
    assert same(from_storable(to_storable(value)), value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float64(1.5), 1.5),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.int8(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.array([[1, 2], [3, 4]], dtype="i2"), [[1, 2], [3, 4]]),
        (np.array([0.5, -0.0, np.nan]), [0.5, -0.0, math.nan]),
        (np.array(2.5), 2.5),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([{"a": 1}, None], dtype=object), [{"a": 1}, None]),
        (np.longdouble(1.25), 1.25),
        ((1, (2, 3)), [1, [2, 3]]),
    ],
)
def test_numpy_values_and_tuples_come_back_as_what_they_hold(value, plain):
    assert same(loads(dumps({"k": value})), {"k": plain})


@pytest.mark.parametrize(
    "value",
    [
        object(),
        UUID(int=1),
        Colour.RED,
        date(2026, 1, 1),
        b"bytes",
        {1: 2},
        {1, 2},
        1j,
        np.array([1j]),
        np.datetime64("2020-01-01"),
        np.bytes_(b"x"),
    ],
)
def test_values_that_are_not_json_like_are_refused_with_their_type(value):
    with pytest.raises(EncodingError, match=r"JSON-like|strings"):
        dumps({"k": value})


def test_deep_nesting_is_refused_and_the_deepest_allowed_comes_back():
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value]
        return value

    for read in (loads, loads_own):
        assert read(dumps(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(EncodingError, match="nested deeper"):
        dumps(nested(MAX_DEPTH + 1))
    with pytest.raises(EncodingError, match="nested deeper"):
        dumps(nested(20_000))


@given(
    st.one_of(
        st.lists(st.floats()),
        st.lists(st.integers(-(2**65), 2**65)),
        st.lists(text),
        st.lists(st.one_of(st.booleans(), st.none())),
    )
)
def test_a_plain_column_stands_for_itself(values):
    if is_plain_column(values):
        assert same(to_storable(values), values)


@given(documents)
def test_text_without_escapes_is_read_by_any_reader(doc):
    text = dumps(doc).decode()
    if not has_escape(text):
        assert same(json.loads(text), doc)


@pytest.mark.parametrize(
    "value", [-0.0, 1e16, -1e16, 1e22, math.nan, math.inf, 2**63, "\0", "\udfff", {"$a": 1}]
)
def test_what_jsonb_changes_or_refuses_is_escaped(value):
    (key,) = to_storable(value)
    assert key in ("$numberDouble", "$numberInteger", "$string", "$object")


@pytest.mark.parametrize(
    "value", [0.0, 9.99e15, -0.5, 5e-324, 2**63 - 1, -(2**63), "é\n\U0001f600", {"a$": 1}, {}]
)
def test_what_jsonb_keeps_is_written_as_it_is(value):
    assert same(to_storable(value), value)
