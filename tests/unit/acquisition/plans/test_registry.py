"""Descriptions of plans, and the registry that loads them."""

import enum
import json
import sys
from collections.abc import Generator, Sequence
from typing import Annotated, Any, Literal

import jsonschema
import pytest

from acquisition.plans import scans
from acquisition.plans.annotations import Bounds, Unit
from acquisition.plans.registry import (
    DescriptionError,
    PlanRegistry,
    UnknownPlanError,
    bind,
    describe_plan,
    resolve,
)
from acquisition.plans.shapes import Movable, Readable
from tests.unit.acquisition.plans.paper import DEVICES, paper_devices


def parameter(description, name):
    return next(entry for entry in description.parameters if entry["name"] == name)


def facts(description, name, *keys):
    entry = parameter(description, name)
    return tuple(entry[key] for key in keys)


class Filter(enum.Enum):
    THIN = 1
    THICK = 2


def well_hinted(
    detector: Readable,
    motors: Sequence[Movable],
    exposure: Annotated[float, Unit("s"), Bounds(0, 60)],
    shape: Literal["disc", "ring"] = "disc",
    filter: Filter = Filter.THIN,
    corner: tuple[float, float] = (0.0, 1.0),
    note: str | None = None,
    *,
    options: dict[str, Any] | None = None,
    md: dict[str, Any] | None = None,
) -> Generator[Any, Any, str]:
    """
    Expose a plate.

    Longer story.

    Parameters
    ----------
    exposure : float
        How long.
    """
    yield filter


def bare(detectors, motor, start, stop, num=5, exposure_time=1.0, label="x", x=None):
    """Do it.

    Parameters
    ----------
    x : float
        Offset [mm].
    """
    yield


def test_hints_docstring_and_signature_make_the_description():
    plan = describe_plan(well_hinted)
    assert (plan.name, plan.title, plan.doc) == ("well_hinted", "Expose a plate.", "Longer story.")
    assert facts(plan, "detector", "type", "protocol", "required") == ("device", "Readable", True)
    assert facts(plan, "motors", "type", "protocol") == ("devices", "Movable")
    assert facts(plan, "exposure", "type", "units", "minimum", "maximum", "doc") == (
        "number",
        "s",
        0,
        60,
        "How long.",
    )
    assert facts(plan, "shape", "type", "choices", "default") == ("enum", ["disc", "ring"], "disc")
    assert facts(plan, "filter", "type", "choices", "default") == ("enum", ["THIN", "THICK"], "THIN")
    assert facts(plan, "corner", "type", "length", "default") == ("array", 2, [0.0, 1.0])
    assert facts(plan, "note", "type", "nullable", "required") == ("string", True, False)
    assert facts(plan, "options", "type", "kind") == ("object", "keyword")
    assert "md" not in [entry["name"] for entry in plan.parameters]


def test_a_plan_that_says_nothing_is_described_by_convention():
    plan = describe_plan(bare)
    assert facts(plan, "detectors", "type", "protocol") == ("devices", "Readable")
    assert facts(plan, "motor", "type", "protocol") == ("device", "Movable")
    assert facts(plan, "start", "type", "axis") == ("object", None)
    assert facts(plan, "num", "type", "minimum", "points") == ("integer", 1, True)
    assert facts(plan, "exposure_time", "units", "minimum") == ("s", 0)
    assert facts(plan, "label", "type") == ("string",)
    assert facts(plan, "x", "type", "units") == ("number", "mm")


def test_what_a_person_cannot_give_is_left_out_or_refused():
    def plan(detector: Readable, step: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        yield

    assert "per_shot" not in [entry["name"] for entry in describe_plan(scans.count).parameters]
    with pytest.raises(DescriptionError, match="parameter step: a person cannot give Generator"):
        describe_plan(plan)


def test_hints_that_do_not_exist_are_refused_by_name():
    def plan(detector: "Detektor") -> Any:  # noqa: F821
        yield

    with pytest.raises(DescriptionError, match="Detektor"):
        describe_plan(plan)


@pytest.fixture(scope="module")
def registry():
    loaded = PlanRegistry()
    loaded.load(["acquisition.plans.scans"])
    return loaded


def test_our_plans_are_all_offered_without_faults(registry):
    assert registry.faults == []
    assert {"count", "scan", "rel_scan", "grid_scan", "spiral_fermat", "fly"} <= set(registry.descriptions())
    assert "scan_nd" not in registry


def test_descriptions_survive_json_and_their_schemas_are_schemas(registry):
    descriptions = json.loads(json.dumps(registry.descriptions(), allow_nan=False))
    for description in descriptions.values():
        jsonschema.Draft202012Validator.check_schema(description["schema"])
    schema = jsonschema.Draft202012Validator(descriptions["scan"]["schema"])
    assert schema.is_valid({"detectors": ["det"], "args": [["sx", -1, 1]], "num": 21})
    assert not schema.is_valid({"detectors": ["det"], "args": [["sx", -1]], "num": 21})
    assert not schema.is_valid({"detectors": ["det"], "args": [["sx", -1, 1]], "num": 0})


def test_every_parameter_has_the_same_keys(registry):
    keys = {
        frozenset(entry) - {"kind"}
        for description in registry.descriptions().values()
        for parameter in description["parameters"]
        for entry in (parameter, *(parameter["repeat"] or []))
    }
    assert len(keys) == 1


def test_an_unknown_plan_is_named_with_those_near(registry):
    with pytest.raises(UnknownPlanError, match="no plan is called 'scann'. Did you mean 'scan'"):
        registry.plan("scann")


def test_faults_of_modules_are_collected_and_the_rest_is_offered(tmp_path, monkeypatch):
    (tmp_path / "broken_plans.py").write_text("def plan(:\n    pass\n")
    (tmp_path / "leaving_plans.py").write_text("raise SystemExit('bye')\n")
    (tmp_path / "mixed_plans.py").write_text(
        "from acquisition.plans.scans import count\n"
        "def good():\n    yield\n"
        "def bad(x: 'Missing'):\n    yield\n"
        "def _hidden():\n    yield\n"
        "def no_plan():\n    return 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry = PlanRegistry()
    registry.load(["broken_plans", "leaving_plans", "mixed_plans", "nowhere.at_all"])
    for name in ("leaving_plans", "mixed_plans"):
        sys.modules.pop(name, None)
    assert list(registry.descriptions()) == ["good"]
    broken, leaving, bad, nowhere = registry.faults
    assert (broken.module, broken.line) == ("broken_plans", 1)
    assert broken.file.endswith("broken_plans.py")
    assert "SystemExit: bye" in leaving.message
    assert (bad.plan, bad.line) == ("bad", 4)
    assert "nowhere" in nowhere.message
    assert json.dumps([fault.as_dict() for fault in registry.faults])


def test_plans_of_bluesky_can_be_described():
    plans = pytest.importorskip("bluesky.plans")
    registry = PlanRegistry()
    registry.load(["bluesky.plans"])
    assert {fault.plan for fault in registry.faults} == {"scan_nd", "ramp_plan"}
    ours = PlanRegistry()
    ours.load(["acquisition.plans.scans"])
    for name in ("scan", "rel_scan", "grid_scan", "list_scan", "rel_list_grid_scan"):
        theirs = parameter(registry.description(name), "args")["repeat"]
        own = parameter(ours.description(name), "args")["repeat"]
        for left, right in zip(theirs, own, strict=True):
            assert (left["type"], left["axis"], left["relative"]) == (
                right["type"],
                right["axis"],
                right["relative"],
            )
    assert parameter(registry.description("scan"), "num")["required"]
    assert registry.plan("count") is plans.count


def test_names_become_devices_and_groups_become_arguments(registry):
    devices = paper_devices()
    description = registry.descriptions()["grid_scan"]
    bound = bind(
        description,
        {"detectors": ["det"], "args": [["sx", 0, 1, 2], ["sy", 0, 1, 2]], "snake_axes": ["sy"]},
        DEVICES,
    )
    assert bound.devices == ("det", "sx", "sy")
    assert bound.points == 4
    args, kwargs = resolve(description, bound, devices)
    assert args == ([devices["det"]], devices["sx"], 0, 1, 2, devices["sy"], 0, 1, 2)
    assert kwargs == {"snake_axes": [devices["sy"]]}
    assert len(list(registry.plan("grid_scan")(*args, **kwargs))) > 20


def test_enum_parameters_reach_the_plan_as_members():
    registry = PlanRegistry()
    registry.add(well_hinted)
    description = registry.descriptions()["well_hinted"]
    given = {"detector": "det", "motors": ["sx"], "exposure": 1, "filter": "THICK"}
    args, kwargs = resolve(description, bind(description, given, DEVICES), paper_devices())
    assert next(registry.plan("well_hinted")(*args, **kwargs)) is Filter.THICK


def test_components_are_found_by_dotted_names_and_nothing_else_is():
    description = describe_plan(scans.count).as_dict()
    devices = paper_devices()
    bound = bind(description, {"detectors": ["ring.current"]}, DEVICES)
    assert resolve(description, bound, devices)[1] == {"detectors": [devices["ring"].current]}
    for name in ("ring.name", "ring.__class__", "ring.parent", "det.x", "ring.current.parent"):
        with pytest.raises(ValueError, match="no device is called"):
            bind(description, {"detectors": [name]}, DEVICES)
        with pytest.raises(ValueError, match="no device is called"):
            resolve(description, {"detectors": [name]}, devices)


def test_arguments_that_are_not_described_are_taken_one_by_one():
    def anything(*detectors, motor=None):
        yield

    plan = describe_plan(anything)
    assert parameter(plan, "detectors")["repeat"][0]["type"] == "device"
    bound = bind(plan.as_dict(), {"detectors": ["det", ["ring"]], "motor": None}, DEVICES)
    devices = paper_devices()
    expected = ((devices["det"], devices["ring"]), {"motor": None})
    assert resolve(plan.as_dict(), bound, devices) == expected
