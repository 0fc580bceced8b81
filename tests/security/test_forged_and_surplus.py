"""No session writes by a request that another page made, and no request sets what its route does not take."""

import json

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import AuditEntry, User
from tests.security.access_table import TABLE, Row
from tests.security.stage import Stage, set_stage

WRITES = [row for row in TABLE if row.method != "GET" and row.expected().get("admin", 400) < 400]
SURPLUS = {"is_staff": True, "is_superuser": True, "is_facility_admin": True, "owner": "pi", "proposal_id": 1}
PASSED_OVER = {"POST beamlines/<beamline>/queue/table", "POST documents"}
"""Bodies of other programs: one key is read by its name, others are passed over."""


@pytest.fixture
def stage(db, settings) -> Stage:
    settings.REQUEST_RATES = dict.fromkeys(settings.REQUEST_RATES, (60_000.0, 60_000))
    return set_stage()


def sent(stage: Stage, row: Row, **surplus):
    """Send the request of a row as the administrator's browser, without the token of our pages."""
    client = Client(enforce_csrf_checks=not surplus)
    client.force_login(stage.facility.users["admin"])
    body = json.dumps(row.body or {}).replace("<uid>", stage.parts_of(row)["uid"])
    facts = json.loads(body.replace("<other>", stage.parts["other"]))
    send = getattr(client, row.method.lower())
    path = stage.path(row) + ("?proposal=P-1" if "proposal" in row.query else "")
    with transaction.atomic():
        response = send(path, json.dumps({**facts, **surplus}), content_type="application/json")
        privileged = set(User.objects.filter(is_superuser=True).values_list("username", flat=True))
        written = AuditEntry.objects.count()
        transaction.set_rollback(True)
    return response.status_code, privileged, written


def test_no_route_is_written_by_a_session_without_the_token(stage):
    before = AuditEntry.objects.count()
    answers = {row.name: sent(stage, row) for row in WRITES}
    assert len(answers) > 60
    assert {name: told for name, told in answers.items() if told[0] != 403 or told[2] != before} == {}


def test_what_a_route_does_not_take_is_refused_or_without_effect(stage):
    taken = set()
    privileged = set(User.objects.filter(is_superuser=True).values_list("username", flat=True))
    for row in WRITES:
        status, now, _ = sent(stage, row, **SURPLUS)
        assert now == privileged, row.name
        if row.body is not None and status < 400:
            taken.add(row.name)
    assert taken == PASSED_OVER
