import json

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from accounts import audit, selectors
from accounts.models import APIKey, AuditEntry, Membership
from accounts.people import change_person
from accounts.rule_services import add_rule
from accounts.sample_services import create_sample
from tests.support.people import PASSWORD, SYSTEM, Facility


@pytest.fixture
def client(facility: Facility) -> Client:
    client = Client()
    client.force_login(facility.users["pi"])
    return client


def post(client, path, body, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, data, content_type="application/json", **headers)


def assert_envelope(response, status, code):
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) <= {"code", "detail", "fields", "hint"}
    assert body["code"] == code
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body


def test_every_refusal_has_the_one_envelope(client):
    assert_envelope(Client().get("/api/v1/me"), 401, "not_signed_in")
    assert_envelope(client.get("/api/v1/nothing"), 404, "not_found")
    assert_envelope(client.get("/api/v1/proposals/P-2"), 404, "not_found")
    assert_envelope(client.delete("/api/v1/me"), 405, "method_not_allowed")
    assert_envelope(client.get("/api/v1/audit"), 403, "forbidden")
    assert_envelope(client.get("/api/v1/me", HTTP_ACCEPT="image/png"), 406, "not_acceptable")
    wrong_kind = client.post("/api/v1/keys", "a=1", content_type="text/plain")
    assert "application/json" in assert_envelope(wrong_kind, 415, "unsupported_media_type")["hint"]
    assert_envelope(post(client, "/api/v1/keys", b"{"), 400, "json_refused")
    assert_envelope(post(client, "/api/v1/keys", b'["' + b"x" * 2**20 + b'"]'), 413, "too_large")
    assert assert_envelope(post(client, "/api/v1/keys", {}), 400, "invalid")["fields"]["scopes"]
    assert assert_envelope(post(client, "/api/v1/keys", [1]), 400, "invalid")["fields"]
    assert Client().get("/api/v1/me")["WWW-Authenticate"].startswith("ApiKey")


def test_a_database_that_is_away_is_503_and_a_fault_is_500_without_its_words(client, monkeypatch):
    def away(actor):
        raise OperationalError("could not connect to host secret.example")

    def broken(actor):
        raise RuntimeError("inner words")

    monkeypatch.setattr(selectors, "me", away)
    response = client.get("/api/v1/me")
    assert "secret" not in response.content.decode()
    assert_envelope(response, 503, "unavailable")
    monkeypatch.setattr(selectors, "me", broken)
    client.raise_request_exception = False
    response = client.get("/api/v1/me")
    assert "inner" not in response.content.decode()
    assert_envelope(response, 500, "error")


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"scopes": [1e999]}',
        b'{"note": "\\u0000"}',
        b'{"note": "\\ud800"}',
        b"[" * 9000,
        b"\xff",
        b"{} {}",
    ],
)
def test_bad_json_is_400_and_changes_nothing(client, body):
    response = post(client, "/api/v1/keys", body)
    assert_envelope(response, 400, "json_refused")
    assert not APIKey.objects.exists()


def test_a_key_is_made_shown_once_used_listed_and_revoked(client, facility):
    made = post(client, "/api/v1/keys", {"scopes": ["run:read"], "note": "notebook", "proposal": "P-1"})
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    text, prefix = made.json()["key"], made.json()["prefix"]
    listed = client.get("/api/v1/keys").json()["results"]
    assert [row["prefix"] for row in listed] == [prefix]
    assert not {"key", "hashed"} & set(listed[0])
    for scheme in ("ApiKey", "Apikey", "APIKEY"):
        me = Client().get("/api/v1/me", HTTP_AUTHORIZATION=f"{scheme} {text}").json()
        assert (me["username"], me["kind"], me["key"]["proposal"]) == ("pi", "key", "P-1")
        assert me["scopes"] == ["run:read"]
    assert client.delete(f"/api/v1/keys/{prefix}").status_code == 204
    assert Client().get("/api/v1/me", HTTP_AUTHORIZATION=f"ApiKey {text}").status_code == 401
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-2:] == [
        "api_key.created",
        "api_key.revoked",
    ]


def test_a_key_in_the_address_is_refused_even_when_it_is_valid(facility):
    text, _ = facility.key("pi", "run:read")
    for name in ("api_key", "key", "token", "anything"):
        response = Client().get("/api/v1/me", {name: text})
        body = assert_envelope(response, 400, "key_in_address")
        assert text not in body["detail"]
    response = Client().get("/api/v1/me", {"x": text}, HTTP_AUTHORIZATION=f"ApiKey {text}")
    assert_envelope(response, 400, "key_in_address")


@pytest.mark.parametrize("header", ["ApiKey", "ApiKey a b", "ApiKey wrong", "ApiKey bp_aaaaaaaa_" + "b" * 43])
def test_malformed_and_unknown_keys_are_401(facility, header):
    assert_envelope(Client().get("/api/v1/me", HTTP_AUTHORIZATION=header), 401, "not_signed_in")


def test_a_bad_key_is_not_rescued_by_a_session(client):
    response = client.get("/api/v1/me", HTTP_AUTHORIZATION="ApiKey wrong")
    assert_envelope(response, 401, "not_signed_in")


def test_session_writes_need_the_csrf_token_and_key_writes_do_not(facility):
    client = Client(enforce_csrf_checks=True)
    client.force_login(facility.users["pi"])
    order = {"username": "stranger", "role": "observer"}
    assert_envelope(post(client, "/api/v1/proposals/P-1/members", order), 403, "forbidden")
    assert not Membership.objects.filter(user__username="stranger").exists()
    text, _ = facility.key("pi", "proposal:manage")
    key = {"HTTP_AUTHORIZATION": f"ApiKey {text}"}
    assert (
        post(Client(enforce_csrf_checks=True), "/api/v1/proposals/P-1/members", order, **key).status_code
        == 201
    )


@pytest.mark.parametrize("extra", ["user", "owner", "hashed", "is_staff", "prefix", "id"])
def test_keys_of_a_body_that_nobody_asked_for_are_refused(client, extra):
    body = {"scopes": ["run:read"], extra: "admin"}
    fields = assert_envelope(post(client, "/api/v1/keys", body), 400, "invalid")["fields"]
    assert extra in fields


def test_keys_of_others_are_404_for_all_but_administrators(client, facility):
    _, row = facility.key("member", "run:read")
    unknown = client.delete("/api/v1/keys/aaaaaaaa")
    others = client.delete(f"/api/v1/keys/{row.prefix}")
    assert_envelope(unknown, 404, "not_found")
    assert others.json()["detail"].replace(row.prefix, "aaaaaaaa") == unknown.json()["detail"]
    assert client.get("/api/v1/keys").json()["results"] == []
    admin = Client()
    admin.force_login(facility.users["admin"])
    assert admin.delete(f"/api/v1/keys/{row.prefix}").status_code == 204


@pytest.mark.parametrize(
    "path",
    ["keys/%00", "proposals/%00", "proposals/P-1/members/%00", "proposals/..%2f", "proposals/%ED%A0%80"],
)
def test_odd_names_in_the_address_are_404(client, path):
    method = client.delete if "keys" in path or "members/" in path else client.get
    assert_envelope(method(f"/api/v1/{path}"), 404, "not_found")


def test_proposals_and_members_are_read_and_written(client, facility):
    found = client.get("/api/v1/proposals").json()
    assert [row["number"] for row in found["results"]] == ["P-1"]
    assert found["next"] is None
    assert client.get("/api/v1/proposals/P-1").json()["beamlines"] == ["alpha"]
    assert client.get("/api/v1/proposals", {"beamline": "alpha"}).status_code == 200
    assert_envelope(client.get("/api/v1/proposals", {"beamline": "beta"}), 404, "not_found")
    added = post(client, "/api/v1/proposals/P-1/members", {"username": "stranger"})
    assert (added.status_code, added.json()["role"]) == (201, "member")
    people = client.get("/api/v1/proposals/P-1/members").json()["results"]
    assert {row["username"] for row in people} == {"pi", "member", "observer", "stranger"}
    assert client.delete("/api/v1/proposals/P-1/members/stranger").status_code == 204
    assert_envelope(client.delete("/api/v1/proposals/P-1/members/stranger"), 404, "not_found")
    assert_envelope(client.delete("/api/v1/proposals/P-1/members/pi"), 409, "conflict")
    assert_envelope(post(client, "/api/v1/proposals/P-1/members", {"username": "no one"}), 400, "invalid")


def test_the_audit_log_is_read_in_pages_without_gap_or_double(facility):
    admin = Client()
    admin.force_login(facility.users["admin"])
    seen, cursor = [], None
    while True:
        query = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/api/v1/audit", query).json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(AuditEntry.objects.values_list("id", flat=True), reverse=True)
    first = admin.get("/api/v1/audit", {"action": "membership.set", "proposal": "P-2"}).json()["results"]
    assert [row["object_id"] for row in first] == ["outsider"]


def test_the_audit_log_tells_things_by_name_and_reads_on_over_keys_that_are_none(
    facility, django_assert_max_num_queries
):
    admin = Client()
    admin.force_login(facility.users["admin"])
    change_person(actor=SYSTEM, username="pi", first_name="Ada", last_name="Lovelace")
    sample = create_sample(actor=SYSTEM, proposal="P-1", name="LaB6")
    rule = add_rule(actor=SYSTEM, beamline="alpha", kind="device", group="members", pattern="sx")
    with transaction.atomic():
        audit.record(actor=SYSTEM, action="sample.changed", object_kind="sample", object_id="no uid")
    with django_assert_max_num_queries(8):
        rows = admin.get("/api/v1/audit", {"limit": 5}).json()["results"]
    named = {row["object_id"]: row["object_name"] for row in rows}
    assert named["pi"] == "Ada Lovelace"
    assert named[str(sample.uid)] == "LaB6"
    assert "sx" in named[str(rule.uid)]
    assert named["no uid"] == ""


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"cursor": "cD1hYmM="}, {"since": "yesterday"}, {"before": "1"}, {"username": "a\x00"}],
)
def test_a_bad_query_is_400_and_names_its_word(facility, query):
    admin = Client()
    admin.force_login(facility.users["admin"])
    body = assert_envelope(admin.get("/api/v1/audit", query), 400, "invalid")
    assert set(query) <= set(body["fields"])


def test_people_are_asked_for_by_whole_names(facility):
    admin = Client()
    admin.force_login(facility.users["admin"])
    found = admin.get("/api/v1/people", {"usernames": "pi,staff,nobody,sta"}).json()["results"]
    assert sorted(person["username"] for person in found) == ["pi", "staff"]
    assert_envelope(admin.get("/api/v1/people", {"usernames": "x" * 8001}), 400, "invalid")


def test_listing_costs_the_same_whatever_the_rows(facility, django_assert_max_num_queries):
    admin = Client()
    admin.force_login(facility.users["admin"])
    for path, most in (("/api/v1/proposals", 8), ("/api/v1/audit", 6), ("/api/v1/keys", 4)):
        with django_assert_max_num_queries(most):
            assert admin.get(path).status_code == 200


def test_the_admin_pages_are_for_facility_administrators_and_show_the_log_read_only(facility):
    admin = Client()
    admin.force_login(facility.users["admin"])
    for kind in ("user", "beamline", "proposal", "apikey", "auditentry", "signinrecord"):
        assert admin.get(f"/admin/accounts/{kind}/").status_code == 200
    entry = AuditEntry.objects.first()
    page = admin.get(f"/admin/accounts/auditentry/{entry.pk}/change/")
    assert page.status_code == 200
    assert "_save" not in page.content.decode()
    assert (
        admin.post(f"/admin/accounts/auditentry/{entry.pk}/change/", {"username": "eve"}).status_code == 403
    )
    assert admin.get("/admin/accounts/auditentry/add/").status_code == 403
    assert admin.post(f"/admin/accounts/auditentry/{entry.pk}/delete/").status_code == 403
    staff = Client()
    facility.users["staff"].is_staff = facility.users["staff"].is_superuser = True
    facility.users["staff"].save()
    staff.force_login(facility.users["staff"])
    assert staff.get("/admin/accounts/user/").status_code == 403


def test_a_change_in_the_admin_pages_is_audited(facility):
    admin = Client()
    admin.force_login(facility.users["admin"])
    beamline = selectors.beamline_named(facility.actor("admin"), "alpha")
    form = {
        "name": "alpha",
        "title": "New title",
        "time_zone": "UTC",
        "is_active": "on",
        "staff_assignments-TOTAL_FORMS": 0,
        "staff_assignments-INITIAL_FORMS": 0,
    }
    assert admin.post(f"/admin/accounts/beamline/{beamline.pk}/change/", form).status_code == 302
    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.action, entry.username, entry.beamline) == ("beamline.changed_in_admin", "admin", "alpha")
    user = facility.users["stranger"]
    add = {"username": "fresh", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert admin.post("/admin/accounts/user/add/", add).status_code == 302
    assert AuditEntry.objects.order_by("-id").first().action == "user.added_in_admin"
    assert admin.get(f"/admin/accounts/user/{user.pk}/change/").status_code == 200
