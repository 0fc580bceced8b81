"""External fields as arrays: every kind of file gives back what was written, by any slice."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import TooLargeError
from acquisition.devices.sim.frame_file import FrameFile
from acquisition.devices.sim.images import FileImage
from catalog.assets.errors import AssetGoneError, NoFrameError
from catalog.assets.lazy_array import BadIndexError
from tests.support.asset_files import array_of, stream_documents

HDF5, TIFF, NPY = (
    "application/x-hdf5",
    "multipart/related;type=image/tiff",
    "multipart/related;type=application/x-npy",
)
VALUES = np.random.default_rng(1).integers(0, 65535, (7, 5, 6)).astype("<u2")


def write_hdf5(path: Path, values=VALUES, dataset="/entry/data/data"):
    with h5py.File(path, "w") as file:
        file.create_dataset(dataset, data=values, chunks=(1, *values.shape[1:]))


@pytest.fixture(scope="module")
def two_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    write_hdf5(folder / "a.h5", VALUES[:4])
    write_hdf5(folder / "b.h5", VALUES[4:])
    return array_of(folder, (1, 5, 6), stream_documents(folder, [("a.h5", 4), ("b.h5", 3)], HDF5))


def test_several_files_are_one_array(two_files):
    assert (two_files.shape, two_files.dtype, two_files.per_event) == ((7, 5, 6), np.dtype("<u2"), 1)
    assert two_files.chunks == ((4, 3), (5,), (6,))
    assert np.array_equal(two_files.read(), VALUES)
    assert (len(two_files), two_files.ndim, two_files.nbytes) == (7, 3, VALUES.nbytes)


SIDES = st.one_of(
    st.integers(-7, 6),
    st.builds(
        slice, st.none() | st.integers(-9, 9), st.none() | st.integers(-9, 9), st.none() | st.integers(1, 4)
    ),
)


@given(first=SIDES, second=st.one_of(st.integers(-5, 4), st.just(slice(1, 9, 2))))
def test_every_slice_is_that_of_numpy(two_files, first, second):
    assert np.array_equal(two_files[first], VALUES[first])
    assert np.array_equal(two_files[first, second], VALUES[first, second])
    assert np.array_equal(two_files[..., second, first if not isinstance(first, int) else 0],
                          VALUES[..., second, first if not isinstance(first, int) else 0])  # fmt: skip


@pytest.mark.parametrize(
    "key", [7, -8, (0, 0, 0, 0), slice(None, None, -1), [1, 2], "a", True, None, (..., ...)]
)
def test_other_keys_are_refused(two_files, key):
    with pytest.raises(BadIndexError):
        two_files[key]


def test_dask_reads_when_it_computes(two_files):
    lazy = two_files.dask()
    assert lazy.chunks == two_files.chunks
    assert np.array_equal((lazy + 1).compute(scheduler="synchronous"), VALUES + 1)


@pytest.mark.parametrize(
    ("shape", "written", "expected", "per_event"),
    [
        ((1, 5, 6), VALUES, VALUES, 1),
        ((5, 6), VALUES, VALUES, 1),
        ((7, 5, 6), VALUES, VALUES, 7),
        ((5, 6), VALUES[:, None], VALUES[:, None], 1),
        ((), VALUES[:, 0, 0], VALUES[:, 0, 0], 1),
        ((6,), VALUES[:, 0], VALUES[:, 0], 1),
    ],
)
def test_events_of_every_shape_are_laid_end_to_end(tmp_path, shape, written, expected, per_event):
    write_hdf5(tmp_path / "a.h5", written)
    events = 7 // per_event
    array = array_of(tmp_path, shape, stream_documents(tmp_path, [("a.h5", events)], HDF5))
    assert (array.shape, array.per_event) == (expected.shape, per_event)
    assert np.array_equal(array.read(), expected)


def test_an_event_that_was_taken_again_has_its_last_frame(tmp_path):
    write_hdf5(tmp_path / "a.h5")
    documents = stream_documents(tmp_path, [("a.h5", 4)], HDF5)
    documents["stream_datums"].append(
        {"stream_resource": "a.h5", "seq_nums": {"start": 3, "stop": 5}, "indices": {"start": 4, "stop": 6}}
    )
    array = array_of(tmp_path, (1, 5, 6), documents)
    assert np.array_equal(array.read(), VALUES[[0, 1, 4, 5]])


def test_a_hole_in_the_documents_is_told_and_the_rest_read(tmp_path):
    write_hdf5(tmp_path / "a.h5")
    documents = stream_documents(tmp_path, [("a.h5", 6)], HDF5)
    documents["stream_datums"] = [
        {
            "stream_resource": "a.h5",
            "seq_nums": {"start": n, "stop": n + 1},
            "indices": {"start": n - 1, "stop": n},
        }
        for n in (1, 2, 5, 6)
    ]
    array = array_of(tmp_path, (1, 5, 6), documents)
    with pytest.raises(NoFrameError, match="Run r, field 'image': entries 2 to 3 are in no file"):
        array.read()
    values, gaps = array.read_what_there_is()
    assert [(gap.start, gap.stop) for gap in gaps] == [(2, 4)]
    assert np.array_equal(values[[0, 1, 4, 5]], VALUES[[0, 1, 4, 5]])
    assert array.chunks[0] == (2, 2, 2)


def test_a_file_that_is_gone_spoils_nothing_else(tmp_path):
    write_hdf5(tmp_path / "a.h5", VALUES[:4])
    write_hdf5(tmp_path / "b.h5", VALUES[4:])
    documents = stream_documents(tmp_path, [("a.h5", 4), ("b.h5", 3)], HDF5)
    array = array_of(tmp_path, (1, 5, 6), documents)
    (tmp_path / "a.h5").unlink()
    for opened in (array, array_of(tmp_path, (1, 5, 6), documents, dtype_numpy="<u2")):
        assert np.array_equal(opened[4:], VALUES[4:])
        with pytest.raises(AssetGoneError, match="Run r, field 'image': The file a.h5 is gone"):
            opened[2:6]
        values, gaps = opened.read_what_there_is([slice(2, 6)])
        assert [(gap.start, gap.stop, gap.reason) for gap in gaps] == [
            (2, 4, "Run r, field 'image': The file a.h5 is gone.")
        ]
        assert np.array_equal(values[2:], VALUES[4:6])


@pytest.mark.parametrize(
    ("shape", "expected", "per_event"),
    [((), (4,), 1), ((1,), (4,), 1), ((6,), (4, 6), 1), ((1, 6), (4, 6), 1), ((5, 6), (4, 5, 6), 1)]
    + [((1, 5, 6), (4, 5, 6), 1), ((3, 5, 6), (12, 5, 6), 3)],
)
def test_the_shape_of_a_file_that_is_gone_is_that_of_the_descriptor(tmp_path, shape, expected, per_event):
    documents = stream_documents(tmp_path, [("a.h5", 4)], HDF5)
    array = array_of(tmp_path, shape, documents, dtype_numpy="<u2")
    assert (array.shape, array.per_event) == (expected, per_event)


def test_too_much_at_once_is_refused_before_it_is_read(two_files):
    from dataclasses import replace

    small = replace(two_files, max_bytes=200)
    with pytest.raises(
        TooLargeError, match=r"Run r, field 'image': 420 bytes are too much at once; 200 at most"
    ):
        small.read()
    assert np.array_equal(small[0], VALUES[0])


@pytest.mark.parametrize("template", ["img_{:04d}.tif", "%s%s_%4.4d.tif", "/img_%04d.tif"])
@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"rowsperstrip": 2}])
def test_a_series_of_tiff_files(tmp_path, template, options):
    for number, frame in enumerate(VALUES):
        tifffile.imwrite(tmp_path / f"img_{number:04d}.tif", frame, **options)
    parameters = {"template": template, "filename": "img"}
    documents = stream_documents(tmp_path, [("", 7)], TIFF, parameters)
    array = array_of(tmp_path, (1, 5, 6), documents)
    assert array.shape == (7, 5, 6)
    assert np.array_equal(array[1:6:2, 2:], VALUES[1:6:2, 2:])


def test_deflated_tiff_files(tmp_path):
    from PIL import Image

    for number, frame in enumerate(VALUES):
        Image.fromarray(frame).save(tmp_path / f"i{number}.tif", compression="tiff_adobe_deflate")
    documents = stream_documents(tmp_path, [("", 7)], TIFF, {"template": "i{}.tif"})
    assert np.array_equal(array_of(tmp_path, (1, 5, 6), documents).read(), VALUES)


def test_tiff_files_of_several_pages(tmp_path):
    tifffile.imwrite(tmp_path / "s_0.tif", VALUES[:3], photometric="minisblack")
    tifffile.imwrite(tmp_path / "s_1.tif", VALUES[3:6], photometric="minisblack")
    documents = stream_documents(tmp_path, [("", 2)], TIFF, {"template": "s_{:d}.tif"})
    array = array_of(tmp_path, (3, 5, 6), documents)
    assert (array.shape, array.per_event) == ((6, 5, 6), 3)
    assert np.array_equal(array.read(), VALUES[:6])


def test_a_series_of_numpy_files(tmp_path):
    for number, frame in enumerate(VALUES):
        np.save(tmp_path / f"x_{number}.npy", frame)
    documents = stream_documents(tmp_path, [("x", 7)], NPY)
    assert np.array_equal(array_of(tmp_path, (5, 6), documents).read(), VALUES)


def test_rows_of_text(tmp_path):
    numbers = np.array([[1.5, 2.5, -3e-300], [4.0, float("inf"), 6.25]])
    (tmp_path / "a.csv").write_text("\n".join(",".join(map(repr, row)) for row in numbers.tolist()))
    documents = stream_documents(tmp_path, [("a.csv", 2)], "text/csv;header=absent")
    array = array_of(tmp_path, (1, 3), documents, dtype_numpy="<f8")
    assert np.array_equal(array.read(), numbers)


def test_frames_of_the_demo_camera_come_back_exactly(tmp_path):
    file = FrameFile(tmp_path, "demo.h5", (5, 6))
    for number, frame in enumerate(VALUES, 1):
        file.append(frame, float(number))
    file.close()
    parameters = {"dataset": "/entry/data/frames", "chunk_shape": [1, 5, 6], "swmr": True}
    documents = stream_documents(tmp_path, [("demo.h5", 7)], HDF5, parameters)
    assert np.array_equal(array_of(tmp_path, (1, 5, 6), documents).read(), VALUES)


def test_images_of_the_simulated_camera_come_back_by_their_datums(tmp_path):
    images = iter([VALUES[0], *VALUES])
    camera = FileImage("image", tmp_path, lambda: next(images))
    documents, ids = {"resource": [], "datum": []}, []
    for length in (3, 4):
        camera.stage()
        for _ in range(length):
            camera.trigger().wait(1)
            ids.append(camera.read()["image"]["value"])
            for name, doc in camera.collect_asset_docs():
                documents[name].append(doc)
        camera.unstage()
    found = {"resources": documents["resource"], "datums": documents["datum"]}
    array = array_of(tmp_path, (5, 6), found, datum_ids=ids)
    assert np.array_equal(array.read(), VALUES)
    swapped = array_of(tmp_path, (5, 6), found, datum_ids=[ids[5], "nothing", ids[0]])
    assert np.array_equal(swapped[0], VALUES[5])
    assert np.array_equal(swapped[2], VALUES[0])
    with pytest.raises(NoFrameError, match="entries 1 to 1 are in no file"):
        swapped.read()


@pytest.mark.parametrize(
    ("spec", "kwargs"), [("AD_HDF5", {"frame_per_point": 2}), ("AD_TIFF", {"frame_per_point": 2})]
)
def test_resources_of_the_area_detector_module(tmp_path, spec, kwargs):
    values = VALUES[:6]
    if spec == "AD_HDF5":
        write_hdf5(tmp_path / "a.h5", values)
        path = "a.h5"
    else:
        for number, frame in enumerate(values):
            tifffile.imwrite(tmp_path / f"t_{number:06d}.tiff", frame)
        path, kwargs = "", {**kwargs, "template": "%s%s_%6.6d.tiff", "filename": "t"}
    resource = {
        "uid": "r",
        "spec": spec,
        "root": str(tmp_path),
        "resource_path": path,
        "resource_kwargs": kwargs,
    }
    datums = [{"datum_id": f"r/{n}", "resource": "r", "datum_kwargs": {"point_number": n}} for n in range(3)]
    array = array_of(tmp_path, (2, 5, 6), {"resources": [resource], "datums": datums})
    assert (array.shape, array.per_event) == ((6, 5, 6), 2)
    assert np.array_equal(array.read(), values)


def test_the_version_changes_with_the_file(two_files, tmp_path):
    write_hdf5(tmp_path / "a.h5")
    array = array_of(tmp_path, (1, 5, 6), stream_documents(tmp_path, [("a.h5", 7)], HDF5))
    before = array.version(0, 1)
    assert array.version(0, 1) == before
    write_hdf5(tmp_path / "a.h5", VALUES + 1)
    assert array.version(0, 1) != before
