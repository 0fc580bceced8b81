"""The demo beamline is driven by devices of other libraries under our engine, with the same results."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.ioc import ROOT


def answer(program, ioc, *arguments):
    """Run a program of this folder beside the IOC, and return the JSON that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.integration.devices.programs.{program}", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **ioc.environment}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def by_ophyd(ioc):
    return answer("ophyd_devices", ioc)


def test_motor_scaler_and_signals_of_ophyd_scan_under_our_engine(by_ophyd):
    assert by_ophyd["stops"] == ["success"] * 4
    position, _ = max(by_ophyd["peak"], key=lambda point: point[1])
    assert position == pytest.approx(1.2, abs=0.21)
    assert by_ophyd["angles"] == pytest.approx([14.0, 14.3077, 14.6])
    assert 290.0 < by_ophyd["ring"] < 301.0
    assert by_ophyd["configuration"] == ["ring", "scaler", "sx"]
    assert by_ophyd["channels"] == 2048


def test_limits_of_the_record_hold_for_ophyd_too(by_ophyd):
    assert by_ophyd["sx"] == pytest.approx(1.2)
    assert by_ophyd["limits"] == [-10.0, 10.0]
    assert "LimitError" in by_ophyd["refused"]
