"""Pages on one screen, in a colour, without script; API keys; a map with its frames."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP


def test_state_strip_plot_and_queue_stand_on_one_screen_of_a_laptop(visit, idle):
    person = visit(LAPTOP)
    person.sign_in("user")
    page = person.page
    for wanted in (
        page.get_by_test_id("engine-state"),
        page.get_by_role("region", name="Pause and abort"),
        page.get_by_role("region", name="Last run", exact=True),
        page.get_by_role("region", name="Next in the queue"),
    ):
        box = wanted.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= LAPTOP["height"]


def test_the_dark_theme_stays_from_page_to_page(visit, idle):
    person = visit()
    person.sign_in("user")
    person.page.get_by_role("button", name="Use the dark theme").click()
    person.open("/runs")
    person.stands("/runs")
    expect(person.page.locator("html")).to_have_attribute("data-theme", "dark")
    person.picture("dark-runs")


def test_without_script_a_page_says_what_it_would_show(chromium, beamport):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(beamport.url + "/login")
    page.get_by_label("User name").fill("user")
    page.get_by_label("Password").fill(beamport.credentials()["user"])
    page.get_by_role("button", name="Sign in").click()
    page.goto(beamport.url + "/queue")
    expect(page.locator("noscript h1")).to_have_text("Queue")
    context.close()


def test_an_api_key_is_shown_once_works_and_is_revoked(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/account/tokens")
    page.get_by_role("textbox", name="Note").fill("shown once")
    page.get_by_role("button", name="Make key").click()
    key = page.locator("#made-key").inner_text()
    answer = page.request.get(f"{beamport.url}/api/v1/me", headers={"Authorization": f"ApiKey {key}"})
    assert answer.ok
    person.open("/account/tokens")
    expect(page.locator("body")).not_to_contain_text(key)
    page.get_by_role("row", name="shown once").get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    refused = page.request.get(f"{beamport.url}/api/v1/me", headers={"Authorization": f"ApiKey {key}"})
    assert refused.status in (401, 403)


def test_a_map_is_shown_as_figure_table_and_frames_and_nothing_leaves_the_site(visit, scanned):
    person = visit()
    page = person.page
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    person.sign_in("user")
    person.open(f"/runs/{scanned}")
    expect(page.locator(".js-plotly-plot .heatmaplayer image")).to_have_count(1)
    expect(page.locator(".modebar-btn").first).to_be_attached()
    titles = page.locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title)")
    assert "Share chart..." not in titles
    expect(page.get_by_role("region", name="Events of primary").locator("tbody tr")).to_have_count(6)
    frames = page.get_by_role("region", name="Frames of camera")
    expect(frames.get_by_test_id("frame-caption")).to_contain_text(
        re.compile("Frame 6 of 6 of camera, from .* to")
    )
    person.picture("run-map")
    assert [url for url in addresses if not url.startswith((person.url, "data:", "blob:", "ws:"))] == []
