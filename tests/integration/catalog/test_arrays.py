"""External fields of stored runs as arrays, cut to what a person may see."""

import h5py
import numpy as np
import pytest

from accounts.errors import NotFoundError, UnavailableError
from acquisition.devices.sim.images import FileImage
from catalog import selectors
from catalog.assets.errors import AssetNotAllowedError, NoFrameError
from catalog.documents.compose import RunComposer
from catalog.tiled.arrays import stream_array
from catalog.tiled.tree import node_at
from tests.support.catalog_runs import KEYS, make_place, stored

pytestmark = pytest.mark.django_db

VALUES = np.arange(5 * 4 * 6, dtype="<u2").reshape(5, 4, 6)


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def root(tmp_path, settings):
    settings.BEAMPORT_ASSET_ROOTS = [tmp_path]
    return tmp_path


def with_stream_assets(place, uri, *, stream="primary"):
    run = RunComposer({}, time=1.0)
    camera = {
        "source": "x",
        "dtype": "array",
        "shape": [1, 4, 6],
        "dtype_numpy": "<u2",
        "external": "STREAM:",
    }
    descriptor = run.descriptor(stream, {"camera": camera, "sx": KEYS["sx"]})
    resource = run.stream_resource(uri, "application/x-hdf5", "camera", {"dataset": "/frames"})
    docs = [("start", run.start), ("descriptor", descriptor.descriptor), ("stream_resource", resource)]
    for n in range(5):
        docs.append(("stream_datum", descriptor.stream_datum(resource, (n + 1, n + 2), (n, n + 1), number=n)))
        docs.append(("event", descriptor.event({"sx": float(n)}, {"sx": 1.0})))
    return stored(place, [*docs, ("stop", run.stop())])


def with_datums(place, folder):
    images = iter([VALUES[0], *VALUES])
    camera = FileImage("camera", folder, lambda: next(images))
    run = RunComposer({}, time=1.0)
    camera.stage()
    descriptor = run.descriptor("primary", {**camera.describe(), "sx": KEYS["sx"]})
    docs = [("start", run.start), ("descriptor", descriptor.descriptor)]
    for n in range(5):
        camera.trigger().wait(1)
        for name, doc in camera.collect_asset_docs():
            docs.append((name, {**doc, "run_start": run.start["uid"]} if name == "resource" else doc))
        data = {"camera": camera.read()["camera"]["value"], "sx": float(n)}
        docs.append(("event", descriptor.event(data, dict.fromkeys(data, 1.0), filled={"camera": False})))
    return stored(place, [*docs, ("stop", run.stop())])


def write(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("frames", data=VALUES, chunks=(1, 4, 6))
    return path


def test_frames_by_stream_documents(place, root):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    array = selectors.external_array(place.member, uid, "primary", "camera")
    assert (array.shape, array.dtype, array.per_event) == ((5, 4, 6), np.dtype("<u2"), 1)
    assert np.array_equal(array[1:4, ::2], VALUES[1:4, ::2])
    assert selectors.external_fields(place.member, uid, "primary") == ["camera"]


def test_frames_by_resource_and_datum(place, root):
    uid = with_datums(place, root)
    array = selectors.external_array(place.member, uid, "primary", "camera")
    assert np.array_equal(array.dask().compute(scheduler="synchronous"), VALUES)
    assert np.array_equal(selectors.frame(place.member, uid, "primary", "camera", 3).read(), VALUES[3])
    with pytest.raises(NoFrameError, match="has no frame 5 of 'camera'"):
        selectors.frame(place.member, uid, "primary", "camera", 5)


def test_strangers_do_not_learn_that_there_is_an_array(place, root):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    for ask in (selectors.external_array, lambda *a: selectors.frame(*a, 0)):
        with pytest.raises(NotFoundError) as hidden:
            ask(place.stranger, uid, "primary", "camera")
        with pytest.raises(NotFoundError) as unknown:
            ask(place.stranger, "0" * 36, "primary", "camera")
        assert str(hidden.value).replace(uid, "") == str(unknown.value).replace("0" * 36, "")
    with pytest.raises(NotFoundError):
        selectors.external_fields(place.stranger, uid, "primary")


@pytest.mark.parametrize(
    ("stream", "field"), [("other", "camera"), ("primary", "other"), ("", ""), ("primary", "x\0")]
)
def test_fields_that_are_not_there_are_not_found(place, root, stream, field):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    with pytest.raises(NotFoundError):
        selectors.external_array(place.member, uid, stream, field)


def test_values_in_events_are_no_array_of_files(place, root):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    with pytest.raises(
        NoFrameError, match=f"Run {uid}, field 'sx' of stream 'primary': its values are in the events"
    ):
        selectors.external_array(place.member, uid, "primary", "sx")


def test_folders_of_the_detector_machine_are_mapped(place, root, settings):
    write(root / "a.h5")
    uid = with_stream_assets(place, "file://localhost/ioc/frames/a.h5")
    array = selectors.external_array(place.member, uid, "primary", "camera")
    with pytest.raises(
        AssetNotAllowedError, match=f"Run {uid}, field 'camera' of stream 'primary': The file 'a.h5'"
    ):
        array.read()
    settings.BEAMPORT_ASSET_ROOT_MAP = [f"/ioc/frames={root}"]
    assert np.array_equal(selectors.external_array(place.member, uid, "primary", "camera").read(), VALUES)


def test_a_reader_of_the_settings_is_used(place, root, settings):
    settings.BEAMPORT_READERS = ["tests.unit.catalog.assets.test_registry.FixedReader"]
    uid = with_stream_assets(place, "file://localhost/anything")
    assert selectors.external_array(place.member, uid, "primary", "camera").shape == (5, 2, 3)


@pytest.mark.parametrize(
    ("name", "value"), [("BEAMPORT_READERS", ["no.such.Reader"]), ("BEAMPORT_ASSET_ROOT_MAP", ["nonsense"])]
)
def test_a_wrong_setting_is_told_and_named_to_the_administrator(place, root, settings, name, value):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    setattr(settings, name, value)
    with pytest.raises(UnavailableError, match="a setting is wrong") as told:
        selectors.external_array(place.member, uid, "primary", "camera")
    assert name in told.value.hint


def test_one_frame_of_many_costs_as_many_queries_as_one_of_few(place, root, django_assert_num_queries):
    uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    with django_assert_num_queries(6, exact=False):
        selectors.frame(place.member, uid, "primary", "camera", 4).read()


@pytest.mark.parametrize("make", ["stream documents", "datums"])
def test_frames_are_an_array_for_tiled_in_either_form_of_documents(place, root, make):
    uid = with_datums(place, root)
    if make == "stream documents":
        uid = with_stream_assets(place, write(root / "a.h5").as_uri())
    node = node_at(place.member, f"{uid}/primary/camera")
    array = stream_array(place.member, uid, node.stream, node.field)
    assert np.array_equal(array.read((slice(1, 3), 0, slice(None, None, -1))), VALUES[1:3, 0, ::-1])
    assert [column.name for column in node.stream.columns] == ["seq_num", "time", "sx", "ts_sx"]
