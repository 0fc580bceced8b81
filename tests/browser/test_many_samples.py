"""One plan for many samples, chosen where they are on their holder; scans that a proposal shares."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.furnished import HERE, Desk
from tests.support.installation import wait_for

SEEN_WITHIN_MS = 20_000
PLACES = ("A1", "A2", "B2")


@pytest.fixture
def proposal(beamport):
    """Make a proposal of user and staff with three samples on a holder; give its number."""
    number = f"2032-{uuid.uuid4().hex[:4]}"
    with beamport.signed_in("admin") as client:
        desk = Desk(client)
        desk.send("/api/v1/proposals", number=number, title="A full holder", beamlines=["demo"])
        for name in ("user", "staff"):
            desk.send(f"/api/v1/proposals/{number}/members", username=name, role="principal_investigator")
        for place in PLACES:
            desk.send("/api/v1/samples", proposal=number, name=f"film {place}", holder="tray", position=place)
    return number


def choose(page, proposal):
    """Choose the proposal of a form."""
    page.get_by_label(re.compile("^Proposal")).select_option(proposal)


def test_samples_are_chosen_on_the_drawn_holder_and_each_becomes_an_item(visit, idle, proposal):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/count")
    page.get_by_label("det", exact=True).check()
    choose(page, proposal)
    page.get_by_text("The same for many samples").click()
    tray = page.get_by_role("group", name="tray")
    expect(tray.get_by_role("checkbox")).to_have_count(len(PLACES))
    tray.get_by_role("checkbox", name="A2").check()
    tray.get_by_role("checkbox", name="B2").check()
    person.picture("holder-chosen")
    page.get_by_role("button", name="Add 2 items to the queue").click()
    expect(page.get_by_text("2 items of count added to the queue.")).to_be_visible(timeout=SEEN_WITHIN_MS)
    with idle.rest() as rest:
        items = rest.get("beamlines/demo/queue").json()["items"]
        samples = rest.get("samples", params={"proposal": proposal}).json()["results"]
    named = {sample["uid"]: sample["name"] for sample in samples}
    assert [named[item["metadata"]["sample_uid"]] for item in items] == ["film A2", "film B2"]


def test_a_scan_that_is_saved_for_the_proposal_is_taken_by_another_of_it(visit, idle, proposal):
    title = f"map {proposal}"
    author, other = visit(), visit()
    page = author.page
    author.sign_in("user")
    author.open("/acquire/builder")
    choose(page, proposal)
    page.get_by_label("det", exact=True).check()
    page.get_by_label("What moves in loop 1").select_option("sx")
    for field, value in {"start (mm)": "0", "stop (mm)": "1", "points": "7"}.items():
        page.get_by_label(f"{field} of loop 1").fill(value)
    page.get_by_role("button", name="Save scan").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label(f"For everybody of {proposal}").check()
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog).to_have_count(0, timeout=SEEN_WITHIN_MS)

    other.sign_in("staff")
    other.open("/acquire/builder")
    row = other.page.get_by_role("listitem").filter(has_text=title)
    expect(row).to_contain_text(f"user, {proposal}", timeout=SEEN_WITHIN_MS)
    row.get_by_role("button", name=f"Take {title}").click()
    expect(other.page.get_by_label("points of loop 1")).to_have_value("7")
    with idle.signed_in("user") as client:
        presets = client.get(f"{HERE}/presets").json()["results"]
        [kept] = [preset for preset in presets if preset["title"] == title]
        Desk(client).send(f"{HERE}/presets/{kept['uid']}", method="DELETE")
    with idle.rest("staff") as rest:
        here = "beamlines/demo/presets"
        wait_for(
            "the scan is gone for both",
            lambda: all(one["title"] != title for one in rest.get(here).json()["results"]),
        )
