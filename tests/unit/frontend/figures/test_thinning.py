"""Long lines lose points, never peaks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from frontend.figures.thinning import kept_rows


def test_short_lines_stay_whole():
    assert kept_rows([np.arange(10.0)], 10).tolist() == list(range(10))


def test_a_single_spike_among_a_hundred_thousand_points_stays():
    line = np.zeros(100_000)
    line[70_001] = 5.0
    rows = kept_rows([line], 1000)
    assert 70_001 in rows
    assert len(rows) <= 1002


def test_points_without_a_value_do_no_harm():
    assert kept_rows([np.full(100, np.nan)], 10).tolist() == [0, 99]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=1, max_size=300))
def test_rows_ascend_and_hold_the_ends_and_the_extremes(values):
    line = np.array(values)
    rows = kept_rows([line], 20).tolist()
    assert rows == sorted(set(rows))
    assert rows[0] == 0
    assert rows[-1] == len(values) - 1
    if not np.isnan(line).all():
        assert np.nanmax(line[rows]) == np.nanmax(line)
        assert np.nanmin(line[rows]) == np.nanmin(line)
