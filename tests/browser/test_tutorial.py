"""The tutorial of the first remote experiment, followed step by step; its pictures are taken on the way.

`python -m tests.support.tutorial_pictures` puts them into docs/images, small.
"""

import re

from playwright.sync_api import expect

from tests.support.house_rules import ROOT

WINDOW = {"width": 1120, "height": 630}
PAGE = (ROOT / "docs" / "tutorials" / "first-remote-experiment.md").read_text()
PATIENCE_MS = 60_000
DRAWN = ".js-plotly-plot .scatterlayer .trace"
"""The line of a figure that stands."""


def test_what_the_tutorial_says_happens(visit, idle):
    person = visit(WINDOW)
    page = person.page
    person.sign_in("user")
    person.state_is("idle")
    person.take_control()
    person.picture("tutorial-overview")
    page.get_by_role("link", name="Find the peak in x").click()
    expect(page.get_by_test_id("dry-run-points")).to_have_text("21", timeout=PATIENCE_MS)
    person.picture("tutorial-form")
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/live")
    expect(page.get_by_test_id("live-points")).to_have_text("21", timeout=PATIENCE_MS)
    person.state_is("idle")
    expect(page.locator(DRAWN)).to_have_count(1, timeout=PATIENCE_MS)
    person.picture("tutorial-live")
    page.get_by_role("link", name="Open the run").click()
    expect(page.get_by_role("heading", name=re.compile("scan, scan"))).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(f".figure-card {DRAWN}")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.get_by_label("Format")).not_to_have_value("", timeout=PATIENCE_MS)
    person.picture("tutorial-run")
    page.keyboard.press("g")
    page.keyboard.press("n")
    person.stands("/log")
    page.get_by_label("Text").fill("The peak is at 1.2 mm.")
    page.get_by_role("button", name="Write into the log").click()
    lines = page.get_by_role("list", name="Lines of the log", exact=True)
    expect(lines).to_contain_text("The peak is at 1.2 mm.", timeout=PATIENCE_MS)
    expect(lines).to_contain_text("21 points")
    person.picture("tutorial-log")
    page.get_by_role("button", name="Release control").click()
    expect(page.get_by_role("button", name="Take control")).to_be_visible(timeout=PATIENCE_MS)


def test_the_tutorial_names_buttons_as_the_pages_do_and_shows_its_pictures():
    pictures = re.findall(r"\]\(\.\./images/(tutorial-[a-z]+\.png)\)", PAGE)
    assert pictures == [f"tutorial-{name}.png" for name in ("overview", "form", "live", "run", "log")]
    for name in pictures:
        assert 1_000 < (ROOT / "docs" / "images" / name).stat().st_size < 120_000
    for button in ("Take control", "Find the peak in x", "Run now", "Open the run", "Release control"):
        assert f"**{button}**" in PAGE
