"""What the reference page says can be provoked, happens."""

import threading

import pytest

from acquisition.devices.library.hdf_camera import HdfCamera
from acquisition.devices.library.process_variable import Variable
from acquisition.devices.manifest import build_devices, load_manifest
from acquisition.engine import RunEngine
from acquisition.engine.suspenders import SuspendFloor
from acquisition.plans.scans import count
from tests.support.ioc import ROOT, running_ioc, until

MANIFEST = load_manifest(ROOT / "config" / "beamlines" / "demo.toml")


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    with running_ioc(tmp_path_factory.mktemp("frames"), "--speed", "4") as _:
        built = build_devices(MANIFEST)
        built["det"].configure(exposure_s=0.02)
        yield built


@pytest.fixture
def put(devices):
    """Return a function that writes a process variable, and gives the error or None."""
    variables = {}

    def put(pv, value):
        if pv not in variables:
            variables[pv] = Variable(pv, "provoked")
            variables[pv].connect()
        return variables[pv].setpoint.backend.put(value).exception(20)

    yield put
    for variable in variables.values():
        variable.close()


def counted(devices, name="det"):
    devices[name].trigger().wait(20)
    return devices[name].read()[name]["value"]


def test_a_trip_of_the_ring_holds_a_run_until_the_beam_is_back(devices, put):
    engine, ring = RunEngine({}), devices["ring"]
    engine.install_suspender(SuspendFloor(ring.current, 50.0, resume_thresh=250.0))
    assert put("DEMO:ring:trip", 1) is None
    until(lambda: ring.current.get() == 0.0, "the beam to be lost")
    documents = []
    run = threading.Thread(
        target=engine, args=(count([devices["det"]], num=2), lambda *doc: documents.append(doc))
    )
    run.start()
    assert not [doc for name, doc in documents if name == "event"]
    assert put("DEMO:ring:refill", 1) is None
    run.join(60)
    assert not run.is_alive()
    assert documents[-1][1]["exit_status"] == "success"
    assert ring.current.get() > 250.0


def test_an_open_door_closes_the_photon_shutter_and_keeps_it_closed(devices, put):
    light = counted(devices)
    assert put("DEMO:hutch:door", "open") is None
    assert devices["shutter"].read()["shutter"]["value"] == "closed"
    assert "door of the hutch is open" in str(devices["shutter"].set("open").exception(10))
    assert counted(devices) < 0.5 * light
    assert put("DEMO:hutch:door", "closed") is None
    assert "has not been searched" in str(devices["shutter"].set("open").exception(10))
    assert put("DEMO:hutch:search", "searched") is None
    devices["shutter"].set("open").wait(10)


def test_an_amplifier_overloads(devices):
    i0 = devices["i0"]
    normal = counted(devices, "i0")
    i0.configure(range="2 nA")
    try:
        assert counted(devices, "i0") == pytest.approx(2e-9, rel=1e-3)
        assert normal > 50 * 2e-9
    finally:
        i0.configure(range="2 uA")


def test_the_second_crystal_has_a_rocking_curve(devices):
    best = counted(devices, "i0")
    devices["mono_pitch"].set(35.0 + 24.0).wait(10)
    half = counted(devices, "i0")
    devices["mono_pitch"].set(35.0).wait(10)
    assert half == pytest.approx(0.5 * best, rel=0.1)


def test_the_mirror_reflects_high_energies_only_on_platinum(devices):
    devices["mono"].set(20_000.0).wait(30)
    try:
        found = {}
        for stripe in ("Si", "Pt"):
            devices["mirror_stripe"].set(stripe).wait(30)
            found[stripe] = counted(devices, "i0")
    finally:
        devices["mirror_stripe"].set("Rh").wait(30)
        devices["mono"].set(8000.0).wait(30)
    assert found["Pt"] > 10 * found["Si"]


def test_beyond_the_soft_limits_the_limit_switch_stops_a_motor(devices, put):
    sx = devices["sx"]
    assert put("DEMO:sx.HLM", 20.0) is None
    try:
        until(lambda: sx.limits[1] == 20.0, "the new limit to be known")
        assert "limit switch" in str(sx.set(19.0).exception(30)) or sx.readback.get() < 11.0
        assert sx.readback.get() == pytest.approx(10.4)
    finally:
        assert put("DEMO:sx.HLM", 10.0) is None
        sx.set(0.0).wait(30)


def test_the_geometry_follows_detector_and_monochromator(devices):
    geometry = devices["geometry"]
    devices["distance"].set(500.0).wait(30)
    until(lambda: geometry.read()["geometry_distance"]["value"] == pytest.approx(0.5), "the new distance")
    devices["distance"].set(80.0).wait(30)
    energy = devices["mono"].energy.readback.get()
    until(
        lambda: geometry.read()["geometry_energy"]["value"] == pytest.approx(energy, abs=0.01), "the energy"
    )
    assert geometry.read()["geometry_wavelength"]["value"] == pytest.approx(12398.42e-10 / energy, rel=1e-5)


def test_frames_go_nowhere_but_below_their_folder(devices):
    camera = HdfCamera("DEMO:area:", "elsewhere", folder="/etc")
    camera.connect()
    with pytest.raises(Exception, match="no such folder"):
        camera.stage()
    camera.close()
