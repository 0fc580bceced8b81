"""Logbook, notices and boards in the browser: what one writes the other sees, without a reload."""

from playwright.sync_api import expect

from tests.browser.test_accessible import breaches
from tests.support.installation import wait_for

SEEN_WITHIN_MS = 20_000


def test_an_entry_with_a_name_in_it_reaches_the_other_at_once(visit, idle):
    user, staff = visit(), visit()
    user.sign_in("user")
    staff.sign_in("staff")
    for person in (user, staff):
        person.open("/log")
        person.stands("/log")
    expect(user.page.locator(".watchers")).to_contain_text("staff", timeout=SEEN_WITHIN_MS)
    user.page.get_by_label("Text").fill("@staff the sample is in <script>alert(1)</script>")
    user.page.get_by_role("button", name="Write into the log").click()
    lines = staff.page.get_by_role("list", name="Lines of the log", exact=True)
    expect(lines).to_contain_text("the sample is in <script>", timeout=SEEN_WITHIN_MS)
    bell = staff.page.get_by_role("button", name="Notices")
    expect(bell).to_have_accessible_name("Notices, 1 new", timeout=SEEN_WITHIN_MS)
    bell.click()
    expect(staff.page.get_by_role("region", name="Notices")).to_contain_text("user names you")
    assert breaches(staff.page) == []
    staff.picture("notices")
    staff.page.keyboard.press("Escape")
    expect(bell).to_have_accessible_name("Notices")


def test_staff_build_a_board_and_a_wall_shows_it_by_a_key(visit, idle, chromium):
    staff = visit()
    page = staff.page
    staff.sign_in("staff")
    staff.open("/dashboards/new")
    page.get_by_label("Title", exact=False).first.fill("Hutch 1")
    page.get_by_role("button", name="Add a widget").click()
    page.get_by_label("Device of widget 1").select_option("sx")
    page.get_by_role("button", name="Save the board").click()
    page.wait_for_url("**/dashboards/hutch-1")
    expect(page.get_by_role("region", name="sx")).to_contain_text("mm", timeout=SEEN_WITHIN_MS)
    context = chromium.new_context()
    wall = context.new_page()
    wall.goto(f"{staff.url}/kiosk/hutch-1?beamline=demo#key={idle.key('user')}")
    expect(wall.get_by_role("region", name="sx")).to_contain_text("mm", timeout=SEEN_WITHIN_MS)
    expect(wall.locator(".connection-text")).to_have_text("live", timeout=SEEN_WITHIN_MS)
    assert "key" not in wall.url
    context.close()
    with idle.signed_in("staff") as client:
        headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": idle.url}
        client.delete("/api/v1/beamlines/demo/dashboards/hutch-1", headers=headers).raise_for_status()


def test_a_scan_is_built_from_loops_and_queued(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/builder")
    page.get_by_label("det", exact=True).check()
    for place, (motor, points) in enumerate((("sy", "2"), ("sx", "3")), start=1):
        if place > 1:
            page.get_by_role("button", name="Loop inside").click()
        page.get_by_label(f"What moves in loop {place}").select_option(motor)
        page.get_by_label(f"start (mm) of loop {place}").fill("0")
        page.get_by_label(f"stop (mm) of loop {place}").fill("1")
        page.get_by_label(f"points of loop {place}").fill(points)
    expect(page.get_by_test_id("dry-run-points")).to_have_text("6", timeout=SEEN_WITHIN_MS)
    assert breaches(page) == []
    person.picture("builder")
    page.get_by_role("button", name="Save scan").click()
    page.get_by_label("Title").fill("little map")
    page.get_by_role("button", name="Keep", exact=True).click()
    with idle.rest() as rest:
        saved = "the server has it, not this browser alone"
        wait_for(saved, lambda: rest.get("beamlines/demo/presets").json()["results"])
    page.reload()
    page.get_by_role("button", name="Take little map").click()
    expect(page.get_by_label("points of loop 2")).to_have_value("3")
    page.get_by_role("button", name="Delete the preset little map").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_text("grid_scan was added to the queue.")).to_be_visible(timeout=SEEN_WITHIN_MS)
    with idle.rest() as rest:
        [item] = rest.get("beamlines/demo/queue").json()["items"]
    assert item["parameters"]["args"] == [["sy", 0, 1, 2], ["sx", 0, 1, 3]]
