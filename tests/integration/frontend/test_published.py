"""What is published for everybody has pages that need no account; nothing else has."""

import pytest
from django.apps import apps
from django.test import Client

from catalog.ingest import Origin, store
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM, make_facility

MEANT_HARM = '</script><script>alert("x")</script>'


@pytest.fixture
def runs(db):
    """Give the uids of a run of P-1 and one of P-2; P-1 is published."""
    make_facility()
    uids = {}
    for number, beamline in (("P-1", "alpha"), ("P-2", "beta")):
        documents = list(scan(3, plan_name="scan", sample_name=f"of {number} {MEANT_HARM}"))
        store(actor=SYSTEM, origin=Origin(beamline, number, "pi"), records=records_of(documents))
        uids[number] = documents[0][1]["uid"]
    publish("P-1")
    return uids


def publish(number, **changes):
    rows = apps.get_model("accounts", "Proposal").objects.filter(number=number)
    rows.update(**{"audience": "everyone", **changes})


def test_who_has_no_account_finds_and_opens_what_is_published(runs):
    client = Client()
    listed = client.get("/published", {"q": "plan:scan"}).content.decode()
    assert f"/published/{runs['P-1']}" in listed
    assert runs["P-2"] not in listed
    shown = client.get(f"/published/{runs['P-1']}").content.decode()
    assert "primary, 3 events" in shown
    for href in {part.split('"')[0] for part in shown.split('href="/api/')[1:]}:
        response = client.get(f"/api/{href}")
        assert response.status_code == 200, href
        assert b"".join(response)
    assert client.get(f"/api/v1/runs/{runs['P-1']}/figure").status_code == 200


def test_the_measurement_comes_first_with_as_many_digits_as_mean_something(runs):
    origin = Origin("alpha", "P-1", "pi")
    start, described, *events, stop = scan(2, uid="second-run")
    beside = {**described[1], "uid": "beside", "name": "baseline"}
    event = {**events[0][1], "data": {"det": 0.20000000000000018, "sx": 1.0}}
    told = [start, ("descriptor", beside), described, ("event", event), events[1], stop]
    store(actor=SYSTEM, origin=origin, records=records_of(told))
    page = Client().get("/published/second-run").content.decode()
    assert page.index("primary, 2 events") < page.index("baseline, 0 events")
    assert "<td>0.2</td>" in page
    assert "published-figure" in page


def test_a_run_without_numbers_has_no_broken_picture(runs):
    origin = Origin("alpha", "P-1", "pi")
    store(actor=SYSTEM, origin=origin, records=records_of(list(scan(1, uid="no-numbers"))[:1]))
    assert "published-figure" not in Client().get("/published/no-numbers").content.decode()


def test_an_address_of_a_run_leads_to_its_published_page_or_to_the_door(runs):
    client = Client()
    published = client.get(f"/runs/{runs['P-1']}")
    assert (published.status_code, published["Location"]) == (302, f"/published/{runs['P-1']}")
    assert client.get(f"/runs/{runs['P-2']}")["Location"].startswith("/login")


@pytest.mark.parametrize(
    "changes", [{"audience": ""}, {"audience": "signed_in"}, {"embargo_until": "2999-01-01T00:00Z"}]
)
def test_what_is_not_for_everybody_is_as_unknown_as_nothing(runs, changes):
    publish("P-1", **changes)
    client = Client()
    hidden, nothing = [client.get(f"/published/{uid}") for uid in (runs["P-1"], "0" * 36)]
    assert (hidden.status_code, nothing.status_code) == (404, 404)
    assert hidden.content == nothing.content
    assert runs["P-1"] not in client.get("/published").content.decode()
    assert client.get(f"/runs/{runs['P-1']}")["Location"].startswith("/login")


def test_text_that_a_browser_would_run_comes_back_inert(runs):
    for page in ("/published", f"/published/{runs['P-1']}"):
        text = Client().get(page).content.decode()
        assert MEANT_HARM not in text
        assert "&lt;/script&gt;" in text


@pytest.mark.parametrize(
    "query", ["q=%00", "q=status:no", "q=" + "a" * 3000, "cursor=x", "q=det>>1", "q=%EF%BF%BF"]
)
def test_a_search_that_makes_no_sense_is_told_so(runs, query):
    assert Client().get(f"/published?{query}").status_code in (200, 400)
