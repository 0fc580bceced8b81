"""The page of the REST API tells every route, as the OpenAPI schema does."""

import html
import re

import pytest
from django.test import Client

from accounts import models as accounts
from frontend.route_guide import found, routes
from tests.support.catalog_runs import make_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    client = Client()
    client.force_login(accounts.User.objects.get(pk=make_place().member.user_id))
    return client


def test_whoever_is_signed_in_sees_every_route_and_nobody_else(member):
    told = html.unescape(member.get("/api/").content.decode())
    for route in routes():
        assert f'<b class="route-method">{route.method}</b> <code>{route.path}</code>' in told
    assert Client().get("/api/").status_code == 302


def test_routes_are_found_by_their_words(member):
    (group,) = found("post runs/tags").items()
    assert (group[0], [route.path for route in group[1]]) == ("runs", ["/api/v1/runs/tags"])
    told = member.get("/api/", {"q": "post runs/tags"}).content.decode()
    assert "1 route" in told
    assert "good beam" in told
    assert "No route has these words" in member.get("/api/", {"q": "nothing-at-all"}).content.decode()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\0", "x" * 100_000, "\u202e"])
def test_any_search_is_answered(member, text):
    answer = member.get("/api/", {"q": text})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_a_command_line_names_no_placeholder():
    for route in routes():
        assert not re.search(r"{[a-z_]+}", route.example.split('"$SITE')[1]), route
        assert route.is_open_to_browsers <= (route.method == "GET")
