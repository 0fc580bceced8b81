"""Numbers of trajectories, against numpy and against what they promise."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from acquisition.plans.trajectories import (
    Linear,
    Logarithmic,
    grid_index,
    spiral,
    spiral_fermat,
    spiral_square,
)

positions = st.floats(-1e6, 1e6, allow_nan=False)


@given(positions, positions, st.integers(0, 200))
def test_linear_is_numpys_linspace(start, stop, num):
    assert list(Linear(start, stop, num)) == np.linspace(start, stop, num).tolist()


@given(st.floats(-12, 12), st.floats(-12, 12), st.integers(0, 100))
def test_logarithmic_is_numpys_logspace(start, stop, num):
    np.testing.assert_array_max_ulp(
        np.array(list(Logarithmic(start, stop, num))), np.logspace(start, stop, num), maxulp=1
    )


@given(positions, positions, st.integers(1, 10**12), st.integers(0, 10**12))
def test_a_position_of_a_huge_trajectory_needs_no_other(start, stop, num, n):
    assume(n < num)
    position = Linear(start, stop, num)[n]
    low, high = min(start, stop), max(start, stop)
    margin = 1e-9 * max(abs(low), abs(high), 1)
    assert low - margin <= position <= high + margin


def test_linear_is_a_sequence():
    line = Linear(0, 1, 5)
    assert line[-1] == 1.0
    assert line[1:3] == [0.25, 0.5]
    assert 0.75 in line
    with pytest.raises(IndexError):
        line[5]


@pytest.mark.parametrize("num", [-1, 2.5, math.nan, True])
def test_a_number_of_points_that_is_none_is_refused(num):
    with pytest.raises((ValueError, OverflowError)):
        Linear(0, 1, num)


shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@given(st.data(), shapes)
def test_a_grid_visits_each_cell_once(data, shape):
    snaking = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    total = math.prod(shape)
    visited = [grid_index(n, shape, snaking) for n in range(total)]
    assert len(set(visited)) == total
    assert all(0 <= n < length for index in visited for n, length in zip(index, shape, strict=True))


@given(shapes)
def test_a_snaking_grid_moves_one_axis_by_one_step_at_a_time(shape):
    snaking = [True] * len(shape)
    visited = [grid_index(n, shape, snaking) for n in range(math.prod(shape))]
    for here, there in zip(visited, visited[1:], strict=False):
        assert sum(abs(a - b) for a, b in zip(here, there, strict=True)) == 1


boxes = st.floats(0.1, 10)


@given(boxes, boxes, st.floats(0.2, 2), st.floats(1, 10))
def test_spirals_stay_in_their_box(width, height, dr, density):
    for points in (spiral(1, 2, width, height, dr, density), spiral_fermat(1, 2, width, height, dr, 1.0)):
        for x, y in points:
            assert abs(x - 1) <= width / 2 + 1e-6
            assert abs(y - 2) <= height / 2 + 1e-6


@given(st.integers(2, 12), st.integers(2, 12))
def test_a_square_spiral_visits_each_point_of_the_grid_once(x_num, y_num):
    points = [(round(x, 9), round(y, 9)) for x, y in spiral_square(0, 0, 1, 1, x_num, y_num)]
    assert len(points) == len(set(points)) == x_num * y_num
    assert {x for x, _ in points} == {round(x, 9) for x in Linear(-0.5, 0.5, x_num)}


def test_spirals_refuse_steps_that_lead_nowhere():
    with pytest.raises(ValueError, match="dr must be more than 0"):
        next(spiral(0, 0, 1, 1, 0, 5))
    with pytest.raises(ValueError, match="factor must be more than 0"):
        next(spiral_fermat(0, 0, 1, 1, 1, 0))
    with pytest.raises(ValueError, match="a larger dr"):
        next(spiral(0, 0, 1, 1, 1e-300, 5))
    with pytest.raises(ValueError, match="a larger dr"):
        next(spiral_fermat(0, 0, 1e308, 1, 1e-300, 1))
    with pytest.raises(ValueError, match="2 or more points"):
        next(spiral_square(0, 0, 1, 1, 1, 5))
