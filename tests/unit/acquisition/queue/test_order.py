"""Positions with gaps behave as a plain list does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquisition.queue import order


@given(st.lists(st.integers(min_value=0, max_value=50), max_size=60))
def test_inserting_by_position_is_inserting_into_a_list(indexes):
    rows: list[tuple[int, int]] = []
    plain: list[int] = []
    for name, index in enumerate(indexes):
        rows.sort()
        positions = [position for position, _ in rows]
        try:
            position = order.between(positions, index)
        except order.NoGapError:
            fresh = order.spread(len(rows))
            rows = [(p, n) for p, (_, n) in zip(fresh, rows, strict=True)]
            position = order.between(fresh, index)
        rows.append((position, name))
        plain.insert(index, name)
    assert [name for _, name in sorted(rows)] == plain


def test_the_gap_runs_out_and_says_so():
    with pytest.raises(order.NoGapError, match="between 0 and 1"):
        order.between([0, 1], 1)
