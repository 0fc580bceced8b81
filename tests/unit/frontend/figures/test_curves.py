"""Curves pair what belongs together; their peak is measured as the live page measures it."""

import json
from pathlib import Path

import numpy as np
import pytest

from frontend.figures.curves import curve, peak, within

SHARED = Path(__file__).parents[4] / "frontend" / "spa" / "src" / "live" / "peak_cases.json"


def case(name):
    return next(one for one in json.loads(SHARED.read_text()) if one["name"] == name)


def test_points_are_paired_sorted_and_counted():
    found = curve([3, 1, 2, None, 2], [30.0, 10.0, 20.0, 1.0, 22.0])
    assert found.x.tolist() == [1, 2, 3]
    assert found.y.tolist() == [10, 21, 30]
    assert found.dropped == 1


def test_a_monitor_keeps_the_unit_and_leaves_out_where_it_is_nought():
    found = curve([1, 2, 3], [10.0, 20.0, 30.0], monitor=[1.0, 2.0, 0.0])
    assert found.y.tolist() == [15, 15]
    assert curve([1], [1.0], monitor=[0.0]).y.tolist() == []


def test_a_slope_stands_between_its_points():
    found = curve([0, 2, 4], [0.0, 4.0, 4.0], derivative=True)
    assert (found.x.tolist(), found.y.tolist()) == ([1, 3], [2, 0])
    assert curve([1], [1.0], derivative=True).x.tolist() == []


def test_a_range_is_cut_out():
    assert within(curve([1, 2, 3], [1, 2, 3]), 1.5, None).x.tolist() == [2, 3]
    assert within(curve([1, 2, 3], [1, 2, 3]), None, 2).x.tolist() == [1, 2]


@pytest.mark.parametrize("name", [one["name"] for one in json.loads(SHARED.read_text())])
def test_page_and_server_measure_the_same_peak(name):
    given = case(name)
    found = peak(curve(given["x"], given["y"]))
    if given["peak"] is None:
        assert found is None
        return
    told = (found.max_x, found.max_y, found.min_y, found.centre_of_mass, found.fwhm, found.centre)
    assert told == pytest.approx(tuple(given["peak"].values()), nan_ok=True)


def test_the_width_of_a_gaussian_is_found():
    x = np.linspace(-4, 4, 401)
    found = peak(curve(x, 100 + 1000 * np.exp(-((x - 0.5) ** 2) / (2 * 0.4**2))))
    assert found.fwhm == pytest.approx(2.3548 * 0.4, rel=1e-3)
