"""How long a scan takes is foretold from what the devices say of themselves."""

import pytest

from acquisition.devices.description import describe_devices
from acquisition.devices.sim.physics import Motion
from acquisition.plans import scans
from acquisition.plans.dry_run import dry_run
from acquisition.worker.device_settings import with_settings

POINTS = 21


def described(devices):
    return with_settings(describe_devices(devices), devices)


def test_the_time_of_a_scan_of_the_demo_beamline_is_foretold_within_a_factor_of_two(devices):
    sx, det = devices["sx"], devices["det"]
    now = sx.locate()["readback"]
    plan = scans.scan([det], sx, -1, 3, num=POINTS)
    found = dry_run(plan, devices=described({"sx": sx, "det": det}), positions={"sx": now})
    speed = sx.velocity.get()
    path = [now, *found.paths["sx"]]
    moves = [
        # the served motor is at its speed after 0.1 s
        Motion(start, target, speed, speed / 0.1).duration_s
        for start, target in zip(path, path[1:], strict=False)
    ]
    takes_s = sum(moves) + POINTS * det.exposure_s.get()
    assert len(moves) == POINTS
    assert 0.5 * takes_s < found.estimated_s < 2 * takes_s


def test_a_longer_exposure_is_foretold_once_it_is_described_anew(devices):
    det = devices["det"]
    before = det.exposure_s.get()
    det.configure(exposure_s=2.0)
    try:
        found = dry_run(scans.count([det], num=5), devices=described({"det": det}))
    finally:
        det.configure(exposure_s=before)
    assert found.estimated_s == pytest.approx(5 * 2.0, rel=0.1)
