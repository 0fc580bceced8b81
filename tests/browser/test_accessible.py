"""What opens on a page breaks no rule of WCAG 2.2 A and AA; `test_sweep` has the pages themselves."""

import json
from functools import cache

import pytest

from tests.browser.conftest import LAPTOP, PHONE
from tests.support.house_rules import ROOT

AXE = ROOT / "frontend" / "spa" / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],  # what holds is not written out place by place
}


@cache
def _axe():
    return AXE.read_text()


def breaches(page):
    """Return what axe finds, a line for each rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options).then(done => done.violations)", OPTIONS)
    return [f"{rule['id']}: {_said(node)}" for rule in found for node in rule["nodes"]]


def _said(node):
    why = node["any"][0]["message"] if node["any"] else ""
    return f"{node['html'][:160]} {why}"


LOOKS = pytest.mark.parametrize(
    ("viewport", "theme"),
    [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["laptop-light", "laptop-dark", "phone-light", "phone-dark"],
)


def signed_in(visit, viewport, theme):
    """Open a window in a colour, as the user."""
    person = visit(viewport, expected=(r"status of 404",))
    person.open("/login")
    person.page.context.add_cookies([{"name": "theme", "value": theme, "url": person.url}])
    person.sign_in("user")
    return person


def assert_none(found):
    """Fail with all that was found, by page."""
    assert {path: lines for path, lines in found.items() if lines} == {}, json.dumps(found, indent=1)


@LOOKS
def test_no_state_of_a_page_breaks_a_rule(visit, idle, scanned, viewport, theme):
    person = signed_in(visit, viewport, theme)
    found = {}
    person.open(f"/runs/{scanned}")
    person.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    person.page.get_by_role("button", name="Show the documents").click()
    person.page.locator(".documents summary").first.click()
    found["run"] = breaches(person.page)
    person.open("/")
    person.page.get_by_role("link", name="Find the peak in x").click()
    person.page.get_by_test_id("dry-run-points").wait_for()
    found["form"] = breaches(person.page)
    person.open("/queue")
    person.page.get_by_role("button", name="Details of").first.click()
    person.page.locator(".item-details").wait_for()
    found["details"] = breaches(person.page)
    assert_none(found)


def test_the_abort_question_keeps_the_focus_and_gives_it_back(visit, idle):
    person = visit(expected=())
    page = person.page
    person.sign_in("user")
    person.take_control()
    page.get_by_role("link", name="Find the peak in x").click()
    page.get_by_role("button", name="Run now").click()
    person.state_is("running")
    abort = page.get_by_role("region", name="Pause and abort").get_by_role("button", name="Abort")
    abort.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert breaches(page) == []
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText") == "Abort"
