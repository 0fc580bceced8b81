"""Positions with gaps behave as a plain list does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquisition.queue import order


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=40))
def test_inserting_by_position_is_inserting_into_a_list(blocks):
    rows: list[tuple[int, int]] = []
    plain: list[int] = []
    for n, (index, count) in enumerate(blocks):
        rows.sort()
        positions = [position for position, _ in rows]
        try:
            fresh = order.between(positions, index, count)
        except order.NoGapError:
            spread = order.spread(len(rows), count)
            rows = [(p, name) for p, (_, name) in zip(spread, rows, strict=True)]
            fresh = order.between(spread, index, count)
        names = [n * 10 + k for k in range(count)]
        rows += zip(fresh, names, strict=True)
        plain[min(index, len(plain)) : min(index, len(plain))] = names
    assert [name for _, name in sorted(rows)] == plain


def test_the_gap_runs_out_and_says_so():
    with pytest.raises(order.NoGapError, match="between 0 and 1"):
        order.between([0, 1], 1)
