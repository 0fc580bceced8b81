"""Control with two browsers at once: asked for, given, taken over by staff, handed back; each sees it."""

from playwright.sync_api import expect

from tests.browser.steps import Steps

SEEN_WITHIN_MS = 20_000
LOST = (r"status of 409",)
"""A page may have asked to keep control in the moment in which it went to somebody else."""


def test_a_second_person_asks_and_the_first_gives(visit, idle):
    user, staff = visit(expected=LOST), visit()
    user.sign_in("user")
    staff.sign_in("staff")
    user.take_control()  # the first of three acts
    expect(staff.page.get_by_text("user is in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    staff.page.get_by_role("button", name="Ask for control").click()
    staff.page.get_by_label("Reason").fill("the shutter has to be looked at")
    staff.page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()  # the second
    asked = user.page.get_by_role("list", name="People who ask for control")
    expect(asked).to_contain_text("the shutter has to be looked at", timeout=SEEN_WITHIN_MS)
    expect(staff.page.get_by_text("you have asked")).to_be_visible()
    user.picture("control-asked")
    asked.get_by_role("button", name="Give to staff").click()  # the third
    expect(staff.page.get_by_text("you are in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(user.page.get_by_text("staff is in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(asked).to_have_count(0)


def test_staff_take_control_hold_the_queue_and_hand_back(visit, idle):
    """Journey 7: two steps to take it with a reason, one to hold the queue, one to hand back."""
    user, staff = visit(expected=LOST), visit()
    user.sign_in("user")
    user.take_control()
    user.page.get_by_role("link", name="Queue", exact=True).first.click()
    user.page.get_by_role("button", name="Start queue").click()
    staff.sign_in("staff")
    staff.open("/queue")
    staff.stands("/queue")
    steps = Steps(staff.page)
    staff.page.get_by_role("button", name="Take over").click()
    staff.page.get_by_label("Reason").fill("access to the hutch")
    staff.page.get_by_label("Reason").press("Enter")
    expect(user.page.get_by_text("staff is in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    steps.were(2)
    staff.page.get_by_role("button", name="Hold queue").click()
    expect(user.page.locator(".badge", has_text="on hold: held by staff")).to_be_visible(
        timeout=SEEN_WITHIN_MS
    )
    steps.were(1)
    staff.page.get_by_role("button", name="Release control").click()
    expect(user.page.get_by_role("button", name="Take control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    steps.were(1)
    with idle.rest("staff") as rest:
        assert rest.get("beamlines/demo/control").json()["holder"] is None
    staff.page.get_by_role("button", name="Say why …").click()
    staff.page.get_by_role("dialog").get_by_label("Reason").fill("people are in the hutch")
    staff.page.get_by_role("dialog").get_by_role("button", name="Tell").click()
    held = user.page.locator(".badge", has_text="on hold: people are in the hutch")
    expect(held).to_be_visible(timeout=SEEN_WITHIN_MS)
