"""Control with two browsers at once: asked for, given, taken over by staff, handed back; each sees it."""

from playwright.sync_api import expect

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
    """Journey 7: two acts to take it with a reason, one to hold the queue, one to hand back."""
    user, staff = visit(expected=LOST), visit()
    user.sign_in("user")
    user.take_control()
    staff.sign_in("staff")
    staff.open("/queue")
    staff.stands("/queue")
    staff.page.get_by_role("button", name="Take over").click()
    staff.page.get_by_label("Reason").fill("access to the hutch")
    staff.page.get_by_role("dialog").get_by_role("button", name="Take control").click()
    expect(user.page.get_by_text("staff is in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    staff.page.get_by_role("button", name="Start queue").click()
    staff.page.get_by_role("button", name="Hold queue …").click()
    staff.page.get_by_role("dialog").get_by_label("Reason").fill("people are in the hutch")
    staff.page.get_by_role("dialog").get_by_role("button", name="Hold queue", exact=True).click()
    held = user.page.get_by_role("region", name="State of the beamline")
    expect(held).to_contain_text("people are in the hutch", timeout=SEEN_WITHIN_MS)
    staff.page.get_by_role("button", name="Release control").click()
    expect(user.page.get_by_role("button", name="Take control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    with idle.rest("staff") as rest:
        assert rest.get("beamlines/demo/control").json()["holder"] is None


def test_by_keyboard_alone_control_is_taken_a_preset_run_paused_and_aborted(visit, idle):
    """Journeys 1 and 2 without a mouse."""
    person = visit()
    page, keys = person.page, person.page.keyboard
    person.open("/login")
    page.get_by_label("User name").focus()
    keys.type("user")
    keys.press("Tab")
    keys.type(person.password_of("user"))
    keys.press("Enter")
    person.stands("/")
    person.state_is("idle")
    keys.press("Shift+C")
    expect(page.get_by_text("you are in control")).to_be_visible(timeout=SEEN_WITHIN_MS)
    keys.press("Control+k")
    expect(page.get_by_role("combobox", name="Find")).to_be_focused()
    keys.type("peak in x")
    expect(page.get_by_role("option", selected=True)).to_contain_text("Find the peak in x")
    person.picture("palette")
    keys.press("Enter")
    expect(page.get_by_test_id("dry-run-points")).to_have_text("21", timeout=SEEN_WITHIN_MS)
    page.get_by_role("button", name="Run now").focus()
    keys.press("Enter")
    page.wait_for_url("**/live")
    person.state_is("running")
    keys.press("Shift+P")
    person.state_is("paused")
    keys.press("Shift+P")
    person.state_is("running")
    keys.press("Shift+A")
    page.get_by_label("Reason").focus()
    keys.type("seen enough")
    keys.press("Enter")
    person.state_is("idle")
    keys.press("g")
    keys.press("q")
    person.stands("/queue")
    keys.press("?")
    person.stands("/help")
