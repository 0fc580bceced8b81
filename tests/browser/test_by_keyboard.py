"""Journeys 1 to 5 without a mouse: each thing is reached by Tab or its shortcut and pressed by a key."""

import re

from playwright.sync_api import expect

from tests.browser.archive import SAMPLE
from tests.browser.test_live_align import Bench

SEEN_WITHIN_MS = 20_000
MOST_TABS = 150
TABLE = "plan,detectors,motor,start,stop,num\nscan,det,sx,0,99,3\nscan,det,sx,-1,1,two\n"


def tab_to(page, wanted, key="Tab"):
    """Press Tab until `wanted` has the focus, and see that it shows so."""
    expect(wanted).to_be_visible(timeout=SEEN_WITHIN_MS)
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if wanted.evaluate("place => place === document.activeElement"):
            assert wanted.evaluate("place => place.matches(':focus-visible')")
            return
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} times {key}")


def test_journeys_1_and_2_control_is_taken_a_preset_run_paused_and_aborted(visit, idle):
    person = visit()
    page, keys = person.page, person.page.keyboard
    person.open("/login")
    tab_to(page, page.get_by_label("User name"))
    keys.type("user")
    keys.press("Tab")
    keys.type(person.password_of("user"))
    keys.press("Enter")
    person.stands("/")
    person.state_is("idle")
    expect(page.get_by_role("button", name="Take control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("Shift+C")
    expect(page.get_by_text("you are in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Find")).to_be_focused()
    keys.type("peak in x")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Find the peak in x")
    person.picture("palette")
    keys.press("Enter")
    expect(page.get_by_test_id("dry-run-points")).to_have_text("21", timeout=SEEN_WITHIN_MS)
    tab_to(page, page.get_by_role("button", name="Run now"))
    keys.press("Enter")
    page.wait_for_url("**/live")
    person.state_is("running")
    keys.press("Shift+P")
    person.state_is("paused")
    keys.press("Shift+P")
    person.state_is("running")
    keys.press("Shift+A")
    reason = page.get_by_role("dialog").get_by_label("Reason")
    if not reason.evaluate("place => place === document.activeElement"):
        tab_to(page, reason)
    keys.type("seen enough")
    keys.press("Enter")
    person.state_is("idle")
    keys.press("g")
    keys.press("q")
    person.stands("/queue")
    keys.press("?")
    person.stands("/help")


def test_journey_3_from_the_end_of_a_scan_to_the_peak(visit, idle):
    bench = Bench(idle)
    bench.run("move", {"args": [["sx", 0.2], ["sy", -0.5]]})
    person = visit()
    page, keys = person.page, person.page.keyboard
    person.sign_in("user")
    expect(page.get_by_role("button", name="Take control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("Shift+C")
    expect(page.get_by_text("you are in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("g")
    keys.press("l")
    person.stands("/live")
    bench.run("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 11})
    expect(page.locator("main figcaption").first).to_contain_text("11 points", timeout=60_000)
    tab_to(page, page.get_by_role("button", name="Go to peak"))
    keys.press("Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Move sx"))
    keys.press("Enter")
    outcome = page.get_by_test_id("item-outcome")
    expect(outcome).to_contain_text("completed", timeout=60_000)
    expect(outcome.locator("dd")).to_have_text(re.compile(r"^1\.[12]\d* mm"))


def test_journey_4_a_table_is_put_right_and_runs(visit, idle):
    person = visit()
    page, keys = person.page, person.page.keyboard
    person.sign_in("user")
    keys.press("g")
    keys.press("q")
    person.stands("/queue")
    card = page.get_by_role("region", name="Many at once, from a table")
    tab_to(page, card.get_by_role("textbox", name="Table"))
    keys.insert_text(TABLE)
    expect(card.locator(".table-verdict")).to_contain_text("2 rows cannot run")
    for cell, value in (("stop, line 2", "1"), ("num, line 3", "2")):
        tab_to(page, card.get_by_role("textbox", name=cell))
        keys.press("Control+a")
        keys.type(value)
    add = card.get_by_role("button", name="Add all 2")
    expect(add).to_be_enabled(timeout=SEEN_WITHIN_MS)
    tab_to(page, add)
    keys.press("Enter")
    waiting = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(waiting).to_have_count(2, timeout=SEEN_WITHIN_MS)
    tab_to(page, page.get_by_role("button", name="Start queue"), "Shift+Tab")
    keys.press("Enter")
    expect(waiting).to_have_count(0, timeout=60_000)


def test_journey_5_two_runs_of_last_month_are_compared(visit, archive):
    person = visit()
    page, keys = person.page, person.page.keyboard
    person.sign_in("user")
    keys.press("g")
    keys.press("r")
    person.stands("/runs")
    box = page.get_by_role("combobox", name="Search runs")
    expect(box).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("/")
    expect(box).to_be_focused()
    keys.type(f'sample:{SAMPLE} time:"last month"')
    keys.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    facets = page.locator(".facets")
    rows = page.get_by_role("region", name="Runs", exact=True).locator("tbody tr")
    for facet, left in (("scan", 3), ("success", 2)):
        tab_to(page, facets.get_by_role("checkbox", name=facet, exact=False).first)
        keys.press("Space")
        expect(rows).to_have_count(left)
    for place in range(2):
        tab_to(page, rows.nth(place).get_by_role("checkbox"))
        keys.press("Space")
    compare = page.get_by_role("link", name="Compare")
    tab_to(page, compare)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(2, timeout=SEEN_WITHIN_MS)
