"""Who may do what, decided from rules alone: each table is rules, a question, and whether it is allowed."""

import pytest

from accounts.rules import RuleFact
from acquisition.plans.registry import PlanRegistry, bind
from acquisition.queue.permits import OPEN, NotPermittedError, Permit
from tests.support.known_beamline import detector, motor

PLANS = PlanRegistry()
PLANS.load(["acquisition.plans.scans"])
DESCRIPTIONS = PLANS.descriptions()
DEVICES = {"det": detector(), "sx": motor(), "sy": motor()}


def rule(text, **more):
    """Give the rule of "allow plan count", "forbid move sx", "value sx -1 1"."""
    first, *rest = text.split()
    common = {"uid": text, "group": "group beginners", **more}
    if first in ("allow", "forbid"):
        act, pattern = rest
        kind = "plan" if act == "plan" else "device"
        acts = {} if act == "plan" else {"act": act}
        return RuleFact(kind=kind, pattern=pattern, effect=first, **acts, **common)
    pattern, low, high = rest
    return RuleFact(kind=first, pattern=pattern, low=float(low), high=float(high), **common)


def permit(*texts, also=None):
    alternatives = [tuple(map(rule, texts))]
    if also is not None:
        alternatives.append(tuple(map(rule, also)))
    return Permit("ada", "alpha", tuple(alternatives), ("grace", "lise"))


def is_allowed(check, *args):
    try:
        check(*args)
    except NotPermittedError:
        return False
    return True


PLAN_TABLE = [
    ((), "count", True),
    (("allow plan count",), "count", True),
    (("allow plan count",), "scan", False),
    (("allow plan *scan",), "rel_scan", True),
    (("allow plan *scan", "allow plan count"), "count", True),
    (("allow plan *", "forbid plan *grid*"), "grid_scan", False),
    (("forbid plan *grid*", "allow plan grid_scan"), "grid_scan", False),
    (("forbid plan scan",), "count", True),
    (("allow move sx",), "count", True),
]
DEVICE_TABLE = [
    ((), "sx", "move", True),
    (("allow move sx",), "sx", "move", True),
    (("allow move sx",), "sx", "read", True),
    (("allow move sx",), "sy", "read", False),
    (("allow read *", "allow move sx"), "sy", "read", True),
    (("allow read *", "allow move sx"), "sy", "move", False),
    (("allow read *", "allow move sx"), "sx", "move", True),
    (("forbid move sx",), "sx", "read", True),
    (("forbid move sx",), "sx", "move", False),
    (("forbid read det.cam",), "det.cam.x", "read", False),
    (("forbid read det.cam",), "det.cam.x", "move", False),
    (("forbid read det.cam",), "det.roi", "read", True),
    (("forbid read det.cam",), "det.camera", "read", True),
    (("forbid move *.cam",), "eye.cam.gain", "move", False),
    (("allow move det", "forbid move det.cam"), "det.cam", "move", False),
    (("allow move det.exposure_s",), "det", "read", False),
    (("allow move det.exposure_s",), "det.exposure_s", "move", True),
]
VALUE_TABLE = [
    (("value sx -1 1",), "sx", 1.0, True),
    (("value sx -1 1",), "sx", 1.0001, False),
    (("value sx -1 1",), "sy", 9, True),
    (("value sx -1 1", "value s? -5 0.5"), "sx", 0.7, False),
    (("value sx -1 1",), "sx", float("nan"), False),
    (("value sx -1 1",), "sx", "0", True),
    (("value sx -1 1",), "sx", "in", False),
    (("value sx -1 1",), "sx.velocity", 50, True),
    (("value det.exposure_s 0 10",), "det.exposure_s", 11, False),
]


@pytest.mark.parametrize(("texts", "plan", "expected"), PLAN_TABLE)
def test_plans_are_allowed_by_the_table(texts, plan, expected):
    assert is_allowed(permit(*texts).check_plan, plan) is expected
    assert (plan in permit(*texts).plans({plan: {}})) is expected


@pytest.mark.parametrize(("texts", "name", "act", "expected"), DEVICE_TABLE)
def test_devices_are_allowed_by_the_table(texts, name, act, expected):
    asked = permit(*texts)
    assert [is_allowed(asked.check_device, name, act) for _ in range(2)] == [expected, expected]


@pytest.mark.parametrize(("texts", "name", "value", "expected"), VALUE_TABLE)
def test_values_are_allowed_by_the_table(texts, name, value, expected):
    assert is_allowed(permit(*texts).check_value, name, value) is expected


CALL_TABLE = [
    ((), "count", {"detectors": ["det"], "num": 5}, {}),
    (("forbid read det",), "count", {"detectors": ["det"]}, {"detectors"}),
    (("forbid move sx",), "scan", {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 3}, {"args"}),
    (("value sx -1 1",), "scan", {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 3}, {}),
    (("value sx -1 1",), "scan", {"detectors": ["det"], "args": [["sx", 0, 2]], "num": 3}, {"args"}),
    (("value sx -1 1",), "list_scan", {"detectors": ["det"], "args": [["sx", [0, 3]]]}, {"args"}),
    (("parameter count.num 1 4",), "count", {"detectors": ["det"], "num": 5}, {"num"}),
    (("parameter *.num 1 4",), "count", {"detectors": ["det"], "num": 4}, {}),
    (("points * 1 100",), "count", {"detectors": ["det"], "num": 101}, {"points"}),
    (("points scan 1 100",), "count", {"detectors": ["det"], "num": 101}, {}),
    (
        ("forbid read det", "value sx -1 1"),
        "scan",
        {"detectors": ["det"], "args": [["sx", 0, 2]], "num": 3},
        {"detectors", "args"},
    ),
]


@pytest.mark.parametrize(("texts", "plan", "parameters", "fields"), CALL_TABLE)
def test_a_call_is_refused_by_parameter(texts, plan, parameters, fields):
    bound = bind(DESCRIPTIONS[plan], parameters, DEVICES)
    found = set()
    try:
        permit(*texts).check_call(DESCRIPTIONS[plan], bound, DEVICES, bound.points)
    except NotPermittedError as error:
        found = set(error.fields)
    assert found == set(fields)


def test_a_refusal_says_who_what_why_and_whom_to_ask():
    beginners = Permit("ada", "alpha", ((rule("value sx -1 1", note="sample cell"),),), ("grace",))
    with pytest.raises(NotPermittedError) as caught:
        beginners.check_value("sx", 3.0)
    assert caught.value.detail == (
        'ada may not set sx to 3.0 at alpha: rule "value sx -1 to 1" of group beginners (sample cell). '
        "Ask the beamline staff (grace)."
    )
    assert caught.value.code == "not_permitted"


def test_what_one_of_several_proposals_allows_is_allowed_where_none_is_named():
    asked = permit("forbid move sx", also=["value sx -1 1"])
    asked.check_device("sx", "move")
    with pytest.raises(NotPermittedError):
        permit("forbid move sx", also=["forbid read sx"]).check_device("sx", "move")
    assert permit("forbid move sx", also=[]).is_open


def test_lists_are_cut_down_to_parts():
    devices = {"det": {"components": {"cam": {"components": {}}, "roi": {}}}, "sx": {}}
    assert permit("forbid read det.cam").devices(devices) == {"det": {"components": {"roi": {}}}, "sx": {}}
    assert permit("allow read det.roi").devices(devices) == {"det": {"components": {"roi": {}}}}
    assert permit("forbid read sx").devices(devices).keys() == {"det"}
    assert OPEN.devices(devices) == devices
