"""What opens on a page breaks no rule of WCAG 2.2 A and AA; `test_sweep` has the pages themselves."""

import json
from functools import cache

from playwright.sync_api import expect

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


def breaches(page, **further):
    """Return what axe finds, a line for each rule and place; `further` options are axe's own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options = OPTIONS | further
    found = page.evaluate("options => axe.run(document, options).then(done => done.violations)", options)
    return [f"{rule['id']}: {_said(node)}" for rule in found for node in rule["nodes"]]


def _said(node):
    why = node["any"][0]["message"] if node["any"] else ""
    return f"{node['html'][:160]} {why}"


FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"
COLOUR = "theme => { document.documentElement.dataset.theme = theme; }"
STILL = """() => {
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition: none !important; }");
  document.adoptedStyleSheets = [still];
}"""
LOOKS = (("light", LAPTOP), ("light", PHONE), ("dark", PHONE), ("dark", LAPTOP))


def breaches_in_every_look(page, looks=LOOKS):
    """Return what axe finds on the page as it stands, in both themes and windows."""
    page.evaluate(STILL)
    found = []
    for theme, window in looks:
        page.evaluate(COLOUR, theme)
        page.set_viewport_size(window)
        found += [f"{theme} {window['width']}: {line}" for line in breaches(page)]
    page.evaluate(COLOUR, "light")
    page.set_viewport_size(LAPTOP)
    return found


def assert_none(found):
    """Fail with all that was found, by page."""
    assert {path: lines for path, lines in found.items() if lines} == {}, json.dumps(found, indent=1)


def test_no_state_of_a_page_breaks_a_rule(visit, idle, scanned):
    person = visit(expected=(r"status of 404",))
    person.sign_in("user")
    found = {}
    person.open(f"/runs/{scanned}")
    person.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    person.page.get_by_role("button", name="Show the documents").click()
    person.page.locator(".documents summary").first.click()
    found["run"] = breaches_in_every_look(person.page)
    person.open("/")
    person.page.get_by_role("link", name="Find the peak in x").click()
    person.page.get_by_test_id("dry-run-points").wait_for()
    found["form"] = breaches_in_every_look(person.page)
    person.open("/queue")
    person.page.get_by_role("button", name="Details of").first.click()
    person.page.locator(".item-details").wait_for()
    found["details"] = breaches_in_every_look(person.page)
    assert_none(found)


def test_the_abort_question_keeps_the_focus_and_gives_it_back(visit, idle):
    person = visit(expected=())
    page = person.page
    person.sign_in("user")
    person.take_control()
    page.get_by_role("link", name="Find the peak in x").click()
    page.get_by_role("button", name="Run now").click()
    person.state_is("running")
    expect(page.locator("main")).to_be_focused()  # the live page has opened
    abort = page.get_by_role("region", name="Pause and abort").get_by_role("button", name="Abort")
    abort.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert breaches(page) == []
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText") == "Abort"
