"""Every route, every kind of caller: what the table says is what the server answers."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from accounts.access import Scope
from accounts.database_roles import set_up
from tests.security.access_table import COLUMNS, TABLE, Row
from tests.security.stage import Stage, set_stage
from tests.support.database_role import acting_as

METHODS = ("get", "post", "put", "patch", "delete")
OUTSIDERS = ("stranger", "outsider")


def routes() -> Iterator[tuple[str, str]]:
    """Give method and route of everything under /api/v1/."""
    for pattern, route in _patterns(get_resolver().url_patterns, ""):
        path = re.sub(r"<[^:>]+:", "<", route)
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        if not path.startswith("api/v1/"):
            continue
        assert view is not None, f"{path} is no class-based view: say by hand which methods it has"
        assert issubclass(view, APIView), path
        for method in METHODS:
            if hasattr(view, method):
                yield method.upper(), path.removeprefix("api/v1/")


def _patterns(entries: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[URLPattern, str]]:
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, route)
        else:
            yield entry, route


@pytest.fixture
def stage(db) -> Stage:
    return set_stage()


def test_every_route_has_a_row_and_every_row_a_route():
    listed = {(row.method, row.route) for row in TABLE}
    assert len(listed) == len(TABLE)
    assert listed == set(routes())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_each_caller_gets_what_the_table_says(stage: Stage, row: Row):
    """Asked with the rights of the web process, behind the wall that the database keeps."""
    found = {}
    web = set_up().web
    for column in row.expected():
        with acting_as(web), transaction.atomic():
            response = stage.call(row, column)
            transaction.set_rollback(True)
        found[column] = response.status_code
        if response.status_code >= 400:
            assert_tells_nothing(response.status_code, response.json())
        elif column in OUTSIDERS:
            assert_shows_nothing(stage, response)
    assert found == row.expected()


def assert_tells_nothing(status: int, body: dict[str, object]) -> None:
    assert set(body) <= {"code", "detail", "fields", "hint"}
    if status == 404:
        assert "Proposal P-1" not in str(body)


def assert_shows_nothing(stage: Stage, response: HttpResponse) -> None:
    """Find no trace of the proposal in what an outsider is given: no row, no count, no name."""
    text = response.content.decode()
    for trace in ("P-1", stage.parts["run"], stage.parts["uid"], stage.parts["command"], "wait_a_moment"):
        assert trace not in text


def test_every_scope_of_a_row_exists_and_every_cell_is_filled():
    for row in TABLE:
        assert row.scopes <= set(Scope)
        assert len(row.statuses) == len(COLUMNS)
        assert row.statuses[0] in (None, 401)
