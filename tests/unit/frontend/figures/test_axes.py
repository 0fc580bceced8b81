"""What is drawn of a stream when nobody says."""

import pytest

from frontend.figures import choose_axes
from frontend.figures.axes import UnknownAxisError, main_stream


def column(key, dtype="number", shape=(), **rest):
    return {"key": key, "dtype": dtype, "shape": list(shape), "units": "", "external": "", **rest}


STREAM = {
    "columns": [column("det"), column("sx"), column("sx_setpoint"), column("state", "string")],
    "hints": {"det": {"fields": ["det"]}, "sx": {"fields": ["sx"]}},
}


def start(*fields, stream="primary"):
    dimensions = [[[field], stream] for field in fields]
    return {"time": 0.0, "hints": {"dimensions": dimensions, "gridding": "rectilinear"}}


def test_a_scan_is_drawn_over_its_motor_and_not_the_motor_itself():
    axes = choose_axes(start("sx"), STREAM)
    assert (axes.x, axes.y, axes.slow) == ("sx", ("det",), "")


@pytest.mark.parametrize(
    ("motors", "x"),
    [(["sx"], "sx"), (["sy", "sx"], "sx"), (["gone"], "seq_num"), ("sx", "seq_num"), ([3], "seq_num")],
)
def test_a_run_without_hints_is_drawn_over_the_last_of_its_motors(motors, x):
    axes = choose_axes({"time": 0.0, "motors": motors}, STREAM)
    assert (axes.x, axes.slow) == (x, "")


def test_a_count_is_drawn_over_time():
    axes = choose_axes(start("time"), STREAM)
    assert axes.x == "time"
    assert axes.y == ("det", "sx")


def test_a_grid_scan_is_a_map_of_the_fast_axis_over_the_slow_one():
    stream = {**STREAM, "columns": [*STREAM["columns"], column("sy")]}
    axes = choose_axes(start("sy", "sx"), stream)
    assert (axes.slow, axes.x, axes.y) == ("sy", "sx", ("det",))


def test_a_spiral_has_the_first_motor_that_it_names_on_x():
    stream = {**STREAM, "columns": [*STREAM["columns"], column("sy")]}
    told = {"time": 0.0, "hints": {"dimensions": [[["sx"], "primary"], [["sy"], "primary"]]}}
    axes = choose_axes(told, stream)
    assert (axes.x, axes.slow) == ("sx", "sy")


@pytest.mark.parametrize(
    ("fields", "x", "y"), [(["x"], "seq_num", ("x",)), (["y", "x"], "x", ("y",)), (["time"], "seq_num", ())]
)
def test_positions_alone_are_drawn_over_the_points_or_as_a_path(fields, x, y):
    columns = [column(name) for name in fields if name != "time"]
    axes = choose_axes(start(*fields), {"columns": columns, "hints": {}})
    assert (axes.x, axes.y, axes.slow) == (x, y, "")


FRAMES = {"columns": [column("camera", "array", (4, 4), external="STREAM:")]}


@pytest.mark.parametrize(
    ("told", "streams", "name"),
    [
        (start("sx", stream="flown"), {"primary": FRAMES, "flown": STREAM, "baseline": STREAM}, "flown"),
        (start("sx"), {"baseline": STREAM, "primary": STREAM}, "primary"),
        ({}, {"baseline": STREAM, "ring_monitor": STREAM, "other": STREAM}, "other"),
        ({}, {"baseline": STREAM, "primary": FRAMES}, "primary"),
        (start("sx", stream="gone"), {"primary": FRAMES, "flown": STREAM}, "flown"),
        ({}, {"baseline": STREAM}, "baseline"),
        ({}, {}, ""),
    ],
)
def test_the_stream_to_look_at_is_the_one_that_the_plan_is_about(told, streams, name):
    assert main_stream(told, streams) == name


def test_dimensions_of_another_stream_do_not_count():
    assert choose_axes(start("sx", stream="baseline"), STREAM).x == "seq_num"


def test_without_hints_the_first_number_is_drawn_over_the_points():
    axes = choose_axes({"time": 0.0}, {"columns": STREAM["columns"], "hints": {}})
    assert (axes.x, axes.y) == ("seq_num", ("det",))


@pytest.mark.parametrize("hints", [None, 3, "sx", {"dimensions": 3}, {"dimensions": ["sx", [1], [["sx"]]]}])
def test_hints_of_any_shape_do_no_harm(hints):
    assert choose_axes({"time": 0.0, "hints": hints}, STREAM).x == "seq_num"


def test_pictures_arrays_and_words_are_not_offered():
    columns = [
        column("image", "array", (4, 4), external="STREAM:"),
        column("mca", "array", (8,)),
        column("i0"),
    ]
    axes = choose_axes({"time": 0.0}, {"columns": columns, "hints": {"image": {"fields": ["image"]}}})
    assert axes.y == ("i0",)
    assert axes.x_choices == ("i0", "time", "seq_num")


def test_what_was_asked_for_comes_before_the_hints():
    axes = choose_axes(start("sx"), STREAM, x="time", y="sx_setpoint")
    assert (axes.x, axes.y) == ("time", ("sx_setpoint",))


@pytest.mark.parametrize("asked", [{"x": "nowhere"}, {"y": "state"}])
def test_an_axis_that_is_not_there_is_refused_with_what_there_is(asked):
    with pytest.raises(UnknownAxisError, match="choose det, sx"):
        choose_axes(start("sx"), STREAM, **asked)
