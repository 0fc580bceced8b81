"""No page is left out of the sweeps, and each goal and journey of the browser part names what tries it."""

import ast
import importlib
import re

import pytest
from django.urls import URLPattern, get_resolver

from tests.browser.goals import GOALS, JOURNEYS
from tests.browser.page_table import ALL, MORE, NO_PAGES, PAGES
from tests.support.house_rules import ROOT

BROWSER = ROOT / "tests" / "browser"
APART = ("admin/", "api/", "tiled/", "bl/")
"""Addresses of programs, and Django's own administration."""


def routes():
    """Give name and address of each route that a person may open."""
    found, waiting = {}, [("", pattern) for pattern in get_resolver().url_patterns]
    while waiting:
        before, pattern = waiting.pop()
        address = before + str(pattern.pattern)
        if address.lstrip("^").startswith(APART):
            continue
        if isinstance(pattern, URLPattern):
            found[pattern.name] = address
        else:
            waiting += [(address, inner) for inner in pattern.url_patterns]
    return found


def bodies(place):
    """Give the source of the named test, with its decorators; nothing when there is none."""
    file, name = place.split("::")
    text = (BROWSER / file).read_text() if (BROWSER / file).exists() else ""
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name]
    return [ast.get_source_segment(text, node) for node in nodes]


def test_each_route_is_swept_or_told_to_be_no_page():
    known = set(PAGES) | set(NO_PAGES)
    assert {name: address for name, address in routes().items() if name not in known} == {}


def test_each_address_of_the_browser_part_is_swept():
    text = (ROOT / "frontend" / "spa" / "src" / "app.tsx").read_text()
    swept = [row.path.split("?")[0] for row in ALL.values()]
    missing = []
    for path in re.findall(r'<Route path="(/[^"]*)"', text):
        shape = re.sub(r":\w+", "[^/]+", path).replace("*", ".*")
        if not any(re.fullmatch(shape, one) for one in swept):
            missing.append(path)
    assert missing == []
    assert "/acquire/builder" in [row.path for row in MORE.values()]


def test_the_goals_and_the_journeys_are_all_there():
    assert [goal.split()[0] for goal in GOALS] == [f"G{number}" for number in range(1, 15)]
    assert list(JOURNEYS) == list(range(1, 11))


@pytest.mark.parametrize("goal", GOALS)
def test_each_goal_names_tests_or_measures_that_exist(goal):
    number = goal.split()[0]
    assert GOALS[goal]
    for place in GOALS[goal]:
        if "::" in place:
            assert bodies(place), place
        elif place == "bench.browser":
            measures = importlib.import_module(place).MEASURES
            assert any(number in goals.split() for goals in measures), place
        else:
            assert (ROOT / (place.replace(".", "/") + ".py")).exists(), place


@pytest.mark.parametrize("number", JOURNEYS)
def test_each_journey_counts_its_steps(number):
    for place in JOURNEYS[number]:
        assert bodies(place), place
    assert "steps.were(" in bodies(JOURNEYS[number][0])[0]
    if number <= 5:
        assert any(place.startswith("test_by_keyboard.py") for place in JOURNEYS[number])
