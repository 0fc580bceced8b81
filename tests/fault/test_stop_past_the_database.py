"""Stop, pause and abort reach the worker while the database, or the broker, or both do not answer (F6)."""

import time

import httpx
import pytest

from accounts.access import Scope
from accounts.models import AuditEntry
from acquisition.devices.library.motor import Motor
from acquisition.queue.models import ControlCommand
from catalog import selectors as catalog
from tests.support.history_checker import written_history
from tests.support.processes import seconds_since
from tests.support.revive import kill_server, revive_postgres, revive_valkey, standing_still
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]

HERE = "/api/v1/beamlines/alpha"
KEYS = (Scope.QUEUE_READ, Scope.ENGINE_STOP)


@pytest.fixture
def theta(site):
    """The axis on a slow journey of a minute."""
    motor = Motor("DEMO:theta", "theta")
    motor.connect()
    motor.velocity.set(2.0).wait(5)
    site.worker()
    site.wait_until_ready()
    return motor


@pytest.fixture
def web(site, facility, theta):
    """A client with a key that has looked at the beamline, as a page does, while the axis moves."""
    _, address = site.web()
    text, _ = facility.key("member", *KEYS)
    with httpx.Client(base_url=address, headers={"Authorization": f"ApiKey {text}"}, timeout=20) as client:
        assert client.get(f"{HERE}/status").status_code == 200
        client.item = submit(facility, "scan", detectors=["det"], args=[["theta", 120, 130]], num=2)
        start(facility)
        site.until(lambda: is_moving(theta), "the axis moves", 30)
        yield client


def is_moving(motor):
    return int(motor.done_moving.get()) == 0


def stop(site, web, motor, action="abort"):
    """Ask, and give the answer, when it came, and when the axis stood."""
    begun = time.monotonic()
    answer = web.post(f"{HERE}/engine/{action}", json={"reason": "it will hit the wall"})
    answered = seconds_since(begun)
    site.until(lambda: not is_moving(motor), "the axis stands", 10)
    print(f"{action}: answered {answered * 1000:.0f} ms, the axis stood {seconds_since(begun) * 1000:.0f} ms")
    assert answer.status_code == 202, answer.text
    assert answered < 3
    assert float(motor.readback.get()) < 100
    return answer.json()["uid"]


def check_recorded(site, web, uid):
    """The row, the audit entry and the end of the item are there once the database is back."""
    site.until(lambda: ControlCommand.objects.filter(uid=uid).exclude(outcome="").exists(), "it is told", 30)
    command = ControlCommand.objects.get(uid=uid)
    assert (command.requested_by, command.outcome) == ("member", "done")
    entries = AuditEntry.objects.filter(action="engine.abort", after__command=uid)
    assert [(entry.username, entry.reason) for entry in entries] == [("member", "it will hit the wall")]
    site.until(lambda: fresh(web.item).state == "aborted", "the item is aborted", 30)
    site.until(lambda: not catalog.open_runs("alpha"), "the run is closed", 15)


def test_with_the_database_standing_still_the_axis_stops_and_others_are_told_503(site, facility, theta, web):
    with written_history() as history:
        with standing_still("postgres"):
            uid = stop(site, web, theta)
            begun = time.monotonic()
            answer = web.get(f"{HERE}/status")
            print(f"status answered {answer.status_code} after {seconds_since(begun):.1f} s")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert seconds_since(begun) < 5
            stranger = httpx.post(f"{web.base_url}{HERE}/engine/abort".replace("//api", "/api"), timeout=20)
            assert stranger.status_code == 503
        check_recorded(site, web, uid)
        site.until(lambda: web.get(f"{HERE}/status").status_code == 200, "the API answers again", 20)
        history.check()


def test_with_the_database_and_the_broker_killed_the_axis_stops(site, facility, theta, web):
    kill_server("valkey")
    kill_server("postgres")
    try:
        uid = stop(site, web, theta)
    finally:
        revive_postgres()
        revive_valkey()
    check_recorded(site, web, uid)


def test_who_was_never_seen_with_the_right_to_stop_is_not_obeyed(site, facility, theta, web):
    text, _ = facility.key("observer", Scope.QUEUE_READ)
    headers = {"Authorization": f"ApiKey {text}"}
    assert httpx.get(f"{web.base_url.join(HERE)}/status", headers=headers).status_code == 200
    with standing_still("postgres"):
        answer = httpx.post(f"{web.base_url.join(HERE)}/engine/abort", headers=headers, timeout=20)
        assert answer.status_code == 503
        assert is_moving(theta)
