"""Settling, starting and waiting, on signals in memory whose control system the test plays."""

import pytest

from acquisition.devices.backends.base import Sample
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.errors import (
    DeviceError,
    DeviceTimeoutError,
    DisconnectedError,
    MoveStoppedError,
    NotStagedError,
    PutFailedError,
    WrongValueError,
)
from acquisition.devices.library.hdf_camera import HdfCamera
from acquisition.devices.library.multichannel_analyser import MultichannelAnalyser
from acquisition.devices.library.temperature import TemperatureController
from acquisition.devices.signal import Signal
from acquisition.devices.sim.fakes import instantiate_fake_device
from acquisition.devices.standard.awaiting import after, when
from acquisition.devices.standard.flight import FrameSequence, Trajectory, plan_of
from acquisition.devices.status import Status


def lose(signal):
    """Lose the connection of a signal, as its subscribers see it."""
    backend = signal.backend
    backend._subscribers.tell(Sample(backend.last.value, 0.0).gone_stale())


# ---- settling


@pytest.fixture
def oven():
    made = instantiate_fake_device(
        TemperatureController, "P", "oven", tolerance=1.0, settle_s=0.05, settle_timeout_s=5.0
    )
    made.temperature.backend.publish(300.0)
    made.setpoint.backend.publish(300.0)
    made.ramp_rate.backend.publish(0.0)
    return made


def test_a_readback_that_rests_within_the_tolerance_settles_without_being_told_again(oven):
    status = oven.set(310.0)
    assert not status.done
    oven.temperature.backend.publish(309.5)
    status.wait(5)


def test_a_readback_that_leaves_the_tolerance_begins_anew(oven):
    oven._logic.settle_s = 0.2
    status = oven.set(310.0)
    oven.temperature.backend.publish(309.5)
    oven.temperature.backend.publish(305.0)
    with pytest.raises(TimeoutError):
        status.wait(0.4)  # twice the settling time passes: it stays open, for it is away
    oven.temperature.backend.publish(310.4)
    status.wait(5)


def test_a_temperature_that_is_not_a_number_never_settles(oven):
    status = oven.set(310.0)
    oven.temperature.backend.publish(float("nan"))
    with pytest.raises(TimeoutError):
        status.wait(0.2)
    oven.stop(success=False)


def test_settling_fails_when_the_readback_is_lost(oven):
    status = oven.set(310.0)
    lose(oven.temperature)
    with pytest.raises(
        DisconnectedError, match=r"oven: the connection to fake://P:temperature was lost on the way to 310"
    ):
        status.wait(5)


def test_settling_fails_when_the_setpoint_is_refused(oven):
    oven.setpoint.backend.put = lambda value, **_: Status.failed(PutFailedError("no right"))
    with pytest.raises(PutFailedError, match="no right"):
        oven.set(310.0).wait(5)


def test_settling_reports_how_far_it_is(oven):
    seen = []
    status = oven.set(310.0)
    status.watch(lambda **progress: seen.append((progress["current"], progress["fraction"])))
    oven.temperature.backend.publish(305.0)
    oven.temperature.backend.publish(310.0)
    status.wait(5)
    assert (305.0, 0.5) in seen


def test_the_time_of_the_ramp_is_given_beside_the_time_to_settle(oven):
    oven.ramp_rate.backend.publish(1000.0)
    oven.settle_timeout_s = 0.0
    with pytest.raises(DeviceTimeoutError, match="after 0.35 s"):
        oven.set(305.0).wait(5)  # 0.3 s of ramp and 0.05 s to settle


def test_settling_that_takes_too_long_tells_where_it_is(oven):
    oven.settle_timeout_s = 0.1
    with pytest.raises(DeviceTimeoutError, match=r"oven going to 310 .*: it is at 300 .* after 0.15 s"):
        oven.set(310.0).wait(5)


def test_a_new_setpoint_ends_the_way_to_the_old_one(oven):
    first, second = oven.set(310.0), oven.set(320.0)
    with pytest.raises(MoveStoppedError, match="was sent to 320"):
        first.wait(5)
    oven.temperature.backend.publish(320.0)
    second.wait(5)


# ---- records that answer the start at once


@pytest.fixture
def mca():
    made = instantiate_fake_device(MultichannelAnalyser, "P", "mca")
    for signal, value in ((made.preset_real_s, 1.0), (made.preset_live_s, 0.0), (made.acquiring, 0)):
        signal.backend.publish(value)
    made.elapsed_real_s.backend.publish(1.0)
    return made


def test_an_acquisition_is_over_when_it_was_seen_busy_and_idle_again(mca):
    mca.erase_start.backend.then = lambda _: mca.acquiring.backend.publish(1)
    status = mca.trigger()
    assert not status.done
    mca.acquiring.backend.publish(1)
    assert not status.done
    mca.acquiring.backend.publish(0)
    status.wait(1)


def test_a_busy_time_too_short_to_be_seen_is_known_by_the_elapsed_time(mca):
    status = mca.trigger()
    status.wait(1)


def test_an_idle_of_the_time_before_does_not_end_an_acquisition(mca):
    mca.elapsed_real_s.backend.publish(0.0)
    status = mca.trigger()
    mca.acquiring.backend.publish(0)
    assert not status.done
    mca.acquiring.backend.publish(1)
    mca.acquiring.backend.publish(0)
    status.wait(1)


def test_an_acquisition_fails_when_it_is_lost_or_refused(mca):
    mca.elapsed_real_s.backend.publish(0.0)
    status = mca.trigger()
    lose(mca.acquiring)
    with pytest.raises(DisconnectedError, match="mca.acquiring was lost while it acquired"):
        status.wait(1)
    mca.erase_start.backend.put = lambda value, **_: Status.failed(PutFailedError("refused"))
    with pytest.raises(PutFailedError, match="refused"):
        mca.trigger().wait(1)


# ---- waiting for a signal, and one thing after the other


def test_a_signal_is_waited_for_from_now_on():
    signal = Signal(SoftBackend(0), "n")
    status = when(signal, lambda value: value >= 2, "n reaching 2", timeout_s=5)
    assert not status.done
    for value in (1, 2):
        signal.backend.publish(value)
    status.wait(1)
    assert signal.backend._subscribers.functions == []
    assert when(signal, lambda value: value >= 2, "n reaching 2", timeout_s=5).success


def test_a_signal_that_is_lost_fails_the_wait():
    signal = Signal(SoftBackend(0), "n")
    status = when(signal, bool, "n reaching 1", timeout_s=5)
    lose(signal)
    with pytest.raises(DisconnectedError, match=r"n reaching 1: n \(soft://n\) was lost"):
        status.wait(1)


def test_what_comes_after_a_failure_is_not_begun():
    begun = []

    def then():
        begun.append(1)
        return Status.finished()

    with pytest.raises(DeviceError, match="first"):
        after(Status.failed(DeviceError("first")), then, "both").wait(1)
    assert begun == []
    after(Status.finished(), then, "both").wait(1)
    assert begun == [1]
    with pytest.raises(ZeroDivisionError):
        after(Status.finished(), lambda: 1 / 0, "both").wait(1)
    with pytest.raises(DeviceError, match="second"):
        after(Status.finished(), lambda: Status.failed(DeviceError("second")), "both").wait(1)


# ---- a writer that answers the write to Capture only when the file is closed


@pytest.fixture
def camera():
    made = instantiate_fake_device(HdfCamera, "P:", "camera", text_backend=_fake)
    values = {
        "rows": 4, "columns": 6, "data_type": "UInt16", "captured": 0, "capturing": "Done",
        "path_exists": "Yes", "file_name": "", "acquire": 0,
        "file_path": "/frames/", "full_path": "/frames/x y.h5", "write_message": "", "exposure_s": 0.1,
        "period_s": 0.1, "num_images": 7, "image_mode": "Single", "trigger_mode": "Internal",
        "file_template": "%s%s_%d.h5", "num_capture": 5, "write_mode": "Single", "swmr": "Off",
        "lazy_open": "No",
    }  # fmt: skip
    for attr_name, value in values.items():
        made.children[attr_name].backend.publish(value)
    made.timeout_s = 1.0
    return made


def _fake(pv_name):
    from acquisition.devices.sim.fakes import FakeBackend

    return FakeBackend(pv_name)


def capture_like_a_real_writer(camera):
    capture, held = camera.capture.backend, []

    def put(value, **_):
        capture.publish(value)
        camera.capturing.backend.publish("Capturing" if value else "Done")
        if value:
            held.append(Status("capturing"))
            return held[-1]
        for status in held:
            status.set_finished()
        return Status.finished()

    capture.put = put
    return held


def test_opening_a_file_waits_for_the_state_and_not_for_the_answer(camera):
    held = capture_like_a_real_writer(camera)
    camera.stage()
    assert (camera.write_mode.get(), camera.swmr.get(), camera.num_images.get()) == ("Stream", "On", 1)
    camera.acquire.backend.then = lambda value: camera.captured.backend.publish(value)
    camera.trigger().wait(1)
    resource, datum, *_ = list(camera.collect_asset_docs())
    assert resource[1]["uri"] == "file://localhost/frames/x%20y.h5"
    assert datum[1]["indices"] == {"start": 0, "stop": 1}
    camera.unstage()
    assert all(status.done for status in held)
    settings = camera.write_mode.get(), camera.swmr.get(), camera.num_images.get(), camera.file_template.get()
    assert settings == ("Single", "Off", 7, "%s%s_%d.h5")


def test_a_frame_counts_as_taken_when_it_is_in_the_file(camera):
    capture_like_a_real_writer(camera)
    camera.stage()
    status = camera.trigger()
    assert not status.done
    camera.captured.backend.publish(1)
    status.wait(1)
    camera.unstage()


def test_a_file_that_cannot_be_opened_is_told_with_what_the_writer_says(camera):
    camera.write_message.backend.publish("disk full")
    camera.capture.backend.put = lambda value, **_: (
        Status.failed(PutFailedError("refused")) if value else Status.finished()
    )
    with pytest.raises(
        DeviceError, match="camera could not open a file: refused. The writer says: disk full"
    ):
        camera.stage()
    assert not camera.is_staged
    assert camera.write_mode.get() == "Single"
    with pytest.raises(NotStagedError):
        camera.trigger()


# ---- plans of flights


def test_a_run_up_is_half_the_way_of_full_speed_and_a_step():
    path = Trajectory(start=0.0, stop=-10.0, points=11, dwell_s=0.5)
    assert (path.step, path.sign, path.velocity, path.duration_s) == (-1.0, -1.0, 2.0, 5.0)
    assert path.run_up(0.2) == pytest.approx(0.2 + 1.0)


@pytest.mark.parametrize("value", [None, 3, "x", {"start": 1}, {"unknown": 1}])
def test_other_things_are_no_plan(value):
    with pytest.raises(WrongValueError, match=r"d is prepared by (Trajectory|FrameSequence)\("):
        plan_of(Trajectory, value, "d")
    with pytest.raises(WrongValueError, match="d is prepared by"):
        plan_of(FrameSequence, value, "d")
