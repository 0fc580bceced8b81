"""Every page, at work, empty and with a failing server: no rule of WCAG 2.2 broken, nothing sideways.

Each page is opened once for a state and looked at in both themes and at three widths. The pictures are
kept in `var/test-artifacts/screenshots` as `sweep-<state>-<page>-<theme>-<width>.png`.
"""

import json
import re
import time
import uuid

import pytest
from playwright.sync_api import TimeoutError as WaitedTooLongError
from playwright.sync_api import expect

from tests.browser.archive import sent
from tests.browser.conftest import LAPTOP, NARROW, PHONE
from tests.browser.furnished import Desk, Words, fill_queue, furnish, newcomer
from tests.browser.page_table import ALL, WHO
from tests.browser.test_accessible import FITS, STILL, breaches
from tests.support.catalog_runs import scan

LOOKS = (("light", LAPTOP), ("light", PHONE), ("light", NARROW), ("dark", PHONE), ("dark", LAPTOP))
BRIEF_LOOKS = (("light", LAPTOP), ("dark", PHONE))
SETTLED_MS = 30_000
NUMBER = "2030-0107"
FAULT = {"code": "internal", "detail": "Something went wrong on the server.", "hint": "Try again."}
THEME = """theme => {
  const button = document.querySelector(`button[aria-label="Use the ${theme} theme"]`);
  if (button) button.click(); else document.documentElement.dataset.theme = theme;
}"""
WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"
FIGURES_OF_ANOTHER_WIDTH = """within => new Promise((tell) => {
  const wide = (one) => Math.round(one.getBoundingClientRect().width);
  const other = (one) => wide(one.querySelector(".main-svg")) !== wide(one);
  const begun = performance.now();
  const look = () => {
    const left = [...document.querySelectorAll(".js-plotly-plot")].filter(other).length;
    if (left && performance.now() - begun < within) requestAnimationFrame(look);
    else tell(left);
  };
  requestAnimationFrame(() => requestAnimationFrame(look));
})"""
FIGURES_FOLLOW_MS = 3_000
LOADING = re.compile("^Loading")


class Sweep:
    """Looks at pages and remembers what was found."""

    def __init__(self, person, state):
        self.person, self.page, self.state = person, person.page, state
        self.found = {}

    def settle(self, row):
        """Wait until the page stands."""
        expect(self.page.locator("h1").first).to_be_visible(timeout=SETTLED_MS)
        expect(self.page.get_by_text(LOADING)).to_have_count(0, timeout=SETTLED_MS)
        if not row.is_plain and self.state == "work":
            expect(self.page.locator(".connection-text")).to_have_text("live", timeout=SETTLED_MS)
        self.page.evaluate(STILL)

    def look(self, name, row, **names):
        """Open a page and try its rules, in both themes and in every window."""
        self.person.open(row.path.format_map(names))
        self.settle(row)
        self.try_here(name)

    def try_here(self, name):
        """Try the rules of the page that stands, in both themes and in every window."""
        shown = "light"
        for theme, window in LOOKS if self.state == "work" else BRIEF_LOOKS:
            if theme != shown:
                self._show_in(theme)
                shown = theme
            self.page.set_viewport_size(window)
            self._try(f"{name}-{theme}-{window['width']}", with_axe=window is not NARROW)
        self._show_in("light")
        self.page.set_viewport_size(LAPTOP)

    def _show_in(self, theme):
        self.page.emulate_media(color_scheme=theme)  # what bare pages and Django's administration follow
        self.page.evaluate(THEME, theme)

    def _try(self, place, *, with_axe):
        if lagging := self.page.evaluate(FIGURES_OF_ANOTHER_WIDTH, FIGURES_FOLLOW_MS):
            self.found[f"{place} figures"] = [f"{lagging} not as wide as their place"]
        self.person.picture(f"sweep-{self.state}-{place}")
        if self.page.evaluate(WIDE):
            try:
                self.page.wait_for_function(FITS, timeout=20_000)
            except WaitedTooLongError:
                width = self.page.evaluate("document.documentElement.scrollWidth")
                self.found[f"{place} sideways"] = [f"{width} px"]
        broken = breaches(self.page) if with_axe else []
        if broken:
            self.found[place] = broken


@pytest.fixture(scope="module")
def names(beamport, archive):
    """Furnish the beamline; give what the addresses name."""
    told = furnish(beamport, NUMBER, Words())
    with beamport.signed_in("admin") as admin:
        published = sent(admin, NUMBER, scan(5, time=time.time(), uid=str(uuid.uuid4()), sample="Quartz"))
        audience = {"audience": "everyone", "reason": "a test"}
        Desk(admin).send(f"/api/v1/proposals/{NUMBER}/publication", method="PUT", **audience)
    return {**told, "published": published, "run": archive["scan-1"], "other": archive["scan-2"]}


def halves(who):
    """Give the names of the pages of `who`, in parts that are looked at in one test each."""
    mine = [name for name, row in ALL.items() if row.who == who]
    return [mine[place : place + 9] for place in range(0, len(mine), 9)]


PARTS = [pytest.param(who, part, id=f"{who}-{part[0]}") for who in WHO for part in halves(who)]
USERS_PARTS = [pytest.param(part, id=part[0]) for part in halves("user")]


def assert_none(found):
    """Fail with all that was found, by page."""
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("who", "part"), PARTS)
def test_no_page_breaks_a_rule_or_scrolls_sideways_while_a_run_is_taken(visit, idle, names, who, part):
    fill_queue(idle, NUMBER, Words())
    person = visit(LAPTOP, expected=(r"status of 40[0134]",))
    sweep = Sweep(person, "work")
    if who != "nobody":
        person.sign_in(who)
        person.state_is("running")
    for name in part:
        sweep.look(name, ALL[name], **names)
    assert_none(sweep.found)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", USERS_PARTS)
def test_no_page_breaks_a_rule_with_nothing_on_it(visit, idle, names, part):
    name, password = newcomer(idle)
    person = visit(LAPTOP, expected=(r"status of 40[0134]",))
    person.sign_in(name, password)
    sweep = Sweep(person, "empty")
    for one in part:
        sweep.look(one, ALL[one], **names)
    assert_none(sweep.found)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("who", "part"), PARTS)
def test_no_page_breaks_a_rule_when_the_server_fails(visit, idle, names, who, part):
    person = visit(LAPTOP, expected=(r"status of (40[34]|500)",))
    if who != "nobody":
        person.sign_in(who)
    person.page.route(
        "**/api/v1/**", lambda route: route.fulfill(status=500, json=FAULT, content_type="application/json")
    )
    sweep = Sweep(person, "error")
    for name in part:
        if not ALL[name].is_plain:
            sweep.look(name, ALL[name], **names)
    assert_none(sweep.found)
