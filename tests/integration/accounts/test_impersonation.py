"""Support looks as somebody else: as they see it, no more than they have, and nothing is changed."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.impersonation import KEY
from accounts.models import AuditEntry, User
from realtime.handshake import Credentials, identify

HERE = "/api/v1/impersonation"


def look_as(client, username="member", reason="cannot see the queue"):
    body = json.dumps({"username": username, "reason": reason})
    return client.post(HERE, body, content_type="application/json")


@pytest.fixture
def support(facility):
    client = Client()
    client.force_login(facility.users["admin"])
    return client


def me(client):
    return client.get("/api/v1/me").json()


def test_everything_is_as_the_other_person_sees_it_and_ends(facility, support):
    assert look_as(support).status_code == 201
    seen = me(support)
    assert (seen["username"], seen["is_facility_admin"]) == ("member", False)
    assert support.get("/api/v1/people").status_code == 403
    assert support.get("/api/v1/proposals/P-2").status_code == 404
    assert support.delete(HERE).status_code == 204
    assert me(support)["username"] == "admin"
    told = AuditEntry.objects.filter(action__startswith="impersonation").order_by("id")
    assert [(entry.action, entry.username, entry.object_id) for entry in told] == [
        ("impersonation.started", "admin", "member"),
        ("impersonation.ended", "admin", "member"),
    ]
    assert told[0].reason == "cannot see the queue"


def test_nothing_can_be_changed_and_no_account_is_shown(facility, support):
    look_as(support, "pi")
    body = json.dumps({"username": "stranger"})
    tries = [
        support.post("/api/v1/proposals/P-1/members", body, content_type="application/json"),
        support.post("/api/v1/keys", json.dumps({"scopes": ["run:read"]}), content_type="application/json"),
        support.get("/api/v1/keys"),
        support.post(HERE.replace("impersonation", "people"), body, content_type="application/json"),
        support.get("/account"),
        support.get("/account/tokens"),
        support.post("/account/password", {}),
        support.get("/admin/"),
    ]
    assert [answer.status_code for answer in tries] == [403] * len(tries)
    assert tries[0].json()["code"] == "looking_as"
    assert not facility.users["stranger"].memberships.exists()


def test_a_stop_stays_possible_as_ones_own_act(facility, support):
    look_as(support, "stranger")
    answer = support.post("/api/v1/beamlines/alpha/engine/stop", "{}", content_type="application/json")
    assert answer.status_code != 403
    assert answer.json().get("code") != "looking_as"


@pytest.mark.parametrize("username", ["admin", "nobody", "a\u0000b"])
def test_nobody_looks_as_an_administrator_or_as_nobody(support, username):
    assert look_as(support, username).status_code in (400, 404, 409)
    assert me(support)["username"] == "admin"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_needed(support, reason):
    assert look_as(support, reason=reason).status_code == 400


def test_only_administrators_look_as_others(facility):
    client = Client()
    client.force_login(facility.users["staff"])
    assert look_as(client).status_code == 403


ENDS = {
    "its time": lambda facility, session: session.update(
        {KEY: {**session[KEY], "until": (timezone.now() - timedelta(seconds=1)).isoformat()}}
    ),
    "the office": lambda facility, session: User.objects.filter(username="admin").update(
        is_facility_admin=False
    ),
    "the account": lambda facility, session: services.set_active(
        actor=facility.actor("admin"), username="member", is_active=False
    ),
    "a promotion": lambda facility, session: User.objects.filter(username="member").update(
        is_facility_admin=True
    ),
    "another in the session": lambda facility, session: session.update({KEY: {**session[KEY], "by": -1}}),
}


@pytest.mark.parametrize("why", ENDS)
def test_it_ends_by_itself(facility, support, why):
    look_as(support)
    session = support.session
    ENDS[why](facility, session)
    session.save()
    assert me(support)["username"] == "admin"
    assert KEY not in support.session
    assert AuditEntry.objects.filter(action="impersonation.ended").count() == 1


def test_the_live_connection_is_the_other_persons_too(facility, support):
    look_as(support)
    credentials = Credentials(session_key=support.session.session_key, key=None, address="")
    actor = identify(credentials)
    assert (actor.username, actor.impersonated_by) == ("member", "admin")
    support.delete(HERE)
    assert identify(credentials).username == "admin"
