"""Aligning by the live page: what is drawn, the fit over it, and to the peak in two steps."""

import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.steps import Steps
from tests.support.installation import Installation, wait_for

HERE = "beamlines/demo"


class Bench:
    """Runs plans at the beamline as a user does by REST."""

    def __init__(self, beamport: Installation) -> None:
        self.beamport = beamport

    def start(self, plan: str, parameters: dict[str, object]) -> str:
        """Run a plan now; give its item."""
        with self.beamport.rest() as rest:
            proposal = rest.get("proposals").json()["results"][0]["number"]
            body = {"plan": plan, "parameters": parameters, "proposal": proposal}
            return str(rest.post(f"{HERE}/queue/run-now", json=body).raise_for_status().json()["uid"])

    def run(self, plan: str, parameters: dict[str, object]) -> None:
        """Run a plan and wait for its end."""
        item = self.start(plan, parameters)

        def ended() -> bool:
            with self.beamport.rest() as rest:
                return rest.get(f"{HERE}/queue/items/{item}").json()["state"] not in ("queued", "running")

        wait_for(f"{plan} ended", ended, deadline_s=60)


@pytest.fixture
def bench(idle):
    return Bench(idle)


def test_journey_3_from_the_end_of_a_scan_to_the_peak_in_two_steps(visit, bench):
    bench.run("set_state", {"device": "shutter", "state": "open"})
    bench.run("move", {"args": [["sx", 0.2], ["sy", -0.5]]})
    person = visit()
    page = person.page
    person.sign_in("user")
    person.take_control()
    person.open("/live")
    bench.start("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 21})
    page.get_by_label("Fit").select_option("gaussian")
    expect(page.locator("main figcaption").first).to_contain_text("21 points", timeout=60_000)
    expect(page.get_by_test_id("finished-figure")).to_be_visible(timeout=30_000)
    fitted = page.get_by_test_id("fit").locator("dd").first
    expect(fitted).to_have_text(re.compile(r"^1\.[12]\d* ± 0\.\d+ mm$"), timeout=30_000)
    person.picture("live-fitted")

    steps = Steps(page)
    page.get_by_role("button", name="Go to peak").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("centre of the fit")
    person.picture("live-go-to-peak")
    dialog.get_by_role("button", name="Move sx").click()
    steps.were(2)
    outcome = page.get_by_test_id("item-outcome")
    expect(outcome).to_contain_text("completed", timeout=60_000)
    expect(outcome.locator("dd")).to_have_text(re.compile(r"^1\.[12]\d* mm"))
    with bench.beamport.rest() as rest:
        last = rest.get(f"{HERE}/history").json()["results"][0]
    assert (last["plan"], last["submitted_by"]) == ("move", "user")
    assert last["parameters"]["args"][0][1] == pytest.approx(1.2, abs=0.05)


def test_what_is_drawn_is_chosen_and_stays_chosen_for_the_next_run(visit, bench):
    scan = {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 5}
    bench.run("scan", scan)
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/live")
    caption = page.locator("main figcaption")
    expect(caption).to_contain_text("det over sx (mm), 5 points")
    first = page.get_by_role("link", name="Open the run").get_attribute("href")
    page.get_by_label("Derivative").check()
    page.get_by_label("Log", exact=True).check()
    expect(caption).to_contain_text("slope of det over sx")
    person.picture("live-slope")
    bench.run("scan", scan)
    expect(page.get_by_role("link", name="Open the run")).not_to_have_attribute("href", first or "")
    expect(caption).to_contain_text("slope of det over sx (mm), 5 points", timeout=30_000)
    page.get_by_label("Derivative").uncheck()
    expect(caption).to_contain_text("det over sx (mm), 5 points")
    page.get_by_label("Run before").check()
    expect(page.locator(".drawing-controls")).to_contain_text(re.compile(r"scan \d+"))
    page.get_by_label("Fit", exact=True).select_option("gaussian")
    page.get_by_text("Range and first guess").click()
    page.get_by_label("Centre near (mm)").fill("1.2")
    with page.expect_response(lambda answer: "/fit?" in answer.url and "low=0.5" in answer.url) as asked:
        page.get_by_label("From (mm)").fill("0.5")
    assert asked.value.json()["points"] == 4
    assert "centre=1.2" in asked.value.url


def test_frames_come_with_the_run_and_a_region_is_measured_in_all_its_pixels(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    grid = {"detectors": ["det", "camera"], "args": [["sy", -1, 0, 2], ["sx", 0, 2, 3]]}
    Bench(idle).run("grid_scan", grid)
    person.open("/live")
    caption = page.get_by_test_id("frame-caption")
    expect(caption).to_contain_text("Frame 6 of 6 of camera, from", timeout=20_000)
    person.picture("live-frames")
    page.get_by_label("Log colours").check()
    page.get_by_label("Colours", exact=True).select_option("heat")
    page.get_by_role("button", name="Measure a region").click()
    for side, value in (("left", 0), ("top", 0), ("width", 100_000), ("height", 100_000)):
        page.get_by_label(side, exact=True).fill(str(value))
    with idle.rest() as rest:
        uid = rest.get("runs", params={"limit": 1}).json()["results"][0]["uid"]
        frame = rest.get(f"runs/{uid}/streams/primary/frames/camera/5", params={"format": "npy"})
    pixels = np.load(io.BytesIO(frame.content))
    said = f"Intensity {int(pixels.sum())}, mean"
    expect(page.get_by_test_id("region-sum")).to_contain_text(said)
    expect(page.get_by_test_id("region-sum")).to_contain_text(f"in {pixels.size} pixels")
    page.get_by_label("Frame", exact=True).fill("0")
    expect(caption).to_contain_text("Frame 1 of 6 of camera")
    page.get_by_label("Fixed levels").check()
    page.get_by_label("Brightest").fill("12345")
    expect(caption).to_contain_text("to 12345")
    person.picture("live-frames-region")


def test_a_grid_is_a_map_and_falls_line_by_line(visit, idle, scanned):
    person = visit()
    page = person.page
    person.sign_in("user")
    with idle.rest() as rest:
        newest = rest.get("runs", params={"limit": 1}).json()["results"][0]["uid"]
    if newest != scanned:
        Bench(idle).run("grid_scan", {"detectors": ["det"], "args": [["sy", -1, 0, 2], ["sx", 0, 2, 3]]})
    person.open("/live")
    caption = page.locator("main figcaption").first
    expect(caption).to_contain_text(re.compile(r"det\S* over sx and sy, 6 points"))
    person.picture("live-map")
    page.get_by_label("Drawn as").select_option("waterfall")
    expect(caption).to_contain_text("det as 2 lines")
    person.picture("live-waterfall")
    page.get_by_label("Drawn as").select_option("line")
    expect(caption).to_contain_text(re.compile(r"det.* over sx \(mm\), 6 points"))
