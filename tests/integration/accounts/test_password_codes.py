"""A code by which a person sets a password: made by an administrator, good once and for a day."""

import re
import time

import pytest
from django.test import Client

from accounts import services
from accounts.door import password_codes, second_factor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.models import AuditEntry, Session
from accounts.requests import actor_of_key
from tests.support.people import PASSWORD, SYSTEM

NEW = "a new passphrase of mine"
PAGE = "/login/password"


def code_for(facility, username="pi"):
    return password_codes.make(actor=facility.actor("admin"), username=username, reason="seen in person")


def send(code, username="pi", password=NEW, again=None, client=None):
    form = {"username": username, "code": code, "password": password, "again": again or password}
    return (client or Client()).post(PAGE, form)


def opens(password, username="pi"):
    return Client().post("/login", {"username": username, "password": password}).status_code == 302


def test_the_person_sets_a_password_that_nobody_else_knows(facility):
    admin = Client()
    admin.force_login(facility.users["admin"])
    shown = admin.post("/accounts/pi/password/code", {"reason": "forgotten, seen in person"})
    code = re.search(r"<code>((?:[A-Z2-7]{4}-){9}[A-Z2-7]{4})</code>", shown.content.decode())[1]
    assert "no-store" in shown["Cache-Control"]
    elsewhere = Client()
    elsewhere.force_login(facility.users["pi"])
    person = Client()
    assert send(code, client=person)["Location"] == "/login"
    assert "The password is set" in person.get("/login").content.decode()
    assert (opens(PASSWORD), opens(NEW)) == (False, True)
    assert elsewhere.get("/api/v1/me").status_code == 401
    made = AuditEntry.objects.get(action="user.password_code_made")
    assert (made.username, made.object_id, made.reason) == ("admin", "pi", "forgotten, seen in person")
    assert AuditEntry.objects.filter(action="user.password_changed", username="pi").exists()
    assert code not in str(list(AuditEntry.objects.values()))


def test_a_first_password_is_set_so_too(facility):
    services.create_user(actor=SYSTEM, username="newcomer")
    assert send(code_for(facility, "newcomer").lower(), username="newcomer").status_code == 302
    assert opens(NEW, "newcomer")


def test_a_code_is_good_once_and_a_new_password_ends_the_others(facility):
    first, second = code_for(facility), code_for(facility)
    assert send(first).status_code == 302
    assert [send(code, password="yet another passphrase").status_code for code in (first, second)] == [
        400,
        400,
    ]
    assert opens(NEW)


def test_a_code_ends_after_a_day(facility, monkeypatch):
    code, now = code_for(facility), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 + 1)
    assert send(code).status_code == 400
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600 - 60)
    assert send(code).status_code == 302


@pytest.mark.parametrize(
    "spoil", [lambda c: "", lambda c: c[:-1], lambda c: "é" + c, lambda c: "A" * 40, lambda c: c + "A"]
)
def test_other_codes_open_nothing(facility, spoil):
    assert send(spoil(code_for(facility))).status_code == 400
    assert opens(PASSWORD)


def test_a_later_end_cannot_be_written_into_a_code(facility):
    code = code_for(facility)
    assert send("AH7" + code[3:]).status_code == 400


def test_a_code_is_of_one_person_and_unknown_closed_and_wrong_are_one_answer(facility):
    code = code_for(facility)
    services.set_active(actor=SYSTEM, username="member", is_active=False)
    told = {
        re.sub(r'(csrfmiddlewaretoken|name="username")[^>]*', "", send(code, username=name).content.decode())
        for name in ("observer", "member", "nobody-of-that-name")
    }
    assert len(told) == 1


def test_a_weak_password_is_told_and_the_code_stays_good(facility):
    code = code_for(facility)
    told = send(code, password="password2026!")
    assert (told.status_code, "too common" in told.content.decode()) == (400, True)
    assert send(code, again="something else entirely").status_code == 400
    assert send(code).status_code == 302


def test_guesses_are_slowed(facility):
    answers = [send("A" * 40).status_code for _ in range(7)]
    assert answers[0] == 400
    assert answers[-1] == 429


def test_the_second_factor_stays_asked_for(facility, monkeypatch):
    monkeypatch.setattr(second_factor, "is_on", lambda user: True)
    assert send(code_for(facility)).status_code == 302
    client = Client()
    assert client.post("/login", {"username": "pi", "password": NEW})["Location"] == "/login/code"
    assert not Session.objects.filter(user__username="pi").exists()


def test_only_administrators_make_codes(facility):
    for actor in (facility.actor("staff"), actor_of_key(facility.key("admin", "run:read")[0])):
        with pytest.raises(ForbiddenError):
            password_codes.make(actor=actor, username="pi", reason="x")
    member = Client()
    member.force_login(facility.users["member"])
    assert member.post("/accounts/pi/password/code", {"reason": "x"}).status_code == 404
    admin = facility.actor("admin")
    with pytest.raises(InvalidError):
        password_codes.make(actor=admin, username="pi", reason=" ")
    with pytest.raises(NotFoundError):
        password_codes.make(actor=admin, username="no\x00body", reason="x")
    services.set_active(actor=SYSTEM, username="pi", is_active=False)
    with pytest.raises(ConflictError):
        password_codes.make(actor=admin, username="pi", reason="x")
