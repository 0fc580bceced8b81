"""Signing in with OpenID Connect, against a provider in a process of its own."""

import json
import sys
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts.door import identities, second_factor
from accounts.door.configuration import OpenID
from accounts.errors import ConflictError, ForbiddenError
from accounts.models import AuditEntry, Identity, User
from config.embedded import free_port
from tests.support.ioc import until
from tests.support.people import SYSTEM
from tests.support.processes import Process
from tests.support.servers.identity_provider import CLIENT_ID, CLIENT_SECRET

ALICE = {"sub": "a-1", "preferred_username": "alice", "given_name": "Alice", "email": "alice@example.org"}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-m", "tests.support.servers.identity_provider", str(port)]
    process = Process("provider", command, {}, tmp_path_factory.mktemp("provider") / "log").start()
    address = f"http://127.0.0.1:{port}"

    def answers():
        assert process.is_alive, process.tail()
        try:
            return httpx.get(f"{address}/keys", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    try:
        until(answers, "the provider answers", 40)
        yield address
    finally:
        process.kill()


def configured(issuer, **changes):
    plain = {
        "discovery": f"{issuer}/.well-known/openid-configuration",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "Example Institute",
        "username_claim": "preferred_username",
        "links_by_email": False,
    }
    return OpenID(**{**plain, **changes})


@pytest.fixture(autouse=True)
def provider(issuer, settings):
    settings.OPEN_ID = configured(issuer)


def come_back(client, claims, fault="", goes_to=""):
    """Follow the browser to the provider and give the address that it is sent back to."""
    asked = client.get("/login/provider", {"next": goes_to})["Location"]
    words = urlencode({"claims": json.dumps(claims), "fault": fault})
    answer = httpx.get(f"{asked}&{words}", timeout=10)
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/login/provider/answer"
    return f"{parts.path}?{parts.query}"


def arrive(claims=ALICE, **rest):
    client = Client()
    return client, client.get(come_back(client, claims, **rest))


def is_in(client):
    return SESSION_KEY in client.session


def test_the_first_sign_in_makes_an_account_without_any_role(facility):
    client, response = arrive(goes_to="/runs")
    assert response["Location"] == "/runs"
    me = client.get("/api/v1/me").json()
    assert (me["username"], me["beamlines"], me["proposals"]) == ("alice", [], [])
    alice = User.objects.get(username="alice")
    assert (alice.is_facility_admin, alice.is_staff, alice.has_usable_password()) == (False, False, False)
    done = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"user.created", "identity.linked", "sign_in.succeeded"} <= done


def test_the_question_carries_state_nonce_and_pkce_and_the_page_offers_it(facility):
    assert "Sign in with Example Institute" in Client().get("/login").content.decode()
    words = parse_qs(urlsplit(Client().get("/login/provider")["Location"]).query)
    assert words["code_challenge_method"] == ["S256"]
    assert all(len(words[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_the_subject_counts_and_not_the_name(facility):
    arrive()
    client, _ = arrive({**ALICE, "preferred_username": "alice.new"})
    assert client.get("/api/v1/me").json()["username"] == "alice"
    other, response = arrive({**ALICE, "sub": "a-2"})
    assert response.status_code == 403
    assert not is_in(other)


def test_an_account_that_exists_is_not_taken_over_until_an_administrator_links_it(facility, issuer):
    admin = {"sub": "x-9", "preferred_username": "ADMIN"}
    client, response = arrive(admin)
    assert response.status_code == 403
    assert "not linked" in response.content.decode()
    assert not is_in(client)
    refused = AuditEntry.objects.get(action="identity.refused")
    assert refused.after == {"provider": issuer, "subject": "x-9"}
    with pytest.raises(ForbiddenError):
        identities.link(actor=facility.actor("pi"), username="admin", provider=issuer, subject="x-9")
    link = {"provider": issuer, "subject": "x-9"}
    identities.link(actor=SYSTEM, username="admin", reason="seen in person", **link)
    with pytest.raises(ConflictError):
        identities.link(actor=SYSTEM, username="pi", **link)
    client, _ = arrive(admin)
    assert client.get("/api/v1/me").json()["username"] == "admin"
    identities.unlink(actor=SYSTEM, reason="left", **link)
    assert arrive(admin)[1].status_code == 403


@pytest.mark.parametrize(
    ("name", "verified", "setting", "opens"),
    [
        ("member", True, True, True),
        ("member", False, True, False),
        ("member", "true", True, False),
        ("member", True, False, False),
        ("staff", True, True, False),
        ("admin", True, True, False),
    ],
)
def test_a_verified_address_links_members_where_the_site_says_so(
    facility, issuer, settings, name, verified, setting, opens
):
    settings.OPEN_ID = configured(issuer, links_by_email=setting)
    User.objects.filter(username=name).update(email="Person@example.org")
    claims = {"sub": "m-1", "preferred_username": name, "email": "person@example.org"}
    client, _ = arrive({**claims, "email_verified": verified})
    assert is_in(client) is opens
    assert Identity.objects.exists() is opens


@pytest.mark.parametrize(
    "fault", ["issuer", "audience", "nonce", "expired", "signature", "unsigned", "symmetric"]
)
def test_a_token_that_is_not_meant_for_us_opens_nothing(facility, fault):
    client, response = arrive(fault=fault)
    assert response.status_code == 403
    assert not is_in(client)
    assert not Identity.objects.exists()


def test_an_answer_to_another_browser_or_a_second_time_opens_nothing(facility):
    asking, other = Client(), Client()
    answer = come_back(asking, ALICE)
    assert other.get(answer).status_code == 403
    assert asking.get(answer).status_code == 302
    asking.post("/logout")
    assert asking.get(answer).status_code == 403
    assert not is_in(other)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": "x" * 256},
        {"preferred_username": "a b"},
        {"preferred_username": 7},
        {"sub": "a\x00"},
    ],
)
def test_odd_claims_are_refused_and_nothing_breaks(facility, claims):
    client, response = arrive({**ALICE, **claims})
    assert response.status_code in (400, 403)
    assert not is_in(client)


def test_a_closed_account_stays_closed(facility):
    arrive()
    User.objects.filter(username="alice").update(is_active=False)
    client, response = arrive()
    assert response.status_code == 403
    assert not is_in(client)


def test_staff_give_their_code_unless_the_provider_asked_for_one(facility, issuer, settings):
    settings.STAFF_SECOND_FACTOR = True
    identities.link(actor=SYSTEM, username="staff", provider=issuer, subject="s-1")
    claims = {"sub": "s-1", "preferred_username": "staff"}
    client, response = arrive(claims)
    assert response["Location"] == "/login/enrol"
    assert not is_in(client)
    client, _ = arrive({**claims, "amr": ["pwd", "otp"]})
    assert is_in(client)
    assert not second_factor.is_on(facility.users["staff"])


def test_signing_out_here_offers_to_sign_out_there(facility, issuer):
    client, _ = arrive()
    page = client.post("/logout", follow=True).content.decode()
    assert f"{issuer}/goodbye?id_token_hint=" in page
    assert not is_in(client)


def test_a_provider_that_is_away_costs_nobody_else_anything(facility, settings):
    settings.OPEN_ID = configured(f"http://127.0.0.1:{free_port()}")
    assert Client().get("/login").status_code == 200
    assert Client().get("/login/provider").status_code == 503


@pytest.mark.parametrize(
    ("place", "named", "status"),
    [("", "", 302), ("/mixed", "", 503), ("/mixed", "issuer", 302), ("/moved", "issuer", 503)],
)
def test_a_discovery_document_of_another_issuer_or_of_elsewhere_is_not_believed(
    facility, issuer, settings, place, named, status
):
    found = f"{issuer}{place}/.well-known/openid-configuration"
    settings.OPEN_ID = replace(configured(issuer), discovery=found, issuer=issuer if named else "")
    assert Client().get("/login/provider").status_code == status


@pytest.mark.parametrize("came_from", ["cross-site", "same-site"])
def test_a_page_elsewhere_signs_nobody_in(facility, came_from):
    assert Client().get("/login/provider", HTTP_SEC_FETCH_SITE=came_from)["Location"] == "/login"


@pytest.mark.parametrize("came_from", ["same-origin", "none"])
def test_who_asks_for_the_provider_is_sent_there(facility, issuer, came_from):
    answer = Client().get("/login/provider", HTTP_SEC_FETCH_SITE=came_from)
    assert answer["Location"].startswith(f"{issuer}/authorize?")


def test_the_page_that_one_goes_to_is_ours(facility):
    assert arrive(goes_to="//evil.example/")[1]["Location"] == "/"


def test_without_a_provider_its_pages_lead_back(db, settings):
    settings.OPEN_ID = None
    assert Client().get("/login/provider")["Location"] == "/login"
    assert Client().get("/login/provider/answer?state=x&code=y")["Location"] == "/login"
