"""Every page, every kind of caller: what the table says is what the server answers."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from realtime.topics import KINDS
from tests.security.access_table import row
from tests.security.page_table import PAGE_COLUMNS, PAGES, TOPIC_COLUMNS, TOPICS
from tests.security.stage import KEY_COLUMNS, set_stage
from tests.security.test_pages_ask_for_sign_in import _routes

KEY_ROW = row("GET", "me", "run:read", "- - - - - - - - - - - -")
ELSEWHERE = re.compile(r"api/v1/|\^api/|tiled/|bl/|admin/")
SAMPLES = {"name": "sx", "slug": "status", "handle": "aa"}


def pages() -> set[str]:
    """Give the route of every page, as the URL conf writes it without converters."""
    routes = set(_routes(get_resolver().url_patterns, ""))
    return {re.sub(r"<\w+:", "<", route) for route in routes if not ELSEWHERE.match(route)}


def test_every_page_and_topic_has_a_row_and_there_are_enough_callers():
    assert pages() == set(PAGES)
    assert set(KINDS) == set(TOPICS)
    assert min(len(PAGE_COLUMNS), len(TOPIC_COLUMNS)) >= 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_caller_gets_what_the_table_says(db):
    stage = set_stage()
    callers = [_client(stage, column) for column in PAGE_COLUMNS]
    parts = {**stage.parts, **SAMPLES}
    found = {}
    for page in PAGES:
        here = {**parts, "uid": parts["sample" if page.startswith("samples") else "run"]}
        path = re.sub(r"<(\w+)>", lambda part: here.get(part[1], "none"), page)  # noqa: B023  used at once
        found[page] = " ".join(str(client.get(f"/{path}").status_code) for client in callers)
    assert found == PAGES


def _client(stage, column):
    if column in KEY_COLUMNS:
        return Client(headers={"Authorization": f"ApiKey {stage._key(KEY_ROW, column)}"})
    client = Client()
    if column != "anonymous":
        client.force_login(stage.facility.users[column])
    return client
