"""Each preset of the demo beamline runs from its form's values, and finds what is there to be found."""

import json

import h5py
import numpy as np
import pytest

from acquisition.devices.manifest import build_devices, describe_devices, load_manifest
from acquisition.devices.sim.beam.samples import HOLDER, in_beam
from acquisition.engine import RunEngine
from acquisition.plans.binding import bind
from acquisition.plans.registry import PlanRegistry
from acquisition.plans.rehearsal import rehearse
from acquisition.plans.resolving import resolve
from acquisition.worker.offers import preset_faults
from tests.support.ioc import ROOT, running_ioc

MANIFEST = load_manifest(ROOT / "config" / "beamlines" / "demo.toml")
REGISTRY = PlanRegistry()
REGISTRY.load(MANIFEST.plans)
PLANS = REGISTRY.descriptions()


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    with running_ioc(tmp_path_factory.mktemp("frames"), "--speed", "4") as _:
        built = build_devices(MANIFEST)
        built["det"].configure(exposure_s=0.02)
        built["scaler"].configure(exposure_s=0.02)
        built["fluo"].configure(preset_real_s=0.05)
        yield built


@pytest.fixture
def measure(devices):
    """Return a function that runs a preset, with some values changed, and gives its documents."""

    def measure(preset, **changed):
        entry = MANIFEST.presets[preset]
        parameters = {**entry["parameters"], **changed}
        description = PLANS[entry["plan"]]
        bound = bind(description, parameters, describe_devices(devices))
        args, kwargs = resolve(description, bound, devices)
        documents = Documents()
        RunEngine({})(REGISTRY.plan(entry["plan"])(*args, **kwargs), documents.take)
        return documents

    return measure


class Documents:
    """The documents of one run, by stream."""

    def __init__(self):
        self.start = self.stop = None
        self.streams, self.events, self.resources, self.configuration = {}, {}, [], {}

    def take(self, name, doc):
        if name in ("start", "stop"):
            setattr(self, name, doc)
        elif name == "descriptor":
            self.streams[doc["uid"]] = doc["name"]
            self.configuration.update({key: part["data"] for key, part in doc["configuration"].items()})
        elif name == "event":
            self.events.setdefault(self.streams[doc["descriptor"]], []).append(doc["data"])
        elif name == "event_page":
            columns = doc["data"]
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            self.events.setdefault(self.streams[doc["descriptor"]], []).extend(rows)
        elif name == "stream_resource":
            self.resources.append(doc)

    def column(self, field, stream="primary"):
        return np.array([row[field] for row in self.events[stream]])

    def frames(self, field):
        resource = next(doc for doc in self.resources if doc["data_key"] == field)
        with h5py.File(resource["uri"].removeprefix("file://localhost"), "r") as file:
            return file[resource["parameters"]["dataset"]][:]


def test_every_plan_can_be_loaded_and_every_preset_has_one():
    assert REGISTRY.faults == []
    assert preset_faults(MANIFEST.presets, PLANS) == []


@pytest.mark.parametrize("preset", MANIFEST.presets)
def test_the_dry_run_of_a_preset_has_no_problem(preset, devices):
    entry = MANIFEST.presets[preset]
    described = describe_devices(devices)
    found = rehearse(PLANS[entry["plan"]], entry["parameters"], described, registry=REGISTRY)
    assert list(found.problems) == []
    assert found.is_complete
    assert found.points >= entry["parameters"].get("num", 1)


def test_the_slits_end_centred_on_the_beam_and_open_as_before(measure, devices):
    slits = devices["slits"]
    gap = slits.v_gap.locate()["setpoint"]
    done = measure("align-the-slits", num=21)
    assert done.stop["exit_status"] == "success"
    assert slits.v_centre.locate()["setpoint"] == pytest.approx(-0.08, abs=0.02)
    assert slits.v_gap.locate()["setpoint"] == pytest.approx(gap)
    assert len(done.events["primary"]) == 21
    assert done.column("i0", "aligned")[0] >= 0.95 * done.column("i0").max()
    slits.v_centre.set(0.0).wait(10)


def test_without_beam_there_is_nothing_to_align_to_and_the_slits_go_back(measure, devices):
    devices["shutter"].set("closed").wait(10)
    try:
        with pytest.raises(Exception, match="shows no peak while slits_v_centre goes from -1 to 1"):
            measure("align-the-slits", num=11)
    finally:
        devices["shutter"].set("open").wait(10)
    assert devices["slits"].v_centre.locate()["setpoint"] == pytest.approx(0.0)
    assert devices["slits"].v_gap.locate()["setpoint"] == pytest.approx(4.0)


def test_the_edge_of_iron_is_at_7112_ev(measure, devices):
    devices["holder"].set("iron foil").wait(20)
    try:
        done = measure("iron-edge", regions=[[-40, -10, 10], [-10, 10, 1], [10, 50, 10]])
    finally:
        devices["holder"].set("B2").wait(20)
        devices["mono"].set(8000.0).wait(20)
    energy = done.column("mono_energy")
    absorption = np.log(done.column("scaler_i0") / done.column("scaler_i1"))
    steepest = np.diff(absorption).argmax()
    assert energy[steepest] <= 7112.5
    assert energy[steepest + 1] >= 7111.5
    assert absorption[-1] - absorption[0] > 1.0
    assert done.column("scaler_fe")[-1] > 20 * done.column("scaler_fe")[0]
    assert done.start["edge_ev"] == 7112.0


def test_the_map_of_the_meteorite_shows_where_its_elements_are(measure, devices):
    try:
        done = measure("map-the-meteorite", step=1.0, width=6.0, height=6.0)
    finally:
        devices["holder"].set("B2").wait(20)
    for element, field in (("Fe", "fluo_fe"), ("Ca", "fluo_ca")):
        there = [
            in_beam(0.0, -20.0, row["sx"], row["sy"]).specimen.amounts(row["sx"], row["sy"]).get(element, 0.0)
            for row in done.events["primary"]
        ]
        assert np.corrcoef(there, done.column(field))[0, 1] > 0.97
    assert (done.start["sample"], done.start["shape"]) == ("meteorite", (7, 7))
    assert in_beam(0.0, -20.0, 0.0, 0.0).specimen is HOLDER["A2"]


def test_a_flight_takes_a_frame_at_each_position_without_a_gap(measure, devices):
    devices["sy"].set(-0.5).wait(10)
    done = measure("fly-over-the-pin", num=110)
    positions, frames = done.column("fly_x", "fly_x"), done.frames("area")
    times = done.frames("area_timestamps")
    assert frames.shape == (110, 512, 512)
    assert np.allclose(positions, np.linspace(-1.0, 3.4, 110))
    assert np.allclose(np.diff(times), 0.01, atol=1e-3)
    totals = frames.sum(axis=(1, 2), dtype=np.int64)
    assert positions[totals.argmax()] == pytest.approx(1.2, abs=0.15)
    assert devices["sx"].velocity.get() == 20.0  # put back
    assert done.configuration["area"]["area_geometry_distance"] == pytest.approx(0.08)
    assert done.configuration["area"]["area_geometry_wavelength"] == pytest.approx(1.55e-10, rel=0.01)


def test_points_are_taken_while_the_oven_ramps(measure, devices):
    try:
        done = measure("heat-the-sample", target=305.0, rate=600.0, period=0.1)
    finally:
        devices["oven"].set(295.0)
    points, followed = done.column("oven"), done.column("oven", "oven_monitor")
    assert len(points) >= 5
    assert points[0] == pytest.approx(295.0, abs=1.0)
    assert points[-1] == pytest.approx(305.0, abs=1.0)
    assert (np.diff(followed) > -0.1).all()
    assert len(followed) >= 5


def test_a_tomography_has_darks_flats_and_shadows(measure, devices):
    devices["sx"].set(1.2).wait(10)
    devices["sy"].set(-0.5).wait(10)
    done = measure("tomography", num=7, darks=2, flats=3, exposure=0.02)
    frames = done.frames("imager").astype(float)
    counts = {stream: len(events) for stream, events in done.events.items()}
    assert counts == {"dark": 2, "flat": 3, "primary": 7}
    dark, flat, shadows = frames[:2].mean(axis=0), frames[2:5].mean(axis=0), frames[5:]
    share = (shadows - dark) / (flat - dark)
    edge, middle = share[:, 100:150, :20].mean(), share[:, 100:150, 120:136].mean()
    assert edge == pytest.approx(1.0, abs=0.05)
    assert middle < 0.6
    assert np.allclose(done.column("theta"), np.linspace(0.0, 180.0, 7))
    assert devices["sx"].locate()["setpoint"] == pytest.approx(1.2)
    assert devices["shutter"].read()["shutter"]["value"] == "open"


def test_what_is_known_of_the_devices_is_strict_json(devices):
    text = json.dumps(describe_devices(devices), allow_nan=False)
    assert '"mono"' in text
