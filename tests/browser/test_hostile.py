"""What people write into metadata, titles and notes stays words on every page, however it is meant."""

import time
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.archive import sent
from tests.browser.conftest import LAPTOP, NARROW
from tests.browser.furnished import HERE, Desk, Words, fill_queue, furnish
from tests.browser.page_table import ALL
from tests.browser.test_accessible import STILL, breaches
from tests.browser.test_sweep import LOADING, SETTLED_MS, WIDE
from tests.support.catalog_runs import scan

NUMBER = "2030-0666"
SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
TURNED = "مرحبا \u202egnp.exe"
METADATA = {
    "sample": TURNED,
    "title": "x" * 10_000,
    "note": "y " * 2_500,
    "<img src=x onerror=alert(1)>": "a key",
    "reason": SCRIPT,
    "deep": {"deeper": [SCRIPT, None]},
}
NOT_JSON = {"nothing": float("nan"), "endless": [float("inf"), None]}
WORDS = Words(short=f"{SCRIPT} {TURNED}"[:150], long=f"{SCRIPT} {TURNED} {'x' * 3000}", metadata=METADATA)
FRAMELESS = ("not-there", "not-allowed")
COLUMNS = "/runs?cols=scan,plan,sample,title,note"
SHOWN = (
    "run-page",
    "published-run",
    "compare-page",
    "queue-page",
    "log-page",
    "dashboard-page",
    "sample-page",
    "facility-visit",
)


@pytest.fixture(scope="module")
def names(beamport, archive):
    """Write harm into every field that pages show; give what the addresses name."""
    told = furnish(beamport, NUMBER, WORDS, {"admin": "principal_investigator"})
    with beamport.signed_in("admin") as admin:
        more = {**METADATA, **NOT_JSON, "plan_name": SCRIPT, "uid": str(uuid.uuid4())}
        run = sent(admin, NUMBER, scan(4, time=time.time(), **more))
        audience = {"audience": "everyone", "reason": SCRIPT}
        Desk(admin).send(f"/api/v1/proposals/{NUMBER}/publication", method="PUT", **audience)
        Desk(admin).send(f"/api/v1/visits/{told['visit']}", method="PATCH", note=SCRIPT * 2)
    yield {**told, "run": run, "published": run, "other": archive["scan-1"]}
    with beamport.signed_in("admin") as admin:
        Desk(admin).send(f"{HERE}/dashboards/{told['board']}", method="DELETE")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("half", [0, 1], ids=["first half", "second half"])
def test_metadata_that_mean_harm_are_words_on_every_page(visit, idle, names, half):
    fill_queue(idle, NUMBER, WORDS, "admin")
    person = visit(LAPTOP, expected=(r"status of 40[0134]",))
    page = person.page
    person.sign_in("admin")
    person.state_is("running")
    told = {}
    for name in [one for one, row in ALL.items() if one not in FRAMELESS and row.who != "nobody"][half::2]:
        path = ALL[name].path.format_map(names)
        person.open(COLUMNS if path == "/runs" else path)
        expect(page.locator("h1").first).to_be_visible(timeout=SETTLED_MS)
        expect(page.get_by_text(LOADING)).to_have_count(0, timeout=SETTLED_MS)
        faults = []
        if page.title() == "taken" or page.locator("img[src='x'], main script").count():
            faults.append("the words came alive")
        if name in SHOWN:
            expect(page.locator("body")).to_contain_text("<script>", timeout=SETTLED_MS)
            page.evaluate(STILL)
            faults += breaches(page)
        for window in (LAPTOP, NARROW):
            page.set_viewport_size(window)
            person.picture(f"hostile-{name}-{window['width']}")
            if page.evaluate(WIDE):
                page.wait_for_timeout(500)
            if page.evaluate(WIDE):
                width = page.evaluate("document.documentElement.scrollWidth")
                faults.append(f"{width} px wide in a window of {window['width']} px")
        page.set_viewport_size(LAPTOP)
        if faults:
            told[name] = faults
    assert told == {}
