"""Plans that only move, the foretold path, and the queue's items whole and once more."""

import re

from playwright.sync_api import expect


def test_a_move_is_followed_where_it_was_asked_for(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/move")
    form = page.locator("form")
    form.get_by_label("motor").select_option("sx")
    motors = form.get_by_label("motor").locator("option").all_inner_texts()
    assert not any("shutter" in text for text in motors), "a shutter has no position"
    form.get_by_label("position (mm)").fill("0.5")
    expect(page.get_by_test_id("dry-run-points")).to_have_text("none: it only moves")
    page.get_by_role("button", name="Run now").click()
    outcome = page.get_by_test_id("item-outcome")
    expect(outcome).to_contain_text("move is done", timeout=30_000)
    expect(outcome).to_contain_text(re.compile(r"sx now\s*0\.5\d* mm"))
    assert page.url.endswith("/acquire/move")
    person.picture("acquire-move")


def test_a_state_is_chosen_among_those_that_the_device_knows(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/set_state")
    form = page.locator("form")
    options = form.get_by_label("device").locator("option")
    expect(options).to_have_text(
        [
            "choose …",
            "frontend – Front-end shutter",
            "holder – Sample holder",
            "mirror_stripe – Mirror stripe",
            "shutter – Photon shutter",
        ]
    )
    form.get_by_label("device").select_option("shutter")
    form.get_by_label("state").select_option("open")
    page.get_by_role("button", name="Run now").click()
    outcome = page.get_by_test_id("item-outcome")
    expect(outcome).to_contain_text("set_state is done", timeout=30_000)
    expect(outcome).to_contain_text(re.compile(r"shutter now\s*open"))


def test_the_foretold_path_is_drawn_for_a_plan_that_only_the_server_can_foretell(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/spiral_fermat")
    form = page.locator("form")
    form.get_by_label("det", exact=True).check()
    form.get_by_label("x motor").select_option("sx")
    form.get_by_label("y motor").select_option("sy")
    given = {"x start": 0, "y start": 0, "x range": 2, "y range": 2, "dr": 0.2, "factor": 1}
    for name, value in given.items():
        form.get_by_label(re.compile(rf"^{name}\b")).first.fill(str(value))
    figure = page.locator(".trajectory")
    expect(figure.locator("figcaption")).to_contain_text(re.compile(r"s[xy] over s[xy]: .*mm"))
    dots = int(page.get_by_test_id("dry-run-points").inner_text())
    assert figure.locator("circle").count() == dots > 5
    expect(page.get_by_test_id("dry-run-time")).to_be_visible()
    person.picture("acquire-spiral")


def test_a_refusal_while_typing_is_an_answer_and_no_error_of_the_page(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/acquire/move")
    form = page.locator("form")
    form.get_by_label("motor").select_option("sx")
    form.get_by_label("position (mm)").press_sequentially("123", delay=450)
    expect(form.locator("fieldset .errors")).to_contain_text("outside the limits of sx")
    form.get_by_label("position (mm)").fill("1")
    expect(form.locator("fieldset .errors")).to_have_count(0)


def test_an_item_is_shown_whole_and_run_again(visit, idle):
    with idle.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        body = {"plan": "move", "parameters": {"args": [["sy", 0.25]]}, "proposal": proposal}
        metadata = {"sample": "a piece of silicon"}
        rest.post("beamlines/demo/queue/run-now", json={**body, "metadata": metadata}).raise_for_status()
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/queue")
    history = page.get_by_role("region", name="History")
    newest = history.get_by_role("listitem").first
    expect(newest).to_contain_text("0.25", timeout=20_000)
    newest.get_by_role("button", name="Details of move").click()
    expect(newest).to_contain_text("a piece of silicon")
    newest.get_by_role("button", name="Run again").click()
    waiting = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("sy 0.25")
    waiting.get_by_role("button", name="Details of move").click()
    expect(waiting).to_contain_text("a piece of silicon")
    person.picture("queue-details")


def test_the_console_tells_what_began_and_how_it_ended(visit, idle, scanned):
    person = visit()
    person.sign_in("user")
    person.open("/console")
    lines = person.page.get_by_role("list", name="Lines of the console")
    expect(lines).to_contain_text("grid_scan det camera over sy sx, 6 points")
    expect(lines).to_contain_text("ended: success, 6 points")
    expect(lines).to_contain_text("grid_scan ended: completed after")
