"""Devices moved, stepped, read and stopped by hand; the environment closed and opened by staff."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_accessible import FITS, breaches_in_every_look

BRIEFLY = (("light", LAPTOP), ("dark", PHONE))


def test_a_motor_is_moved_stepped_and_kept_inside_its_limits(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/devices")
    page.get_by_role("button", name="Move sx", exact=True).click()
    field = page.get_by_label("Move sx to (mm)")
    form = page.locator(".move-panel")
    field.fill("99")
    form.get_by_role("button", name="Move", exact=True).click()
    expect(form.locator(".errors")).to_contain_text("It goes from -10 to 10 mm")
    assert field.get_attribute("aria-invalid") == "true"
    person.picture("devices-refused")
    field.fill("0.5")
    field.press("Enter")
    outcome = page.get_by_test_id("move-outcome")
    expect(outcome).to_contain_text("sx is at 0.5", timeout=20_000)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="sx", exact=True))
    expect(row).to_contain_text(re.compile(r"0\.(5|499|500)"))
    form.get_by_label("Step (mm)").fill("0.25")
    form.get_by_role("button", name="sx a step up").click()
    expect(outcome).to_contain_text("0.75", timeout=20_000)
    form.get_by_role("button", name="sx a step down").click()
    expect(outcome).to_contain_text(re.compile(r"0\.(5|499|500)"), timeout=20_000)
    person.picture("devices-moved")


def test_a_move_is_stopped_on_its_way(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/devices/oven")
    field = page.get_by_label(re.compile(r"^Move oven to"))
    field.fill("450")
    field.press("Enter")
    outcome = page.get_by_test_id("move-outcome")
    expect(outcome).to_contain_text("oven is moving")
    page.get_by_role("button", name="Stop oven", exact=True).first.click()
    expect(outcome).not_to_contain_text("oven is moving", timeout=20_000)
    with idle.rest() as rest:
        told = rest.get("beamlines/demo/values").json()["values"]["oven"]["value"]
    assert told < 440, "the whole way takes half a minute"
    person.picture("device-stopped")


def test_a_stop_that_overtakes_its_move_is_told_again(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    held = {}
    page.route("**/devices/oven/read", lambda route: held.update(read=route))
    page.route("**/devices/oven/move", lambda route: held.update(move=route))
    with page.expect_request("**/devices/oven/read"):
        person.open("/devices/oven")
    field = page.get_by_label(re.compile(r"^Move oven to"))
    field.fill("460")
    with page.expect_request("**/devices/oven/move"):
        field.press("Enter")
    with page.expect_response("**/devices/oven/read"):
        held["read"].continue_()
    with page.expect_response("**/devices/oven/stop"):
        page.get_by_role("button", name="Stop oven", exact=True).first.click()
    held["move"].continue_()
    expect(page.get_by_test_id("move-outcome")).not_to_contain_text("oven is moving", timeout=20_000)
    with idle.rest() as rest:
        told = rest.get("beamlines/demo/values").json()["values"]["oven"]["value"]
    assert told < 440, "the whole way takes half a minute"


def test_a_refusal_of_the_worker_is_told_beside_the_field(visit, idle):
    with idle.rest("staff") as rest:
        rest.post("beamlines/demo/control/take", json={}).raise_for_status()
    person = visit(expected=(r"status of 409",))
    page = person.page
    person.sign_in("user")
    person.open("/devices/sx")
    field = page.get_by_label("Move sx to (mm)")
    field.fill("1")
    field.press("Enter")
    expect(page.locator(".move-panel .errors")).to_contain_text(re.compile("staff"))


def test_a_detector_is_read_and_a_part_of_a_device_has_a_page(visit, idle):
    person = visit(expected=(r"status of 404",))
    page = person.page
    person.sign_in("user")
    person.open("/devices")
    page.get_by_role("button", name="Read now: det").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="det", exact=True))
    expect(row).to_contain_text(re.compile(r"\d+counts"))
    page.get_by_role("link", name="mono", exact=True).click()
    page.get_by_role("link", name="energy", exact=True).click()
    page.wait_for_url("**/devices/mono.energy")
    expect(page.locator(".device-now")).to_contain_text("eV")
    person.picture("device-part")
    person.open("/devices/nothing")
    expect(page.locator("main")).to_contain_text("There is nothing here for you")


def test_staff_close_and_open_the_environment(visit, idle):
    staff, member = visit(), visit(expected=(r"status of 403",))
    page = staff.page
    staff.sign_in("staff")
    page.get_by_role("link", name="Control", exact=True).click()
    state = page.get_by_test_id("environment-state")
    expect(state).to_have_text("open")
    page.get_by_text("Versions and modules").click()
    expect(page.locator(".versions")).to_contain_text("bluesky")
    staff.picture("control")
    page.get_by_role("button", name="Close …").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("changing the sample stage")
    dialog.get_by_role("button", name="Close").click()
    expect(state).to_have_text("closed", timeout=20_000)
    staff.state_is("environment closed")
    region = page.get_by_role("region", name="Environment")
    expect(region).to_contain_text("changing the sample stage")
    staff.picture("control-closed")
    page.get_by_role("button", name="Open …").click()
    dialog.get_by_role("button", name="Open").click()
    expect(state).to_have_text("open", timeout=60_000)
    staff.state_is("idle")
    member.sign_in("user")
    expect(member.page.get_by_role("link", name="Control", exact=True)).to_have_count(0)
    member.open("/control")
    expect(member.page.locator("main")).to_contain_text("does not have the scope environment:manage")


def test_the_pages_by_hand_break_no_rule(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("staff")
    person.open("/devices")
    person.stands("/devices")
    found = {"devices": breaches_in_every_look(page, BRIEFLY)}
    person.open("/devices/sx")
    person.stands("/devices/sx")
    found["move"] = breaches_in_every_look(page, BRIEFLY)
    person.open("/devices/mono")
    person.stands("/devices/mono")
    found["device"] = breaches_in_every_look(page, BRIEFLY)
    person.open("/control")
    person.stands("/control")
    page.get_by_text("Versions and modules").click()
    found["control"] = breaches_in_every_look(page, BRIEFLY)
    page.get_by_role("button", name="Close …").click()
    found["question"] = breaches_in_every_look(page, BRIEFLY)
    person.open("/queue")
    person.stands("/queue")
    page.get_by_role("textbox", name="Table").fill("plan,num\nscan,x\n")
    page.locator(".table-verdict").wait_for()
    found["table"] = breaches_in_every_look(page, BRIEFLY)
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_the_pages_by_hand_fit_their_window(visit, idle):
    person = visit(LAPTOP)
    page = person.page
    person.sign_in("staff")
    for path in ("/devices/mono", "/devices", "/queue"):
        person.open(path)
        person.stands(path)
        if path == "/devices":
            page.get_by_role("button", name="Move sx", exact=True).click()
        if path == "/queue":
            page.get_by_role("textbox", name="Table").fill("plan,detectors,motor,num\nscan,det,sx,x\n")
            page.locator(".table-verdict").wait_for()
        expect(page.get_by_text("Loading")).to_have_count(0)
        name = path.strip("/").replace("/", "-")
        for width in (1366, 390, 320):
            page.set_viewport_size({"width": width, "height": 768})
            page.wait_for_function(FITS)
            person.picture(f"hand-{width}-{name}")
