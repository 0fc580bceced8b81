"""How long a sign-in lasts, and what ends it: age, silence, the owner with a password, an administrator."""

from datetime import timedelta
from io import StringIO

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.door import second_factor, sessions
from accounts.door.session_store import BEGAN_AT
from accounts.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from accounts.models import AuditEntry, Session, TokenSession
from accounts.requests import actor_of_key
from realtime.handshake import Credentials, identify
from tests.support.people import PASSWORD

END_OTHERS = "/account/sessions/end-others"


def signed_in(username="pi"):
    client = Client()
    assert client.post("/login", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def is_in(client):
    return client.get("/api/v1/me").status_code == 200


def signed_in_earlier(hours, username="pi"):
    """Give the browser of a person who signed in that long ago, and has been busy since."""
    client = signed_in(username)
    session = client.session
    session[BEGAN_AT] = (timezone.now() - timedelta(hours=hours)).isoformat()
    session.save()
    return client


def test_a_session_ends_at_its_age_however_busy_it_is(facility):
    client = signed_in_earlier(hours=11)
    assert is_in(client)
    left = Session.objects.get(user__username="pi").expire_date - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert not is_in(signed_in_earlier(hours=13))


def test_a_session_that_was_silent_too_long_is_over_for_pages_sockets_and_lists(facility, settings):
    client = signed_in()
    key = client.session.session_key
    silent = timedelta(seconds=settings.SESSION_IDLE_S)
    Session.objects.update(seen_at=timezone.now() - silent + timedelta(minutes=2))
    assert is_in(client)
    assert identify(Credentials(session_key=key)).username == "pi"
    Session.objects.update(seen_at=timezone.now() - silent - timedelta(seconds=1))
    assert not is_in(client)
    with pytest.raises(NotSignedInError):
        identify(Credentials(session_key=key))
    assert len(sessions.listed(facility.actor("pi"))) == 0


def test_tokens_are_not_renewed_for_ever(facility, rf):
    program = tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    TokenSession.objects.update(created_at=timezone.now() - timedelta(days=27))
    renewed = tokens.refresh(program.refresh)
    assert timedelta(days=2) < renewed.session.expires_at - timezone.now() <= timedelta(days=3)
    TokenSession.objects.update(created_at=timezone.now() - timedelta(days=30, seconds=1))
    with pytest.raises(NotSignedInError):
        tokens.refresh(tokens.refresh(program.refresh).refresh)


def test_other_sessions_are_ended_only_by_who_knows_the_password_or_has_just_given_it(facility):
    other, client = signed_in(), signed_in_earlier(hours=1)
    assert 'name="password"' in client.get("/account").content.decode()
    for wrong in ({}, {"password": "not-the-password-1"}):
        told = client.post(END_OTHERS, wrong, follow=True).content.decode()
        assert "The password is wrong" in told
    handle = next(row.handle for row in sessions.listed(facility.actor("pi")) if not row.is_this)
    client.post(f"/account/sessions/{handle}/end")
    assert is_in(other)
    client.post(END_OTHERS, {"password": PASSWORD})
    assert (is_in(client), is_in(other)) == (True, False)


def test_who_has_just_signed_in_is_not_asked_again(facility):
    other, client = signed_in(), signed_in()
    assert 'name="password"' not in client.get("/account").content.decode()
    client.post(END_OTHERS)
    assert not is_in(other)


@pytest.mark.parametrize("act", ["codes", "off"])
def test_a_change_of_the_second_factor_ends_the_other_sessions(facility, act):
    client, other = signed_in(), signed_in()
    phone = pyotp.TOTP(second_factor.draft(facility.users["pi"]).secret)
    form = {"act": "on", "code": phone.now(), "password": PASSWORD}
    client.post("/account/second-factor", form)
    assert (is_in(client), is_in(other)) == (True, False)
    again = Client()
    again.force_login(facility.users["pi"])
    client.post("/account/second-factor", {"act": act, "password": PASSWORD})
    assert (is_in(client), is_in(again)) == (True, False)


def test_an_administrator_ends_the_sessions_of_a_person_with_a_reason(facility, rf):
    victim, program = signed_in(), tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    admin, page = signed_in("admin"), "/accounts/pi/sessions/end"
    assert admin.get(page).status_code == 200
    assert signed_in("member").get(page).status_code == 404
    assert admin.post(page, {"reason": " "}).status_code == 400
    assert is_in(victim)
    assert admin.post(page, {"reason": "laptop lost"}).status_code == 302
    assert not is_in(victim)
    with pytest.raises(NotSignedInError):
        tokens.session_of(program.access)
    entry = AuditEntry.objects.get(action="session.all_ended")
    assert (entry.username, entry.object_id, entry.reason) == ("admin", "pi", "laptop lost")
    assert entry.after == {"ended": 2}
    assert admin.post("/accounts/nobody/sessions/end", {"reason": "x"}).status_code == 404


def test_only_administrators_end_sessions_of_others(facility):
    for actor in (facility.actor("pi"), actor_of_key(facility.key("pi", "run:read")[0])):
        with pytest.raises(ForbiddenError):
            sessions.end_of(actor=actor, username="member", reason="x")
    with pytest.raises(NotFoundError):
        sessions.end_of(actor=facility.actor("admin"), username="nob\x00dy", reason="x")
    with pytest.raises(InvalidError):
        sessions.end_of(actor=facility.actor("admin"), username="pi", reason="")


def test_the_command_ends_the_sessions_of_one_or_of_everybody(facility):
    first, second, third = signed_in("pi"), signed_in("member"), signed_in("admin")
    told = StringIO()
    call_command("end_sessions", "pi", reason="drill", stdout=told)
    assert "1" in told.getvalue()
    assert [is_in(client) for client in (first, second, third)] == [False, True, True]
    call_command("end_sessions", everybody=True, reason="drill")
    assert not is_in(second)
    assert not is_in(third)
    with pytest.raises(CommandError):
        call_command("end_sessions", reason="neither a name nor everybody")
    with pytest.raises(CommandError):
        call_command("end_sessions", "nobody", reason="drill")


def test_signing_out_clears_what_the_browser_keeps(facility):
    client = signed_in()
    assert client.post("/logout")["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    "path", ["/", "/account", "/api/v1/me", "/api/v1/runs", "/api/v1/schema", "/nowhere"]
)
def test_no_answer_to_a_person_is_kept_by_a_cache_on_the_way(facility, path):
    told = signed_in().get(path)["Cache-Control"]
    assert "no-store" in told or "private" in told
