"""Items run dry from descriptions alone."""

import pytest

from acquisition.plans.registry import ParameterError, PlanRegistry, bind
from acquisition.plans.rehearsal import rehearse
from tests.unit.acquisition.plans.paper import DEVICES

REGISTRY = PlanRegistry()
REGISTRY.load(["acquisition.plans.scans"])
DESCRIPTIONS = REGISTRY.descriptions()

SCAN = {"detectors": ["det"], "args": [["sx", -1, 1]], "num": 3}
GRID = {"detectors": ["det"], "args": [["sx", 0, 1, 2], ["sy", 0, 1, 2]], "snake_axes": ["sy"]}
SPIRAL = {
    "detectors": ["det"], "x_motor": "sx", "y_motor": "sy", "x_range": 1, "y_range": 1,
    "dr": 0.1, "factor": 1,
}  # fmt: skip


def test_an_item_is_run_through_with_devices_of_paper():
    found = rehearse(DESCRIPTIONS["scan"], SCAN, DEVICES, registry=REGISTRY)
    assert (found.points, found.paths, found.problems) == (3, {"sx": [-1.0, 0.0, 1.0]}, ())
    grid = rehearse(DESCRIPTIONS["grid_scan"], GRID, DEVICES, registry=REGISTRY)
    assert grid.paths == {"sx": [0.0, 1.0], "sy": [0.0, 1.0, 0.0]}
    assert rehearse(DESCRIPTIONS["rel_spiral_fermat"], SPIRAL, DEVICES, registry=REGISTRY).points > 10


def test_what_binding_cannot_see_is_a_problem_of_the_rehearsal():
    wide = {**SPIRAL, "y_range": 40, "dr": 2, "x_start": 0, "y_start": 0}
    found = rehearse(DESCRIPTIONS["spiral_fermat"], wide, DEVICES, registry=REGISTRY)
    assert "outside its limits -5 to 5 mm" in found.problems[0]


def test_parameters_are_checked_first():
    with pytest.raises(ParameterError, match="num"):
        rehearse(DESCRIPTIONS["scan"], {**SCAN, "num": -1}, DEVICES, registry=REGISTRY)


def test_a_plan_whose_code_is_not_here_is_checked_and_not_rehearsed():
    elsewhere = {**DESCRIPTIONS["scan"], "name": "their_scan"}
    assert rehearse(elsewhere, SCAN, DEVICES, registry=REGISTRY) is None
    with pytest.raises(ParameterError, match="num"):
        rehearse(elsewhere, {**SCAN, "num": -1}, DEVICES, registry=REGISTRY)


def test_parameters_that_are_bound_are_not_bound_again():
    bound = bind(DESCRIPTIONS["scan"], SCAN, DEVICES)
    assert rehearse(DESCRIPTIONS["scan"], bound, DEVICES, registry=REGISTRY).points == 3


@pytest.mark.parametrize("name", sorted(DESCRIPTIONS))
def test_every_plan_of_ours_can_be_rehearsed(name):
    parameters = {}
    values = {"devices": ["det"], "device": "sx", "number": 1, "integer": 3, "string": "det", "boolean": True}
    for entry in DESCRIPTIONS[name]["parameters"]:
        if entry["required"] and entry["type"] != "group":
            parameters[entry["name"]] = values[entry["type"]]
        elif entry["required"]:
            members = {"array": [1, 2, 3], **values}
            parameters[entry["name"]] = [[members[member["type"]] for member in entry["repeat"]]]
    for motor, other in (
        ("y_motor", "sy"),
        ("motor2", "sy"),
        ("max_step", 2),
        ("step_factor", 2),
        ("stop", 0.5),
    ):
        if motor in parameters:
            parameters[motor] = other
    if name == "fly":
        parameters["flyers"] = ["flyer"]
    found = rehearse(DESCRIPTIONS[name], parameters, DEVICES, registry=REGISTRY)
    assert found.problems == ()
    assert found.is_complete
