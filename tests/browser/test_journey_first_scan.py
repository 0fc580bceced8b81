"""Journey 1: sign in, take the free control, choose a preset, run it; the live plot opens by itself."""

import csv
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.steps import Steps

POINTS = 21
SCAN_S = 40_000


def test_four_steps_lead_from_sign_in_to_a_finished_scan_that_can_be_downloaded(visit, idle, tmp_path):
    person = visit()
    page = person.page
    steps = Steps(page)
    person.open("/login")
    person.picture("login")

    person.sign_in("user")
    person.state_is("idle")
    person.picture("overview")
    person.take_control()
    page.get_by_role("link", name="Find the peak in x").click()
    expect(page.get_by_test_id("dry-run-points")).to_have_text(str(POINTS))
    person.picture("acquire-plan")
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/live")
    steps.were(4)
    person.state_is("running")
    expect(page.locator("figure canvas")).to_be_visible()
    points = page.get_by_test_id("live-points")
    expect(points).not_to_have_text("0", timeout=SCAN_S)
    person.picture("live")
    expect(points).to_have_text(str(POINTS), timeout=SCAN_S)
    person.state_is("idle")
    expect(page.locator("main .badge").first).to_have_text("success")
    expect(page.locator("main figcaption")).to_contain_text(f"det over sx (mm), {POINTS} points")

    page.get_by_role("link", name="Open the run").click()
    expect(page.locator(".js-plotly-plot .scatterlayer .points path")).to_have_count(POINTS)
    table = page.get_by_role("region", name="Events of primary")
    expect(table.locator("tbody tr")).to_have_count(POINTS)
    expect(table.locator("thead")).to_contain_text("sx (mm)")
    person.picture("run")

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = _rows(download.value.path())
    assert len(rows) == POINTS
    shown = table.locator("tbody tr").first.locator("td").nth(2).inner_text()
    assert float(rows[0]["sx"]) == float(shown)


def test_the_run_is_found_by_what_it_is(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("user")
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("combobox", name="Search runs").fill("plan_name:scan motors:sx")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/runs?q=*")
    expect(page.locator("tbody tr").first).to_contain_text("scan")
    person.picture("runs")
    page.reload()
    expect(page.get_by_role("combobox", name="Search runs")).to_have_value("plan_name:scan motors:sx")
    expect(page.locator("tbody tr").first).to_contain_text("scan")


def _rows(path: str | Path) -> list[dict[str, str]]:
    lines = [line for line in Path(path).read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
