"""Boards: built by staff, seen by all at the beamline; the status board is always there; trends."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.errors import NotFoundError
from accounts.models import AuditEntry
from acquisition.queue import selectors as queue
from acquisition.queue import value_history
from acquisition.queue.value_history import ValueRecorder
from frontend.dashboards import selectors, services
from tests.support.people import make_facility

pytestmark = pytest.mark.django_db
BOARDS = "/api/v1/beamlines/alpha/dashboards"


@pytest.fixture
def facility(db):
    cache.clear()
    return make_facility()


def client_of(facility, name):
    client = Client()
    client.force_login(facility.users[name])
    return client


def put(client, slug, **board):
    return client.put(f"{BOARDS}/{slug}", board, content_type="application/json")


def test_every_beamline_has_a_status_board_of_its_devices(facility):
    cache.set("pv:alpha", {"seq": 1, "values": {"ring": {"value": 300.0}, "sx": {"value": 1.0}}}, 60)
    board = client_of(facility, "observer").get(f"{BOARDS}/status").json()
    devices = [widget.get("device") for widget in board["widgets"]]
    assert [name for name in devices if name] == ["ring", "ring", "sx"]
    assert client_of(facility, "observer").get(BOARDS).json() == {
        "results": [{"slug": "status", "title": "Status"}]
    }


def test_a_board_is_built_changed_and_removed(facility):
    staff = client_of(facility, "staff")
    assert put(staff, "hutch", title="Hutch", widgets=[{"kind": "text", "text": "hello"}]).status_code == 200
    assert put(staff, "hutch", title="Hutch 2", widgets=[{"kind": "engine", "width": 4}]).status_code == 200
    board = client_of(facility, "observer").get(f"{BOARDS}/hutch").json()
    assert (board["title"], board["widgets"], board["author"]) == (
        "Hutch 2",
        [{"kind": "engine", "width": 4}],
        "staff",
    )
    assert staff.delete(f"{BOARDS}/hutch").status_code == 204
    assert staff.get(f"{BOARDS}/hutch").status_code == 404
    assert AuditEntry.objects.filter(action__startswith="dashboard.").count() == 3


@pytest.mark.parametrize(
    "widget",
    [
        {"kind": "value"},
        {"kind": "video"},
        {"kind": "text", "width": 9},
        {"kind": "text", "script": "x"},
        "text",
    ],
)
def test_what_is_no_widget_is_refused_with_its_place(facility, widget):
    answer = put(client_of(facility, "staff"), "hutch", title="Hutch", widgets=[widget])
    assert answer.status_code == 400
    assert any(key.startswith("widgets") for key in answer.json()["fields"])


def test_too_many_widgets_are_refused(facility):
    answer = put(client_of(facility, "staff"), "hutch", title="x", widgets=[{"kind": "engine"}] * 61)
    assert answer.status_code == 400


def test_boards_of_other_beamlines_are_unknown(facility):
    with pytest.raises(NotFoundError):
        selectors.dashboard(facility.actor("outsider"), "alpha", "status")
    with pytest.raises(NotFoundError):
        services.delete_dashboard(actor=facility.actor("staff"), beamline="alpha", slug="status")


def test_the_history_is_an_hour_of_numbers_and_outlives_the_worker(facility):
    now = 1_700_000_000.0
    board = {"ring": {"value": 300.0}, "shutter": {"value": "open"}, "old": {"value": 1.0, "stale": True}}
    ValueRecorder("alpha").note(board, now - 2 * 3600)
    first, second = ValueRecorder("alpha"), ValueRecorder("alpha")
    first.note(board, now)
    first.note(board, now + 1)  # too soon
    first.note(board, now + 6)
    second.note({"ring": {"value": 299.0}}, now + 12)
    found = value_history.read("alpha", ["ring", "shutter", "old"], now + 13)
    assert found["ring"] == {"time": [now, now + 6, now + 12], "value": [300.0, 300.0, 299.0]}
    assert found["shutter"]["value"] == found["old"]["value"] == []


def test_who_may_not_read_devices_gets_no_history(facility):
    with pytest.raises(NotFoundError):
        queue.value_history(facility.actor("outsider"), "alpha", ["ring"])
    answer = client_of(facility, "observer").get("/api/v1/beamlines/alpha/values/history?names=,")
    assert answer.status_code == 400
