"""The live page through a restart of the server, and what it costs to open."""

import gzip

from playwright.sync_api import expect

from tests.support.installation import wait_for

POINTS = 120
INITIAL_KILOBYTES = 200


def test_points_taken_while_the_server_was_away_are_filled_in(visit, idle):
    person = visit(expected=(r"ERR_CONNECTION", r"WebSocket"))
    page = person.page
    person.sign_in("user")
    with idle.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        plan = {"plan": "count", "parameters": {"detectors": ["det"], "num": POINTS, "delay": 0.1}}
        rest.post("beamlines/demo/queue/run-now", json={**plan, "proposal": proposal}).raise_for_status()
    person.open("/live")
    person.state_is("running")
    points = page.get_by_test_id("live-points")
    expect(points).not_to_have_text("0", timeout=20_000)

    server = idle.process("uvicorn")
    assert server is not None
    server.kill()
    expect(page.locator(".connection-text")).to_contain_text("offline")
    before = int(points.inner_text())
    assert before < POINTS, "the run was over before the server went away"
    person.picture("offline")

    expect(page.locator(".connection-text")).to_have_text("live", timeout=30_000)
    person.state_is("idle")
    expect(points).to_have_text(str(POINTS), timeout=10_000)
    numbers = page.get_by_role("region", name="Points of the run").locator("tbody td:first-child")
    last = [int(text) for text in numbers.all_inner_texts()]
    assert last == list(range(POINTS, POINTS - len(last), -1))


def test_the_first_pages_are_light_and_plotly_waits_for_the_first_figure(visit, idle):
    person = visit()
    scripts: dict[str, int] = {}

    def weigh(response):
        if response.url.endswith(".js"):
            scripts[response.url] = len(gzip.compress(response.body()))

    person.page.on("response", weigh)
    person.sign_in("user")
    person.page.get_by_role("link", name="Live", exact=True).first.click()
    person.stands("/live")
    wait_for("scripts were loaded", lambda: len(scripts) > 1)
    assert not any("plotly" in url for url in scripts)
    assert sum(scripts.values()) <= INITIAL_KILOBYTES * 1000, scripts
