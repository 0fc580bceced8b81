"""A motor that moves when its worker goes is told to stop."""

import signal
import time

import pytest

from acquisition.devices.library.motor import Motor
from acquisition.queue import services
from tests.support.processes import seconds_since
from tests.support.revive import kill_server, revive_postgres, revive_valkey
from tests.support.runs_at_beamlines import start, submit

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


@pytest.fixture
def theta(site):
    """The axis on a slow journey of a minute, under a scan, with its worker."""
    motor = Motor("DEMO:theta", "theta")
    motor.connect()
    motor.velocity.set(2.0).wait(5)
    site.first = site.worker()
    site.wait_until_ready()
    return motor


def is_moving(motor):
    return int(motor.done_moving.get()) == 0


def set_out(site, facility, motor):
    submit(facility, "scan", detectors=["det"], args=[["theta", 120, 130]], num=2)
    start(facility)
    site.until(lambda: is_moving(motor), "the axis moves", 30)


def test_the_next_worker_stops_what_a_killed_one_left_moving(site, facility, theta):
    set_out(site, facility, theta)
    site.first.signal(signal.SIGKILL)
    site.first.wait(5)
    site.worker("second")
    site.until(lambda: not is_moving(theta), "the axis stands", 40)
    assert float(theta.readback.get()) < 100


def test_abort_stops_the_axis_on_its_way(site, facility, theta):
    set_out(site, facility, theta)
    begun = time.monotonic()
    services.request_engine_action(actor=facility.actor("member"), beamline="alpha", action="abort")
    site.until(lambda: not is_moving(theta), "the axis stands", 10)
    print(f"the axis stood {seconds_since(begun) * 1000:.0f} ms after the request")
    assert float(theta.readback.get()) < 100


def test_sigterm_stops_the_axis_without_database_and_broker(site, facility, theta):
    set_out(site, facility, theta)
    kill_server("valkey")
    kill_server("postgres")
    try:
        begun = time.monotonic()
        site.first.signal(signal.SIGTERM)
        site.until(lambda: not is_moving(theta), "the axis stands", 10)
        print(f"the axis stood {seconds_since(begun) * 1000:.0f} ms after SIGTERM")
        site.first.wait(20)
    finally:
        revive_postgres()
        revive_valkey()
