"""The user office at work: a visit with its people in five steps, and why somebody may move a motor."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, NARROW, PHONE
from tests.browser.steps import Steps
from tests.browser.test_accessible import FITS, breaches, breaches_in_every_look

SEND = """async ([method, path, body]) => {
    const csrf = JSON.parse(document.getElementById("bootstrap").textContent).csrf_token;
    const headers = {"Content-Type": "application/json", "X-CSRFToken": csrf};
    const answer = await fetch(`/api/v1/${path}`, {method, headers, body: JSON.stringify(body)});
    return answer.status;
}"""

PASTE = """(box, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def send(page, method, path, **body):
    """Ask over REST as the person at the window."""
    assert page.evaluate(SEND, [method, path, body]) < 300


def test_a_visit_with_people_is_made_and_checked_in_five_steps(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("admin")
    send(page, "POST", "people", username="ada")
    send(page, "POST", "proposals", number="2030-0001", title="Oxides", beamlines=["demo"])
    person.open("/facility/proposals")
    steps = Steps(page)
    row = page.get_by_role("row", name=re.compile("2030-0001"))
    row.get_by_role("link", name="New visit").click()
    people = page.get_by_label("People and roles")
    people.fill("ada: principal investigator, staff: observer")
    expect(page.get_by_label("Role of ada")).to_have_value("principal_investigator")
    page.get_by_label("From").fill("2030-05-06T08:00")
    expect(page.get_by_label("To *")).to_have_value("2030-05-09T08:00")
    expect(page.get_by_label("Beamline *")).to_have_value("demo")
    person.picture("facility-new-visit")
    page.get_by_role("button", name="Create visit").click()
    page.wait_for_url("**/facility/visits/2030-0001-v1")
    people = page.get_by_role("region", name="People of the visit")
    expect(people).to_contain_text("principal investigator")
    expect(people).to_contain_text("observer")
    person.picture("facility-visit")
    page.get_by_role("link", name="Check in the audit").click()
    expect(page.get_by_role("row", name=re.compile("visit.created.*2030-0001-v1"))).to_be_visible()
    steps.were(5)
    page.go_back()
    page.get_by_role("button", name="Move this visit").click()
    page.get_by_label("From").fill("2030-05-13T08:00")
    expect(page.get_by_label("To *")).to_have_value("2030-05-16T08:00")
    person.picture("facility-move-visit")
    assert breaches(page) == []
    page.get_by_role("button", name="Move visit").click()
    expect(page.get_by_text("2030-05-13 08:00 – 2030-05-16 08:00")).to_be_visible()
    expect(page.get_by_role("button", name="Move this visit")).to_be_visible()


def test_people_are_picked_by_keyboard_pasted_as_a_list_and_told_one_by_one(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("admin")
    send(page, "POST", "people", username="grace", first_name="Grace", last_name="Picked")
    send(page, "POST", "people", username="linus")
    person.open("/facility/beamlines")
    page.get_by_label("Group", exact=True).fill("picked-people")
    box = page.get_by_role("combobox", name="Its people")
    box.focus()
    page.keyboard.type("picked")
    expect(page.get_by_role("option", name="Grace Picked")).to_be_visible()
    assert breaches(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    taken = page.get_by_role("list", name="People of the new group").get_by_role("listitem")
    expect(taken).to_have_count(1)
    expect(taken.first).to_contain_text("Grace Picked")
    box.evaluate(PASTE, "linus\nnobody.here, nor.there")
    expect(taken).to_have_count(4)
    for name in ("nobody.here", "nor.there"):
        expect(page.get_by_text(f"There is no account “{name}”.")).to_be_visible()
    expect(page.get_by_role("button", name="Add group")).to_be_disabled()
    person.picture("facility-people-picked")
    assert breaches_in_every_look(page, (("dark", PHONE), ("light", NARROW))) == []
    assert page.evaluate(FITS)
    page.get_by_role("button", name="Take out nobody.here").press("Enter")
    expect(box).to_be_focused()
    page.keyboard.press("Backspace")
    expect(taken).to_have_count(2)
    page.keyboard.type("st")
    page.get_by_role("option", name="Demo Staff").click()
    expect(taken).to_have_count(3)
    page.get_by_role("button", name="Add group").click()
    groups = page.get_by_role("list", name="Groups")
    expect(groups).to_contain_text("grace, linus, staff")
    expect(taken).to_have_count(0)
    page.get_by_role("button", name="Remove picked-people").click()
    expect(groups).not_to_contain_text("picked-people")


def test_the_audit_tells_what_changed_old_and_new_with_the_json_on_demand(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("admin")
    send(page, "POST", "people", username="hedy", first_name="Hedy", last_name="Told")
    send(page, "POST", "people/activity", usernames=["hedy"], is_active=False, reason="she has left")
    person.open("/facility/audit?action=user.closed&q=hedy")
    row = page.get_by_role("row", name=re.compile("user.closed"))
    expect(row.get_by_role("link", name="Hedy Told (hedy)")).to_be_visible()
    expect(row).to_contain_text("she has left")
    expect(row.get_by_role("deletion")).to_have_text("was yes")
    expect(row.get_by_role("insertion")).to_have_text("now no")
    row.get_by_text("JSON").press("Enter")
    expect(row.locator("pre")).to_contain_text('"is_active": false')
    found = breaches_in_every_look(page, (("light", PHONE), ("dark", PHONE), ("dark", NARROW)))
    assert found == []
    page.set_viewport_size(NARROW)
    assert page.evaluate(FITS)
    person.picture("facility-audit")


def test_why_somebody_may_move_a_motor_stands_on_one_screen(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("staff")
    person.open("/facility/why")
    page.get_by_label("Person").fill("user")
    page.get_by_label("Device").fill("sx")
    page.get_by_role("button", name="Ask").click()
    answer = page.get_by_role("region", name="Answer")
    expect(answer).to_contain_text("principal investigator of 2026-0001")
    expect(answer).to_contain_text("allowed")
    box = answer.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= LAPTOP["height"]
    person.picture("facility-why")


def test_support_looks_as_somebody_and_is_told_so_on_every_page(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("admin")
    person.open("/facility/people")
    every = page.get_by_role("checkbox", name="Tick all on this page")
    every.check()
    expect(page.get_by_role("checkbox", name="Tick user", exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tick admin", exact=True)).not_to_be_checked()
    every.uncheck()
    expect(page.get_by_text("0 people ticked")).to_be_visible()
    page.get_by_role("button", name="Look as user", exact=True).click()
    page.get_by_label("Reason").fill("cannot see the queue")
    page.get_by_role("button", name="Look", exact=True).click()
    person.stands("/")
    banner = page.get_by_role("complementary", name="Looking as somebody else")
    expect(banner).to_contain_text("Nothing can be changed")
    expect(page.get_by_role("link", name="Facility")).to_have_count(0)
    person.picture("looking-as")
    assert breaches(page) == []
    person.open("/runs")
    banner.get_by_role("button", name="Be yourself again").click()
    person.stands("/facility/people")
    expect(banner).to_have_count(0)


def test_rows_are_tried_and_imported_from_the_page(visit, beamport):
    person = visit()
    page = person.page
    person.sign_in("admin")
    person.open("/facility/import")
    page.get_by_label("What it is").select_option("samples")
    page.get_by_label("Text").fill("proposal,name,position\n2026-0001,browser sample,A1\nnone,other,A2\n")
    page.get_by_role("button", name="Try").click()
    status = page.get_by_text("Tried, nothing was changed")
    expect(status).to_contain_text("1 added, 0 changed, 0 unchanged, 1 refused")
    person.picture("facility-import")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What became of each row")).to_be_visible()
    person.open("/samples?q=browser")
    page.get_by_role("link", name="browser sample").click()
    expect(page.get_by_label("Position", exact=True)).to_have_value("A1")
    page.get_by_role("link", name="Label").click()
    image = page.get_by_role("img", name="QR code of browser sample")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    person.picture("sample-labels")
    assert breaches(page) == []
