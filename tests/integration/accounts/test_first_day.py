"""The first day of a facility administrator goes as its how-to says."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.access import Scope, scopes
from accounts.models import AuditEntry, Visit
from accounts.selectors import actor_for_username
from accounts.services import create_beamline
from tests.support.people import SYSTEM

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "first-day-of-a-facility-admin.md"
CALL = re.compile(
    r"curl (?:-X (?P<method>\w+) )?--json '(?P<body>[^']*)' https://[\w.]+/api/v1/(?P<path>\S+)"
)


@pytest.fixture
def office(facility):
    """Give a client with the key that the page asks for; the page's people are not there yet."""
    create_beamline(actor=SYSTEM, name="demo", title="Demo")
    text, _ = facility.key("admin", "account:manage", "proposal:manage", "audit:read", "run:delete")
    return Client(headers={"Authorization": f"ApiKey {text}"})


def test_every_call_of_the_page_does_what_it_says(facility, office):
    calls = list(CALL.finditer(PAGE.read_text()))
    assert len(calls) == PAGE.read_text().count("--json") == 7
    for call in calls:
        send = getattr(office, (call["method"] or "POST").lower())
        answer = send(f"/api/v1/{call['path']}", call["body"], content_type="application/json")
        assert answer.status_code in (200, 201), (call[0], answer.content)
    visit = Visit.objects.get()
    assert (visit.number, visit.local_contact.username) == ("2026-0042-v1", "ben")
    held = scopes(actor_for_username("ada"), proposal_id=visit.proposal_id)
    assert Scope.PROPOSAL_ADMIN in held
    assert Scope.QUEUE_WRITE not in held  # the visit is to come
    policy = office.get("/api/v1/proposals/2026-0042/data-policy").json()
    assert (policy["kept"][0]["days"], policy["audience"]) == (3650, "signed_in")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"user.created", "proposal.created", "visit.created", "proposal.published"} <= actions
    why = office.get("/api/v1/beamlines/demo/permits", {"user": "ada", "device": "sx"})
    assert json.loads(why.content)["is_allowed"] is False


def test_the_commands_of_the_page_are_there(db):
    named = set(re.findall(r"manage\.py (\w+)", PAGE.read_text()))
    assert named == {"add_administrator", "apply_retention", "verify_audit"}
    out = StringIO()
    for name in ("apply_retention", "verify_audit"):
        call_command(name, stdout=out)
    assert "0 runs due" in out.getvalue()
