"""Runs in one figure."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from frontend.figures.compare_figure import IMAGE_COLUMNS, MODES, SCALES, Part, compare_figure
from frontend.figures.pictures import MEDIA_TYPES, figure_file
from frontend.figures.run_figure import COLOURS
from tests.support.house_rules import ROOT


def part(label, x, y):
    return Part(label, np.array(x, dtype=float), np.array(y, dtype=float))


A = part("a", [0, 1, 2, 3], [1, 2, 4, 2])
B = part("b", [2.5, 0.5, 1.5], [6, 2, 4])


def lines(*parts, **asked):
    return compare_figure(parts, x="sx", y="det", **asked).figure["data"]


def test_runs_lie_upon_each_other_in_the_order_of_x():
    first, second = lines(A, B)
    assert (first["name"], first["y"]) == ("a", [1, 2, 4, 2])
    assert (second["x"], second["y"]) == ([0.5, 1.5, 2.5], [2, 4, 6])


def test_runs_are_lifted_apart_by_a_fifth_of_the_widest_range():
    first, second = lines(A, B, mode="offset")
    assert first["y"] == [1, 2, 4, 2]
    assert second["y"] == pytest.approx([2.8, 4.8, 6.8])


def test_interpolation_and_runs_without_a_common_x_are_told():
    far = part("far", [10, 11], [1, 1])
    made = compare_figure([A, B, far], x="sx", y="det", mode="difference")
    assert "interpolated linearly" in made.caption
    assert made.caption.endswith("Nothing to draw of far − a: no number, or no x in common with the first.")


def test_what_differs_is_told_where_both_were_measured():
    (line,) = lines(A, B, mode="difference")
    assert line["name"] == "b − a"
    assert line["x"] == [0, 1, 2, 3]
    assert line["y"] == [None, 1.0, 1.0, None]
    (line,) = lines(A, B, mode="ratio")
    assert line["y"] == [None, 1.5, 1.25, None]


def test_a_ratio_to_nothing_is_a_hole():
    (line,) = lines(part("a", [0, 1], [0, 1]), part("b", [0, 1], [1, 1]), mode="ratio")
    assert line["y"] == [None, 1.0]


@pytest.mark.parametrize(
    ("scale", "values"),
    [
        ("max", [0.25, 0.5, 1, 0.5]),
        ("range", [0, 1 / 3, 1, 1 / 3]),
        ("area", [1 / 7.5, 2 / 7.5, 4 / 7.5, 2 / 7.5]),
    ],
)
def test_runs_are_scaled(scale, values):
    assert lines(A, scale=scale)[0]["y"] == pytest.approx(values)


def test_a_waterfall_has_a_row_for_each_run_on_one_axis():
    (image,) = lines(A, B, A, mode="waterfall", log=("z",))
    assert image["y"] == ["1. a", "2. b", "3. a"]
    assert len(image["x"]) == IMAGE_COLUMNS
    assert image["z"][0][0] == 0.0
    assert image["z"][1][0] is None


def test_a_waterfall_names_its_rows_shortly_at_the_axis():
    made = compare_figure([replace(A, name="12"), B], x="sx", y="det", mode="waterfall")
    axis = made.figure["layout"]["yaxis"]
    assert (axis["tickvals"], axis["ticktext"]) == (["1. a", "2. b"], ["12", "b"])


def colours(*parts, **asked):
    return [(line["line"]["color"], line["line"]["dash"]) for line in lines(*parts, **asked)]


@pytest.mark.parametrize("mode", ["overlay", "offset", "difference", "ratio"])
def test_a_run_has_its_colour_in_every_mode(mode):
    drawn = colours(A, B, replace(A, colour=5), mode=mode)
    assert drawn[-2:] == [(COLOURS[1], "solid"), (COLOURS[4], "solid")]


def test_twenty_runs_have_twenty_looks():
    assert len(set(colours(*[A] * 20))) == 20


def test_a_picture_has_the_colours_and_dashes_of_its_lines():
    made = compare_figure([A, replace(B, colour=7)], x="sx", y="det")
    drawn = figure_file("svg", made.figure, "two").decode()
    assert f"stroke: {COLOURS[0]}" in drawn
    assert re.search(rf"stroke-dasharray: [^;]+; [^\"]*stroke: {COLOURS[1]}", drawn)


def test_the_colours_are_those_of_the_pages():
    tokens = (ROOT / "frontend" / "spa" / "src" / "styles" / "tokens.css").read_text()
    light = tokens.split("}")[0]
    assert re.findall(r"--series-\d: (#[0-9a-f]+);", light) == list(COLOURS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("scale", SCALES)
def test_runs_without_a_number_are_drawn_as_nothing(mode, scale):
    nothing = part("<b>none</b>", [np.nan, 1], [1, np.nan])
    empty = part("empty", [], [])
    made = compare_figure([nothing, empty, A], x="<i>sx</i>", y="det", mode=mode, scale=scale)
    text = json.dumps(made.figure, allow_nan=False)
    assert "<b>" not in text
    assert "<i>" not in text


@pytest.mark.parametrize("kind", MEDIA_TYPES)
@pytest.mark.parametrize("mode", ["overlay", "waterfall"])
def test_a_comparison_is_written_as_every_kind_of_file(kind, mode):
    made = compare_figure([A, B], x="sx", y="det", mode=mode)
    assert len(figure_file(kind, made.figure, "a & b")) > 300


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="overlay"):
        compare_figure([A], x="sx", y="det", mode="melt")
