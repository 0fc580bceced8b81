"""Published data: read by those for whom they are published, once the embargo is over, and only read."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actor import ANONYMOUS
from accounts.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from accounts.models import AuditEntry
from accounts.proposal_services import change_proposal, set_publication
from accounts.requests import actor_of_key
from accounts.selectors import members, proposals
from catalog import ingest, selectors, services
from catalog.jobs.services import order_export
from catalog.queries import RunQuery
from catalog.selectors.data_policy import data_policy
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM, make_facility

READ = (
    "runs/{uid}",
    "runs/{uid}/documents",
    "runs/{uid}/streams/primary/table",
    "runs/{uid}/export/csv",
)
DAY = timedelta(days=1)


@pytest.fixture
def facility(db):
    return make_facility()


@pytest.fixture
def uid(facility):
    origin = ingest.Origin("alpha", "P-1", "member")
    records = records_of(scan(3, sample={"name": "secret sample"}))
    ingest.store(actor=SYSTEM, origin=origin, records=records)
    others = records_of(scan(3, sample={"name": "other sample"}))
    ingest.store(actor=SYSTEM, origin=ingest.Origin("beta", "P-2", "outsider"), records=others)
    return records[0].run


def publish(audience, until=None):
    set_publication(actor=SYSTEM, number="P-1", audience=audience, embargo_until=until, reason="policy")


def client_of(facility, name):
    client = Client()
    if name != "anonymous":
        client.force_login(facility.users[name])
    return client


def statuses(facility, name, uid):
    client = client_of(facility, name)
    return {client.get(f"/api/v1/{path.format(uid=uid)}").status_code for path in READ}


def seen(actor):
    found = selectors.runs(actor, RunQuery())
    facets = selectors.facets(actor, RunQuery())
    return (
        [run["sample"] for run in found.results],
        found.count,
        sorted(value["value"] for value in facets["sample"]),
    )


@pytest.mark.parametrize(
    ("audience", "until", "stranger", "nobody"),
    [
        ("", None, 404, 401),
        ("signed_in", None, 200, 401),
        ("signed_in", -DAY, 200, 401),
        ("signed_in", DAY, 404, 401),
        ("everyone", None, 200, 200),
        ("everyone", -DAY, 200, 200),
        ("everyone", DAY, 404, 401),
    ],
)
def test_a_run_is_read_by_whom_it_is_published_for(facility, uid, audience, until, stranger, nobody):
    publish(audience, until and timezone.now() + until)
    assert statuses(facility, "stranger", uid) == {stranger}
    assert statuses(facility, "outsider", uid) == {stranger}
    assert statuses(facility, "anonymous", uid) == {nobody}
    assert statuses(facility, "member", uid) == statuses(facility, "staff", uid) == {200}


def test_lists_counts_and_facets_hold_what_is_published_and_nothing_else(facility, uid):
    stranger = facility.actor("stranger")
    assert seen(stranger)[0] == []
    publish("signed_in")
    samples, count, facet = seen(stranger)
    assert samples == facet == ["secret sample"]
    assert count == 1
    assert sorted(seen(facility.actor("outsider"))[2]) == ["other sample", "secret sample"]
    publish("")
    assert seen(stranger)[0] == seen(stranger)[2] == []


def test_without_an_account_the_list_holds_what_is_for_everybody(facility, uid):
    client = Client()
    assert client.get("/api/v1/runs").status_code == 401
    publish("everyone")
    for path in ("runs", "runs/facets"):
        text = client.get(f"/api/v1/{path}").content.decode()
        assert "secret sample" in text
        assert "other sample" not in text
    unknown, hidden = (client.get(f"/api/v1/runs/{one}") for one in ("0" * 36, _uid_of("P-2")))
    assert (unknown.status_code, hidden.status_code) == (404, 404)
    for path in ("me", "proposals", "samples", "beamlines", "audit", "visits", "people", "keys"):
        assert client.get(f"/api/v1/{path}").status_code == 401
    assert client.post("/api/v1/runs/tags", "{}", content_type="application/json").status_code == 401


def _uid_of(proposal):
    found = selectors.runs(SYSTEM, RunQuery(proposal=proposal))
    return found.results[0]["uid"]


def test_what_is_published_is_read_and_not_written(facility, uid):
    publish("everyone")
    stranger = facility.actor("stranger")
    with pytest.raises(ForbiddenError):
        services.add_tag(actor=stranger, run_uid=uid, name="mine")
    with pytest.raises(ForbiddenError):
        services.delete_run(actor=stranger, run_uid=uid, reason="mine")
    with pytest.raises((NotSignedInError, ForbiddenError)):
        services.add_tag(actor=ANONYMOUS, run_uid=uid, name="mine")
    assert list(proposals(stranger)) == []
    with pytest.raises(NotFoundError):
        members(stranger, "P-1")
    client = client_of(facility, "stranger")
    for path in ("beamlines/alpha/queue", "samples?proposal=P-1", "visits?proposal=P-1"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404 or answer.json()["results"] == []


def test_what_is_published_may_be_ordered_as_an_export(facility, uid):
    ordered = {"actor": facility.actor("stranger"), "runs": [uid], "format": "jsonl", "options": {}}
    with pytest.raises((NotFoundError, InvalidError)):
        order_export(**ordered)
    publish("signed_in")
    assert order_export(**ordered).pk


def test_a_narrowed_key_stays_within_its_proposal(facility, uid):
    publish("everyone")
    text, _ = facility.key("outsider", "run:read", proposal="P-2")
    assert seen(actor_of_key(text))[0] == ["other sample"]
    text, _ = facility.key("outsider", "queue:read")
    with pytest.raises(ForbiddenError):
        selectors.runs(actor_of_key(text), RunQuery())


def test_only_administrators_publish_and_it_is_audited(facility, uid):
    address = "/api/v1/proposals/P-1/publication"
    body = json.dumps({"audience": "everyone", "embargo_until": "2029-01-01T00:00:00Z", "reason": "policy"})
    for name, status in {"pi": 403, "staff": 403, "stranger": 404, "admin": 200}.items():
        answer = client_of(facility, name).put(address, body, content_type="application/json")
        assert answer.status_code == status
    told = AuditEntry.objects.get(action="proposal.published")
    assert (told.username, told.before["audience"], told.after["audience"]) == ("admin", "", "everyone")
    assert told.reason == "policy"
    for wrong in ({"audience": "kings"}, {"audience": "", "embargo_until": "soon"}, {}):
        answer = client_of(facility, "admin").put(address, json.dumps(wrong), content_type="application/json")
        assert answer.status_code == 400


def test_the_policy_of_a_proposal_tells_what_retention_goes_by(facility, uid):
    def kept(number="P-3"):
        policy = data_policy(facility.actor("staff"), number)
        return [(place["beamline"], place["days"], place["rule"]) for place in policy["kept"]]

    assert kept() == [("alpha", None, "none"), ("beta", None, "none")]
    services.set_rule(actor=SYSTEM, days=1000)
    services.set_rule(actor=SYSTEM, days=100, beamline="alpha")
    assert kept() == [("alpha", 100, "beamline"), ("beta", 1000, "facility")]
    services.set_rule(actor=SYSTEM, days=None, proposal="P-3")
    assert kept() == [("alpha", None, "proposal"), ("beta", None, "proposal")]
    due = [run.uid for run in services.apply_retention(actor=SYSTEM, now=1000 + 101 * 86_400)]
    assert due == [uid]
    assert kept("P-1") == [("alpha", 100, "beamline")]
    change_proposal(actor=SYSTEM, number="P-1", data_owner="University of X")
    assert data_policy(facility.actor("observer"), "P-1")["owner"] == "University of X"
    with pytest.raises(NotFoundError):
        data_policy(facility.actor("outsider"), "P-1")
