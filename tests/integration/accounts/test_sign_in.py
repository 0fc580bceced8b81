import threading
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.template import engines
from django.test import Client
from django.utils import timezone

from accounts import services, sign_in
from accounts.errors import TooManyError
from accounts.models import AuditEntry, SignInRecord
from config.settings import base
from tests.support.people import PASSWORD, SYSTEM

WRONG = "wrong-password-123"


def try_to_sign_in(username="pi", password=WRONG, address="192.0.2.1", client=None):
    client = client or Client(REMOTE_ADDR=address)
    return client.post("/login", {"username": username, "password": password}, REMOTE_ADDR=address)


def let_time_pass(seconds):
    """Move every count into the past by this much."""
    for row in SignInRecord.objects.all():
        if row.blocked_until:
            row.blocked_until -= timedelta(seconds=seconds)
        if row.last_failure_at:
            row.last_failure_at -= timedelta(seconds=seconds)
        row.save()


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(facility):
    client = Client()
    client.get("/login")
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    assert try_to_sign_in(password=PASSWORD, client=client).status_code == 302
    signed_in = client.session.session_key
    assert signed_in != planted
    assert client.get("/api/v1/me").json()["username"] == "pi"
    client.post("/logout")
    stale = Client()
    stale.cookies["sessionid"] = signed_in
    assert stale.get("/api/v1/me").status_code == 401
    assert actions()[-2:] == ["sign_in.succeeded", "sign_in.ended"]


def test_signing_out_takes_a_post_with_its_token(facility):
    client = Client(enforce_csrf_checks=True)
    client.force_login(facility.users["pi"])
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 403
    assert SESSION_KEY in client.session


def test_a_closed_account_ends_its_sessions_at_once_and_cannot_sign_in(facility):
    client = Client()
    assert try_to_sign_in(password=PASSWORD, client=client).status_code == 302
    assert client.get("/api/v1/me").status_code == 200
    services.set_active(actor=SYSTEM, username="pi", is_active=False)
    assert client.get("/api/v1/me").status_code == 401
    assert try_to_sign_in(password=PASSWORD).status_code == 200


def test_the_answer_is_the_same_for_unknown_closed_and_wrong(facility):
    services.set_active(actor=SYSTEM, username="member", is_active=False)
    told = {
        str(try_to_sign_in(username=name, password=password).context["form"].errors)
        for name, password in (("pi", WRONG), ("nobody", WRONG), ("member", PASSWORD))
    }
    assert len(told) == 1


def test_guessing_is_slowed_for_the_guesser_and_nobody_else(facility):
    for _ in range(sign_in.FREE_FAILURES):
        assert try_to_sign_in().status_code == 200
    blocked = try_to_sign_in(password=PASSWORD)
    assert blocked.status_code == 429
    assert int(blocked["Retry-After"]) >= 1
    assert try_to_sign_in(password=PASSWORD, address="192.0.2.2").status_code == 302  # the owner, elsewhere
    assert try_to_sign_in("member", PASSWORD).status_code == 302  # a colleague, at the same address


def test_after_the_wait_a_right_password_opens_and_forgets_the_failures(facility):
    for _ in range(sign_in.FREE_FAILURES):
        try_to_sign_in()
    assert try_to_sign_in(password=PASSWORD).status_code == 429
    let_time_pass(2)
    assert try_to_sign_in(password=PASSWORD).status_code == 302
    assert SignInRecord.objects.get(address="192.0.2.1").failures == 0


def test_waits_grow_with_each_failure(facility):
    waits = []
    for _ in range(sign_in.FREE_FAILURES + 3):
        try_to_sign_in()
        blocked_until = SignInRecord.objects.get().blocked_until
        waits.append(round((blocked_until - timezone.now()).total_seconds()) if blocked_until else 0)
        let_time_pass(61)
    assert waits[-4:] == [1, 2, 4, 8]


def test_tries_while_blocked_do_not_make_the_wait_longer(facility):
    for _ in range(sign_in.FREE_FAILURES):
        try_to_sign_in()
    before = SignInRecord.objects.get()
    assert try_to_sign_in().status_code == 429
    after = SignInRecord.objects.get()
    assert (after.failures, after.blocked_until) == (before.failures, before.blocked_until)


def test_guessing_one_account_from_many_addresses_is_slowed_but_not_its_owner(facility, monkeypatch):
    monkeypatch.setattr(sign_in, "WIDE_FAILURES_ACCOUNT", 6)
    assert try_to_sign_in(password=PASSWORD, address="192.0.2.99").status_code == 302
    for host in range(6):
        assert try_to_sign_in(address=f"198.51.100.{host}").status_code == 200
    assert try_to_sign_in(address="198.51.100.77").status_code == 429
    assert try_to_sign_in(password=PASSWORD, address="192.0.2.99").status_code == 302


def test_guessing_many_accounts_from_one_address_is_slowed_but_not_who_signed_in_there(facility, monkeypatch):
    monkeypatch.setattr(sign_in, "WIDE_FAILURES_ADDRESS", 6)
    assert try_to_sign_in("pi", PASSWORD).status_code == 302
    for number in range(6):
        assert try_to_sign_in(f"guess{number}").status_code == 200
    assert try_to_sign_in("member", PASSWORD).status_code == 429
    assert try_to_sign_in("pi", PASSWORD).status_code == 302


def test_a_name_that_is_no_account_is_not_written_down(facility):
    try_to_sign_in("my-secret-typed-in-the-wrong-box")
    try_to_sign_in("pi")
    entries = AuditEntry.objects.filter(action="sign_in.failed").order_by("id")
    assert [entry.object_id for entry in entries] == ["(no such account)", "pi"]
    assert not SignInRecord.objects.filter(account__contains="secret").exists()


def test_old_counts_are_dropped(facility):
    try_to_sign_in("nobody")
    let_time_pass(2 * 86400)
    try_to_sign_in("pi")
    assert SignInRecord.objects.count() == 1


@pytest.mark.parametrize("name", ["a\x00b", "x" * 5000, ""])
def test_odd_names_are_refused_and_nothing_breaks(facility, name):
    assert try_to_sign_in(name).status_code == 200


def test_changing_the_password_keeps_this_session_and_ends_the_others(facility):
    here, there = Client(), Client()
    for client in (here, there):
        assert try_to_sign_in(password=PASSWORD, client=client).status_code == 302
    new = "a-new-long-passphrase-5"
    weak = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert here.post("/account/password", weak).status_code == 200
    fine = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/password", fine).status_code == 302
    assert here.get("/api/v1/me").status_code == 200
    assert there.get("/api/v1/me").status_code == 401
    assert try_to_sign_in(password=new).status_code == 302
    assert "user.password_changed" in actions()


@pytest.fixture(autouse=True)
def plain_templates(settings, tmp_path):
    """Give the pages, which belong to the frontend, a plain body."""
    directory = tmp_path / "accounts"
    directory.mkdir()
    for name in ("login", "password_change", "password_change_done"):
        (directory / f"{name}.html").write_text("{{ form.errors }}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert engines["django"]


@pytest.mark.django_db(transaction=True)
def test_tries_sent_side_by_side_all_count():
    refused = []

    def guess():
        try:
            sign_in.count_try(username="pi", address="192.0.2.1")
        except TooManyError as error:
            refused.append(error.retry_after_s)
        finally:
            connection.close()

    guesses = [threading.Thread(target=guess) for _ in range(sign_in.FREE_FAILURES + 3)]
    for thread in guesses:
        thread.start()
    for thread in guesses:
        thread.join(timeout=30)
    assert SignInRecord.objects.get().failures == sign_in.FREE_FAILURES
    assert len(refused) == 3


def test_passwords_are_hashed_with_argon2_and_must_be_long_and_uncommon():
    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    validators = {
        entry["NAME"].rsplit(".", 1)[1]: entry.get("OPTIONS", {}) for entry in base.AUTH_PASSWORD_VALIDATORS
    }
    assert validators["MinimumLengthValidator"]["min_length"] >= 12
    assert {"GuessablePasswordValidator", "BreachedPasswordValidator"} <= set(validators)
    assert base.AUTHENTICATION_BACKENDS == ["accounts.backends.SlowedPasswordBackend"]
