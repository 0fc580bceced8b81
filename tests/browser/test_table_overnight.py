"""Journey 4: paste a table, put its faults right, add all, start. Items of the queue changed and judged."""

import json
import os
import re
import subprocess

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP
from tests.browser.steps import Steps
from tests.support.house_rules import ROOT
from tests.support.installation import wait_for

TABLE = """plan,detectors,motor,start,stop,num,note
scan,det,sx,-1,1,3,first
scan,det,sx,0,99,3,too far
scan,"det, camera",sy,-1,0,two,no number
"""
HERE = "beamlines/demo"


def test_four_steps_lead_from_a_table_with_faults_to_a_queue_that_runs(visit, idle):
    person = visit(LAPTOP)
    page = person.page
    person.sign_in("user")
    person.open("/queue")
    person.stands("/queue")
    card = page.get_by_role("region", name="Many at once, from a table")
    steps = Steps(page)

    card.get_by_role("textbox", name="Table").fill(TABLE)
    verdict = card.locator(".table-verdict")
    expect(verdict).to_contain_text("2 rows cannot run, 1 can")
    rows = card.get_by_role("region", name="Rows of the table")
    too_far = rows.get_by_role("cell").filter(has_text="outside the limits of sx")
    expect(too_far.get_by_role("textbox", name="stop, line 3")).to_have_count(1)
    wrong = rows.get_by_role("textbox", name="num, line 4")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(rows).to_contain_text("'two' is no number")
    expect(card.get_by_role("button", name="Add all 3")).to_be_disabled()
    card.scroll_into_view_if_needed()
    person.picture("queue-table-faults")

    rows.get_by_role("textbox", name="stop, line 3").fill("1")
    wrong.fill("2")
    expect(verdict).to_contain_text(re.compile(r"^3 rows, 8 points, about"))
    expect(card.get_by_role("textbox", name="Table")).to_have_value(re.compile(r'"det, camera",sy,-1,0,2,'))

    card.get_by_role("button", name="Add all 3").click()
    expect(card.get_by_text("3 items were added to the queue.")).to_be_visible()
    waiting = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(waiting).to_have_count(3)
    expect(waiting.nth(0)).to_contain_text("first")
    expect(waiting.nth(1)).to_contain_text(re.compile(r"\d:\d\d after the start"))
    expect(page.get_by_test_id("queue-eta")).to_contain_text(re.compile(r"About \d+:\d\d in all"))
    page.evaluate("window.scrollTo(0, 0)")
    person.picture("queue-table-added")

    page.get_by_role("button", name="Start queue").click()
    steps.were(4)
    expect(waiting).to_have_count(0, timeout=60_000)
    with idle.rest() as rest:
        ended = wait_for("all three ended", lambda: _ended(rest, 3), deadline_s=60)
    assert ended == ["completed"] * 3


def test_a_chosen_file_is_read_like_a_pasted_table(visit, idle, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["plan", "detectors", "motor", "start", "stop", "num"])
    book.active.append(["scan", "det", "sx", 0, 1, 5])
    book.active.append(["scan", "det", "sx", 0, 1, "many"])
    book.save(tmp_path / "night.xlsx")
    (tmp_path / "night.csv").write_text("plan,motor,position\nmove,sx,0.5\n")
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/queue")
    card = page.get_by_role("region", name="Many at once, from a table")
    chooser = card.locator("input[type=file]")
    chooser.set_input_files(tmp_path / "night.xlsx")
    expect(card.locator(".table-verdict")).to_contain_text("1 row cannot run, 1 can")
    expect(card.get_by_role("row").nth(2)).to_contain_text("'many' is no number")
    card.get_by_label("num, line 3").fill("7")
    expect(card.locator(".table-verdict")).to_contain_text("2 rows, 12 points")
    chooser.set_input_files(tmp_path / "night.csv")
    expect(card.get_by_role("textbox", name="Table")).to_have_value(re.compile("move,sx,0.5"))
    expect(card.locator(".table-verdict")).to_contain_text("1 row")
    card.get_by_role("button", name="Discard").click()
    expect(card.locator(".table-verdict")).to_have_count(0)


def test_an_item_is_changed_doubled_moved_and_taken_away(visit, idle):
    with idle.rest() as rest:
        _submit(rest, "items", [["sx", 0, 1]], note="keep me")
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/queue")
    waiting = page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    waiting.get_by_role("link", name="Edit scan").click()
    expect(page.get_by_role("heading", name="Edit scan")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("keep me")
    page.get_by_label(re.compile(r"^num")).fill("4")
    page.get_by_label("Note").fill("four points")
    person.picture("acquire-edit")
    page.get_by_role("button", name="Save changes").click()
    page.wait_for_url("**/queue")
    expect(waiting).to_contain_text("four points")

    waiting.get_by_role("button", name="Duplicate scan").click()
    expect(waiting).to_have_count(2)
    with idle.rest() as rest:
        assert [item["parameters"]["num"] for item in _queue(rest)] == [4, 4]
        _submit(rest, "items", [["sy", 0, 1]])
    expect(waiting).to_have_count(3)

    for place in (2, 3):
        page.get_by_role("checkbox", name=f"Choose scan, place {place}").check()
    page.get_by_role("button", name="To the front").click()
    expect(waiting.nth(1)).to_contain_text("sy 0 1")
    page.get_by_role("button", name="Move scan, place 2").press("ArrowUp")
    expect(waiting.nth(0)).to_contain_text("sy 0 1")
    waiting.nth(0).get_by_role("button", name="Details of scan").click()
    with page.expect_download() as download:
        waiting.nth(0).get_by_role("link", name="Take away as Python").click()
    assert "scan" in download.value.path().read_text()
    for place in (1, 2):
        page.get_by_role("checkbox", name=f"Choose scan, place {place}").check()
    person.picture("queue-chosen")
    page.get_by_role("button", name="Remove …").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove 2 items").click()
    expect(waiting).to_have_count(1)


def test_a_proposed_item_waits_until_staff_approve_or_deny_it(visit, idle):
    with idle.rest() as rest:
        for stop in (1, 2):
            _submit(rest, "proposed", [["sx", 0, stop]])
    author, judge = visit(), visit()
    for person, name in ((author, "user"), (judge, "staff")):
        person.sign_in(name)
        person.open("/queue")
    theirs = author.page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    expect(theirs.nth(0)).to_contain_text("waits for somebody's approval")
    rows = judge.page.get_by_role("list", name="Waiting items").get_by_role("listitem")
    judge.picture("queue-proposed")
    rows.nth(0).get_by_role("button", name="Approve scan").click()
    dialog = judge.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Approve").click()
    expect(theirs.nth(0)).not_to_contain_text("approval")
    rows.nth(1).get_by_role("button", name="Deny scan").click()
    dialog.get_by_label("Reason").fill("the sample is not mounted")
    dialog.get_by_role("button", name="Deny").click()
    expect(theirs).to_have_count(1)
    history = author.page.get_by_role("region", name="History")
    expect(history.get_by_role("listitem").first).to_contain_text("the sample is not mounted")
    history.get_by_label("Ended").select_option("ended well")
    expect(history).not_to_contain_text("the sample is not mounted")
    history.get_by_role("searchbox").fill("sample mounted")
    history.get_by_label("Ended").select_option("denied")
    history.get_by_role("button", name="Find").click()
    expect(history.get_by_role("listitem")).to_have_count(1)


def test_the_queue_is_told_to_loop_and_to_stop_after_an_item(visit, idle):
    with idle.rest() as rest:
        _submit(rest, "items", [["sx", -1, 3]], num=200)
        rest.post(f"{HERE}/queue/start", json={}).raise_for_status()
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/queue")
    person.state_is("running")
    page.get_by_role("button", name="Stop after this item").click()
    expect(page.get_by_text("stops after this item")).to_be_visible()
    page.get_by_role("button", name="Go on after this item").click()
    expect(page.get_by_text("stops after this item")).to_have_count(0)
    loop = page.get_by_role("checkbox", name="Loop")
    loop.check()
    with idle.rest() as rest:
        wait_for("the queue loops", lambda: rest.get(f"{HERE}/queue").json()["loops"])
        loop.uncheck()
        wait_for("it does not", lambda: not rest.get(f"{HERE}/queue").json()["loops"])


def test_the_table_that_the_guide_shows_is_queued_as_the_guide_says(idle, tmp_path):
    guide = (ROOT / "docs" / "how-to" / "run-a-table-overnight.md").read_text()
    (table,) = re.findall(r"```csv\n(.*?)```", guide, re.DOTALL)
    (command,) = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "night.csv").write_text(table)
    told = {"PATH": os.environ["PATH"], "BEAMPORT": f"{idle.url}/api/v1", "KEY": idle.key("user")}
    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=tmp_path, env=told, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["faulty"] == 0
    with idle.rest() as rest:
        assert [item["note"] for item in _queue(rest)] == ["coarse", "fine", "across"]
        assert {item["metadata"]["sample"] for item in _queue(rest)} == {"lanthanum hexaboride"}


def _queue(rest):
    return rest.get(f"{HERE}/queue").json()["items"]


def _submit(rest, where, args, num=3, **more):
    proposal = rest.get("proposals").json()["results"][0]["number"]
    parameters = {"detectors": ["det"], "args": args, "num": num}
    body = {"plan": "scan", "parameters": parameters, "proposal": proposal, **more}
    rest.post(f"{HERE}/queue/{where}", json=body).raise_for_status()


def _ended(rest, count):
    running = rest.get(f"{HERE}/queue").json()
    found = rest.get(f"{HERE}/history", params={"limit": count}).json()["results"]
    if running["running"] or running["items"] or len(found) < count:
        return None
    return [item["state"] for item in found]
