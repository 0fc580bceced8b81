"""Our devices run unchanged under the original engine, and its documents are valid."""

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlparse

import event_model
import h5py
import pytest
from bluesky import RunEngine
from bluesky.plan_stubs import (
    abs_set,
    close_run,
    collect,
    collect_while_completing,
    declare_stream,
    kickoff,
    mv,
    open_run,
    prepare,
    rd,
    sleep,
    stage_all,
    unstage_all,
)
from bluesky.plans import count, grid_scan, rel_scan, scan
from bluesky.preprocessors import baseline_wrapper, monitor_during_wrapper
from bluesky.suspenders import SuspendFloor

from acquisition.devices.manifest import build_devices, describe_devices, load_manifest
from acquisition.devices.sim import hardware
from acquisition.engine import RunEngine as OwnEngine


@pytest.fixture(scope="module")
def engine():
    engine = RunEngine({}, context_managers=[])
    yield engine
    engine.loop.call_soon_threadsafe(engine.loop.stop)
    engine._th.join(5)
    engine.loop.close()


@pytest.fixture
def run(engine):
    def run(plan):
        documents = []

        def take(name, doc):
            event_model.schema_validators[event_model.DocumentNames[name]].validate(doc)
            documents.append((name, doc))

        engine(plan, take)
        return documents

    return run


def of(documents, kind):
    return [doc for name, doc in documents if name == kind]


def test_a_scan_in_memory(run):
    hw = hardware()
    documents = run(scan([hw.det, hw.noisy_det], hw.motor, -1, 1, 5))
    values = [event["data"]["det"] for event in of(documents, "event")]
    assert values == sorted(values[:3]) + sorted(values[3:], reverse=True)
    assert values[2] == 1.0
    (descriptor,) = of(documents, "descriptor")
    assert descriptor["hints"]["motor"] == {"fields": ["motor"]}
    assert descriptor["data_keys"]["motor"]["units"] == "mm"
    settings = descriptor["configuration"]["det"]["data"]
    assert (settings["det_exposure_s"], settings["det_Imax"], settings["det_sigma"]) == (0.0, 1.0, 1.0)


def test_grids_and_relative_scans_in_memory(run, engine):
    hw = hardware()
    assert len(of(run(grid_scan([hw.det4], hw.motor1, 0, 1, 3, hw.motor2, 0, 1, 4)), "event")) == 12
    engine(mv(hw.motor, 3))
    run(rel_scan([hw.det], hw.motor, -1, 1, 3))
    assert hw.motor.locate()["readback"] == 3.0


def test_a_scan_over_channel_access_finds_the_peak(run, devices):
    documents = run(scan([devices["det"], devices["ring"]], devices["sx"], 0.2, 2.2, 5))
    events = of(documents, "event")
    best = max(events, key=lambda event: event["data"]["det"])
    assert best["data"]["sx"] == pytest.approx(1.2, abs=0.51)
    assert of(documents, "stop")[0]["exit_status"] == "success"
    assert of(documents, "descriptor")[0]["configuration"]["sx"]["data"] == {"sx_velocity": 5.0}


def test_frames_are_in_the_documents_by_reference(run, devices):
    documents = run(count([devices["camera"]], 3))
    assert Counter(name for name, _ in documents) == {
        "start": 1, "descriptor": 1, "stream_resource": 1, "stream_datum": 3, "event": 3, "stop": 1,
    }  # fmt: skip
    (resource,) = of(documents, "stream_resource")
    assert resource["run_start"] == of(documents, "start")[0]["uid"]
    assert [datum["seq_nums"] for datum in of(documents, "stream_datum")] == [
        {"start": number, "stop": number + 1} for number in (1, 2, 3)
    ]
    with h5py.File(Path(unquote(urlparse(resource["uri"]).path)), "r") as file:
        frames = file[resource["parameters"]["dataset"]]
        assert frames.shape == (3, 96, 128)
        totals = [event["data"]["camera_total"] for event in of(documents, "event")]
        assert [int(frame.sum()) for frame in frames] == totals


def test_baseline_and_monitors(run, devices):
    ring = devices["ring"]
    plan = monitor_during_wrapper(
        baseline_wrapper(sleeping(), [devices["shutter"], devices["theta"]]), [ring, devices["sx"]]
    )
    documents = run(plan)
    streams = {doc["uid"]: doc["name"] for doc in of(documents, "descriptor")}
    events = Counter(streams[event["descriptor"]] for event in of(documents, "event"))
    assert events["baseline"] == 2
    assert events["ring_monitor"] >= 1
    first = next(e for e in of(documents, "event") if streams[e["descriptor"]] == "sx_monitor")
    assert first["data"].keys() == devices["sx"].describe().keys() == {"sx", "sx_setpoint"}


def sleeping():
    from bluesky.preprocessors import run_decorator

    @run_decorator()
    def inner():
        yield from sleep(1.2)

    return inner()


def test_devices_of_ophyd_async_are_made_and_connected_on_the_loop_of_the_engine(run, tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(
        'name = "mixed"\ntitle = "Mixed"\n'
        '[devices.stage]\nclass = "ophyd_async.sim.SimMotor"\nargs = { instant = true }\n'
        '[devices.x]\nclass = "acquisition.devices.sim.SoftAxis"\n'
    )
    devices = build_devices(load_manifest(path))
    described = describe_devices(devices)["stage"]
    assert "Movable" in described["protocols"]
    documents = run(scan([devices["x"]], devices["stage"], 0, 1, 3))
    assert [event["data"]["stage"] for event in of(documents, "event")] == [0.0, 0.5, 1.0]


def test_a_value_is_read_by_rd_and_a_device_set_by_its_part(engine, devices):
    def plan():
        yield from abs_set(devices["det"].exposure_s, 0.2, wait=True)
        assert (yield from rd(devices["det"].exposure_s)) == 0.2
        yield from abs_set(devices["det"].exposure_s, 0.1, wait=True)
        assert (yield from rd(devices["sx"])) == devices["sx"].readback.get()

    engine(plan())


def test_a_suspender_of_upstream_takes_our_signals(engine, devices):
    suspender = SuspendFloor(devices["ring"].current, 100.0)
    engine.install_suspender(suspender)
    try:
        assert not suspender.tripped
        engine(count([devices["det"]]))
    finally:
        engine.remove_suspender(suspender)


def test_monochromator_scaler_slits_and_oven_are_scanned_and_read(run, devices):
    scaler, mono = devices["scaler"], devices["mono"]
    scaler.configure(exposure_s=0.02)
    documents = run(
        scan([scaler, devices["i0"], devices["slits"], devices["oven"]], mono.energy, 7990, 8010, 3)
    )
    events = of(documents, "event")
    assert [round(event["data"]["mono_energy"], 1) for event in events] == [7990.0, 8000.0, 8010.0]
    assert all(event["data"]["scaler_i0"] > 100 for event in events)
    assert {"slits_v_gap", "oven", "i0"} <= events[0]["data"].keys()
    assert of(documents, "stop")[0]["exit_status"] == "success"


def test_frames_are_taken_in_flight_under_the_original_engine(run, devices):
    area, fly_x = devices["area"], devices["fly_x"]

    def flight():
        yield from stage_all(area, fly_x)
        yield from open_run()
        frames = {"frames": 20, "exposure_s": 0.005, "period_s": 0.01, "is_external": True}
        yield from prepare(area, frames, wait=True)
        line = {"start": -0.5, "stop": 0.5, "points": 20, "dwell_s": 0.01}
        yield from prepare(fly_x, line, wait=True)
        yield from declare_stream(area, name="primary", collect=True)
        yield from kickoff(area, wait=True)
        yield from kickoff(fly_x, wait=True)
        yield from collect_while_completing([fly_x, area], [area], flush_period=0.2, stream_name="primary")
        yield from collect(fly_x)
        yield from close_run()
        yield from unstage_all(area, fly_x)

    documents = run(flight())
    resource = next(doc for doc in of(documents, "stream_resource") if doc["data_key"] == "area")
    with h5py.File(Path(unquote(urlparse(resource["uri"]).path)), "r") as file:
        assert file[resource["parameters"]["dataset"]].shape == (20, 512, 512)
    last = max(datum["indices"]["stop"] for datum in of(documents, "stream_datum"))
    assert last == 20
    assert of(documents, "stop")[0]["exit_status"] == "success"


def test_both_engines_write_the_same_documents_of_the_same_scan(run, devices):
    ours = []
    OwnEngine({})(
        scan([devices["det"], devices["i0"]], devices["sx"], 0.5, 1.5, 3), lambda *doc: ours.append(doc)
    )
    theirs = run(scan([devices["det"], devices["i0"]], devices["sx"], 0.5, 1.5, 3))
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    for (_, own), (_, other) in zip(ours, theirs, strict=True):
        assert own.keys() - {"versions"} == other.keys() - {"versions"}
        assert own.get("data_keys") == other.get("data_keys")
        assert own.get("hints") == other.get("hints")
    positions = [[e["data"]["sx"] for e in of(documents, "event")] for documents in (ours, theirs)]
    assert positions[0] == positions[1] == [0.5, 1.0, 1.5]
