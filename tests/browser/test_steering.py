"""Steering from every page: pause, resume, abort with a reason; who is in control; refusals beside fields."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.steps import Steps

LONG_COUNT = {"plan": "count", "parameters": {"detectors": ["det"], "num": 500, "delay": 0.1}}


def start_long_count(beamport):
    with beamport.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        rest.post(
            "beamlines/demo/queue/run-now", json={**LONG_COUNT, "proposal": proposal}
        ).raise_for_status()


def test_a_run_is_paused_resumed_and_aborted_with_a_reason_on_a_phone(visit, idle):
    person = visit(PHONE)
    page = person.page
    person.sign_in("user")
    steps = Steps(page)
    start_long_count(idle)
    person.state_is("running")
    steps.were(0)
    person.open("/runs")
    person.stands("/runs")
    page.get_by_role("button", name="Pause").click()
    person.state_is("paused")
    steps.were(1)
    person.picture("phone-paused")
    page.get_by_role("button", name="Resume").click()
    person.state_is("running")
    steps.were(1)
    page.get_by_role("button", name="Abort").click()
    page.get_by_label("Reason").fill("wrong sample")
    person.picture("phone-abort")
    page.get_by_label("Reason").press("Enter")
    person.state_is("idle")
    steps.were(2)
    person.open("/queue")
    expect(page.locator("main")).to_contain_text("wrong sample")


def test_a_second_person_sees_who_is_in_control_and_cannot_take_it_silently(visit, idle):
    user, staff = visit(), visit()
    user.sign_in("user")
    staff.sign_in("staff")
    expect(staff.page.get_by_text("control is free")).to_be_visible()
    user.take_control()
    expect(staff.page.get_by_text("user is in control")).to_be_visible()
    staff.page.get_by_role("button", name="Take over").click()
    staff.page.get_by_label("Reason").fill("beam is going down")
    staff.page.get_by_role("dialog").get_by_role("button", name="Take control").click()
    expect(staff.page.get_by_text("you are in control")).to_be_visible()
    expect(user.page.get_by_text("staff is in control")).to_be_visible()
    staff.page.get_by_role("button", name="Release control").click()
    expect(user.page.get_by_role("button", name="Take control")).to_be_visible()


def test_a_refused_parameter_has_its_message_beside_its_field(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/scan")
    page.get_by_label("det", exact=True).check()
    page.get_by_label("motor").select_option("sx")
    page.get_by_label("start (mm)").fill("-20")
    page.get_by_label("stop (mm)").fill("1")
    page.get_by_role("textbox", name="num").fill("few")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator(".field-bad", has_text="num")).to_contain_text("has to be a number")
    page.get_by_role("textbox", name="num").fill("5")
    motors = page.locator("fieldset", has_text="motors")
    expect(motors.locator(".errors")).to_contain_text("limits of sx")
    person.picture("acquire-refused")
    page.get_by_label("start (mm)").fill("-1")
    expect(page.get_by_test_id("dry-run-points")).to_have_text("5")
    expect(motors.locator(".errors")).to_have_count(0)


def test_waiting_items_are_put_in_order_by_keyboard_and_removed(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    for number in ("3", "4"):
        person.open("/acquire/count")
        page.get_by_label("det", exact=True).check()
        page.get_by_role("textbox", name="num").fill(number)
        page.get_by_role("button", name="Add to queue").click()
        expect(page.get_by_text("was added to the queue")).to_be_visible()
    person.open("/queue")
    rows = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_role("button", name="Move count, place 2 of 2").focus()
    page.keyboard.press("ArrowUp")
    expect(rows.nth(0)).to_contain_text("num: 4")
    person.picture("queue")
    rows.nth(0).get_by_role("button", name="Remove count from the queue").click()
    expect(rows).to_have_count(1)
    expect(rows.nth(0)).to_contain_text("num: 3")
