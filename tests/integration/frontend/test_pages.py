"""Pages: who may open them, and what they are sent with."""

import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from tests.support.known_beamline import make_known

PAGES = {
    "/": "Overview",
    "/acquire": "Acquire",
    "/acquire/scan": "scan",
    "/queue": "Queue",
    "/live": "Live",
    "/runs": "Runs",
    "/runs/compare": "Compare",
    "/exports": "Exports",
    "/devices": "Devices",
    "/console": "Console",
}


def bootstrap_of(response):
    """Read what the page is sent with."""
    text = response.content.decode()
    found = re.search(r'<script id="bootstrap" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_has_its_title_a_summary_without_script_and_is_not_kept(session, path, title):
    response = session("member").get(path)
    assert response.status_code == 200
    text = response.content.decode()
    assert f"<title>{title} · Beamport</title>" in text
    assert f'<noscript>\n<main class="plain-page">\n<h1>{title}</h1>' in text
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_or_style_of_its_own(session, path):
    text = session("member").get(path).content.decode()
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text)
    assert scripts == []
    assert "<style" not in text
    assert 'style="' not in text
    assert not re.search(r"\son\w+=", text)


def test_the_start_says_who_where_and_what_may_be_done(session):
    start = bootstrap_of(session("member").get("/"))
    assert start["user"]["username"] == "member"
    assert start["beamline"] == {"name": "alpha", "title": "Alpha", "time_zone": "UTC"}
    assert [proposal["number"] for proposal in start["proposals"]] == ["P-1"]
    assert "queue:write" in start["scopes"]
    assert "control:force" not in start["scopes"]
    assert len(start["csrf_token"]) > 30


def test_presets_and_metadata_come_from_what_the_worker_found(session):
    assert bootstrap_of(session("member").get("/"))["presets"] == []
    environment = make_known("alpha")
    environment.presets = [{"name": "peak", "title": "Find it", "plan": "scan", "parameters": {"num": 3}}]
    environment.metadata_schema = {"properties": {"sample": {"type": "string"}}}
    environment.save()
    start = bootstrap_of(session("member").get("/"))
    assert start["presets"] == environment.presets
    assert start["metadata_schema"] == environment.metadata_schema


def test_an_observer_may_stop_things_and_change_nothing_else(session):
    scopes = bootstrap_of(session("observer").get("/"))["scopes"]
    assert "queue:read" in scopes
    assert "engine:stop" in scopes
    assert not {"queue:write", "queue:propose", "engine:control", "device:move", "control:take"} & set(scopes)


def test_the_chosen_beamline_stays_for_the_session_and_an_unseen_one_is_ignored(session):
    client = session("admin")
    assert bootstrap_of(client.get("/?beamline=beta"))["beamline"]["name"] == "beta"
    assert bootstrap_of(client.get("/queue"))["beamline"]["name"] == "beta"
    assert bootstrap_of(client.get("/?beamline=nowhere"))["beamline"]["name"] == "beta"
    assert bootstrap_of(session("member").get("/?beamline=beta"))["beamline"]["name"] == "alpha"


def test_who_is_in_no_proposal_gets_a_page_without_a_beamline(session):
    start = bootstrap_of(session("stranger").get("/"))
    assert start["beamline"] is None
    assert start["proposals"] == []


def test_names_cannot_break_out_of_the_start(session, facility):
    user = facility.users["member"]
    user.first_name, user.last_name = "</script><script>alert(1)</script>", "<b>"
    user.save()
    text = session("member").get("/").content.decode()
    assert "<script>alert" not in text


def test_what_is_not_there_is_a_page_that_says_so(session):
    for path in ("/runs/nothing-like-it", "/nowhere"):
        response = session("member").get(path)
        assert response.status_code == 404
        assert "There is nothing here for you" in response.content.decode()


def test_a_device_has_a_page_also_a_part_of_one_and_what_is_none_has_not(session):
    make_known("alpha")
    for path, status in {"/devices/sx": 200, "/devices/sx.velocity": 200, "/devices/nothing": 404}.items():
        assert session("member").get(path).status_code == status, path


def test_the_environment_is_for_staff(session):
    assert session("member").get("/control").status_code == 403
    answer = session("staff").get("/control")
    assert answer.status_code == 200
    assert "<title>Control · Beamport</title>" in answer.content.decode()


def test_only_the_theme_of_the_cookie_is_written_into_the_page(session):
    client = session("member")
    for cookie, written in {"dark": "dark", "light": "light", '"><script>': "auto"}.items():
        for name in ("theme", "__Host-theme"):
            client.cookies[name] = cookie
            assert f'data-theme="{written}"' in client.get("/account").content.decode()
            del client.cookies[name]


def test_a_key_is_made_shown_once_and_revoked(session):
    client = session("member")
    made = client.post("/account/tokens", {"note": "notebook", "days": "7", "scopes": ["run:read"]})
    key = re.search(r"bp_[A-Za-z0-9]{8}_[\w-]{43}", made.content.decode())
    assert key is not None
    assert "no-store" in made["Cache-Control"]
    again = client.get("/account/tokens").content.decode()
    assert key[0] not in again
    prefix = key[0].split("_")[1]
    assert client.post(f"/account/tokens/{prefix}/revoke").status_code == 302
    assert "revoked" in client.get("/account/tokens").content.decode()


def test_a_key_without_scopes_is_refused_with_the_reason(session):
    response = session("member").post("/account/tokens", {"note": "x", "scopes": ["root"]})
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


def test_nobody_revokes_the_key_of_another(session, facility):
    _, row = facility.key("pi", "run:read")
    assert session("member").post(f"/account/tokens/{row.prefix}/revoke").status_code == 404
    row.refresh_from_db()
    assert row.revoked_at is None


def test_pages_begin_at_the_beamline_that_has_a_worker(session):
    assert bootstrap_of(session("admin").get("/"))["beamline"]["name"] == "alpha"
    beta = apps.get_model("accounts", "Beamline").objects.get(name="beta")
    until = timezone.now() + timedelta(minutes=5)
    lease = apps.get_model("acquisition", "Lease").objects
    lease.create(beamline=beta, holder="a worker", fencing=1, expires_at=until, heartbeat_at=timezone.now())
    apps.get_model("acquisition", "EngineSnapshot").objects.create(beamline=beta)
    apps.get_model("acquisition", "Environment").objects.create(beamline=beta, is_open=True, fencing=1)
    assert bootstrap_of(session("admin").get("/"))["beamline"]["name"] == "beta"
    assert bootstrap_of(session("admin").get("/?beamline=alpha"))["beamline"]["name"] == "alpha"
