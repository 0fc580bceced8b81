"""The figure of a stream says what the events say."""

import json

import plotly.graph_objects as go
import pytest

from frontend.figures import run_figure
from frontend.figures.axes import UnknownAxisError
from frontend.figures.pictures import figure_file


def column(key, units=""):
    return {"key": key, "dtype": "number", "shape": [], "units": units, "external": ""}


def stream(*keys, units="", hinted=("det",)):
    return {
        "columns": [column(key, units if key != "det" else "counts") for key in keys],
        "hints": {name: {"fields": [name]} for name in hinted},
    }


def table(**columns):
    count = len(next(iter(columns.values())))
    return {
        "columns": columns,
        "seq_num": list(range(1, count + 1)),
        "time": [100.0 + row for row in range(count)],
    }


def start(*fields, **rest):
    return {"time": 99.0, "hints": {"dimensions": [[[field], "primary"] for field in fields]}, **rest}


def test_a_scan_gives_one_line_with_units_on_both_axes():
    made = run_figure(table(sx=[0.0, 1.0], det=[3, 4]), start("sx"), stream("sx", "det", units="mm"))
    (line,) = made.figure["data"]
    assert (line["x"], line["y"]) == ([0.0, 1.0], [3.0, 4.0])
    assert made.figure["layout"]["xaxis"]["title"]["text"] == "sx (mm)"
    assert made.figure["layout"]["yaxis"]["title"]["text"] == "det (counts)"
    assert made.caption == "det over sx (mm), 2 points."


def test_time_counts_from_the_start_of_the_run():
    made = run_figure(table(det=[1.0, 2.0]), start("time"), stream("det"))
    assert made.figure["data"][0]["x"] == [1.0, 2.0]


def test_a_snaked_grid_comes_out_straight():
    columns = {"sy": [0, 0, 0, 1, 1, 1], "sx": [0, 1, 2, 2, 1, 0], "det": [1, 2, 3, 6, 5, 4]}
    made = run_figure(table(**columns), start("sy", "sx", shape=[2, 3]), stream("sy", "sx", "det"))
    (cells,) = made.figure["data"]
    assert cells["type"] == "heatmap"
    assert cells["z"] == [[1, 2, 3], [4, 5, 6]]
    assert (cells["x"], cells["y"]) == ([0, 1, 2], [0, 1])


def test_a_grid_that_was_ended_early_has_empty_cells():
    columns = {"sy": [0, 0], "sx": [0, 1], "det": [1, 2]}
    made = run_figure(table(**columns), start("sy", "sx", shape=[2, 2]), stream("sy", "sx", "det"))
    assert made.figure["data"][0]["z"] == [[1, 2], [None, None]]


def test_two_axes_without_a_grid_are_dots_in_colour():
    columns = {"sy": [0, 0.3], "sx": [0, 1], "det": [1, 2]}
    made = run_figure(table(**columns), start("sy", "sx"), stream("sy", "sx", "det"))
    assert made.figure["data"][0]["marker"]["color"] == [1, 2]


def test_what_is_no_number_is_a_hole_in_the_line():
    values = [1.0, None, {"$numberDouble": "NaN"}, "word", {"$numberDouble": "Infinity"}, 2]
    made = run_figure(table(det=values), start(), stream("det"))
    assert made.figure["data"][0]["y"] == [1.0, None, None, None, None, 2.0]


def test_names_are_never_read_as_markup():
    name = "<b>det</b>%{x}"
    made = run_figure(table(**{name: [1.0]}), start(), stream(name, hinted=(name,)))
    assert made.figure["data"][0]["hovertemplate"] == "%{x}: %{y}<extra>&lt;b&gt;det&lt;/b&gt;% {x}</extra>"
    assert "<b>" not in made.figure["layout"]["yaxis"]["title"]["text"]


def test_the_figure_is_json_that_plotly_takes_back():
    made = run_figure(table(sx=[0.0, 1.0], det=[3, 4]), start("sx"), stream("sx", "det"))
    text = json.dumps(made.figure, allow_nan=False)
    assert go.Figure(json.loads(text)).data[0].y == (3.0, 4.0)


def test_a_stream_without_numbers_gives_an_empty_figure():
    made = run_figure({"columns": {}, "seq_num": [], "time": []}, start(), {"columns": [], "hints": {}})
    assert made.figure["data"] == []
    assert made.caption == "nothing over the point number, 0 points."
    assert "no numbers to draw" in made.figure["layout"]["annotations"][0]["text"]


@pytest.mark.parametrize(
    ("values", "caption", "words"),
    [
        ([1.0, None, float("inf")], "det over sx, 3 points, 2 without a value.", None),
        ([None, None, None], "det over sx, 3 points, none with a value.", "det: no value at any point."),
        ([], "det over sx, 0 points.", "No point was taken."),
    ],
)
def test_points_without_a_value_are_told_and_nothing_drawn_is_said(values, caption, words):
    columns = {"sx": [0.0, 1.0, 2.0][: len(values)], "det": values}
    made = run_figure(table(**columns), start("sx"), stream("sx", "det"))
    told = [one["text"] for one in made.figure["layout"].get("annotations", ())]
    assert (made.caption, told) == (caption, [words] if words else [])
    assert (words or "").encode() in figure_file("svg", made.figure, "a")


def test_derived_channels_and_several_signals_are_drawn_together():
    columns = {"sx": [0.0, 1.0], "det": [3, 4], "mon": [1, 2]}
    known = stream("sx", "det", "mon")
    made = run_figure(table(**columns), start("sx"), known, y=["det", "ratio = det / mon"])
    assert [line["name"] for line in made.figure["data"]] == ["det", "ratio"]
    assert made.figure["data"][1]["y"] == [3.0, 2.0]
    assert made.axes.columns == ["sx", "det", "mon"]
    assert made.caption == "det, ratio over sx, 2 points."


def test_signals_are_divided_by_a_monitor_and_axes_are_logarithmic():
    columns = {"sx": [1.0, 10.0], "det": [3, 4], "mon": [1, 0]}
    made = run_figure(table(**columns), start("sx"), stream("sx", "det", "mon"), per="mon", log=("x", "y"))
    (line,) = made.figure["data"]
    assert (line["name"], line["y"]) == ("det / mon", [3.0, None])
    assert [made.figure["layout"][f"{axis}axis"]["type"] for axis in "xy"] == ["log", "log"]


def test_a_map_can_be_drawn_as_lines_and_lines_as_a_map():
    columns = {"sy": [0, 0, 1, 1], "sx": [0, 1, 0, 1], "det": [1, 10, 100, 0]}
    grid, known = start("sy", "sx", shape=[2, 2]), stream("sy", "sx", "det")
    assert run_figure(table(**columns), grid, known, slow="none").figure["data"][0]["type"] == "scatter"
    dots = run_figure(table(**columns), start("sx"), known, slow="sy", log=("z",)).figure["data"][0]
    assert dots["marker"]["color"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("asked", "axis", "words"),
    [
        ({"y": "det +"}, "y", "the end"),
        ({"y": ["det", "nobody * 2"]}, "y", "'nobody'"),
        ({"x": "nobody"}, "x", "'nobody'"),
        ({"per": "nobody"}, "per", "'nobody'"),
        ({"slow": "nobody"}, "slow", "'nobody'"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_its_axis(asked, axis, words):
    with pytest.raises(UnknownAxisError) as caught:
        run_figure(table(sx=[0.0], det=[3]), start("sx"), stream("sx", "det"), **asked)
    assert caught.value.axis == axis
    assert words in str(caught.value)
