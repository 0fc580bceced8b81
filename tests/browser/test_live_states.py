"""Every state of the live page is for everybody: axe in light and dark, nothing wider than its window."""

import contextlib

import pytest
from playwright.sync_api import TimeoutError as WaitedTooLongError
from playwright.sync_api import expect

from tests.browser.test_accessible import FITS, breaches
from tests.browser.test_live_align import Bench

WIDTHS = (1366, 390, 320)


def too_wide(page):
    """Return how far the page reaches beyond its window at each width, once plots had time to follow."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768 if width > 1000 else 800})
        with contextlib.suppress(WaitedTooLongError):
            page.wait_for_function(FITS, timeout=20_000)
        found[width] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return {width: beyond for width, beyond in found.items() if beyond > 0}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_of_the_live_page_breaks_a_rule_or_scrolls_sideways(visit, idle, theme):
    bench = Bench(idle)
    person = visit()
    page = person.page
    person.open("/login")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": person.url}])
    person.sign_in("user")
    found, wide = {}, {}

    def look(state):
        found[state] = breaches(page)
        wide[state] = too_wide(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768 if width > 1000 else 800})
            person.picture(f"live-{state}-{theme}-{width}")
        page.set_viewport_size({"width": 1366, "height": 768})

    bench.run("grid_scan", {"detectors": ["det", "camera"], "args": [["sy", -1, 0, 2], ["sx", 0, 2, 3]]})
    person.open("/live")
    expect(page.get_by_test_id("frame-caption")).to_contain_text("from", timeout=30_000)
    page.get_by_role("button", name="Measure a region").click()
    page.get_by_label("Fixed levels").check()
    expect(page.get_by_test_id("region-sum")).to_be_visible(timeout=30_000)
    look("map-and-frames")
    page.get_by_label("Drawn as").select_option("waterfall")
    look("waterfall")
    bench.run("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 15})
    page.get_by_label("Fit").select_option("gaussian")
    expect(page.get_by_test_id("fit")).to_be_visible(timeout=30_000)
    page.locator(".signals summary").click()
    look("fit-and-signals")
    page.locator(".signals summary").click()
    page.get_by_role("button", name="Go to peak").click()
    look("go-to-peak")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    bench.start("count", {"detectors": ["det"], "num": 400, "delay": 0.1})
    person.state_is("running")
    expect(page.get_by_test_id("live-points")).not_to_have_text("0", timeout=30_000)
    look("running")
    assert {state: lines for state, lines in found.items() if lines} == {}
    assert {state: widths for state, widths in wide.items() if widths} == {}
