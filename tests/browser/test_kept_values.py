"""What the catalogue says of a device over the runs, and of the peak of a stored run."""

import re

from playwright.sync_api import expect

from tests.browser.test_live_align import Bench

SEEN_WITHIN_MS = 30_000


def test_a_device_tells_what_it_was_in_the_runs_that_read_it(visit, idle):
    bench = Bench(idle)
    for place in (0.25, 0.75):
        bench.run("scan", {"detectors": ["det"], "args": [["sx", place, 1.5]], "num": 3})
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/devices/sx")
    table = page.get_by_role("region", name=re.compile("^sx over runs"))
    rows = table.locator("tbody tr")
    expect(rows.nth(0)).to_contain_text(re.compile(r"scan.*primary0\.75.*1\.5"), timeout=SEEN_WITHIN_MS)
    expect(rows.nth(1)).to_contain_text(re.compile(r"scan.*primary0\.25.*1\.5"))
    chosen = page.locator(".device-history select")
    expect(chosen).to_have_value("sx")
    another = chosen.locator("option").nth(1).get_attribute("value")
    chosen.select_option(another)
    expect(page.get_by_role("region", name=f"{another} over runs")).to_be_visible(timeout=SEEN_WITHIN_MS)
    run = page.locator(".device-history tbody th a").first
    address = run.get_attribute("href")
    run.click()
    page.wait_for_url(f"**{address}")


def test_a_stored_run_shows_its_peak_and_a_fit_drawn_over_its_points(visit, idle):
    bench = Bench(idle)
    bench.run("move", {"args": [["sy", -0.5]]})
    bench.run("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 21})
    with idle.rest() as rest:
        uid = rest.get("runs", params={"limit": 1}).json()["results"][0]["uid"]
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{uid}")
    card = page.locator(".peak-card")
    centre = card.get_by_test_id("peak-statistics").locator("dd").first
    expect(centre).to_have_text(re.compile(r"^1\.[12]"), timeout=SEEN_WITHIN_MS)
    lines = page.locator(".js-plotly-plot .scatterlayer .trace")
    expect(lines).to_have_count(1, timeout=SEEN_WITHIN_MS)
    card.get_by_label("Fit").select_option("gaussian")
    fitted = card.get_by_test_id("fit").locator("dd").first
    expect(fitted).to_have_text(re.compile(r"^1\.[12]\d* ± "), timeout=SEEN_WITHIN_MS)
    expect(lines).to_have_count(2)
    card.get_by_label("Fit").select_option("")
    expect(lines).to_have_count(1)
