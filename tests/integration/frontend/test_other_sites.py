"""Pages of other sites read what the components need, from named origins, and nothing else."""

import pytest
from django.test import Client

PORTAL = "https://portal.example.org"
ASKED = {"Origin": PORTAL, "Access-Control-Request-Method": "GET"}


@pytest.fixture(autouse=True)
def named(settings):
    settings.BEAMPORT_EMBED_ORIGINS = [PORTAL]


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/api/v1/runs", True),
        ("/api/v1/runs/abc/documents", True),
        ("/api/v1/runs/abc/export/svg", True),
        ("/api/v1/runs/abc/export/csv", False),
        ("/api/v1/runs/abc/metadata", False),
        ("/api/v1/keys", False),
        ("/api/v1/beamlines/demo/queue", False),
        ("/account", False),
    ],
)
def test_only_the_routes_of_the_components_are_open_to_the_named_origin(db, path, is_open):
    asked = Client().options(path, headers=ASKED)
    assert (asked.headers.get("Access-Control-Allow-Origin") == PORTAL) is is_open
    answer = Client().get(path, headers={"Origin": PORTAL})
    assert (answer.headers.get("Access-Control-Allow-Origin") == PORTAL) is is_open


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "null", "https://portal.example.org.evil.example"]
)
def test_other_origins_are_told_nothing(db, origin):
    answer = Client().get("/api/v1/runs", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_cookies_are_asked_for_and_nothing_is_written(db):
    answer = Client().options("/api/v1/runs", headers=ASKED)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, OPTIONS"
    assert "Origin" in answer.headers["Vary"]
    posted = Client().post("/api/v1/runs", headers={"Origin": PORTAL})
    assert "Access-Control-Allow-Origin" not in posted.headers
