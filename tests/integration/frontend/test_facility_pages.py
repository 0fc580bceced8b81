"""Pages of the user office and of samples: who may open which, and what stands in them without script."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Beamline
from accounts.sample_services import create_sample
from accounts.visit_services import create_visit
from tests.support.people import SYSTEM, make_facility

OFFICE = (
    "/facility/proposals",
    "/facility/proposals/P-1",
    "/facility/visits/new",
    "/facility/people",
    "/facility/import",
)
STAFF = ("/facility", "/facility/visits", "/facility/beamlines", "/facility/audit", "/facility/why")
SEEN = ("/facility/visits/P-1-v1", "/samples", "/samples/labels")


@pytest.fixture
def facility(db):
    facility = make_facility()
    now = timezone.now()
    create_visit(
        actor=SYSTEM,
        proposal="P-1",
        beamline="alpha",
        starts_at=now,
        ends_at=now + timedelta(days=1),
        members=[{"username": "member", "role": "member"}],
    )
    return facility


def client_of(facility, name):
    client = Client()
    client.force_login(facility.users[name])
    return client


def statuses(facility, name, pages):
    client = client_of(facility, name)
    return {client.get(f"{page}?beamline=alpha").status_code for page in pages}


def test_who_may_open_which_page(facility):
    found = {
        name: tuple(statuses(facility, name, pages) for pages in (OFFICE, STAFF))
        for name in ("admin", "staff", "pi", "stranger")
    }
    assert found == {
        "admin": ({200}, {200}),
        "staff": ({403}, {200}),
        "pi": ({403}, {403}),
        "stranger": ({403}, {403}),
    }
    assert statuses(facility, "member", SEEN) == {200}
    assert statuses(facility, "outsider", SEEN[:1]) == {404}


def test_without_any_beamline_the_pages_are_not_everybodys(db):
    facility = make_facility()
    Beamline.objects.update(is_active=False)
    assert statuses(facility, "stranger", (*OFFICE[2:], *STAFF)) == {403}
    assert statuses(facility, "admin", (*OFFICE[2:], *STAFF)) == {200}


def test_a_label_leads_to_its_sample_for_who_may_see_it(facility):
    sample = create_sample(
        actor=facility.actor("member"), proposal="P-1", name="LaB6 <b>", hazards=["toxic"], position="A4"
    )
    address = f"/samples/{sample.uid}"
    assert client_of(facility, "member").get(address).status_code == 200
    assert client_of(facility, "outsider").get(address).status_code == 404
    assert client_of(facility, "member").get("/samples/none").status_code == 404
    page = client_of(facility, "member").get(f"/samples/labels?uid={sample.uid}").content.decode()
    assert "LaB6 &lt;b&gt;" in page
    assert f'src="/api/v1/samples/{sample.uid}/label"' in page
    assert "toxic" in page
    others = client_of(facility, "outsider").get(f"/samples/labels?uid={sample.uid}").content.decode()
    assert "LaB6" not in others
    assert client_of(facility, "member").get("/samples/labels?uid=none").status_code == 404


def test_who_looks_as_somebody_is_told_so_on_every_page(facility):
    client = client_of(facility, "admin")
    own = client.get("/").content.decode()
    assert re.search(r'"looking_as": null', own)
    body = {"username": "member", "reason": "a call"}
    assert client.post("/api/v1/impersonation", body, content_type="application/json").status_code == 201
    page = client.get("/").content.decode()
    assert re.search(r'"looking_as": \{"until": "20', page)
    assert '"username": "member"' in page
    assert client.get("/facility/people").status_code == 403
