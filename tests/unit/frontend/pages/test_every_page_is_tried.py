"""No page is left out of the sweeps, and each goal and journey of the browser part names what tries it."""

import ast
import importlib
import re

import pytest
from django.contrib.admin.sites import all_sites
from django.urls import URLPattern, get_resolver

from accounts.api.answer_page import AnswerPageRenderer
from tests.browser.goals import GOALS, JOURNEYS
from tests.browser.page_table import ALL, MOMENTS, MORE, NO_PAGES, PAGES, TEMPLATES, WHO
from tests.security.page_table import PAGES as RIGHTS
from tests.support.house_rules import ROOT

BROWSER = ROOT / "tests" / "browser"
PARTS_OF_PAGES = "accounts/draft.html", "accounts/fault.html", "accounts/sessions.html"
UNKNOWN = r"^api/", r"^.*$"
"""The last patterns below an interface: every other address there, answered in JSON."""


def routes():
    """Give address and pattern of every route."""
    waiting = [("", pattern) for pattern in get_resolver().url_patterns]
    while waiting:
        before, pattern = waiting.pop()
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern
        else:
            waiting += [(address, inner) for inner in pattern.url_patterns]


def of_programs(pattern):
    """Tell whether a route is one of REST: what it answers in HTML is one page, which is swept."""
    renderers = getattr(getattr(pattern.callback, "cls", None), "renderer_classes", None)
    kinds = {renderer for renderer in renderers or () if "html" in renderer.media_type}
    return renderers is not None and kinds <= {AnswerPageRenderer}


def of_the_administration(address):
    """Tell whether Django's administration has this route; its pages are opened by `test_admin`."""
    [site] = all_sites
    return address.startswith("admin/") and site.name == "admin"


def pages():
    """Give name and address of each route that a person may open."""
    return [
        (pattern.name, address)
        for address, pattern in routes()
        if not of_the_administration(address)
        and not of_programs(pattern)
        and str(pattern.pattern) not in UNKNOWN
    ]


def bodies(place):
    """Give the source of the named test, with its decorators; nothing when there is none."""
    file, name = place.split("::")
    text = (BROWSER / file).read_text() if (BROWSER / file).exists() else ""
    nodes = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name]
    return [ast.get_source_segment(text, node) for node in nodes]


def test_each_route_is_swept_or_told_to_be_no_page():
    names = [name for name, _ in pages()]
    assert sorted(names) == sorted({*PAGES, *NO_PAGES}), "each route has a name of its own and a row"
    assert not set(PAGES) & set(NO_PAGES)
    assert {row.who for row in ALL.values()} == set(WHO)


def test_what_is_told_to_be_no_page_answers_nobody_with_one():
    address_of = {name: re.sub(r"<\w+:", "<", address) for name, address in pages()}
    assert [name for name in NO_PAGES if "200" in RIGHTS[address_of[name]].split()] == []


def test_each_template_is_seen_by_a_sweep():
    folder = ROOT / "frontend" / "templates"
    texts = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}
    extended = {name for text in texts.values() for name in re.findall(r'{% extends "([^"]+)" %}', text)}
    assert set(texts) - extended - set(PARTS_OF_PAGES) == set(TEMPLATES)
    assert [place for place in TEMPLATES.values() if place not in {*ALL, *MOMENTS}] == []


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
