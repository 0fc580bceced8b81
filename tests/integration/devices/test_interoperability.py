"""The demo beamline is driven by devices of other libraries under our engine, with the same results."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.ioc import ROOT, free_port, running_ioc


def answer(program, ioc, *arguments, more=()):
    """Run a program of this folder beside the IOC, and return the JSON that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.integration.devices.programs.{program}", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **ioc.environment, **dict(more)}, capture_output=True, text=True,
        timeout=120, check=False,
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


@pytest.fixture(scope="module", params=["pva://", "ca://"])
def by_ophyd_async(request, tmp_path_factory):
    port = str(free_port())
    with running_ioc(tmp_path_factory.mktemp("async"), "--pva-port", port) as ioc:
        by_name = {"EPICS_PVA_NAME_SERVERS": f"127.0.0.1:{port}", "EPICS_PVA_AUTO_ADDR_LIST": "NO"}
        return answer("ophyd_async_devices", ioc, ioc.frames_dir, request.param, more=by_name)


def test_a_motor_of_ophyd_async_scans_and_its_detector_flies_under_our_engine(by_ophyd_async):
    assert by_ophyd_async["stops"] == ["success"] * 2
    assert by_ophyd_async["positions"] == pytest.approx([-0.5, 0.0, 0.5])
    assert by_ophyd_async["shape"] == [20, 512, 512]
    indices = by_ophyd_async["datums"]
    assert (indices[0]["start"], indices[-1]["stop"]) == (0, 20)
    for before, after in zip(indices, indices[1:], strict=False):
        assert before["stop"] == after["start"]


def test_limits_of_the_record_hold_for_ophyd_async_too(by_ophyd_async):
    assert "limits are" in by_ophyd_async["refused"]
