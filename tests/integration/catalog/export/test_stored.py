"""Runs of the catalogue in every format, over HTTP."""

import io
import json

import h5py
import numpy as np
import pytest
import tifffile
from django.test import Client

from accounts import models as accounts
from catalog.documents.compose import RunComposer
from catalog.documents.encoding import loads
from catalog.documents.pages import pack
from catalog.export import exporters
from catalog.export.stored import StoredRun
from catalog.export.testing import grid_run, key
from tests.support.catalog_runs import SYSTEM, make_place, stored
from tests.unit.catalog.documents.test_encoding import same
from tests.unit.catalog.export.test_formats import NEEDED, READ

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def member(place):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=place.member.user_id))
    return client


def fetched(client, uid, form, **options):
    response = client.get(f"/api/v1/runs/{uid}/export/{form}", options)
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def interleaved():
    """Give a run of two streams that take turns, with a page that came as a page between."""
    run = RunComposer({}, time=1.0)
    one, other = (run.descriptor(name, {"x": key()}) for name in ("one", "other"))
    documents = [("start", run.start), ("descriptor", one.descriptor), ("descriptor", other.descriptor)]
    for n in range(30):
        stream = one if n % 3 else other
        documents.append(("event", stream.event({"x": float(n)}, {"x": 1.0}, time=1.0 + n)))
        if n == 20:
            documents.append(
                ("event_page", pack([one.event({"x": -1.0}, {"x": 1.0}, time=9.0) for _ in range(3)]))
            )
    return [*documents, ("stop", run.stop())]


@pytest.mark.parametrize("batch", [1, 7, 100])
@pytest.mark.parametrize("form", sorted(READ))
def test_lossless_formats_give_back_what_was_stored_in_its_order(place, member, form, batch):
    documents = interleaved()
    uid = stored(place, documents, batch=batch)
    found = READ[form](fetched(member, uid, form))
    assert same([list(pair) for pair in found], [list(pair) for pair in documents])


def test_every_format_is_given_over_http(place, member):
    uid = stored(place, grid_run())
    formats = member.get("/api/v1/exports/formats").json()["results"]
    assert {known["name"] for known in formats} == set(exporters())
    for known in formats:
        options = {name: str(value) for name, value in NEEDED.get(known["name"], {}).items()}
        response = member.get(f"/api/v1/runs/{uid}/export/{known['name']}", options)
        assert response.status_code == 200, (known["name"], response.content)
        assert b"".join(response.streaming_content)
        assert response["Content-Type"] == known["media_type"]
        assert response["Content-Disposition"].endswith(f'.{known["ending"]}"')


@pytest.mark.parametrize(
    ("form", "options", "status", "code"),
    [
        ("nothing", {}, 404, "unknown_format"),
        ("csv", {"stream": "nobody"}, 404, "no_stream"),
        ("csv", {"colour": "red"}, 400, "invalid_options"),
        ("nexus", {"frames": "burn"}, 400, "invalid_options"),
        ("xdi", {}, 409, "nothing_to_export"),
        ("png", {"y": "nobody"}, 409, "nothing_to_export"),
        ("tiff", {"field": "nobody"}, 409, "nothing_to_export"),
        ("png", {"width": "1e999"}, 400, "invalid_options"),
        ("png", {"dpi": "9" * 5000}, 400, "invalid_options"),
    ],
)
def test_what_is_wrong_is_told_before_a_download_begins(place, member, form, options, status, code):
    response = member.get(f"/api/v1/runs/{stored(place, grid_run())}/export/{form}", options)
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.fixture
def frames(place, tmp_path, settings):
    """A run of five frames in an HDF5 file below an allowed folder."""
    settings.BEAMPORT_ASSET_ROOTS = [tmp_path]
    path = tmp_path / "frames.h5"
    values = np.arange(5 * 4 * 6, dtype="<u2").reshape(5, 4, 6)
    with h5py.File(path, "w") as file:
        file["entry/data"] = values
    run = RunComposer({"hints": {"dimensions": [[["sx"], "primary"]]}}, time=1.0)
    camera = {**key("array", shape=[1, 4, 6]), "external": "STREAM:"}
    stream = run.descriptor("primary", {"camera": camera, "sx": key(units="mm")})
    resource = run.stream_resource(path.as_uri(), "application/x-hdf5", "camera", {"dataset": "/entry/data"})
    documents = [("start", run.start), ("descriptor", stream.descriptor), ("stream_resource", resource)]
    for n in range(5):
        documents.append(("event", stream.event({"sx": float(n)}, {"sx": 1.0})))
        documents.append(
            ("stream_datum", stream.stream_datum(resource, (n + 1, n + 2), (n, n + 1), number=n))
        )
    return stored(place, [*documents, ("stop", run.stop())]), path, values


def test_frames_of_files_are_in_nexus_zarr_and_tiff(frames, member, tmp_path):
    uid, _, values = frames
    with h5py.File(io.BytesIO(fetched(member, uid, "nexus"))) as file:
        assert np.array_equal(file["entry/instrument/camera/data"][:], values)
    assert np.array_equal(tifffile.imread(io.BytesIO(fetched(member, uid, "tiff"))), values)
    import zarr

    path = tmp_path / "run.zarr.zip"
    path.write_bytes(fetched(member, uid, "zarr"))
    store = zarr.storage.ZipStore(path, mode="r")
    assert np.array_equal(zarr.open_group(store, mode="r")["primary/camera"][:], values)
    store.close()


def test_frames_may_be_linked_to_or_left_out(frames, member, tmp_path):
    uid, path, values = frames
    linked = tmp_path / "linked.nxs"
    linked.write_bytes(fetched(member, uid, "nexus", frames="link"))
    with h5py.File(linked) as file:
        link = file["entry/instrument/camera"].get("data", getlink=True)
        assert (link.filename, link.path) == (str(path), "/entry/data")
        assert np.array_equal(file["entry/instrument/camera/data"][:], values)
    with h5py.File(io.BytesIO(fetched(member, uid, "nexus", frames="none"))) as file:
        assert "data" not in file["entry/instrument/camera"]


def test_a_missing_file_costs_its_frames_only(frames, member):
    uid, path, _ = frames
    path.unlink()
    with h5py.File(io.BytesIO(fetched(member, uid, "nexus"))) as file:
        assert file["entry/instrument/camera"].attrs["missing"]
        assert file["entry/instrument/sx"].attrs["NX_class"] in ("NXpositioner", b"NXpositioner")


def test_links_name_nothing_outside_the_allowed_folders(frames, member, settings, tmp_path):
    uid, path, _ = frames
    settings.BEAMPORT_ASSET_ROOTS = [tmp_path / "elsewhere"]
    with h5py.File(io.BytesIO(fetched(member, uid, "nexus", frames="link"))) as file:
        link = file["entry/instrument/camera"].get("data", getlink=True)
        assert link is None


def test_bare_lines_of_the_catalogue_are_read_by_any_python(place, member):
    uid = stored(place, grid_run())
    lines = fetched(member, uid, "jsonl", numbers="bare").splitlines()
    assert json.loads(lines[0])[1]["huge"] == 10**30
    assert [loads(line)[0] for line in lines][:2] == ["start", "descriptor"]


def test_who_loses_the_right_is_asked_again(place):
    uid = stored(place, grid_run())
    StoredRun(SYSTEM, uid)
    with pytest.raises(LookupError):
        StoredRun(place.stranger, uid)


def part_of(client, uid, form, **headers):
    return client.get(f"/api/v1/runs/{uid}/export/{form}", headers=headers)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_download_of_an_ended_run_goes_on_where_it_broke_off(place, member, form):
    uid = stored(place, grid_run())
    first = part_of(member, uid, form)
    whole, etag = b"".join(first.streaming_content), first["ETag"]
    assert first["Accept-Ranges"] == "bytes"
    rest = part_of(member, uid, form, range="bytes=100-", if_range=etag)
    assert (rest.status_code, rest["ETag"]) == (206, etag)
    assert rest["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    assert b"".join(rest.streaming_content) == whole[100:]
    assert b"".join(part_of(member, uid, form, range="bytes=-7").streaming_content) == whole[-7:]
    assert part_of(member, uid, form, range=f"bytes={len(whole)}-").status_code == 416
    changed = part_of(member, uid, form, range="bytes=100-", if_range='"another"')
    assert (changed.status_code, b"".join(changed.streaming_content)) == (200, whole)


def test_what_may_be_others_bytes_the_next_time_has_no_ranges(place, member):
    ended, running = stored(place, grid_run()), stored(place, grid_run()[:-1])
    for uid, form in ((ended, "xlsx"), (running, "jsonl")):
        answer = part_of(member, uid, form, range="bytes=1-5")
        assert (answer.status_code, len(b"".join(answer.streaming_content)) > 5) == (200, True)
        assert not answer.has_header("ETag")


def test_the_etag_of_a_download_changes_with_what_is_in_it(place, member):
    uid = stored(place, grid_run())
    etags = {part_of(member, uid, f"csv?columns={name}")["ETag"] for name in ("sx", "det")}
    assert len(etags) == 2
