"""Sessions as their owner sees them: listed, ended one by one or all, ended with password and account."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from accounts import services, tokens
from accounts.door import sessions
from accounts.errors import ForbiddenError, NotFoundError, NotSignedInError
from accounts.models import AuditEntry, Session
from accounts.requests import actor_of_key
from tests.support.people import PASSWORD, SYSTEM

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1"


def signed_in(username="pi", agent=FIREFOX, address="192.0.2.1"):
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/login", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def is_in(client):
    return client.get("/api/v1/me").status_code == 200


def handle_of(client):
    return next(
        row.handle
        for row in sessions.listed(
            services.selectors.actor_for_username("pi"), session_key=client.session.session_key
        )
        if row.is_this
    )


def test_the_account_page_shows_where_one_is_signed_in(facility):
    here, _ = signed_in(), signed_in(agent=PHONE, address="198.51.100.7")
    signed_in("member", address="203.0.113.9")
    page = here.get("/account").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "198.51.100.7" in page
    assert "203.0.113.9" not in page
    assert page.count("this one") == 1
    for row in Session.objects.all():
        assert row.session_key not in page


def test_one_session_is_ended_and_its_owner_stays(facility):
    here, there = signed_in(), signed_in(agent=PHONE)
    handle = handle_of(there)
    assert here.post(f"/account/sessions/{handle}/end").status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    entry = AuditEntry.objects.get(action="session.ended")
    assert (entry.username, entry.after) == ("pi", {"session": handle})
    assert here.post(f"/account/sessions/{handle}/end").status_code == 404


def test_nobody_ends_the_session_of_somebody_else(facility):
    owner, other = signed_in(), signed_in("member")
    assert other.post(f"/account/sessions/{handle_of(owner)}/end").status_code == 404
    assert other.post("/account/sessions/end-others").status_code == 302
    assert is_in(owner)


def test_the_others_end_and_this_one_stays_programs_too(facility, rf):
    here, there = signed_in(), signed_in(agent=PHONE)
    program = tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    assert "a program" in here.get("/account").content.decode()
    assert here.post("/account/sessions/end-others").status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    with pytest.raises(NotSignedInError):
        tokens.session_of(program.access)


def test_a_program_is_ended_by_itself(facility, rf):
    here = signed_in()
    program = tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    assert here.post(f"/account/sessions/{program.session.uid.hex}/end").status_code == 302
    with pytest.raises(NotSignedInError):
        tokens.refresh(program.refresh)
    assert is_in(here)


def test_a_new_password_ends_every_other_session_and_leaves_no_row(facility):
    here, there = signed_in(), signed_in(agent=PHONE)
    new = "a-new-long-passphrase-5"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/password", form).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.filter(user__username="pi").count() == 1
    assert "Firefox on Linux" in here.get("/account").content.decode()


def test_a_closed_account_has_no_sessions_also_when_it_is_opened_again(facility, rf):
    client = signed_in()
    program = tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    services.set_active(actor=SYSTEM, username="pi", is_active=False)
    services.set_active(actor=SYSTEM, username="pi", is_active=True)
    assert not is_in(client)
    with pytest.raises(NotSignedInError):
        tokens.session_of(program.access)


def test_last_seen_follows_the_requests_once_a_minute(facility, django_assert_num_queries):
    client = signed_in()
    earlier = timezone.now() - timedelta(hours=1)
    Session.objects.update(seen_at=earlier)
    client.get("/api/v1/me", REMOTE_ADDR="198.51.100.8")
    first = Session.objects.get(user__username="pi")
    assert first.seen_at > earlier + timedelta(minutes=59)
    assert first.address == "198.51.100.8"
    client.get("/api/v1/me")
    assert Session.objects.get(user__username="pi").seen_at == first.seen_at


def test_a_request_under_way_does_not_bring_an_ended_session_back(facility):
    client = signed_in()
    session = client.session
    assert session["_auth_user_id"]  # read, as a request does at its beginning
    sessions.end_all(facility.users["pi"])
    session["written"] = "late"
    with pytest.raises(UpdateError):
        session.save()
    assert not is_in(client)


def test_a_key_sees_and_ends_no_session(facility):
    client = signed_in()
    key = actor_of_key(facility.key("pi", "run:read")[0])
    assert sessions.listed(key) == []
    with pytest.raises(ForbiddenError):
        sessions.end(actor=key, handle=handle_of(client))
    with pytest.raises(ForbiddenError):
        sessions.end_others(actor=key, session_key=None)


@pytest.mark.parametrize("handle", ["", "x" * 3000, "é", "0" * 32])
def test_unknown_handles_are_not_found(facility, handle):
    with pytest.raises(NotFoundError):
        sessions.end(actor=services.selectors.actor_for_username("pi"), handle=handle)


def test_the_page_of_a_new_password_says_what_it_must_be_like(facility):
    page = signed_in().get("/account/password").content.decode()
    assert re.search(r"at least 12 characters", page)
    assert "commonly used" in page
