"""Whatever is sent to the API, the answer is a good one or a refusal in the envelope, never a fault."""

import json
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.access_table import TABLE
from tests.security.stage import set_stage

words = st.text(st.characters(codec="utf-8"), max_size=40)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=10,
)
fuzz = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


QUERY_WORDS = [
    "cursor",
    "limit",
    "offset",
    "beamline",
    "proposal",
    "username",
    "action",
    "since",
    "until",
    "q",
    "plan",
    "status",
    "scan_id",
    "sort",
    "columns",
    "start",
    "stop",
    "stream",
    "x",
    "y",
    "format",
    "vmin",
    "vmax",
    "guard",
    "exact",
    "timestamps",
]
queries = st.dictionaries(
    st.sampled_from(QUERY_WORDS) | words, words | st.integers().map(str) | st.floats().map(str), max_size=4
)
BODY_WORDS = [
    "plan",
    "parameters",
    "proposal",
    "metadata",
    "position",
    "before",
    "after",
    "reason",
    "defer",
    "username",
    "role",
    "scopes",
    "note",
]
bodies = st.dictionaries(st.sampled_from(BODY_WORDS) | words, anything, max_size=4)


@pytest.fixture
def stage(db):
    return set_stage()


@pytest.fixture
def admin(stage):
    client = Client()
    client.force_login(stage.facility.users["admin"])
    return client


@pytest.mark.parametrize("row", [row for row in TABLE if row.route != "schema"], ids=lambda row: row.name)
@settings(parent=fuzz, max_examples=15)
@given(query=queries, body=bodies)
def test_any_query_and_body_is_answered_by_every_route(stage, admin, row, query, body):
    path = stage.path(row)
    with transaction.atomic():
        if row.method == "GET":
            check(admin.get(path, query))
        else:
            sent = {**(row.body or {}), **body}
            check(admin.generic(row.method, path, json.dumps(sent), content_type="application/json"))
        transaction.set_rollback(True)


def check(response):
    assert response.status_code < 500
    if response.status_code >= 400:
        assert {"code", "detail"} <= set(response.json()) <= {"code", "detail", "fields", "hint"}


@fuzz
@given(path=st.sampled_from(["keys", "proposals/P-1/members"]), body=anything | st.binary(max_size=40))
def test_any_body_is_answered(admin, path, body):
    data = body if isinstance(body, bytes) else json.dumps(body)
    check(admin.post(f"/api/v1/{path}", data, content_type="application/json"))


@fuzz
@given(
    fields=st.fixed_dictionaries(
        {"scopes": anything | st.just(["run:read"])},
        optional=dict.fromkeys(("note", "expires_at", "proposal", "beamline"), anything),
    )
)
def test_any_order_for_a_key_is_answered(admin, fields):
    check(admin.post("/api/v1/keys", json.dumps(fields), content_type="application/json"))


@fuzz
@given(route=st.sampled_from(["keys/{}", "proposals/{}", "proposals/P-1/members/{}", "{}"]), name=words)
def test_any_name_in_the_address_is_answered(admin, route, name):
    path = "/api/v1/" + route.format(quote(name, safe=""))
    check(admin.delete(path))
    if route != "{}":
        check(admin.get(path))


@fuzz
@given(header=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80))
def test_any_key_header_is_answered(db, header):
    check(Client().get("/api/v1/me", headers={"Authorization": f"ApiKey {header}"}))
    check(Client().get("/api/v1/me", headers={"Authorization": header}))
