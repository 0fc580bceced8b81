"""The device library over real Channel Access, against the demo beamline's IOC in its own process."""

import time
from pathlib import Path
from urllib.parse import unquote, urlparse

import bluesky
import h5py
import numpy as np
import pytest
from bluesky import plan_stubs as bps
from bluesky import preprocessors as bpp
from event_model import DocumentNames, schema_validators

from acquisition.devices.errors import (
    DeviceError,
    DeviceTimeoutError,
    LimitsError,
    MoveStoppedError,
    NotStagedError,
    WrongValueError,
)
from acquisition.devices.library.area_detector import AreaDetector
from acquisition.devices.library.beam_position_monitor import BeamPositionMonitor
from acquisition.devices.library.flyable_stage import FlyableStage, RecordingFlyableStage
from acquisition.devices.library.hdf_camera import HdfCamera
from acquisition.devices.library.ion_chamber import IonChamber
from acquisition.devices.library.monochromator import Monochromator
from acquisition.devices.library.multichannel_analyser import MultichannelAnalyser
from acquisition.devices.library.sample_holder import SampleHolder
from acquisition.devices.library.scaler import Scaler
from acquisition.devices.library.slits import Slits
from acquisition.devices.library.temperature import TemperatureController
from acquisition.devices.protocols import protocols_of
from acquisition.devices.standard.flight import FrameSequence, Trajectory
from acquisition.engine.run_engine import RunEngine
from catalog.assets.paths import Roots
from catalog.assets.readers import open_array
from tests.support.device_table import classes, described
from tests.support.ioc import running_ioc, until


@pytest.fixture(scope="module")
def ioc(tmp_path_factory):
    """A quick beamline of its own: motors 20 times as fast."""
    with running_ioc(tmp_path_factory.mktemp("frames"), "--speed", "20") as running:
        yield running


@pytest.fixture
def device(ioc):
    """Give connected devices."""
    made = []

    def build(cls, *args, **settings):
        one = cls(*args, **settings)
        made.append(one)
        one.connect(timeout_s=15)
        return one

    yield build
    for one in made:
        one.unstage()
        one.close()


@pytest.fixture(scope="module", params=["ours", "bluesky"])
def engine(request):
    """Our engine, and the original one."""
    if request.param == "ours":
        made = RunEngine({}, context_managers=[])
        yield made
        made.close()
        return
    theirs = bluesky.RunEngine({}, context_managers=[])
    yield theirs
    theirs.loop.call_soon_threadsafe(theirs.loop.stop)
    theirs._th.join(5)
    theirs.loop.close()


@pytest.fixture
def run(engine):
    def run(plan):
        documents = []

        def take(name, doc):
            schema_validators[DocumentNames[name]].validate(doc)
            documents.append((name, doc))

        engine(plan, take)
        return documents

    return run


def of(documents, kind):
    return [doc for name, doc in documents if name == kind]


def values(device):
    return {key: reading["value"] for key, reading in device.read().items()}


def array_of(documents, field, stream="primary"):
    """Give an external field of a run, as the catalogue reads it."""
    (descriptor,) = [doc for doc in of(documents, "descriptor") if doc["name"] == stream]
    resources = [doc for doc in of(documents, "stream_resource") if doc["data_key"] == field]
    uids = {doc["uid"] for doc in resources}
    datums = [doc for doc in of(documents, "stream_datum") if doc["stream_resource"] in uids]
    folder = Path(unquote(urlparse(resources[0]["uri"]).path)).parent
    return open_array(
        descriptor["data_keys"][field],
        roots=Roots((folder,)),
        stream_resources=resources,
        stream_datums=datums,
    )


def frames_in(uri, dataset):
    """Give what a file holds, by the library of the format."""
    with h5py.File(unquote(urlparse(uri).path)) as file:
        return file[dataset][()]


# ---- counters


def test_a_scaler_counts_for_its_time_and_names_its_channels(device):
    scaler = device(Scaler, "DEMO:scaler", "scaler", channels={"clock": 1, "i0": 2})
    scaler.mode.set("AutoCount").wait(5)
    scaler.stage()
    assert scaler.mode.get() == "OneShot"
    scaler.configure(exposure_s=0.1)
    scaler.trigger().wait(5)
    read = values(scaler)
    assert list(read) == ["scaler_time", "scaler_clock", "scaler_i0"]
    assert read["scaler_clock"] == pytest.approx(read["scaler_time"] * 1e7, rel=1e-6)
    assert read["scaler_time"] == pytest.approx(0.1, abs=0.05)
    assert scaler.hints == {"fields": ["scaler_clock", "scaler_i0"]}
    settings = scaler.read_configuration()
    assert (settings["scaler_clock_label"]["value"], settings["scaler_i0_label"]["value"]) == ("clock", "I0")
    scaler.unstage()
    assert scaler.mode.get() == "AutoCount"
    scaler.mode.set("OneShot").wait(5)


@pytest.mark.parametrize("channels", [(), (0,), (65,), (True,), {"a": "1"}])
def test_a_scaler_has_channels_from_1_to_64(channels):
    with pytest.raises(WrongValueError, match="channels are whole numbers from 1 to 64"):
        Scaler("DEMO:scaler", "scaler", channels=channels)


def test_counts_are_broken_off_by_pause_stop_and_unstage(device):
    for counter in (
        device(Scaler, "DEMO:scaler", "scaler"),
        device(IonChamber, "DEMO:i0", "i0"),
        device(BeamPositionMonitor, "DEMO:bpm:", "bpm"),
    ):
        counter.configure(exposure_s=60.0)
        for break_off in (counter.pause, counter.stop, counter.unstage):
            going_on = counter.trigger()
            assert not going_on.done
            break_off()
            assert going_on.done
        counter.configure(exposure_s=0.05)
        counter.trigger().wait(5)


def test_an_exposure_beyond_its_limits_is_told_with_name_value_limits_and_units(device):
    scaler = device(Scaler, "DEMO:scaler", "scaler")
    with pytest.raises(
        LimitsError, match=r"scaler.exposure_s cannot go to 1000000000.0 s: its limits are 0.001 to 3600 s"
    ):
        scaler.configure(exposure_s=1e9)
    with pytest.raises(WrongValueError, match="scaler.exposure_s .*takes a finite number in s"):
        scaler.configure(exposure_s=float("nan"))


def test_a_spectrum_comes_with_its_regions_times_and_energies(device):
    mca = device(MultichannelAnalyser, "DEMO:mca", "mca", regions={"fe": 0})
    mca.configure(preset_real_s=0.2, preset_live_s=0.0)
    mca.trigger().wait(5)
    read = values(mca)
    settings = {key: reading["value"] for key, reading in mca.read_configuration().items()}
    low, high = int(settings["mca_fe_low"]), int(settings["mca_fe_high"])
    assert read["mca"].shape == (2048,)
    assert mca.describe()["mca"]["shape"] == [2048]
    assert read["mca_fe"] == read["mca"][low : high + 1].sum()
    assert read["mca_real_s"] == pytest.approx(0.2, abs=0.1)
    assert read["mca_live_s"] <= read["mca_real_s"]
    assert settings["mca_energy_slope"] > 0
    assert settings["mca_energy_unit"] == "keV"
    assert mca.hints == {"fields": ["mca_fe"]}


def test_a_spectrum_begins_anew_at_each_trigger(device):
    mca = device(MultichannelAnalyser, "DEMO:mca", "mca")
    mca.configure(preset_real_s=0.05, preset_live_s=0.0)
    for _ in range(5):
        mca.trigger().wait(5)
        assert values(mca)["mca_real_s"] < 0.1


def test_a_spectrum_without_end_is_refused_and_a_long_one_broken_off(device):
    mca = device(MultichannelAnalyser, "DEMO:mca", "mca")
    mca.configure(preset_real_s=0.0, preset_live_s=0.0)
    with pytest.raises(WrongValueError, match="mca would acquire for ever: set mca.preset_real_s"):
        mca.trigger()
    mca.configure(preset_real_s=60.0)
    for break_off in (mca.pause, mca.stop, mca.unstage):
        going_on = mca.trigger()
        break_off()
        assert going_on.done
    mca.configure(preset_real_s=0.1)


def test_a_beam_position_is_that_of_its_four_currents(device):
    bpm = device(BeamPositionMonitor, "DEMO:bpm:", "bpm", scale_x_mm=2.0, offset_y_mm=0.5)
    bpm.configure(exposure_s=0.05)
    bpm.trigger().wait(5)
    # the IOC shows new currents once a second: read again until none came between
    until(lambda: _is_consistent(values(bpm)), "a reading of one moment")
    assert bpm.hints == {"fields": ["bpm_x", "bpm_y", "bpm_sum"]}
    assert bpm.describe()["bpm_x"]["units"] == "mm"
    with pytest.raises(WrongValueError, match="geometry is one of diamond, square"):
        BeamPositionMonitor("DEMO:bpm:", "bpm", geometry="round")


def _is_consistent(read):
    left, right, bottom, top = (read[f"bpm_current{number}"] for number in range(1, 5))
    return (
        read["bpm_x"] == pytest.approx(2.0 * (right - left) / (right + left))
        and read["bpm_y"] == pytest.approx((top - bottom) / (top + bottom) - 0.5)
        and read["bpm_sum"] == pytest.approx(left + right + bottom + top)
    )


def test_an_ion_chamber_gives_a_current(device):
    chamber = device(IonChamber, "DEMO:i0", "i0")
    chamber.configure(exposure_s=0.05, range="2 uA")
    chamber.trigger().wait(5)
    assert 1e-12 < values(chamber)["i0"] < 2e-6
    assert chamber.describe()["i0"]["units"] == "A"
    with pytest.raises(WrongValueError, match="takes one of 2 nA, 20 nA"):
        chamber.configure(range="3 nA")


# ---- temperature


def test_a_temperature_has_settled_when_it_stayed_within_its_tolerance(device):
    oven = device(TemperatureController, "DEMO:oven", "oven", tolerance=0.5, settle_s=0.4)
    oven.configure(ramp_rate=6000.0)
    seen = []
    oven.subscribe(lambda reading: seen.append((time.monotonic(), reading["oven"]["value"])))
    status = oven.set(305.0)
    status.wait(30)
    ended = time.monotonic()
    last = [value for moment, value in seen if moment > ended - 0.3]
    assert last
    assert all(abs(value - 305.0) <= 0.5 for value in last)
    assert oven.locate()["setpoint"] == 305.0
    assert oven.describe()["oven"]["units"] == "K"


def test_a_temperature_that_does_not_settle_in_time_is_told_with_where_it_is(device):
    oven = device(
        TemperatureController, "DEMO:oven", "oven", tolerance=1e-6, settle_s=1.0, settle_timeout_s=0.5
    )
    oven.configure(ramp_rate=6000.0)
    with pytest.raises(
        DeviceTimeoutError,
        match=r"oven going to 300 K: it is at 30\d.* K after .* s, and settled means within 1e-06 K for 1 s",
    ):
        oven.set(300.0).wait(30)


def test_a_temperature_can_be_stopped_and_overtaken(device):
    oven = device(TemperatureController, "DEMO:oven", "oven")
    oven.configure(ramp_rate=60.0)
    first = oven.set(350.0)
    second = oven.set(340.0)
    with pytest.raises(MoveStoppedError, match="oven was sent to 340 before it had settled"):
        first.wait(5)
    oven.stop(success=False)
    with pytest.raises(MoveStoppedError, match="oven was stopped at"):
        second.wait(5)
    until(lambda: abs(oven.locate()["setpoint"] - values(oven)["oven"]) < 2.0, "the setpoint to be here")
    with pytest.raises(LimitsError, match=r"oven cannot go to 5000 K: its limits are 100 to 1000 K"):
        oven.set(5000)
    with pytest.raises(WrongValueError, match="oven takes a finite number"):
        oven.check_value(float("inf"))


# ---- optics and samples


def test_an_energy_moves_the_bragg_angle(device):
    mono = device(Monochromator, "DEMO:mono:", "mono")
    mono.set(7112.0).wait(30)
    read = values(mono)
    assert read["mono_energy"] == pytest.approx(7112.0, abs=0.5)
    assert mono.energy.limits[0] == pytest.approx(mono.inverse({"bragg": 60.0})["energy"])
    with pytest.raises(LimitsError, match=r"mono_energy cannot go to 500000.0 eV: mono_bragg cannot go to"):
        mono.set(500_000)
    seen = []
    mono.energy.subscribe(lambda reading: seen.append(reading["mono_energy"]["value"]))
    mono.set(7200.0).wait(30)
    until(lambda: seen and abs(seen[-1] - 7200.0) < 0.5, "the energy to be told")


def test_slits_and_holder_over_real_records(device):
    slits = device(Slits, "DEMO:slits:", "slits")
    slits.set({"v_gap": 1.0, "v_centre": 0.2}).wait(30)
    assert slits.locate()["readback"]["v_gap"] == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(LimitsError, match="slits_v_centre cannot go to 20.0 mm: slits_top"):
        slits.v_centre.set(20.0)
    moving = slits.set({"v_gap": 8.0})
    slits.stop(success=False)
    with pytest.raises(MoveStoppedError):
        moving.wait(10)
    slits.set({"v_gap": 4.0, "v_centre": 0.0}).wait(30)
    holder = device(
        SampleHolder, "DEMO:holder:x", "DEMO:holder:y", "holder", rows=2, columns=3, samples={"A2": "Fe foil"}
    )
    holder.set("Fe foil").wait(30)
    assert (values(holder)["holder"], values(holder)["holder_sample"]) == ("A2", "Fe foil")


# ---- cameras


def test_frames_of_a_camera_come_back_with_their_times(device, run):
    camera = device(HdfCamera, "DEMO:area:", "area", frames_per_event=2)
    before = camera.image_mode.get(), camera.num_images.get()

    @bpp.stage_decorator([camera])
    @bpp.run_decorator()
    def plan():
        yield from bps.configure(camera, {"exposure_s": 0.01, "period_s": 0.02})
        for _ in range(3):
            yield from bps.trigger_and_read([camera])

    documents = run(plan())
    (descriptor,) = of(documents, "descriptor")
    assert descriptor["data_keys"]["area"]["shape"] == [2, 512, 512]
    frames, times = array_of(documents, "area"), array_of(documents, "area_timestamps")
    assert (frames.shape, frames.per_event, times.shape) == ((6, 512, 512), 2, (6,))
    assert (np.diff(times.read()) > 0).all()
    assert int(frames[5].sum(dtype=np.int64)) == of(documents, "event")[2]["data"]["area_total"]
    written = frames_in(of(documents, "stream_resource")[0]["uri"], "/entry/data/data")
    assert np.array_equal(frames.read(), written)
    assert (camera.image_mode.get(), camera.num_images.get()) == before


def test_a_camera_that_stays_staged_tells_each_run_of_its_file(device, run):
    for camera in (
        device(HdfCamera, "DEMO:area:", "area"),
        device(AreaDetector, "DEMO:camera", "camera"),
    ):

        @bpp.stage_decorator([camera])
        def plan(camera=camera):
            yield from bps.configure(camera, {"exposure_s": 0.01})
            for _ in range(3):

                @bpp.run_decorator()
                def one_run():
                    for _ in range(2):
                        yield from bps.trigger_and_read([camera])

                yield from one_run()

        documents = run(plan())
        keys = 2 if isinstance(camera, HdfCamera) else 1
        resources = of(documents, "stream_resource")
        assert len(resources) == 3 * keys
        assert len({doc["uid"] for doc in resources}) == 3 * keys
        indices = [doc["indices"] for doc in of(documents, "stream_datum")]
        assert indices[-1] == {"start": 5, "stop": 6}
        runs = [doc["uid"] for doc in of(documents, "start")]
        for number, uid in enumerate(runs):
            own = [(name, doc) for name, doc in documents if doc.get("run_start", doc.get("uid")) == uid]
            mine = {doc["uid"] for name, doc in own if name == "stream_resource"}
            own += [
                ("stream_datum", doc)
                for doc in of(documents, "stream_datum")
                if doc["stream_resource"] in mine
            ]
            array = array_of(own, camera.name)
            assert array.shape[0] == 2
            dataset = "/entry/data/data" if keys == 2 else "/entry/data/frames"
            written = frames_in(resources[0]["uri"], dataset)
            assert np.array_equal(array.read(), written[2 * number : 2 * number + 2])


def test_an_event_that_was_broken_off_leaves_no_frame_in_the_next(device):
    camera = device(HdfCamera, "DEMO:area:", "area", frames_per_event=3)
    camera.stage()
    camera.configure(exposure_s=0.1, period_s=0.2)
    going_on = camera.trigger()
    until(lambda: camera.captured.get() == 1, "a first frame of three")
    camera.pause()
    assert going_on.done
    camera.configure(exposure_s=0.01, period_s=0.02)
    camera.trigger().wait(10)
    assert camera.captured.get() == 3
    assert camera.get_index() == 1


def test_a_camera_does_not_acquire_unstaged_and_tells_of_a_folder_that_is_not_there(device):
    camera = device(HdfCamera, "DEMO:area:", "area", folder="/no/such/folder")
    for act in (camera.trigger, camera.kickoff, camera.complete, lambda: camera.prepare({"frames": 1})):
        with pytest.raises(NotStagedError, match="area (has no file open|cannot complete)"):
            act()
    path = camera.file_path.get()
    with pytest.raises(DeviceError, match="area cannot write to '/no/such/folder/': DEMO:area:HDF1 says"):
        camera.stage()
    assert not camera.is_staged
    assert camera.file_path.get() == path  # what was changed is put back


@pytest.mark.parametrize(
    "sequence",
    [
        {"frames": 0},
        {"frames": 1.5},
        {"frames": 1, "exposure_s": -1},
        {"frames": 1, "period_s": float("nan")},
        {"n": 1},
        5,
    ],
)
def test_a_sequence_of_frames_is_checked_before_anything_is_set(device, sequence):
    camera = device(HdfCamera, "DEMO:area:", "area")
    camera.stage()
    with pytest.raises(WrongValueError):
        camera.prepare(sequence)
    assert camera.trigger_mode.get() == "Internal"


# ---- flight


def test_a_stage_flies_and_gives_an_event_a_pulse(device, run):
    stage = device(FlyableStage, "DEMO:sx", "fly", compare_prefix="DEMO:compare:")
    speed = stage.motor.velocity.get()
    path = Trajectory(start=2.0, stop=0.0, points=21, dwell_s=0.02)

    @bpp.stage_decorator([stage])
    @bpp.run_decorator()
    def plan():
        yield from bps.prepare(stage, path, wait=True)
        yield from bps.kickoff(stage, wait=True)
        yield from bps.complete(stage, wait=True)
        yield from bps.collect(stage)

    documents = run(plan())
    (page,) = of(documents, "event_page")
    assert page["data"]["fly"] == pytest.approx(np.linspace(2.0, 0.0, 21), abs=1e-6)
    assert np.diff(page["timestamps"]["fly"]) == pytest.approx(0.02, abs=1e-3)
    assert of(documents, "descriptor")[0]["data_keys"]["fly"]["units"] == "mm"
    until(lambda: stage.motor.velocity.get() == speed, "the speed of before")


def test_frames_and_positions_are_collected_into_one_stream(device, run, tmp_path):
    stage = device(
        RecordingFlyableStage, "DEMO:sx", "fly", compare_prefix="DEMO:compare:", folder=str(tmp_path)
    )
    camera = device(HdfCamera, "DEMO:imager:", "imager")
    path = Trajectory(start=0.0, stop=2.0, points=41, dwell_s=0.01)

    @bpp.stage_decorator([stage, camera])
    @bpp.run_decorator()
    def plan():
        yield from bps.prepare(stage, path, group="ready")
        yield from bps.prepare(camera, FrameSequence(41, exposure_s=0.002, is_external=True), group="ready")
        yield from bps.wait("ready")
        yield from bps.declare_stream(stage, camera, name="fly", collect=True)
        yield from bps.kickoff(camera, wait=True)
        yield from bps.kickoff(stage, wait=True)
        yield from bps.collect_while_completing(
            [stage, camera], [stage, camera], flush_period=0.2, stream_name="fly"
        )

    documents = run(plan())
    positions, frames = array_of(documents, "fly", "fly"), array_of(documents, "imager", "fly")
    assert (positions.shape, frames.shape) == ((41,), (41, 256, 256))
    assert positions.read() == pytest.approx(np.linspace(0.0, 2.0, 41), abs=1e-6)
    assert np.diff(array_of(documents, "imager_timestamps", "fly").read()) == pytest.approx(0.01, abs=2e-3)
    seqs = sorted(doc["seq_nums"]["stop"] for doc in of(documents, "stream_datum"))
    assert seqs[-1] == 42


@pytest.mark.parametrize(
    ("trajectory", "told"),
    [
        (
            {"start": -9.9, "stop": 0.0, "points": 3, "dwell_s": 1.0},
            "fly cannot go to its run-up at .* mm: fly cannot",
        ),
        (
            {"start": 0.0, "stop": 9.9, "points": 3, "dwell_s": 1.0},
            "fly cannot go to its run-out at .* mm: fly cannot",
        ),
        ({"start": 0.0, "stop": 1.0, "points": 2, "dwell_s": 1e-9}, "fly.*velocity"),
        ({"start": 0.0, "stop": float("nan"), "points": 2, "dwell_s": 1.0}, "stop is a finite number"),
        ({"start": 0.0, "stop": 0.0, "points": 2, "dwell_s": 1.0}, "start and stop differ"),
        ({"start": 0.0, "stop": 1.0, "points": 1, "dwell_s": 1.0}, "points is a whole number from 2"),
        ({"start": 0.0}, "fly is prepared by Trajectory"),
        ("line", "fly is prepared by Trajectory"),
    ],
)
def test_a_trajectory_is_checked_before_anything_moves(device, trajectory, told):
    stage = device(FlyableStage, "DEMO:sx", "fly", compare_prefix="DEMO:compare:")
    setpoint = stage.locate()["setpoint"]
    with pytest.raises((LimitsError, WrongValueError), match=told):
        stage.prepare(trajectory)
    assert stage.locate()["setpoint"] == setpoint
    with pytest.raises(NotStagedError, match="fly has no trajectory"):
        stage.kickoff()


def test_a_flight_that_is_stopped_fails_and_gives_no_more_pulses(device):
    stage = device(FlyableStage, "DEMO:sx", "fly", compare_prefix="DEMO:compare:")
    speed = stage.motor.velocity.get()
    stage.prepare({"start": 0.0, "stop": 4.0, "points": 41, "dwell_s": 0.2}).wait(20)
    stage.kickoff().wait(5)
    flight = stage.complete()
    until(lambda: stage.captured.get() >= 1, "a first pulse")
    stage.stop(success=False)
    with pytest.raises(MoveStoppedError, match="fly stopped at"):
        flight.wait(10)
    until(lambda: not stage.armed.get(), "no more pulses")
    until(lambda: stage.motor.velocity.get() == speed, "the speed of before")
    assert 1 <= len(list(stage.collect())) < 41


def test_pulses_that_do_not_come_are_told(device, monkeypatch):
    monkeypatch.setattr("acquisition.devices.library.flyable_stage.PULSES_S", 0.3)
    stage = device(FlyableStage, "DEMO:sx", "fly", compare_prefix="DEMO:compare:")
    stage.prepare({"start": 0.0, "stop": 1.0, "points": 11, "dwell_s": 0.01}).wait(20)
    stage.pulse_start.set(5.0).wait(5)
    stage.kickoff().wait(5)
    with pytest.raises(DeviceError, match="fly has arrived, but only 0 of 11 pulses came"):
        stage.complete().wait(20)


@pytest.mark.parametrize(
    ("made", "protocols"),
    [
        ((Scaler, "P"), {"Triggerable", "Readable", "Configurable", "Stageable", "Pausable", "Stoppable"}),
        ((MultichannelAnalyser, "P"), {"Triggerable", "Readable", "Stageable", "Pausable", "Stoppable"}),
        ((TemperatureController, "P"), {"Movable", "Locatable", "Checkable", "Stoppable", "Subscribable"}),
        (
            (HdfCamera, "P"),
            {"Triggerable", "Preparable", "Flyable", "Collectable", "WritesStreamAssets", "Pausable"},
        ),
        (
            (FlyableStage, "P"),
            {"Movable", "Preparable", "Flyable", "EventCollectable", "Stoppable", "Checkable"},
        ),
    ],
)
def test_the_protocols_of_the_library(made, protocols):
    cls, prefix = made
    assert protocols <= set(protocols_of(cls(prefix, "d")))


SERVED = {
    "scaler.Scaler": "DEMO:scaler",
    "multichannel_analyser.MultichannelAnalyser": "DEMO:mca",
    "temperature.TemperatureController": "DEMO:oven",
    "ion_chamber.IonChamber": "DEMO:i0",
    "beam_position_monitor.BeamPositionMonitor": "DEMO:bpm:",
    "hdf_camera.HdfCamera": "DEMO:area:",
    "motor.Motor": "DEMO:sx",
    "ring.RingCurrent": "DEMO:ring",
    "shutter.Shutter": "DEMO:shutter",
    "point_detector.PointDetector": "DEMO:det",
    "area_detector.AreaDetector": "DEMO:camera",
}


@pytest.mark.parametrize("dotted", SERVED)
def test_units_are_those_that_the_docstrings_tell(dotted, device):
    cls = next(cls for cls in classes() if f"{cls.__module__}.{cls.__name__}".endswith(f".{dotted}"))
    made = device(cls, SERVED[dotted], "d")
    told = {name.replace("<P>", SERVED[dotted]): unit for name, (_, unit) in described(cls).items()}
    served = {
        signal.source.removeprefix("ca://"): signal.metadata.units
        for signal in made.children.values()
        if signal.source.removeprefix("ca://") in told
    }
    egu = served.get(f"{SERVED[dotted]}.RBV") or "keV"
    meant = {"same": "K", "K, °C": "K", "/min": "K/min", "EGU": egu, "EGU/s": f"{egu}/s"}
    assert served
    assert served == {name: meant.get(told[name], told[name]) for name in served}
