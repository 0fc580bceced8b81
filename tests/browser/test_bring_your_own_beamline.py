"""The last step of the tutorial, word by word: one's own beamline, scanned from the browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.installation import wait_for
from tests.support.tutorial_beamline import is_ready, network_settings, save_files, serving, started

SCAN_MS = 40_000


@pytest.fixture(scope="module")
def beamport(tmp_path_factory):
    """Run Beamport with the reader's beamline, in place of the demo of the other tests."""
    folder, network = save_files(tmp_path_factory.mktemp("reader")), network_settings()
    with serving(folder, network), started(folder, network) as running:
        wait_for("Beamport started", lambda: is_ready(running), deadline_s=90.0)
        with running.rest() as rest:
            wait_for(
                "the worker is ready",
                lambda: rest.get("beamlines/mini/status").json().get("worker") == "ready",
            )
        yield running


def test_from_sign_in_to_the_peak_as_the_page_says(visit):
    person = visit(expected=("status of 400",))
    page = person.page
    person.sign_in("user")
    page.get_by_role("combobox", name="Beamline").select_option(label="Mini beamline")
    expect(page.get_by_role("heading", name="Mini beamline")).to_be_visible()
    person.state_is("idle")
    person.take_control()
    page.get_by_role("link", name="Find the peak").click()
    stop = page.get_by_label("stop (mm)")
    stop.fill("9")
    refusal = "9 is outside the limits of x, which are -5 to 8 mm"
    expect(page.locator("main")).to_contain_text(refusal)
    stop.fill("4")
    expect(page.locator("main")).not_to_contain_text(refusal)
    expect(page.get_by_test_id("dry-run-points")).to_have_text("31")
    page.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/live")
    expect(page.get_by_test_id("live-points")).to_have_text("31", timeout=SCAN_MS)
    expect(page.locator("main .badge").first).to_have_text("success", timeout=SCAN_MS)
    person.picture("own-beamline")
    centre = re.search(r"Centre\s+(\S+)", page.locator("main").inner_text())
    assert centre is not None
    assert float(centre[1]) == pytest.approx(2.5, abs=0.2)
