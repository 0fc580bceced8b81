"""Engines elsewhere send their documents here: bluesky's RunEngine, and databroker's way of inserting."""

import math

import bluesky.plans as bp
import httpx
import msgpack
import pytest
from bluesky.run_engine import RunEngine
from ophyd.sim import SynAxis, SynGauss
from tiled.client import from_uri

from catalog.documents.encoding import dumps, from_storable, to_storable
from tests.support.catalog_odd import imaging_run, odd_run
from tests.support.catalog_runs import scan

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def key(archive, django_db_blocker):
    """Give a key of alpha's staff, bound to alpha, that may add runs and read them."""
    with django_db_blocker.unblock():
        return archive.facility.key("staff", "run:add", "run:read", beamline="alpha")[0]


@pytest.fixture(scope="module")
def others(archive, django_db_blocker):
    """Give keys of beta's staff and of an administrator."""
    with django_db_blocker.unblock():
        return [archive.facility.key(name, "run:add")[0] for name in ("other_staff", "admin")]


@pytest.fixture
def engine():
    """Give bluesky's engine, its loop closed afterwards."""
    engine = RunEngine({}, call_returns_result=False)
    yield engine
    engine.loop.call_soon_threadsafe(engine.loop.stop)
    engine._th.join(5)
    engine.loop.close()


@pytest.fixture
def devices():
    """Give an axis and a detector with a peak over it."""
    motor = SynAxis(name="motor")
    return motor, SynGauss("det", motor, "motor", center=0, Imax=1, sigma=1)


def send(archive, key, run, first, documents, *, packed=False, **place):
    """Send a batch as a program does that has no more than an HTTP client."""
    body = {"run": run, "first": first, "documents": [list(entry) for entry in documents], **place}
    kind = "application/msgpack" if packed else "application/json"
    content = msgpack.packb(body) if packed else dumps(body)
    return httpx.post(
        f"{archive.url}/api/v1/documents",
        content=content,
        headers={"Authorization": f"ApiKey {key}", "Content-Type": kind},
        timeout=20,
    )


def stored(archive, key, run):
    """Give the documents that the catalogue has."""
    answer = httpx.get(
        f"{archive.url}/api/v1/runs/{run}/documents",
        params={"limit": 10_000},
        headers={"Authorization": f"ApiKey {key}"},
    )
    assert answer.status_code == 200, answer.text
    return [(name, doc) for _, name, doc in from_storable(answer.json()["documents"])]


def test_a_scan_of_bluesky_s_engine_arrives_in_batches_as_it_was_emitted(archive, key, engine, devices):
    motor, det = devices
    emitted = []
    engine.subscribe(lambda name, doc: emitted.append((name, doc)))
    engine(bp.scan([det], motor, -1, 1, 5))
    run = emitted[0][1]["uid"]
    for first in range(0, len(emitted), 3):
        answer = send(archive, key, run, first, emitted[first : first + 3], proposal="P-1")
        assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "run": run,
        "stored": len(emitted) % 3 or 3,
        "duplicates": 0,
        "quarantined": 0,
        "last_ordinal": len(emitted) - 1,
        "faults": [],
    }
    assert [(name, to_storable(doc)) for name, doc in stored(archive, key, run)] == [
        (name, to_storable(doc)) for name, doc in emitted
    ]


def test_the_tiled_client_posts_documents_one_by_one(archive, key, engine, devices, request):
    """`RE.subscribe(catalog.post_document)`, which is how databroker inserts into a server."""
    motor, det = devices
    catalog = from_uri(f"{archive.url}/tiled", api_key=key, show_progress=False)
    request.addfinalizer(catalog.context.http_client.close)
    emitted = []
    engine.subscribe(catalog.post_document)
    engine.subscribe(lambda name, doc: emitted.append((name, doc)))
    engine(bp.scan([det], motor, -1, 1, 3))
    run = catalog[emitted[0][1]["uid"]]
    assert run.stop["exit_status"] == "success"
    assert run["primary", "motor"].read().tolist() == [-1.0, 0.0, 1.0]
    assert [doc["uid"] for _, doc in run.documents()] == [doc["uid"] for _, doc in emitted]


@pytest.mark.parametrize("packed", [False, True], ids=["JSON", "msgpack"])
def test_what_is_sent_again_is_stored_once(archive, key, packed):
    documents = list(scan(4, time=9000.0))
    run = documents[0][1]["uid"]
    first = send(archive, key, run, 0, documents[:4], packed=packed, proposal="P-1").json()
    again = send(archive, key, run, 2, documents[2:], packed=packed, proposal="P-1").json()
    assert (first["stored"], first["last_ordinal"]) == (4, 3)
    assert (again["stored"], again["duplicates"], again["last_ordinal"]) == (len(documents) - 4, 2, 6)
    assert stored(archive, key, run) == documents


@pytest.mark.parametrize("packed", [False, True], ids=["JSON", "msgpack"])
def test_odd_values_arrive_unchanged(archive, key, packed):
    documents = list(odd_run(time=9100.0))
    if packed:  # msgpack has no integers beyond 64 bits
        documents[0][1]["nested"]["big"] = 2**63
    run = documents[0][1]["uid"]
    assert send(archive, key, run, 0, documents, packed=packed).status_code == 201
    got = stored(archive, key, run)
    assert [to_storable(doc) for _, doc in got] == [to_storable(doc) for _, doc in documents]
    assert math.isnan(got[0][1]["nothing"])


def test_bare_nan_of_python_s_json_is_taken(archive, key):
    text = '{"run":"nan-1","first":0,"documents":[["start",{"uid":"nan-1","time":1.0,"x":NaN}]]}'
    answer = httpx.post(
        f"{archive.url}/api/v1/documents",
        content=text,
        headers={"Authorization": f"ApiKey {key}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 201, answer.text
    assert math.isnan(stored(archive, key, "nan-1")[0][1]["x"])


def test_a_gap_is_told_with_the_document_to_send_first(archive, key):
    documents = list(scan(3, time=9200.0))
    run = documents[0][1]["uid"]
    send(archive, key, run, 0, documents[:2])
    answer = send(archive, key, run, 4, documents[4:])
    assert answer.status_code == 409
    assert answer.json()["code"] == "ordinal_gap"
    assert answer.json()["fields"] == {"first": ["2"]}


def test_a_bad_document_is_kept_aside_with_its_reason_and_holds_nothing_up(archive, key):
    documents = list(scan(2, time=9300.0))
    run = documents[0][1]["uid"]
    documents.insert(2, ("event", {"descriptor": "nobody", "seq_num": 1}))
    documents.insert(3, ("event", "no object"))
    documents.insert(4, ("nonsense", {}))
    answer = send(archive, key, run, 0, documents).json()
    assert (answer["stored"], answer["quarantined"]) == (5, 3)
    assert [fault["ordinal"] for fault in answer["faults"] if not fault["is_stored"]] == [2, 3, 4]
    assert all(fault["reason"] for fault in answer["faults"])


def test_nobody_goes_on_with_a_run_of_somebody_else(archive, key, others):
    other, admin = others
    documents = list(scan(3, stop=None, time=9400.0))
    run = documents[0][1]["uid"]
    assert send(archive, key, run, 0, documents[:3], proposal="P-1").status_code == 201
    for sender, place in (
        (key, {"proposal": "P-3"}),
        (key, {}),
        (other, {"beamline": "beta", "proposal": "P-3"}),
        (admin, {"beamline": "beta"}),
    ):
        answer = send(archive, sender, run, 3, documents[3:], **place)
        assert answer.status_code == 409, answer.text
        assert answer.json()["code"] == "run_of_another"
    assert len(stored(archive, key, run)) == 3
    assert send(archive, other, "elsewhere-2", 0, [], beamline="alpha").status_code == 404
    assert send(archive, key, "elsewhere-2", 0, [], proposal="P-2").status_code in (403, 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"run": 3}',
        b'{"run": "x", "first": -1, "documents": []}',
        b'{"run": "x", "first": 0, "documents": [["start"]]}',
        b'{"run": "x", "first": 0, "documents": {}}',
        b'{"run": "../x", "first": 0, "documents": []}',
        b'{"run": "x", "first": 0, "documents": [], "beamline": 3}',
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b"\xff\xfe",
    ],
)
def test_a_body_that_cannot_be_read_is_refused(archive, key, body):
    for kind in ("application/json", "application/msgpack"):
        answer = httpx.post(
            f"{archive.url}/api/v1/documents",
            content=body,
            headers={"Authorization": f"ApiKey {key}", "Content-Type": kind},
        )
        assert answer.status_code == 400, answer.text
        assert set(answer.json()) <= {"code", "detail", "fields", "hint"}


def test_a_document_of_no_open_run_is_refused_where_documents_are_not_numbered(archive, key):
    def post(name, doc):
        return httpx.post(
            f"{archive.url}/tiled/api/v1/documents/",
            json={"name": name, "doc": doc},
            headers={"Authorization": f"Apikey {key}"},
        )

    assert post("event", {"descriptor": "nobody"}).status_code == 400
    documents = list(scan(1, time=9500.0))
    for name, doc in documents:
        assert post(name, doc).json()["stored"] == 1
        assert post(name, doc).json()["duplicates"] == 1, "the answer was lost and the sender asks again"
    assert stored(archive, key, documents[0][1]["uid"]) == documents


def test_frames_in_files_are_referred_to_as_by_the_own_engine(archive, key, tmp_path):
    documents = list(imaging_run(tmp_path, time=9600.0))
    run = documents[0][1]["uid"]
    assert send(archive, key, run, 0, documents).status_code == 201
    assert stored(archive, key, run) == documents
