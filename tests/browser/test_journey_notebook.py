"""Journey 10: a key by one press, then four calls from a notebook to the table of a new run."""

import beamport
from tests.browser.steps import Steps


def test_one_press_and_four_calls_lead_from_a_key_to_the_table(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    person.open("/account/tokens")
    steps = Steps(page)
    page.get_by_role("button", name="Make a key for a notebook").click()
    key = page.locator("#made-key").inner_text()
    steps.were(1)

    with beamport.connect(person.url, api_key=key) as client:
        demo = client.beamline("demo")
        plans = demo.plans()  # call 1
        assert "parameters" in plans["scan"]
        what = {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 4}
        item = demo.add("scan", what, proposal="2026-0001", now=True)  # call 2
        names = [name for name, _ in item.follow(timeout_s=60)]  # call 3
        assert (names[0], names[-1]) == ("start", "stop")
        table = item.refresh().runs[0].primary.to_pandas()  # call 4
    assert len(table["det"]) == 4
