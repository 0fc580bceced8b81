"""The live plot before, while and after points come; what beside the measurement is shown on request."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.installation import wait_for

HERE = "beamlines/demo"


@pytest.fixture
def item(idle):
    """Return a function that runs a plan now and returns its item when it has ended, or at once."""
    with idle.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]

        def run(plan, parameters, *, until_end=False):
            body = {"plan": plan, "parameters": parameters, "proposal": proposal}
            uid = rest.post(f"{HERE}/queue/run-now", json=body).raise_for_status().json()["uid"]

            def ended():
                found = rest.get(f"{HERE}/queue/items/{uid}").json()
                return found if found["state"] not in ("queued", "running") else None

            return wait_for(f"{plan} ended", ended, deadline_s=60) if until_end else uid

        yield run


def test_a_run_that_is_on_its_way_to_its_first_point_shows_the_axes_of_the_plan(visit, item):
    item("move", {"args": [["sx", -10]]}, until_end=True)
    person = visit()
    page = person.page
    person.sign_in("user")
    item("scan", {"detectors": ["det"], "args": [["sx", 9, 10]], "num": 3})
    person.open("/live")
    caption = page.locator("main figcaption")
    expect(caption).to_contain_text("det over sx, waiting for the first point", timeout=20_000)
    expect(page.get_by_test_id("live-points")).to_have_text("0")
    expect(page.get_by_role("region", name="Points", exact=True)).to_contain_text("No points yet")
    person.picture("live-waiting")
    person.open("/")
    expect(page.locator("main figcaption")).to_contain_text("det over sx, waiting for the first point")
    person.open("/live")
    expect(caption).to_contain_text(re.compile(r"det over sx.*, 3 points"), timeout=40_000)


def test_the_baseline_is_shown_to_who_picks_it(visit, idle, scanned):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/live")
    picker = page.get_by_label("Stream", exact=True)
    expect(picker).to_have_value("primary")
    picker.select_option("baseline")
    caption = page.locator("main figcaption").first
    expect(caption).to_contain_text(re.compile(r"ring.* over point, \d points"))
    expect(page.get_by_role("region", name="Points of the run").locator("thead")).to_contain_text("ring")
    picker.select_option("primary")
    expect(caption).not_to_contain_text("ring")


def test_the_peak_stands_in_the_middle_of_a_scan(visit, item):
    item("set_state", {"device": "shutter", "state": "open"}, until_end=True)
    item("move", {"args": [["sx", 0.2], ["sy", -0.5]]}, until_end=True)
    person = visit()
    page = person.page
    person.sign_in("user")
    person.take_control()
    item("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 41})
    person.open("/live")
    centre = page.locator("dt", has_text="Centre").first.locator("xpath=following-sibling::dd[1]")
    expect(centre).to_have_text(re.compile(r"^1\.[12]"), timeout=40_000)
    person.picture("live-readme")
    person.state_is("running")
