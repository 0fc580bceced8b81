"""Find runs, look at one, compare and take away: journeys 5, 6 and 8."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.archive import SAMPLE
from tests.browser.steps import Steps
from tests.browser.test_accessible import breaches
from tests.support.installation import wait_for

TOO_FAR = {"plan": "rel_scan", "parameters": {"detectors": ["det"], "args": [["sx", 0, 15]], "num": 4}}


def test_two_runs_of_last_month_are_found_and_compared_in_five_steps(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Runs").click()
    steps = Steps(page)
    box = page.get_by_role("combobox", name="Search runs")
    box.fill(f'sample:{SAMPLE} time:"last month"')
    box.press("Enter")
    facets = page.locator(".facets")
    facets.get_by_role("checkbox", name="scan", exact=False).first.check()
    expect(page.get_by_role("region", name="Runs", exact=True).locator("tbody tr")).to_have_count(3)
    facets.get_by_role("checkbox", name="success").check()
    rows = page.get_by_role("region", name="Runs", exact=True).locator("tbody tr")
    expect(rows).to_have_count(2)
    for place in range(2):
        rows.nth(place).get_by_role("checkbox").check()
    page.get_by_role("link", name="Compare").click()
    steps.were(5)
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(2)
    expect(page.get_by_role("region", name="Metadata that differ")).to_contain_text("num_points")
    person.picture("compare")
    address = page.url
    person.open(address.removeprefix(person.url))
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(2)
    page.get_by_role("combobox", name="Runs", exact=True).select_option("difference")
    expect(page.locator("figcaption")).to_contain_text("minus")
    page.get_by_label("Model").select_option("gaussian")
    fits = page.get_by_role("region", name="Fits of the runs").locator("tbody tr")
    expect(fits).to_have_count(2, timeout=30_000)
    page.get_by_label("Derived signal").fill("half = det / 2")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("figcaption")).to_contain_text("half")
    expect(fits).to_have_count(2, timeout=30_000)
    page.locator(".compared a").first.click()
    page.get_by_label("Fit", exact=True).select_option("gaussian")
    expect(page.get_by_test_id("fit")).to_be_visible(timeout=30_000)


COLOUR_OF_LINES = "lines => lines.map(line => getComputedStyle(line).stroke)"


def test_a_run_keeps_its_colour_when_others_are_left_out_and_added(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    runs = "&".join(f"run={archive[name]}" for name in ("scan-1", "scan-2", "scan-4"))
    person.open(f"/runs/compare?{runs}&mode=offset")
    chips = page.locator(".compared .line-chip line")
    traces = page.locator(".js-plotly-plot .scatterlayer .trace path.js-line")

    def colours(count):
        expect(traces).to_have_count(count)
        expect(chips).to_have_count(count)
        drawn = traces.evaluate_all(COLOUR_OF_LINES)
        assert chips.evaluate_all(COLOUR_OF_LINES) == drawn
        return drawn

    first, second, third = colours(3)
    page.get_by_role("button", name="Leave out: 9002").click()
    assert colours(2) == [first, third]
    page.get_by_label("Add a run").fill("9002")
    page.get_by_label("Add a run").press("Enter")
    page.get_by_role("button", name="Add 9002").click()
    assert colours(3) == [first, third, second]
    page.get_by_role("button", name="Make first: 9004").click()
    expect(page.locator(".compared li").first).to_contain_text("9004")
    expect(page.locator(".legend .legendtext").first).to_contain_text("9004")
    page.reload()
    assert colours(3) == [third, first, second]
    assert breaches(page) == []
    page.get_by_role("button", name="Use the dark theme").click()
    expect(traces.first).not_to_have_css("stroke", third)
    assert len(set(colours(3))) == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_on_the_pages_breaks_no_rule(visit, archive, theme):
    person = visit()
    page = person.page
    person.open("/login")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": person.url}])
    person.sign_in("user")
    person.open(f"/runs?q=sample:{SAMPLE}")
    page.get_by_role("checkbox", name="Tick all on this page").check()
    page.get_by_text("Columns", exact=True).click()
    assert breaches(page) == []
    page.get_by_text("Columns", exact=True).click()
    page.get_by_text("Saved searches").click()
    page.get_by_role("button", name="Save this search").click()
    page.get_by_label("Name").fill(f"mine {theme} {SAMPLE}")
    assert breaches(page) == []
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name=f"mine {theme} {SAMPLE}", exact=True)).to_be_visible()
    page.get_by_text("Saved searches").click()
    page.get_by_role("button", name="Tags …").click()
    page.get_by_label("Put on").fill(f"alloy-{theme}")
    page.get_by_role("button", name="Change tags").click()
    tag = page.locator(".facets").get_by_role("checkbox", name=f"alloy-{theme}")
    expect(tag).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Export …").click()
    expect(page.get_by_role("dialog")).to_contain_text("all that match")
    assert breaches(page) == []
    page.keyboard.press("Escape")
    person.open(f"/runs/{archive['scan-2']}")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=20_000)
    for summary in page.locator("main details > summary").all():
        if summary.is_visible():
            summary.click()
    page.get_by_role("button", name="QR code").click()
    page.get_by_role("button", name="Change …").click()
    assert breaches(page) == []


def test_a_search_that_cannot_be_read_is_told_beside_the_box_and_keys_are_suggested(visit, archive):
    person = visit(expected=(r"status of 400",))
    page = person.page
    person.sign_in("user")
    person.open("/runs?q=" + "sample%3A%2F%28%2F")
    box = page.get_by_role("combobox", name="Search runs")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".run-search .errors")).to_be_visible()
    assert breaches(page) == []
    box.fill("sam")
    expect(page.get_by_role("option", name="sample").first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("sample:")
    box.press_sequentially(SAMPLE[:9])
    page.get_by_role("option", name=SAMPLE).click()
    expect(box).to_have_value(f"sample:{SAMPLE} ")
    box.press("Enter")
    expect(page).to_have_url(re.compile("q=sample%3ALaB6"))
    bars = page.get_by_role("group", name="Runs by").get_by_role("button")
    bars.last.click()
    expect(page.get_by_label("From")).not_to_have_value("")


def test_a_run_is_exported_in_two_steps(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['scan-1']}")
    steps = Steps(page)
    for form in ("csv", "nexus", "json", "html"):
        page.get_by_label("Format").select_option(form)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download", exact=True).click()
        assert waiting.value.path().stat().st_size > 100, form
        steps.were(2)


def test_the_snippet_is_copied_in_one_step_and_the_notebook_downloaded(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['scan-1']}")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    steps = Steps(page)
    page.get_by_role("button", name="Copy Jupyter snippet").click()
    steps.were(1)
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f'client.catalog["{archive["scan-1"]}"]' in copied
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Notebook").click()
    assert json.loads(waiting.value.path().read_text())["nbformat"] == 4
    page.get_by_role("button", name="In the background").click()
    expect(page.locator(".ordered")).to_contain_text("done", timeout=60_000)
    page.get_by_role("link", name="All exports").click()
    expect(page.get_by_role("region", name="Exports").locator("tbody tr").first).to_contain_text("done")
    person.picture("exports")


def test_derived_signals_are_drawn_and_what_cannot_be_read_is_told(visit, archive):
    person = visit(expected=(r"status of 400",))
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['scan-1']}")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    box = page.get_by_label("Derived signal")
    box.fill("slope = derivative(det, sx)")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("figcaption")).to_contain_text("slope")
    box.fill("det +")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator(".derived .errors")).to_contain_text("the end")
    page.get_by_role("button", name="Without it").click()
    expect(page.locator(".derived .errors")).to_have_count(0)


def test_notes_tags_and_metadata_are_changed_with_a_history(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['count-3']}")
    page.get_by_label("New tag").fill("good")
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_role("link", name="good")).to_be_visible()
    page.get_by_label("New note").fill("*beam* lost <b>here</b>")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".note-text")).to_have_text("*beam* lost <b>here</b>")
    page.get_by_role("button", name="Change …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Key").fill("sample")
    dialog.get_by_label("Value").fill("Si")
    dialog.get_by_label("Reason").fill("wrong holder")
    dialog.get_by_role("button", name="Change").click()
    expect(page.get_by_text("1 change of the metadata")).to_be_visible()
    page.get_by_text("1 change of the metadata").click()
    expect(page.locator(".history").first).to_contain_text("wrong holder")


def test_a_stored_run_is_replayed_through_the_live_parts(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['scan-1']}")
    page.get_by_role("button", name="Replay").click()
    card = page.get_by_role("region", name="Replay")
    card.get_by_label("Speed").select_option("200")
    expect(card.get_by_role("region", name="Points of the run").locator("tbody tr")).to_have_count(9)
    expect(card.get_by_role("button", name="Play")).to_be_visible()


def test_a_run_that_failed_shows_why_and_what_was_read_last(visit, archive):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open(f"/runs/{archive['failed']}")
    card = page.get_by_role("region", name="This run failed")
    expect(card.get_by_text("Devices at that time")).to_be_visible()
    expect(card.locator("dd").filter(has_text="20 counts")).to_be_visible()
    assert breaches(page) == []


def test_a_fault_is_noticed_looked_at_put_right_and_run_again_in_four_steps(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.take_control()
    with idle.rest("user") as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        rest.post("beamlines/demo/queue/run-now", json={**TOO_FAR, "proposal": proposal}).raise_for_status()
    expect(page.get_by_role("button", name=re.compile(r"^Notices, \d+ new"))).to_be_visible(timeout=60_000)
    steps = Steps(page)
    page.get_by_role("button", name=re.compile("^Notices")).click()
    page.get_by_role("region", name="Notices").get_by_role("link", name="rel_scan failed").first.click()
    card = page.get_by_role("region", name="This run failed")
    expect(card).to_contain_text("its limits are -10 to 10 mm")
    expect(card.locator("dt", has_text="sx").first).to_be_visible()
    person.picture("run-failed")
    card.get_by_role("link", name="Run a copy").click()
    stop = page.locator("form").get_by_label(re.compile("^stop"))
    expect(stop).to_have_value("15")
    stop.fill("-0.1")
    stop.press("Enter")
    steps.were(4)

    with idle.rest("user") as rest:

        def state():
            return rest.get("beamlines/demo/history").json()["results"][0]["state"]

        wait_for("the copy has run", lambda: state() == "completed", deadline_s=60)
