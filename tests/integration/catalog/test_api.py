"""The catalogue over HTTP."""

import io
import json
import math
import subprocess
import sys

import h5py
import numpy as np
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.urls import reverse

from accounts import models as accounts
from catalog.documents.compose import RunComposer
from catalog.documents.encoding import loads
from tests.support.catalog_runs import KEYS, make_place, scan, stored
from tests.unit.catalog.documents.test_encoding import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def member(place):
    return signed_in(place.member)


@pytest.fixture
def observer(place):
    user = accounts.User.objects.create(username="observer")
    accounts.Membership.objects.create(
        user=user, proposal=accounts.Proposal.objects.get(number=place.proposal), role="observer"
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def uid(place):
    return stored(place, scan(5))


def body(response):
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content)
    return response.content


ROUTES = [
    "/api/v1/runs/{uid}",
    "/api/v1/runs/{uid}/documents",
    "/api/v1/runs/{uid}/quarantine",
    "/api/v1/runs/{uid}/streams/primary/table",
    "/api/v1/runs/{uid}/export/csv",
    "/api/v1/runs/{uid}/export/jsonl",
]


@pytest.mark.parametrize("route", ROUTES)
def test_a_run_is_for_its_members_and_unknown_to_strangers(place, uid, member, route):
    stranger = signed_in(place.stranger)
    assert member.get(route.format(uid=uid)).status_code == 200
    hidden = stranger.get(route.format(uid=uid))
    unknown = stranger.get(route.format(uid="00000000-0000-4000-8000-000000000000"))
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert set(hidden.json()) == set(unknown.json())
    assert hidden.json()["detail"].replace(uid, "*") == unknown.json()["detail"].replace(
        "00000000-0000-4000-8000-000000000000", "*"
    )
    assert Client().get(route.format(uid=uid)).status_code == 401


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_who_may_only_look_takes_nothing_away(uid, member, observer, ending):
    route = f"/api/v1/runs/{uid}/export/{ending}"
    assert observer.get(f"/api/v1/runs/{uid}").status_code == 200
    assert observer.get(route).status_code == 403
    assert member.get(route).status_code == 200


def test_lists_and_facets_hold_what_one_may_see(place, uid, member):
    stranger = signed_in(place.stranger)
    listed = member.get("/api/v1/runs", {"q": "plan:scan", "limit": 10}).json()
    assert [r["uid"] for r in listed["results"]] == [uid]
    assert (listed["count"], listed["next"]) == ({"value": 1, "capped": False}, None)
    assert stranger.get("/api/v1/runs").json()["results"] == []
    assert member.get("/api/v1/runs/facets").json()["plan"] == [{"value": "scan", "count": 1}]
    assert stranger.get("/api/v1/runs/facets").json()["plan"] == []


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"q": "status:well"}, "q"),
        ({"since": "someday"}, "since"),
        ({"sort": "a..b"}, "sort"),
        ({"plan": "a\0b"}, "plan"),
        ({"beamline__name__startswith": "d"}, "beamline__name__startswith"),
        ({"scan_id": "x"}, "scan_id"),
    ],
)
def test_a_bad_parameter_is_told_by_its_name(member, parameters, field):
    response = member.get("/api/v1/runs", parameters)
    assert response.status_code == 400
    assert field in response.json()["fields"]


def test_a_run_is_given_with_its_documents_and_streams(uid, member):
    run = member.get(f"/api/v1/runs/{uid[:8]}").json()
    assert run["uid"] == run["start"]["uid"] == uid
    assert run["stop"]["exit_status"] == run["exit_status"] == "success"
    assert [c["key"] for c in run["streams"]["primary"]["columns"]] == ["det", "sx"]
    assert run["streams"]["primary"]["columns"][1]["units"] == "mm"
    assert run["streams"]["primary"]["num_events"] == 5
    assert run["descriptors"][0]["name"] == "primary"
    assert run["last_ordinal"] == 7


@pytest.mark.parametrize("part", ["", "/streams/primary/table?columns=sx"])
def test_who_has_an_answer_already_hears_304_until_it_changes(place, member, part):
    uid = stored(place, list(scan(2, stop=None)))
    route = f"/api/v1/runs/{uid}{part}"
    first = member.get(route)
    etag = first["ETag"]
    assert member.get(route, headers={"If-None-Match": etag}).status_code == 304
    assert first["Cache-Control"].startswith("private")
    from catalog import services
    from tests.support.catalog_runs import SYSTEM

    services.close_orphan(actor=SYSTEM, run_uid=uid, reason="lost")
    again = member.get(route, headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert again["ETag"] != etag
    stranger = signed_in(place.stranger)
    assert stranger.get(route, headers={"If-None-Match": again["ETag"]}).status_code == 404


def test_documents_come_in_order_from_where_one_was(uid, member):
    answer = member.get(f"/api/v1/runs/{uid}/documents", {"since": 4, "limit": 2}).json()
    assert [d[:2] for d in answer["documents"]] == [[5, "event"], [6, "event"]]
    assert (answer["last_ordinal"], answer["closed"]) == (7, True)


def test_a_table_is_cut_by_columns_and_rows(uid, member):
    route = f"/api/v1/runs/{uid}/streams/primary/table"
    table = member.get(route, {"columns": "sx", "start": 1, "stop": 3, "timestamps": "true"}).json()
    assert table["columns"] == {"sx": [1.0, 2.0]}
    assert table["seq_num"] == [2, 3]
    assert table["timestamps"] == {"sx": [1001.0, 1002.0]}
    assert (table["start"], table["stop"], table["num_events"]) == (1, 3, 5)
    assert member.get(route, {"columns": '["det", "sx"]'}).json()["columns"].keys() == {"det", "sx"}
    assert member.get(route, {"columns": "nobody"}).status_code == 400
    assert member.get(route, {"columns": "[1"}).status_code == 400
    assert member.get(route.replace("primary", "nobody")).status_code == 404
    assert member.get(route, {"start": 4, "stop": 2}).json()["seq_num"] == []


def rewound(place):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", KEYS)
    docs = [("start", run.start), ("descriptor", stream.descriptor)]
    for value, number in [(0.0, 1), (1.0, 2), (2.0, 3), (20.0, 2), (30.0, 3), (40.0, 4)]:
        stamps = {"sx": value, "det": value}
        docs.append(("event", stream.event(dict(stamps), stamps, seq_num=number, time=value)))
    return [*docs, ("stop", run.stop())]


@pytest.mark.parametrize("batch", [1, 4, 6, 100])
def test_the_last_event_of_a_repeated_number_wins(place, member, batch):
    docs = rewound(place)
    uid = stored(place, docs[:-1], batch=batch)
    route = f"/api/v1/runs/{uid}/streams/primary/table"
    table = member.get(route).json()
    assert table["seq_num"] == [1, 2, 3, 4]
    assert table["columns"]["sx"] == [0.0, 20.0, 30.0, 40.0]


@pytest.fixture
def odd(place):
    run = RunComposer({"sample": "=HYPERLINK(1)", "big": 10**400, "nan": math.nan}, time=1.0)
    keys = {k: {**KEYS["sx"], "dtype": t} for k, t in {"=x": "string", "n": "number", "a": "array"}.items()}
    stream = run.descriptor("primary", keys)
    rows = [
        ("=1+1", math.nan, [1, 2]),
        ('a,"b"\n', -0.0, []),
        ("-2", -1.5, [math.inf]),
        ("\0", 1e22, [[1], [2]]),
    ]
    events = [stream.event({"=x": t, "n": n, "a": a}, dict.fromkeys(keys, 1.0), time=2.0) for t, n, a in rows]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
    docs.append(("stop", run.stop()))
    return stored(place, docs), docs


def test_a_table_has_null_for_what_is_not_finite_and_can_be_exact(odd, member):
    route = f"/api/v1/runs/{odd[0]}/streams/primary/table"
    plain = json.loads(member.get(route).content)
    assert plain["columns"]["n"][0] is None
    assert plain["columns"]["a"][2] == [None]
    exact = loads(member.get(route, {"exact": "true"}).content)
    assert same(exact["columns"]["n"], [math.nan, -0.0, -1.5, 1e22])


def test_json_lines_lose_nothing(odd, member):
    uid, docs = odd
    response = member.get(f"/api/v1/runs/{uid}/export/jsonl")
    lines = body(response).decode().splitlines()
    assert same([loads(line) for line in lines], [[name, doc] for name, doc in docs])
    assert response["Content-Disposition"] == f'attachment; filename="run_HYPERLINK_1_{uid}.jsonl"'


def test_csv_guards_formulas_and_says_so(odd, member):
    uid, _ = odd
    response = member.get(f"/api/v1/runs/{uid}/export/csv")
    lines = body(response).decode()
    assert lines.split("\r\n")[0].startswith(
        f'# Beamport run {uid}, stream "primary"; formula guard: text that'
    )
    assert lines.split("\r\n")[1:3] == ["seq_num,time,'=x,n,a", '1,2.0,\'=1+1,nan,"[1,2]"']
    assert '2,2.0,"a,""b""\n",-0.0,[]\r\n3,2.0,\'-2,-1.5,' in lines
    assert response["Content-Disposition"] == f'attachment; filename="run_HYPERLINK_1_{uid}_primary.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    plain = body(member.get(f"/api/v1/runs/{uid}/export/csv", {"guard": "off"})).decode()
    assert "as it is" in plain.split("\r\n")[0]
    assert plain.split("\r\n")[1:3] == ["seq_num,time,=x,n,a", '1,2.0,=1+1,nan,"[1,2]"']


def test_csv_leaves_numbers_as_they_are(place, member):
    run = RunComposer({}, time=1.0)
    keys = {k: {**KEYS["sx"], "dtype": t} for k, t in {"n": "number", "i": "integer", "b": "boolean"}.items()}
    stream = run.descriptor("primary", keys)
    rows = [(-1.5, -3, True), (1e-7, 2**60, False), (None, 0, None), (0.1 + 0.2, -1, True)]
    events = [stream.event({"n": n, "i": i, "b": b}, dict.fromkeys(keys, 1.0), time=-0.5) for n, i, b in rows]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
    lines = body(member.get(f"/api/v1/runs/{stored(place, docs)}/export/csv")).decode().split("\r\n")[2:]
    assert lines == [
        "1,-0.5,-1.5,-3,true",
        "2,-0.5,1e-07,1152921504606846976,false",
        "3,-0.5,,0,",
        "4,-0.5,0.30000000000000004,-1,true",
        "",
    ]


def test_csv_of_chosen_columns_and_unknown_streams(uid, member):
    route = f"/api/v1/runs/{uid}/export/csv"
    assert body(member.get(route, {"columns": "sx"})).splitlines()[1:3] == [
        b"seq_num,time,sx",
        b"1,1000.0,0.0",
    ]
    assert member.get(route, {"stream": "nobody"}).status_code == 404
    assert member.get(route, {"columns": "nobody"}).status_code == 400


@pytest.mark.parametrize(
    "stream", ["../../etc/passwd", 'a"b\r\nX: y', "CON", "é" * 200, "\u202egnp.exe", "\U0001f600"]
)
def test_file_names_are_ours(place, member, stream):
    run = RunComposer({}, time=1.0)
    described = run.descriptor(stream, KEYS)
    uid = stored(place, [("start", run.start), ("descriptor", described.descriptor), ("stop", run.stop())])
    response = member.get(f"/api/v1/runs/{uid}/export/csv", {"stream": stream})
    assert response.status_code == 200
    header = response["Content-Disposition"]
    name = header.removeprefix('attachment; filename="').removesuffix('"')
    assert name.startswith(f"run_{uid}")
    assert name.isascii()
    assert not set(name) & set('/\\"\r\n:;')
    assert ".." not in name
    assert len(name) < 150
    assert body(response).count(b"\r\n") == 2


@pytest.mark.django_db(transaction=True)
async def test_downloads_stream_piece_by_piece_under_asgi():
    place = await sync_to_async(make_place)()
    uid = await sync_to_async(stored)(place, scan(9000), batch=1000)
    client = AsyncClient()
    await client.aforce_login(await accounts.User.objects.aget(pk=place.member.user_id))
    response = await client.get(f"/api/v1/runs/{uid}/export/jsonl")
    pieces = [piece async for piece in response.streaming_content]
    assert sum(map(len, pieces)) > 1_000_000
    assert max(map(len, pieces)) < 500_000
    assert b"".join(pieces).count(b"\n") == 9003
    await sync_to_async(connections.close_all)()


def test_memory_of_an_export_does_not_grow_with_the_run(place):
    import tracemalloc

    from catalog import selectors
    from catalog.export import json_lines
    from tests.support.catalog_runs import SYSTEM

    def peak(points):
        uid = stored(place, scan(points), batch=1000)
        tracemalloc.start()
        for _ in json_lines(selectors.iter_encoded(SYSTEM, uid)):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(24_000) < 1.2 * peak(8_000)


@pytest.fixture
def frames(place, tmp_path, settings):
    """A run with three frames in a file below an allowed folder."""
    root = tmp_path / "frames"
    root.mkdir()
    settings.BEAMPORT_ASSET_ROOTS = [root]
    path = root / "a b.h5"
    values = np.arange(3 * 4 * 5, dtype="<u2").reshape(3, 4, 5)
    with h5py.File(path, "w") as file:
        file["entry/data"] = values
    return with_frames(place, path.as_uri()), path, values


def with_frames(place, uri, dataset="/entry/data", mimetype="application/x-hdf5"):
    run = RunComposer({}, time=1.0)
    camera = {"source": "x", "dtype": "array", "shape": [1, 4, 5], "external": "STREAM:"}
    stream = run.descriptor("primary", {"camera": camera, "sx": KEYS["sx"]})
    resource = run.stream_resource(uri, mimetype, "camera", {"dataset": dataset})
    docs = [("start", run.start), ("descriptor", stream.descriptor), ("stream_resource", resource)]
    for n in range(3):
        docs.append(("event", stream.event({"sx": float(n)}, {"sx": 1.0})))
        docs.append(("stream_datum", stream.stream_datum(resource, (n + 1, n + 2), (n, n + 1), number=n)))
    return stored(place, [*docs, ("stop", run.stop())])


def frame_of(client, uid, index=0, **parameters):
    return client.get(f"/api/v1/runs/{uid}/streams/primary/frames/camera/{index}", parameters)


def test_frames_are_read_by_number(frames, member):
    uid, _, values = frames
    for n in range(3):
        npy = frame_of(member, uid, n, format="npy")
        assert np.array_equal(np.load(io.BytesIO(npy.content)), values[n])
    assert frame_of(member, uid, 1, format="json").json() == {
        "shape": [4, 5],
        "dtype": "uint16",
        "data": values[1].tolist(),
    }
    assert frame_of(member, uid, 3).status_code == 404


def test_a_frame_is_given_smaller_when_asked(frames, member):
    uid, _, values = frames
    npy = frame_of(member, uid, 1, format="npy", size=2)
    assert np.load(io.BytesIO(npy.content)).tolist() == [
        [values[1][:3, :3].max(), values[1][:3, 3:].max()],
        [values[1][3, :3].max(), values[1][3, 3:].max()],
    ]
    assert frame_of(member, uid, 1, size=0).status_code == 400
    assert npy["ETag"] != frame_of(member, uid, 1, format="npy")["ETag"]


def test_a_frame_is_shown_as_png(frames, member):
    from PIL import Image

    uid, _, _ = frames
    response = frame_of(member, uid, 0, vmin=0, vmax=19)
    assert response["Content-Type"] == "image/png"
    picture = np.asarray(Image.open(io.BytesIO(response.content)))
    assert picture.shape == (4, 5)
    assert (picture[0, 0], picture[3, 4]) == (0, 255)
    assert frame_of(member, uid, 0, vmin="nan").status_code == 400
    assert frame_of(member, uid, 0, vmin=5, vmax=5).status_code == 200
    assert frame_of(member, uid, 0, format="bmp").status_code == 400


def test_frames_are_for_members_and_unknown_to_strangers(place, frames, member):
    uid, _, _ = frames
    assert frame_of(member, uid).status_code == 200
    assert frame_of(signed_in(place.stranger), uid).status_code == 404


def test_a_frame_whose_file_is_gone_is_told_so(frames, member):
    uid, path, _ = frames
    path.unlink()
    response = frame_of(member, uid)
    assert (response.status_code, response.json()["code"]) == (410, "asset_gone")
    assert str(path.parent) not in response.content.decode()


def test_external_keys_are_not_columns_of_the_table(frames, member):
    uid, _, _ = frames
    assert list(member.get(f"/api/v1/runs/{uid}/streams/primary/table").json()["columns"]) == ["sx"]


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "file://localhost{root}/../outside.h5",
        "file://localhost{root}/%2e%2e/outside.h5",
        "file://elsewhere{root}/a.h5",
        "http://localhost{root}/a.h5",
        "{root}/a.h5",
        "file:a.h5",
        "file://{root}/link.h5",
        "file://{root}/a%00.h5",
        "",
    ],
)
def test_files_outside_the_allowed_folders_are_not_read(place, frames, member, uri):
    _, path, values = frames
    outside = path.parent.parent / "outside.h5"
    with h5py.File(outside, "w") as file:
        file["entry/data"] = values
    (path.parent / "link.h5").symlink_to(outside)
    uid = with_frames(place, uri.format(root=path.parent))
    response = frame_of(member, uid)
    assert response.status_code == 404
    assert response.json()["code"] == "asset_not_allowed"


def test_what_a_file_takes_from_other_files_is_not_read(place, frames, member):
    _, path, values = frames
    outside = path.parent.parent / "secret.h5"
    with h5py.File(outside, "w") as file:
        file["entry/data"] = values
    hostile = path.parent / "hostile.h5"
    layout = h5py.VirtualLayout(shape=(3, 4, 5), dtype="<u2")
    layout[:] = h5py.VirtualSource(str(outside), "entry/data", shape=(3, 4, 5))
    raw = path.parent.parent / "raw.bin"
    raw.write_bytes(bytes(120))
    with h5py.File(hostile, "w") as file:
        file["linked"] = h5py.ExternalLink(str(outside), "/entry/data")
        file["group"] = h5py.ExternalLink(str(outside), "/entry")
        file["soft"] = h5py.SoftLink("/linked")
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("stored", (3, 4, 5), "<u2", external=[(str(raw), 0, 120)])
        file["text"] = np.array([b"abc"])
        file["inside"] = values
    for dataset in (
        "/linked",
        "/group/data",
        "/soft",
        "/virtual",
        "/stored",
        "/text",
        "/nobody",
        "",
        "/inside/x",
        "..",
    ):
        response = frame_of(member, with_frames(place, hostile.as_uri(), dataset))
        assert (response.status_code, response.json()["code"]) == (404, "no_frame"), dataset
    assert frame_of(member, with_frames(place, hostile.as_uri(), "/inside")).status_code == 200


def test_a_file_that_is_no_hdf5_or_another_kind_is_told(place, frames, member):
    _, path, _ = frames
    path.write_bytes(b"not HDF5")
    assert frame_of(member, with_frames(place, path.as_uri())).json()["code"] == "no_frame"
    other = with_frames(place, path.as_uri(), mimetype="application/x-of-nobody")
    assert frame_of(member, other).json()["code"] == "no_frame"


def test_a_series_of_which_no_file_is_there_is_gone(place, frames, member):
    _, path, _ = frames
    series = with_frames(place, path.as_uri(), mimetype="multipart/related;type=image/tiff")
    assert frame_of(member, series).json()["code"] == "asset_gone"


def test_a_frame_that_expands_to_gigabytes_is_refused(place, frames, member):
    _, path, _ = frames
    bomb = path.parent / "bomb.h5"
    with h5py.File(bomb, "w") as file:
        file.create_dataset("a", (3, 40_000, 40_000), "<u2", chunks=(1, 1000, 1000), compression="gzip")
        file.create_dataset("b", (3, 10, 10), "<u2", chunks=(3, 10, 10), maxshape=(None, None, None))
    assert frame_of(member, with_frames(place, bomb.as_uri(), "/a")).status_code == 413


WRITER = """
import sys, h5py, numpy
with h5py.File(sys.argv[1], "w", libver="latest") as file:
    data = file.create_dataset("d", (3, 4, 5), "<u2", maxshape=(None, 4, 5), chunks=(1, 4, 5))
    file.swmr_mode = True
    data[:] = numpy.arange(60).reshape(3, 4, 5)
    data.flush()
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_frames_can_be_read_while_another_process_writes_the_file(place, frames, member):
    _, path, values = frames
    growing = path.parent / "growing.h5"
    command = [sys.executable, "-c", WRITER, str(growing)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "ready\n"
        npy = frame_of(member, with_frames(place, growing.as_uri(), "/d"), 2, format="npy")
        assert np.array_equal(np.load(io.BytesIO(npy.content)), values[2])
        writer.stdin.close()


def test_the_schema_tells_of_every_route(member):
    from drf_spectacular.generators import SchemaGenerator

    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    told = {path for path in paths if path.startswith("/api/v1/runs")}
    assert len(told) >= 9
    assert reverse("runs") in told


@pytest.mark.parametrize("uid", ["%00", "..", "x" * 500, "a%2Fb", "%F0%9F%98%80", "' OR 1=1", "abc%25"])
def test_odd_uids_are_unknown(member, uid):
    assert member.get(f"/api/v1/runs/{uid}").status_code == 404
