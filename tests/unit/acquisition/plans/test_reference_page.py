"""The reference page knows every plan, stub, wrapper, marker and key."""

import re
from pathlib import Path

import pytest

from acquisition.plans import annotations, preprocessors, scans, stubs
from acquisition.plans.registry import describe_plan

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "plans.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"\w+", PAGE))
OLDER_NAMES = {name for name in scans.__all__ if name.startswith(("relative_", "inner_", "outer_"))}


def test_every_plan_is_on_the_page():
    assert set(scans.__all__) - OLDER_NAMES <= WORDS


def test_every_stub_is_on_the_page():
    assert set(stubs.__all__) <= WORDS


def test_every_wrapper_is_on_the_page():
    wrappers = {name.removesuffix("_wrapper") for name in preprocessors.__all__ if name.endswith("_wrapper")}
    assert wrappers <= WORDS


@pytest.mark.parametrize("name", ["Unit", "Bounds", "PositionOf", "Points", "Required", "Groups", "Member"])
def test_every_marker_is_on_the_page(name):
    assert hasattr(annotations, name)
    assert name in WORDS


def test_every_key_of_a_parameter_is_on_the_page():
    described = describe_plan(scans.count).parameters[0]
    assert {f"`{key}`" for key in described} <= set(re.findall(r"`\w+`", PAGE))


def test_the_numbers_on_the_page_are_those_of_the_code():
    assert f"{annotations.MAX_POINTS:,}".replace(",", " ") in PAGE
