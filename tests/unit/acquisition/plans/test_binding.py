"""Parameters against descriptions: what fits, and how what does not is told."""

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acquisition.plans.registry import ParameterError, PlanRegistry, bind, resolve
from tests.unit.acquisition.plans.paper import DEVICES, paper_devices

REGISTRY = PlanRegistry()
REGISTRY.load(["acquisition.plans.scans", "bluesky.plans"])
DESCRIPTIONS = REGISTRY.descriptions()
OURS = PlanRegistry()
OURS.load(["acquisition.plans.scans"])


def faults(plan, **parameters):
    with pytest.raises(ParameterError) as caught:
        bind(OURS.descriptions()[plan], parameters, DEVICES)
    return caught.value.fields


def bound(plan, **parameters):
    return bind(OURS.descriptions()[plan], parameters, DEVICES)


def test_parameters_that_fit_come_back_as_they_were_given():
    found = bound("scan", detectors=["det"], args=[["sx", -1, 1]], num=21)
    assert found.values == {"detectors": ["det"], "args": [["sx", -1, 1]], "num": 21}
    assert (found.devices, found.points) == (("det", "sx"), 21)


def test_a_group_may_be_given_by_names_of_its_members():
    found = bound("scan", detectors=["det"], args=[{"motor": "sx", "start": -1, "stop": 1}], num=21.0)
    assert found.values["args"] == [["sx", -1, 1]]
    assert found.values["num"] == 21


SCAN = {"detectors": ["det"], "args": [["sx", -1, 1]], "num": 5}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"detectors": "det"}, """'det' is not a list of devices. Give a list such as ["name", "name"]."""),
        ({"detectors": ["dett"]}, "value 1: no device is called 'dett'. Did you mean 'det'?"),
        ({"detectors": ["det", "det"]}, "det is given more than once. Give each device once."),
        ({"detectors": ["flyer"]}, "value 1: flyer cannot be read. There are: det, free, ring, sx, sy."),
        ({"args": "sx"}, "'sx' is not a list of groups. Give a list of groups [[motor, start, stop], ...]."),
        (
            {"args": []},
            "a list of 0 is not a list of groups. Give a list of groups [[motor, start, stop], ...].",
        ),
        ({"args": [["sx", 1]]}, "group 1 is a list of 2. Give [motor, start, stop]."),
        ({"args": [["det", 0, 1]]}, "group 1, motor: det cannot be moved. There are: free, sx, sy."),
        ({"args": [["sx", "0", 1]]}, "group 1, start: '0' is not a number. Give a number without quotes."),
        ({"args": [["sx", math.nan, 1]]}, "group 1, start: nan is not a finite number. Give a number."),
        ({"args": [["sx", 0, math.inf]]}, "group 1, stop: inf is not a finite number. Give a number."),
        (
            {"args": [["sx", -50, 1]]},
            "group 1, start: -50 is outside the limits of sx, which are -10 to 10 mm. "
            "Give a position within them.",
        ),
        ({"args": [["sx", 0, 1], ["sx", 2, 3]]}, "group 2, motor: sx is given before. Give each motor once."),
        ({"num": -3}, "-3 is too small. Give 1 or more."),
        ({"num": 0}, "0 is too small. Give 1 or more."),
        ({"num": 2.5}, "2.5 is not a whole number. Give a whole number from 1 to 1e+06."),
        ({"num": True}, "true is not a whole number. Give a whole number from 1 to 1e+06."),
        ({"num": 10**9}, "1000000000 is too large. Give 1000000 or less."),
        (
            {"num": 10**5000},
            "a whole number of very many digits is too large. Give a whole number from 1 to 1e+06.",
        ),
        ({"num": None}, "nothing is not a whole number. Give a whole number from 1 to 1e+06."),
        ({"nun": 3}, "the plan has no parameter 'nun'. Did you mean 'num'?"),
    ],
)
def test_each_fault_says_what_was_given_what_holds_and_what_to_do(changed, message):
    found = faults("scan", **{**SCAN, **changed})
    assert found == {next(iter(changed)): [message.replace("1e+06", "1000000")]}


def test_a_missing_parameter_is_named_with_what_it_is():
    assert faults("scan", detectors=["det"], args=[["sx", 0, 1]]) == {
        "num": ["is missing (How many points.). Give a whole number."]
    }


def test_every_fault_is_told_at_once():
    assert set(faults("scan", detectors=3, args=[["sx", 0, 99]], num="x", other=1)) == {
        "detectors", "args", "num", "other",
    }  # fmt: skip


def test_a_negative_delay_is_refused_with_its_unit():
    assert faults("count", detectors=["det"], delay=-1) == {"delay": ["-1 s is too small. Give 0 s or more."]}
    assert faults("count", detectors=["det"], delay=[1, -1])["delay"][0].startswith("value 2: -1")
    assert bound("count", detectors=["det"], delay=[1, 2]).values["delay"] == [1, 2]


def test_a_count_without_end_may_be_asked_for():
    assert bound("count", detectors=["det"], num=None).points is None


def test_points_of_a_grid_multiply_and_are_bounded():
    args = [["sx", 0, 1, 10_000], ["sy", 0, 1, 10_000]]
    assert faults("grid_scan", detectors=["det"], args=args) == {
        "args": ["100000000 points are too many. Ask for 1000000 or fewer."]
    }


def test_lists_that_go_in_step_must_be_of_one_length():
    args = [["sx", [1, 2]], ["sy", [1]]]
    assert faults("list_scan", detectors=["det"], args=args) == {
        "args": ["the lists have 2, 1 values. Give lists of one length."]
    }
    assert bound("list_grid_scan", detectors=["det"], args=args).points == 2


def test_a_relative_move_must_fit_between_the_limits():
    assert bound("rel_scan", detectors=["det"], args=[["sx", -15, 5]], num=2)
    assert faults("rel_scan", detectors=["det"], args=[["sx", -25, 5]], num=2) == {
        "args": ["group 1, start: sx has room for 20 mm in all, but -25 is asked for. Give less."]
    }


def test_an_exponent_is_checked_as_the_position_it_means():
    found = faults("log_scan", detectors=["det"], motor="sx", start=0, stop=2, num=3)
    assert found["stop"][0].startswith("10^2 = 100 is outside the limits of sx")
    assert (
        "too large" in faults("log_scan", detectors=["det"], motor="sx", start=0, stop=4000, num=3)["stop"][0]
    )


def test_a_motor_without_limits_goes_anywhere():
    assert bound("scan", detectors=["det"], args=[["free", -1e9, 1e9]], num=2)


def test_text_that_looks_like_code_is_text():
    args = {"motor": "sx", "start": 0, "stop": 1, "min_step": 0.1, "detectors": ["det"]}
    code = "__import__('os').system('true')"
    assert bound("tune_centroid", signal=code, **args).values["signal"] == code
    assert faults("scan", **{**SCAN, "num": code})["num"][0].startswith('"__import__')


def test_the_error_as_a_whole_can_be_read():
    with pytest.raises(
        ParameterError, match=r"plan scan cannot take these parameters:\n  num: -3 is too small"
    ):
        bind(OURS.descriptions()["scan"], {**SCAN, "num": -3}, DEVICES)


names = st.sampled_from(
    [*DEVICES, "det.x", "ring.current", "", ".", "__class__", "a" * 300, "\x00", "\ud800"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text()
    | names
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_hostile_parameters_give_parameter_errors_and_nothing_else(data):
    description = DESCRIPTIONS[data.draw(st.sampled_from(sorted(DESCRIPTIONS)))]
    known = [entry["name"] for entry in description["parameters"]]
    parameters = data.draw(
        st.dictionaries(st.sampled_from(known) | st.text(max_size=5), anything, max_size=6)
    )
    found = None
    with contextlib.suppress(ParameterError):
        found = bind(description, parameters, DEVICES)
    if found is not None:
        resolve(description, found, paper_devices())


def value_for(entry):
    """Draw what fits a parameter, or nearly does."""
    good = {
        "device": st.sampled_from(sorted(DEVICES)),
        "devices": st.lists(st.sampled_from(sorted(DEVICES)), max_size=3),
        "number": st.floats(-20, 20) | st.integers(-20, 20),
        "integer": st.integers(-2, 20),
        "string": st.text(max_size=5),
        "boolean": st.booleans(),
        "array": st.lists(st.floats(-12, 12), max_size=4),
        "object": anything,
        "enum": anything,
    }
    if entry["type"] == "group":
        return st.lists(st.tuples(*(value_for(member) for member in entry["repeat"])).map(list), max_size=3)
    return good[entry["type"]] if entry["type"] == "object" else good[entry["type"]] | scalars


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_what_is_bound_can_be_resolved_and_called(data):
    name = data.draw(st.sampled_from(sorted(DESCRIPTIONS)))
    description = DESCRIPTIONS[name]
    parameters = {entry["name"]: data.draw(value_for(entry)) for entry in description["parameters"]}
    try:
        found = bind(description, parameters, DEVICES)
    except ParameterError:
        return
    args, kwargs = resolve(description, found, paper_devices())
    REGISTRY.plan(name)(*args, **kwargs).close()


@pytest.mark.parametrize("parameters", [None, 3, "scan", [], [1]])
def test_parameters_must_be_an_object(parameters):
    with pytest.raises(ParameterError, match="is not an object"):
        bind(DESCRIPTIONS["count"], parameters, DEVICES)


def test_values_too_deep_or_too_large_are_refused():
    deep: list = []
    for _ in range(10_000):
        deep = [deep]
    description = {
        "name": "any",
        "parameters": [{**DESCRIPTIONS["count"]["parameters"][0], "name": "x", "type": "object", "also": []}],
    }
    for value in (deep, [0] * 200_000, {"a": math.nan}):
        with pytest.raises(ParameterError):
            bind(description, {"x": value}, DEVICES)
