"""Derived channels: what may be computed, and what is refused with its place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.figures.expressions import DEEPEST, LONGEST, ExpressionError, parse_expression

COLUMNS = {
    "det": np.array([1.0, 4.0, 9.0, 16.0]),
    "mon": np.array([1.0, 2.0, 0.0, 4.0]),
    "det-1": np.array([5.0, 6.0, 7.0, 8.0]),
    "theta": np.array([0.0, 30.0, 90.0, 180.0]),
}


def computed(text):
    return parse_expression(text).values(COLUMNS.__getitem__, 4).tolist()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("det", [1, 4, 9, 16]),
        ("2", [2, 2, 2, 2]),
        ("det - 2 * mon", [-1, 0, 9, 8]),
        ("(det - 2) * mon", [-1, 4, 0, 56]),
        ("-det ^ 2", [-1, -16, -81, -256]),
        ("2 ** 3 ** 2 + 0 * det", [512] * 4),
        ("8 / 4 / 2", [1] * 4),
        ('"det-1" - 1', [4, 5, 6, 7]),
        ("sqrt(det)", [1, 2, 3, 4]),
        ("derivative(det)", [3, 4, 6, 7]),
        ("derivative(det, sqrt(det))", [3, 4, 6, 7]),
        ("det / max(det)", [1 / 16, 1 / 4, 9 / 16, 1]),
        ("smooth(det, 3)", [2.5, 14 / 3, 29 / 3, 12.5]),
        ("cumsum(mon)", [1, 3, 3, 7]),
        ("1.5e1 + .5", [15.5] * 4),
    ],
)
def test_arithmetic_is_that_of_paper(text, values):
    assert computed(text) == pytest.approx(values)


def test_angles_are_degrees():
    assert computed("sin(theta)") == pytest.approx([0, 0.5, 1, 0], abs=1e-12)


def test_a_division_by_nothing_gives_no_value_and_no_warning():
    found = computed("det / mon")
    assert found[:2] == [1.0, 2.0]
    assert not np.isfinite(found[2])


def test_a_channel_may_be_named():
    made = parse_expression("ratio = det/mon")
    assert (made.label, made.text, made.names) == ("ratio", "det/mon", ("det", "mon"))
    assert parse_expression("det/mon").label == "det/mon"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 1, "missing"),
        ("det +", 6, "the end"),
        ("det mon", 5, "operator is missing"),
        ("(det", 5, "')' is missing"),
        ("sinus(det)", 1, "there is no function 'sinus'"),
        ("sqrt(det, mon)", 1, "takes 1 values"),
        ("det; mon", 4, "means nothing"),
        ("__import__('os')", 12, "means nothing"),
        ("det[0]", 4, "means nothing"),
        ("x" * (LONGEST + 1), LONGEST + 1, "characters"),
        ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), DEEPEST + 1, "levels"),
        ("2^" * (DEEPEST + 1) + "2", 2 * DEEPEST + 1, "levels"),
    ],
)
def test_what_is_no_arithmetic_is_refused_at_its_place(text, place, words):
    with pytest.raises(ExpressionError, match=f"at character {place} ") as caught:
        parse_expression(text)
    assert words in str(caught.value)


def test_a_function_of_the_language_is_a_column_that_is_not_there():
    with pytest.raises(KeyError):
        computed("open")


@given(st.text(max_size=LONGEST + 5))
def test_any_text_is_an_expression_or_refused_and_nothing_else(text):
    try:
        made = parse_expression(text)
    except ExpressionError:
        return
    found = made.values(lambda name: np.array([1.0, np.nan]), 2)
    assert found.shape == (2,)


@given(st.text(alphabet="det+-*/^().,12 smoothlg", max_size=60))
def test_arithmetic_of_any_kind_computes_to_a_column(text):
    try:
        made = parse_expression(text)
    except ExpressionError:
        return
    assert made.values(lambda name: np.array([1.0, np.nan, -2.0]), 3).shape == (3,)
