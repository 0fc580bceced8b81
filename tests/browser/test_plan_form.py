"""The plan form: presets kept, used and deleted; a time and a note; copies that do what they say."""

import json
import os
import re
import subprocess

from playwright.sync_api import expect

HERE = "beamlines/demo"


def test_a_preset_is_kept_fills_the_form_and_is_deleted(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    _fill(person)
    page.get_by_role("button", name="Keep as preset").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill("Seven points")
    dialog.get_by_label(re.compile("^For everybody of")).check()
    dialog.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept as the preset “Seven points”.")).to_be_visible()

    person.open("/acquire")
    presets = page.get_by_role("region", name="Presets")
    person.picture("acquire-presets")
    presets.get_by_role("link", name="Seven points").click()
    expect(page.get_by_label(re.compile(r"^num"))).to_have_value("7")
    expect(page.locator("form").get_by_label("motor")).to_have_value("sx")
    person.open("/acquire")
    presets.get_by_role("button", name="Delete the preset Seven points").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(presets.get_by_role("link", name="Seven points")).to_have_count(0)
    expect(presets.get_by_role("link", name="Find the peak in x")).to_have_count(1)


def test_an_item_waits_for_its_time_with_its_note(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    _fill(person)
    page.get_by_text("When, and a note").click()
    page.get_by_label("Not before").fill("2099-01-31T22:00")
    page.get_by_label("Priority").fill("high")
    page.get_by_label("Note").fill("after the beam is back")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.locator(".wishes .errors")).to_contain_text("whole number")
    page.get_by_label("Priority").fill("5")
    person.picture("acquire-when")
    page.get_by_role("button", name="Add to queue").click()
    expect(page.get_by_text("scan was added to the queue.")).to_be_visible()
    person.open("/queue")
    waiting = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(waiting).to_contain_text("after the beam is back")
    expect(waiting).to_contain_text("not before 2099-01-31 22:00")
    waiting.get_by_role("button", name="Details of scan").click()
    expect(waiting.locator(".item-details")).to_contain_text(re.compile(r"priority\s*5"))


def test_a_scan_offers_motors_alone_and_says_nothing_that_a_form_cannot_do(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/scan")
    form = page.locator("form")
    form.get_by_label("motor").select_option("sx")
    motors = form.get_by_label("motor").locator("option").all_inner_texts()
    assert not [text for text in motors if "shutter" in text.lower()]
    expect(page.locator(".plan-form")).to_contain_text("first and last position")
    expect(page.locator(".plan-form")).not_to_contain_text("end with num")


def test_the_copied_request_queues_what_the_form_says(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    _fill(person)
    page.get_by_role("button", name="Copy as REST").click()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("# adds scan to the queue of demo")
    told = {"PATH": os.environ["PATH"], "KEY": idle.key("user")}
    done = subprocess.run(["bash", "-e", "-c", command], env=told, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["state"] == "queued"
    page.get_by_role("button", name="Copy as queue item").click()
    item = json.loads(page.evaluate("navigator.clipboard.readText()"))
    with idle.rest() as rest:
        (queued,) = rest.get(f"{HERE}/queue").json()["items"]
        assert queued["parameters"] == item["parameters"]
        assert rest.post(f"{HERE}/queue/items", json=item).status_code == 201


def _fill(person):
    person.open("/acquire/scan")
    form = person.page.locator("form")
    form.get_by_label("det", exact=True).check()
    form.get_by_label("motor").select_option("sx")
    form.get_by_label(re.compile("^start")).fill("0")
    form.get_by_label(re.compile("^stop")).fill("1")
    form.get_by_label(re.compile("^num")).fill("7")
    expect(person.page.get_by_test_id("dry-run-points")).to_have_text("7")


WRONG = "two <b>\u202eor</b> three"
FORMS = ("count", "scan", "grid_scan", "energy_scan", "map_sample", "temperature_ramp")
ILL = (WRONG, "x" * 10_000, [3.5, None], {}, [[[["deep"]]]], True, -1e308, None, {"__class__": "x"})
OUTSIDE = """fields => fields.filter(field => {
  const place = field.closest('.field-bad');
  return !place || !place.querySelector('.errors')?.textContent.trim();
}).map(field => field.id)"""


def test_every_field_of_every_form_tells_what_is_wrong_with_it(visit, idle):
    person = visit(expected=(r"status of 400",))
    page = person.page
    person.sign_in("user")
    for plan in FORMS:
        person.open(f"/acquire/{plan}")
        form = page.locator(".plan-form")
        expect(form).to_be_visible()
        numbers = form.locator("input.number:visible, textarea:visible")
        assert numbers.count() > 0, plan
        for place in range(numbers.count()):
            numbers.nth(place).fill(WRONG)
        page.get_by_role("button", name="Add to queue").click()
        expect(form.locator(".errors").first).to_be_visible()
        assert numbers.evaluate_all(OUTSIDE) == [], plan
        assert page.locator("main b").count() == 0
        values = numbers.evaluate_all("fields => fields.map(field => field.value)")
        assert values == [WRONG] * len(values), plan
    person.picture("acquire-all-wrong")
    with idle.rest() as rest:
        assert rest.get(f"{HERE}/queue").json()["items"] == []


def test_no_plan_takes_values_of_a_wrong_kind_and_each_refusal_names_its_field(idle):
    with idle.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        plans = rest.get(f"{HERE}/plans").json()
        for name, told in plans["plans"].items():
            for value in ILL:
                sent = {parameter["name"]: value for parameter in told["parameters"]}
                body = {"plan": name, "parameters": sent, "proposal": proposal}
                answer = rest.post(f"{HERE}/queue/items", json=body)
                if not sent:
                    continue
                assert answer.status_code == 400, (name, value, answer.text)
                assert answer.json()["fields"], (name, value)
        assert rest.get(f"{HERE}/queue").json()["items"] == []
