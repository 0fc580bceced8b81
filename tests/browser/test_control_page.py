"""What staff put in force on /control, and how it meets the others: notice, lock, limit, suspender."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support.installation import wait_for

SEEN_WITHIN_MS = 20_000
WORDS = "Maintenance until 14:00: the cryostat is warm"
CA_PUT = (
    "import sys; from caproto.sync.client import write; write(sys.argv[1], [1], notify=True, repeater=False)"
)


@pytest.fixture
def staff(visit, idle):
    """Open the control page as staff."""
    person = visit()
    person.sign_in("staff")
    person.open("/control")
    person.stands("/control")
    return person


def test_a_notice_of_the_staff_stands_on_the_pages_of_the_others_until_it_is_taken_down(visit, staff):
    user = visit()
    user.sign_in("user")
    staff.page.get_by_label("Notice", exact=True).fill(WORDS)
    staff.page.get_by_role("button", name="Show to everybody").click()
    told = user.page.get_by_role("complementary", name="Notice of the staff")
    expect(told).to_contain_text(WORDS, timeout=SEEN_WITHIN_MS)
    expect(told).to_contain_text("staff")
    staff.page.get_by_role("button", name="Take down").click()
    expect(told).to_have_count(0, timeout=SEEN_WITHIN_MS)


LOCK = ("lock", "Locked", {}, "the arm is aligned")
LIMIT = ("limit", "Limited", {"From": "-1", "To": "1"}, "It goes from -1 to 1 deg.")


@pytest.mark.parametrize(("what", "place", "bounds", "told"), [LOCK, LIMIT], ids=["lock", "limit"])
def test_a_lock_and_a_limit_hold_the_others_until_they_are_lifted(visit, staff, what, place, bounds, told):
    page = staff.page
    form = page.get_by_role("form", name="New lock or limit")
    form.get_by_label("Do", exact=True).select_option(what)
    for label, value in {"Device": "theta", **bounds, "Why": "the arm is aligned"}.items():
        form.get_by_label(re.compile(rf"^{label}( \*)?$")).fill(value)
    form.get_by_role("button", name=what.title()).click()
    standing = page.get_by_role("region", name=place, exact=True)
    expect(standing).to_contain_text("theta", timeout=SEEN_WITHIN_MS)

    user = visit(expected=(r"status of 40[039]",))
    user.sign_in("user")
    user.open("/devices/theta")
    field = user.page.get_by_label(re.compile("^Move theta to"))
    field.fill("2")
    field.press("Enter")
    expect(user.page.locator(".move-panel")).to_contain_text(told, timeout=SEEN_WITHIN_MS)

    standing.get_by_role("button", name=re.compile("^Lift")).click()
    expect(standing).not_to_contain_text("theta", timeout=SEEN_WITHIN_MS)
    user.page.reload()
    field.fill("2.5")
    field.press("Enter")
    outcome = user.page.get_by_test_id("move-outcome")
    expect(outcome).to_contain_text("theta is at 2.5", timeout=SEEN_WITHIN_MS)


def test_a_lost_beam_holds_plans_and_the_page_says_since_when(staff, idle):
    row = staff.page.get_by_role("region", name="Suspenders").get_by_role("listitem")
    expect(row).to_contain_text("lets pass", timeout=SEEN_WITHIN_MS)
    put(idle, "DEMO:ring:trip")
    try:
        expect(row).to_contain_text("holds plans", timeout=SEEN_WITHIN_MS)
        expect(row).to_contain_text("since")
        staff.picture("control-held")
    finally:
        put(idle, "DEMO:ring:refill")
    expect(row).to_contain_text("lets pass", timeout=2 * SEEN_WITHIN_MS)


def put(beamport, name):
    """Write 1 to a record of the simulated beamline, as its control system does."""
    web = wait_for("the web server runs", lambda: beamport.process("uvicorn"))
    command = [sys.executable, "-c", CA_PUT, name]
    subprocess.run(command, env=web.environ(), check=True, capture_output=True, timeout=60)
