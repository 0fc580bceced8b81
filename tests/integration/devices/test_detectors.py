"""Shutter, ring, point detector and camera of the demo beamline, over real Channel Access."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import h5py
import pytest

from acquisition.devices.errors import LimitsError, NotStagedError, WrongValueError
from acquisition.devices.protocols import protocols_of
from tests.support.ioc import until


def counts(devices, **positions):
    for name, position in positions.items():
        devices[name].set(position).wait(10)
    devices["det"].trigger().wait(10)
    return devices["det"].read()["det"]["value"]


def test_the_detector_peaks_where_the_sample_is(devices):
    assert counts(devices, sx=1.2, sy=-0.5, theta=0.0) > 4 * counts(devices, sx=-1.0) > 0


def test_behind_a_closed_shutter_there_are_only_dark_counts(devices):
    open_counts = counts(devices, sx=1.2, sy=-0.5)
    devices["shutter"].set("closed").wait(10)
    assert devices["shutter"].read()["shutter"]["value"] == "closed"
    dark = counts(devices)
    devices["shutter"].set("open").wait(10)
    assert dark < 30 < 1000 < open_counts


def test_a_longer_exposure_counts_more(devices):
    short = counts(devices, sx=1.2, sy=-0.5)
    devices["det"].configure(exposure_s=0.3)
    long = counts(devices)
    devices["det"].configure(exposure_s=0.1)
    assert 2.5 * short < long < 3.5 * short


def test_an_exposure_outside_its_limits_is_refused(devices):
    with pytest.raises(LimitsError, match=r"det.exposure_s cannot go to 100 s"):
        devices["det"].configure(exposure_s=100)


def test_the_shutter_takes_only_its_words(devices):
    assert devices["shutter"].choices == ("closed", "open")
    with pytest.raises(WrongValueError, match="takes one of closed, open"):
        devices["shutter"].set("ajar")
    assert devices["shutter"].locate() == {"setpoint": "open", "readback": "open"}
    assert devices["shutter"].describe()["shutter"]["choices"] == ["closed", "open", "moving"]


def test_the_ring_has_a_current_in_ma_that_changes_by_itself(devices):
    ring, seen = devices["ring"], []
    ring.subscribe(seen.append)
    until(
        lambda: len({reading["ring"]["value"] for reading in seen}) >= 3, "three values of the ring current"
    )
    ring.clear_sub(seen.append)
    assert all(290.0 < reading["ring"]["value"] < 301.0 for reading in seen)
    assert ring.describe()["ring"]["units"] == "mA"


@pytest.mark.parametrize(
    ("name", "protocols"),
    [
        (
            "sx",
            {"Movable", "Locatable", "Checkable", "Stoppable", "Readable", "Configurable", "Subscribable"},
        ),
        ("shutter", {"Movable", "Locatable", "Checkable", "Readable"}),
        ("ring", {"Readable", "Subscribable", "HasHints"}),
        ("det", {"Triggerable", "Readable", "Configurable", "Stageable", "Pausable"}),
        (
            "camera",
            {"Triggerable", "Readable", "Configurable", "Stageable", "Pausable", "WritesStreamAssets"},
        ),
    ],
)
def test_each_device_has_the_protocols_of_bluesky_that_fit_it(devices, name, protocols):
    assert protocols <= set(protocols_of(devices[name]))
    assert ("Movable" in protocols) == ("Movable" in protocols_of(devices[name]))


@pytest.fixture
def camera(devices):
    camera = devices["camera"]
    camera.stage()
    yield camera
    camera.unstage()


def frames_of(document):
    return Path(unquote(urlparse(document["uri"]).path))


def test_each_frame_is_told_once_and_can_be_read_while_the_file_is_open(camera):
    camera.trigger().wait(10)
    (kind, resource), (_, first) = camera.collect_asset_docs()
    assert kind == "stream_resource"
    assert list(camera.collect_asset_docs()) == []
    with h5py.File(frames_of(resource), "r", swmr=True) as file:
        dataset = file[resource["parameters"]["dataset"]]
        assert dataset.shape == (1, 96, 128)
        assert int(dataset[0].sum()) == camera.read()["camera_total"]["value"]
        camera.trigger().wait(10)
        dataset.refresh()
        assert dataset.shape == (2, 96, 128)
    ((_, second),) = camera.collect_asset_docs()
    assert (first["indices"], second["indices"]) == ({"start": 0, "stop": 1}, {"start": 1, "stop": 2})
    assert second["stream_resource"] == resource["uid"]
    assert camera.get_index() == 2


def test_asset_documents_stop_at_the_index_that_was_asked_for(camera):
    for _ in range(3):
        camera.trigger().wait(10)
    documents = list(camera.collect_asset_docs(2))
    assert documents[-1][1]["indices"] == {"start": 0, "stop": 2}
    assert [doc["indices"] for _, doc in camera.collect_asset_docs()] == [{"start": 2, "stop": 3}]


def test_the_frame_is_described_as_external(camera):
    key = camera.describe()["camera"]
    assert (key["external"], key["shape"], key["dtype_numpy"]) == ("STREAM:", [1, 96, 128], "<u2")
    assert "camera" not in camera.read()
    assert camera.hints == {"fields": ["camera_total"]}


def test_each_staging_has_a_file_of_its_own(devices):
    camera, paths = devices["camera"], []
    for _ in range(2):
        camera.stage()
        camera.trigger().wait(10)
        paths.append(frames_of(next(iter(camera.collect_asset_docs()))[1]))
        camera.unstage()
    assert paths[0] != paths[1]
    with h5py.File(paths[0], "r") as file:
        assert file["/entry/data/frames"].shape == (1, 96, 128)


def test_a_camera_that_is_not_staged_does_not_acquire(devices):
    with pytest.raises(NotStagedError, match="stage it before"):
        devices["camera"].trigger()


def acquiring(detector):
    """Start a long exposure and wait until it goes on."""
    detector.configure(exposure_s=50.0)
    status = detector.trigger()
    until(lambda: detector.acquire.get() == 1, "the exposure to go on")
    return status


def test_a_pause_breaks_off_a_count_which_can_be_taken_anew(devices):
    det = devices["det"]
    status = acquiring(det)
    det.pause()
    assert status.done
    det.resume()
    det.configure(exposure_s=0.1)
    assert counts(devices) >= 0


def test_unstaging_breaks_off_a_frame_and_closes_the_file(devices):
    camera = devices["camera"]
    camera.stage()
    status = acquiring(camera)
    camera.unstage()
    assert status.done
    assert not camera.is_staged
    assert camera.capture.get() == 0
    assert camera.get_index() == 0
    camera.configure(exposure_s=0.1)


def test_a_second_trigger_during_an_exposure_fails(devices):
    det = devices["det"]
    first = acquiring(det)
    error = det.acquire.set(1).exception(10)
    assert "an acquisition is going on" in str(error)
    det.pause()
    assert first.done
    det.configure(exposure_s=0.1)


def test_the_camera_refuses_a_file_name_that_leaves_its_folder(devices):
    camera = devices["camera"]
    camera.file_name.set("../../escape.h5").wait(10)
    error = camera.capture.set(1).exception(10)
    assert "no file name" in str(error)
    assert camera.capture.get() == 0
