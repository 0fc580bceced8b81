"""The second factor as a browser meets it: set up, asked for, used once, recovered, reset."""

import re
import time

import pyotp
import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import services, sign_in, tokens
from accounts.door import second_factor
from accounts.door.models import RecoveryCode, SecondFactor
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotSignedInError
from accounts.models import AuditEntry, SignInRecord
from tests.support.people import PASSWORD, SYSTEM

HERE = "192.0.2.1"
BEFORE = settings.SECRET_KEY


@pytest.fixture
def clock(monkeypatch):
    """Let the test set the time that codes are made and judged by."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def give_password(username="pi", client=None, password=PASSWORD):
    client = client or Client()
    response = client.post("/login", {"username": username, "password": password}, REMOTE_ADDR=HERE)
    return client, response


def switch_on(user, clock):
    """Give the phone and the recovery codes of a person whose second factor is on now."""
    phone = pyotp.TOTP(second_factor.draft(user).secret)
    codes = second_factor.confirm(user=user, code=phone.at(clock[0]), address=HERE)
    clock[0] += 30
    return phone, codes


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def is_in(client):
    return SESSION_KEY in client.session


def test_a_person_sets_it_up_with_the_password_and_a_first_code(facility, clock):
    client, _ = give_password()
    page = client.get("/account/second-factor").content.decode()
    assert 'src="data:image/svg+xml' in page
    phone = pyotp.TOTP(re.search(r'class="secret">([A-Z2-7]{32})<', page)[1])
    right = {"act": "on", "code": phone.at(clock[0]), "password": PASSWORD}
    assert client.post("/account/second-factor", {**right, "password": "wrong-password-1"}).status_code == 400
    assert client.post("/account/second-factor", {**right, "code": "000000"}).status_code == 400
    assert not second_factor.is_on(facility.users["pi"])
    shown = client.post("/account/second-factor", right)
    assert len(re.findall(r"<code>[A-Z2-7]{4}(?:-[A-Z2-7]{4}){6}</code>", shown.content.decode())) == 10
    assert "no-store" in shown["Cache-Control"]
    assert "second_factor.switched_on" in actions()
    assert "It is on" in client.get("/account/second-factor").content.decode()


def test_neither_secret_nor_recovery_codes_are_kept_as_they_are(facility, clock):
    phone, codes = switch_on(facility.users["pi"], clock)
    assert phone.secret not in SecondFactor.objects.get().sealed_secret
    kept = set(RecoveryCode.objects.values_list("hashed", flat=True))
    assert len(kept) == 10
    assert not kept & {code.replace("-", "") for code in codes}


def test_the_password_alone_opens_nothing_any_more(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    client, response = give_password()
    assert response["Location"] == "/login/code"
    assert not is_in(client)
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/account").status_code == 302
    assert client.post("/login/code", {"code": "123456"}).status_code == 200
    assert not is_in(client)
    assert client.post("/login/code", {"code": phone.at(clock[0])}).status_code == 302
    assert client.get("/api/v1/me").json()["username"] == "pi"
    assert actions()[-3:] == ["sign_in.password_accepted", "second_factor.failed", "sign_in.succeeded"]


def test_a_code_opens_once_and_an_earlier_one_never_again(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    code, earlier = phone.at(clock[0]), phone.at(clock[0] - 30)
    for used, opens in ((code, True), (code, False), (earlier, False)):
        client, _ = give_password()
        client.post("/login/code", {"code": used})
        assert is_in(client) is opens


@pytest.mark.parametrize(("off_s", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phone_may_be_half_a_minute_off(facility, clock, off_s, opens):
    phone, _ = switch_on(facility.users["pi"], clock)
    clock[0] += 300
    client, _ = give_password()
    client.post("/login/code", {"code": phone.at(clock[0] + off_s)})
    assert is_in(client) is opens


def test_a_recovery_code_opens_once(facility, clock):
    _, codes = switch_on(facility.users["pi"], clock)
    for opens in (True, False):
        client, _ = give_password()
        client.post("/login/code", {"code": codes[3].lower()})
        assert is_in(client) is opens
    assert "second_factor.recovery_code_used" in actions()
    assert second_factor.status(facility.users["pi"]).codes_left == 9


def test_wrong_codes_are_slowed_and_a_right_password_does_not_wipe_them_out(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    for _ in range(sign_in.FREE_FAILURES):
        client, _ = give_password()
        assert client.post("/login/code", {"code": "000000"}, REMOTE_ADDR=HERE).status_code == 200
    client, _ = give_password()
    right = {"code": phone.at(clock[0])}
    blocked = client.post("/login/code", right, REMOTE_ADDR=HERE)
    assert blocked.status_code == 429
    assert int(blocked["Retry-After"]) >= 1
    assert not is_in(client)
    elsewhere, _ = give_password()
    elsewhere.post("/login/code", right, REMOTE_ADDR="192.0.2.2")
    assert is_in(elsewhere)


def test_nobody_can_use_up_the_tries_of_a_second_factor_by_typing_its_name(facility, clock):
    name = second_factor._counted_as(facility.users["pi"])
    give_password(username=name)
    assert not SignInRecord.objects.exists()


@pytest.mark.parametrize("code", ["", "\x00", "x" * 5000, "１２３４５６", "12 34 5", "\ud800", "-" * 40])
def test_odd_codes_are_refused_and_nothing_breaks(facility, clock, code):
    switch_on(facility.users["pi"], clock)
    with pytest.raises(InvalidError):
        second_factor.accept(user=facility.users["pi"], code=code, address=HERE)


def test_the_page_of_the_code_is_shown_to_nobody_else(facility, clock):
    assert Client().get("/login/code")["Location"] == "/login"
    assert Client().post("/login/code", {"code": "123456"})["Location"] == "/login"
    assert Client().get("/login/enrol")["Location"] == "/login"
    plain, _ = give_password("member")
    assert plain.get("/login/code")["Location"] == "/login"


def test_a_new_password_or_a_closed_account_ends_the_wait_for_a_code(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    client, _ = give_password()
    services.change_password(actor=SYSTEM, username="pi", password="another-long-password-7")
    assert client.post("/login/code", {"code": phone.at(clock[0])})["Location"] == "/login"
    client, _ = give_password(password="another-long-password-7")
    services.set_active(actor=SYSTEM, username="pi", is_active=False)
    assert client.post("/login/code", {"code": phone.at(clock[0])})["Location"] == "/login"
    assert not is_in(client)


@pytest.mark.parametrize("name", ["admin", "staff", "contact"])
def test_staff_must_set_it_up_on_their_way_in_where_the_site_asks_for_it(facility, clock, settings, name):
    settings.STAFF_SECOND_FACTOR = True
    client, response = give_password(name)
    assert response["Location"] == "/login/enrol"
    assert not is_in(client)
    page = client.get("/login/enrol").content.decode()
    phone = pyotp.TOTP(re.search(r'class="secret">([A-Z2-7]{32})<', page)[1])
    assert client.post("/login/enrol", {"code": "000000"}).status_code == 200
    assert not is_in(client)
    assert "Recovery codes" in client.post("/login/enrol", {"code": phone.at(clock[0])}).content.decode()
    assert client.get("/api/v1/me").json()["username"] == name
    refused = client.post("/account/second-factor", {"act": "off", "password": PASSWORD})
    assert refused.status_code == 409


def test_members_need_none_where_the_site_asks_staff_for_it(facility, settings):
    settings.STAFF_SECOND_FACTOR = True
    client, _ = give_password("member")
    assert is_in(client)


def test_everybody_must_set_it_up_where_the_site_asks_everybody(facility, settings):
    settings.EVERYONE_SECOND_FACTOR = True
    _, response = give_password("member")
    assert response["Location"] == "/login/enrol"


def test_who_becomes_staff_comes_in_again_by_the_door_that_asks(facility, settings):
    settings.STAFF_SECOND_FACTOR = True
    client, _ = give_password("stranger")
    assert client.get("/api/v1/me").status_code == 200
    services.assign_staff(actor=SYSTEM, beamline="alpha", username="stranger")
    assert client.get("/api/v1/me").status_code == 401


def test_switching_off_needs_the_password(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    client, _ = give_password()
    client.post("/login/code", {"code": phone.at(clock[0])})
    assert client.post("/account/second-factor", {"act": "off", "password": "no"}).status_code == 400
    assert client.post("/account/second-factor", {"act": "codes"}).status_code == 400
    assert second_factor.is_on(facility.users["pi"])
    assert client.post("/account/second-factor", {"act": "off", "password": PASSWORD}).status_code == 302
    assert not second_factor.is_on(facility.users["pi"])
    assert "second_factor.switched_off" in actions()


def test_an_administrator_resets_it_with_a_reason_and_nobody_else_can(facility, clock):
    phone, _ = switch_on(facility.users["pi"], clock)
    owner, _ = give_password()
    owner.post("/login/code", {"code": phone.at(clock[0])})
    address = "/accounts/pi/second-factor/reset"
    member, _ = give_password("member")
    assert member.post(address, {"reason": "curious"}).status_code == 404
    assert member.get(address).status_code == 404
    admin, _ = give_password("admin")
    assert admin.get(address).status_code == 200
    assert admin.post(address, {"reason": " "}).status_code == 400
    assert admin.post("/accounts/nobody/second-factor/reset", {"reason": "x"}).status_code == 404
    assert second_factor.is_on(facility.users["pi"])
    assert admin.post(address, {"reason": "phone lost, seen in person"}).status_code == 302
    assert not second_factor.is_on(facility.users["pi"])
    assert owner.get("/api/v1/me").status_code == 401
    entry = AuditEntry.objects.get(action="second_factor.reset")
    assert (entry.username, entry.object_id, entry.reason) == ("admin", "pi", "phone lost, seen in person")
    with pytest.raises(ConflictError):
        second_factor.reset(actor=SYSTEM, username="pi", reason="again")


def test_a_secret_key_is_changed_and_phones_go_on(facility, clock, settings):
    phone, _ = switch_on(facility.users["pi"], clock)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, []
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("reseal")
    settings.SECRET_KEY_FALLBACKS = [BEFORE]
    call_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    second_factor.accept(user=facility.users["pi"], code=phone.at(clock[0]), address=HERE)


def test_a_key_changes_nothing_about_it(facility, clock):
    switch_on(facility.users["pi"], clock)
    from accounts.requests import actor_of_key

    key = actor_of_key(facility.key("pi", "run:read")[0])
    for change in (second_factor.switch_off, second_factor.renew_codes):
        with pytest.raises(ForbiddenError):
            change(actor=key)


def test_tokens_for_a_password_are_not_given_to_who_has_a_second_factor(facility, clock, rf):
    assert tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)
    switch_on(facility.users["pi"], clock)
    with pytest.raises(NotSignedInError, match="second factor"):
        tokens.sign_in(rf.post("/"), username="pi", password=PASSWORD)


def test_the_administration_pages_have_no_door_of_their_own(facility, clock):
    switch_on(facility.users["admin"], clock)
    client = Client()
    response = client.post("/admin/login/?next=/admin/", {"username": "admin", "password": PASSWORD})
    assert response["Location"] == "/login?next=/admin/"
    assert client.get("/admin/login/?next=//evil.example/")["Location"] == "/login?next=/admin/"
    assert not is_in(client)
    member, _ = give_password("member")
    assert member.get("/admin/", follow=True).status_code == 403
