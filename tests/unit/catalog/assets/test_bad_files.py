"""Files that are hostile, broken, missing or not ready: a clear error, nothing outside is read."""

import struct
import zlib
from pathlib import Path, PurePosixPath

import h5py
import numpy as np
import pytest
import tifffile

from accounts.errors import BeamportError, TooLargeError
from catalog.assets.errors import AssetGoneError, AssetNotAllowedError, NoFrameError
from catalog.assets.file_names import file_names
from catalog.assets.paths import Roots, path_of
from catalog.assets.readers import open_array
from tests.support.asset_files import array_of, stream_documents

HDF5 = "application/x-hdf5"
TIFF = "multipart/related;type=image/tiff"
NPY = "multipart/related;type=application/x-npy"
FRAMES = np.arange(2 * 3 * 4, dtype="<u2").reshape(2, 3, 4)


@pytest.fixture
def folder(tmp_path):
    """A folder that may be read, beside a secret that may not."""
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["entry/data/data"] = FRAMES
    np.save(tmp_path / "secret.npy", FRAMES)
    tifffile.imwrite(tmp_path / "secret.tif", FRAMES[0])
    return allowed


def read(folder, name, mimetype=HDF5, parameters=None, shape=(1, 3, 4), events=2):
    documents = stream_documents(folder, [(name, events)], mimetype, parameters)
    return array_of(folder, shape, documents).read()


def external_link(file, secret):
    file["entry/data/data"] = h5py.ExternalLink(str(secret), "/entry/data/data")


def external_group(file, secret):
    file["entry"] = h5py.ExternalLink(str(secret), "/entry")


def soft_link(file, secret):
    file["inner"] = h5py.ExternalLink(str(secret), "/entry/data/data")
    file["entry/data/data"] = h5py.SoftLink("/inner")


def virtual(file, secret):
    layout = h5py.VirtualLayout(shape=FRAMES.shape, dtype=FRAMES.dtype)
    layout[:] = h5py.VirtualSource(str(secret), "/entry/data/data", shape=FRAMES.shape)
    file.create_virtual_dataset("entry/data/data", layout)


def external_storage(file, secret):
    file.create_dataset("entry/data/data", FRAMES.shape, FRAMES.dtype, external=[(str(secret), 0, 48)])


@pytest.mark.parametrize("plant", [external_link, external_group, soft_link, virtual, external_storage])
def test_hdf5_files_that_point_elsewhere_are_refused(folder, plant):
    with h5py.File(folder / "a.h5", "w") as file:
        plant(file, folder.parent / "secret.h5")
    with pytest.raises(NoFrameError, match=r"Run r, field 'image': .*(of its own|in the file itself)"):
        read(folder, "a.h5")


def text(file):
    file["entry/data/data"] = ["a", "b"]


def a_group(file):
    file.create_group("entry/data/data")


def scalar(file):
    file["entry/data/data"] = 3


def records(file):
    file["entry/data/data"] = np.zeros(3, dtype=[("a", "i4")])


def nothing(file):
    file["entry/other"] = 3


@pytest.mark.parametrize("plant", [text, a_group, scalar, records, nothing])
def test_hdf5_files_without_an_array_of_numbers_are_told_so(folder, plant):
    with h5py.File(folder / "a.h5", "w") as file:
        plant(file)
    with pytest.raises(NoFrameError, match="Run r, field 'image'"):
        read(folder, "a.h5")


def test_an_hdf5_block_of_gigabytes_is_refused(folder):
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset(
            "entry/data/data", (2, 40_000, 40_000), "u2", chunks=(1, 40_000, 40_000), compression="gzip"
        )
    with pytest.raises(TooLargeError, match="3200000000 bytes is too large"):
        read(folder, "a.h5", shape=(1, 40_000, 40_000))


def tiff_of(width, height, strips=b"", compression=1):
    """Give the bytes of a TIFF file that says it has so many pixels of one byte."""
    place = 8 + 2 + 12 * 10 + 4
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, compression), (262, 3, 1),
            (273, 4, place), (277, 3, 1), (278, 4, height), (279, 4, len(strips)), (339, 3, 1)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", number, kind, 1, value) for number, kind, value in tags)
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0" + strips


def test_the_tiff_of_the_next_tests_is_a_good_one(folder):
    pixels = bytes(range(12))
    (folder / "a_0.tif").write_bytes(tiff_of(4, 3, pixels))
    (folder / "b_0.tif").write_bytes(tiff_of(4, 3, zlib.compress(pixels), 8))
    for name in "ab":
        values = read(folder, "", TIFF, {"template": f"{name}_%d.tif"}, events=1)
        assert values.tobytes() == pixels


@pytest.mark.parametrize("size", [(31_623, 31_623), (4_000_000_000, 4_000_000_000), (10**9, 1)])
def test_a_tiff_of_a_billion_pixels_is_refused(folder, size):
    (folder / "a_0.tif").write_bytes(tiff_of(*size, b"\0" * 12))
    with pytest.raises(TooLargeError, match=r"a_0.tif says that an image has \d+ bytes; 268435456 at most"):
        read(folder, "", TIFF, {"template": "a_%d.tif"}, events=1)


def test_a_tiff_strip_that_expands_beyond_its_image_is_refused(folder):
    (folder / "a_0.tif").write_bytes(tiff_of(4, 3, zlib.compress(b"\0" * 50_000_000), 8))
    with pytest.raises(TooLargeError, match="a_0.tif holds more than its image has"):
        read(folder, "", TIFF, {"template": "a_%d.tif"}, events=1)


def test_a_tiff_of_an_unknown_compression_is_told_so(folder):
    (folder / "a_0.tif").write_bytes(tiff_of(4, 3, b"\0" * 12, 7))
    with pytest.raises(NoFrameError, match="which is not read"):
        read(folder, "", TIFF, {"template": "a_%d.tif"}, events=1)


def test_numpy_files_of_objects_are_not_loaded(folder):
    np.save(folder / "a_0.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(NoFrameError, match=r"the file 'a' cannot be read \(ValueError\)"):
        read(folder, "a", NPY, events=1)


@pytest.mark.parametrize(
    ("mimetype", "name", "parameters"),
    [
        (HDF5, "a.h5", {}),
        (TIFF, "", {"template": "a.h5%d"}),
        (NPY, "a.h5", {"template": "%d"}),
        ("text/csv", "a.h5", {}),
    ],
)
@pytest.mark.parametrize(
    "content", [b"", b"\x89HDF\r\n\x1a\n", b"II*\0\x08\0\0\0", b"\x93NUMPY\x01\0v\0{", b"\xff" * 100]
)
def test_truncated_and_foreign_files_are_told_with_run_field_and_file(
    folder, mimetype, name, parameters, content
):
    for path in ("a.h5", "a.h50"):
        (folder / path).write_bytes(content)
    with pytest.raises(BeamportError, match=r"^Run r, field 'image'") as told:
        read(folder, name, mimetype, parameters, events=1)
    assert told.value.status in (404, 410, 413)


def test_a_truncated_hdf5_file_is_told_so(folder):
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("entry/data/data", data=FRAMES, chunks=(1, 3, 4))
    whole = (folder / "a.h5").read_bytes()
    for length in range(0, len(whole) - 1, 97):
        (folder / "a.h5").write_bytes(whole[:length])
        with pytest.raises(NoFrameError, match="Run r, field 'image': .*(a.h5|dataset)"):
            read(folder, "a.h5")


def test_frames_that_are_not_written_yet_are_told_so(folder):
    with h5py.File(folder / "a.h5", "w") as file:
        file.create_dataset("entry/data/data", data=FRAMES, chunks=(1, 3, 4))
    with pytest.raises(NoFrameError, match="The file holds 2 entries; number 4 is not among them") as told:
        read(folder, "a.h5", events=5)
    assert told.value.hint == "It may still be written; try again in a moment."


def test_a_file_that_is_not_there_is_told_so(folder):
    with pytest.raises(AssetGoneError, match="Run r, field 'image': The file a.h5 is gone"):
        read(folder, "a.h5")


def test_files_of_another_shape_than_the_first_are_told(folder):
    np.save(folder / "a_0.npy", FRAMES[0])
    np.save(folder / "a_1.npy", FRAMES)
    with pytest.raises(
        NoFrameError, match=r"a_1.npy holds frames of \[1, 2, 3, 4\], others of the series hold"
    ):
        read(folder, "a", NPY, shape=(3, 4))


def test_unknown_kinds_are_told_with_what_is_read(folder):
    with pytest.raises(NoFrameError, match="Files of the kind 'application/x-new' are not read here") as told:
        read(folder, "a.h5", "application/x-new")
    assert "application/x-hdf5" in told.value.hint


ESCAPES = ["../secret.npy", "x/../../secret.npy", "%2e%2e/secret.npy", "link.npy", "folder/secret.npy"]


@pytest.mark.parametrize("name", ESCAPES)
def test_dots_and_links_do_not_lead_out_of_the_folders(folder, name):
    (folder / "link.npy").symlink_to(folder.parent / "secret.npy")
    (folder / "folder").symlink_to(folder.parent)
    with pytest.raises(AssetNotAllowedError):
        Roots((folder,)).file(path_of(f"file://localhost{folder}/{name}"))
    with pytest.raises(AssetNotAllowedError):
        read(folder, name, HDF5)


@pytest.mark.parametrize("template", ["../secret.npy%d", "/../secret%d.npy", "%s/../../x%d.npy"])
def test_templates_do_not_lead_out_either(folder, template):
    with pytest.raises(AssetNotAllowedError):
        read(folder, "", NPY, {"template": template, "filename": "x"})


@pytest.mark.parametrize(
    "template",
    ["", "a.npy", "{0.__class__}", "{:999999999d}", "%999999999d", "%d_%d", "{:>9{x}}", "%(a)s", "{}{}"],
)
def test_templates_are_no_formats_for_python(template):
    with pytest.raises(NoFrameError, match="cannot be named by"):
        file_names(template)


@pytest.mark.parametrize(
    "uri", ["http://localhost/a.h5", "file://elsewhere/a.h5", "a.h5", "", "file://[::1/a.h5", "ftp:///a.h5"]
)
def test_addresses_of_other_kinds_and_machines_are_refused(uri):
    with pytest.raises(AssetNotAllowedError):
        Roots((Path("/"),)).file(path_of(uri))


def test_folders_of_other_machines_have_other_names_here(folder):
    (folder / "deep").mkdir()
    np.save(folder / "deep" / "a_0.npy", FRAMES[0])
    roots = Roots.of([folder], [f"/ioc/data={folder}", "/ioc=/nowhere"])
    assert roots.file("/ioc/data/deep/a_0.npy") == folder / "deep" / "a_0.npy"
    documents = stream_documents(Path("/ioc/data/deep"), [("a", 1)], NPY)
    array = open_array({"shape": [3, 4]}, roots=roots, **documents)
    assert np.array_equal(array[0], FRAMES[0])
    assert roots.moved[1] == (PurePosixPath("/ioc"), PurePosixPath("/nowhere"))


def test_a_moved_folder_outside_the_allowed_ones_is_refused(folder):
    with pytest.raises(AssetNotAllowedError, match="lies outside") as told:
        Roots.of([folder], [f"/ioc={folder.parent}"]).file("/ioc/secret.npy")
    assert "BEAMPORT_ASSET_ROOT_MAP" in told.value.hint


@pytest.mark.parametrize("pair", ["/there", "there=/here", "/there=here", "="])
def test_pairs_of_folders_are_absolute(pair):
    with pytest.raises(ValueError, match="should be two absolute folders"):
        Roots.of([], [pair])


BAD_DATUMS = [
    {"stream_resource": "other", "seq_nums": {"start": 1, "stop": 2}, "indices": {"start": 0, "stop": 1}},
    {"stream_resource": "a.h5", "seq_nums": {"start": 0, "stop": 2}, "indices": {"start": 0, "stop": 2}},
    {"stream_resource": "a.h5", "seq_nums": {"start": 3, "stop": 3}, "indices": {"start": 0, "stop": 0}},
    {"stream_resource": "a.h5", "seq_nums": {"start": 1, "stop": 2}, "indices": {"start": -1, "stop": 1}},
]


@pytest.mark.parametrize("datum", BAD_DATUMS)
def test_documents_that_say_nothing_of_use_are_passed_over(folder, datum):
    documents = {**stream_documents(folder, [("a.h5", 0)], HDF5), "stream_datums": [datum]}
    with pytest.raises(NoFrameError, match="Run r, field 'image': no document says where its data are"):
        array_of(folder, (1, 3, 4), documents)
