"""Runs through the Python client, from a running Beamport."""

import json
import math
import threading
import zipfile

import numpy as np
import pandas
import pytest

import beamport
from catalog.documents.encoding import to_storable
from tests.support.catalog_runs import scan

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def catalog(client):
    return client.catalog


@pytest.fixture(scope="module")
def staff(archive, django_db_blocker):
    """Give a client of alpha's staff that may add runs."""
    with django_db_blocker.unblock():
        key = archive.facility.key("staff", "run:add", "run:read", beamline="alpha")[0]
    with beamport.connect(archive.url, api_key=key) as client:
        yield client


@pytest.fixture(scope="module")
def annotating(archive, django_db_blocker):
    """Give a client that may also add to runs."""
    with django_db_blocker.unblock():
        key = archive.facility.key("pi", "run:read", "run:annotate")[0]
    with beamport.connect(archive.url, api_key=key) as client:
        yield client


def test_a_run_is_picked_by_place_scan_id_and_the_begin_of_its_uid(archive, catalog):
    assert catalog[-1].uid == archive.uid("odd")
    assert catalog[-5].uid == archive.uid("first")
    assert catalog[7].uid == archive.uid("again"), "of several the newest"
    assert catalog[archive.uid("images")[:8]].scan_id == 9
    for missing in (-6, 4711, "00000000"):
        with pytest.raises(beamport.NotFoundError):
            catalog[missing]
    with pytest.raises(KeyError):
        catalog["00000000"]


def test_a_search_is_fetched_as_it_is_asked_for(archive, catalog, monkeypatch):
    monkeypatch.setattr("beamport.catalog.PAGE", 2)
    found = catalog.search()
    assert len(found) == 5
    assert found._runs == found._runs[:2], "one page was fetched for the count"
    names = ("odd", "images", "baseline", "again", "first")
    assert [run.uid for run in found] == [archive.uid(name) for name in names]
    assert found[0].uid == archive.uid("odd")
    assert found[-1].uid == archive.uid("first")
    assert [run.uid for run in found[1:3]] == [archive.uid("images"), archive.uid("baseline")]
    assert [run.scan_id for run in catalog.search(sort="time")] == [7, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("plan:scan", {"first", "again", "baseline"}),
        ("plan:scan sample.name:LaB6", {"first"}),
        ("temperature:300..301", {"again"}),
        ("slit align", {"first"}),
        ("secret", set()),
        ("-plan:scan", {"images", "odd"}),
    ],
)
def test_the_search_line_is_that_of_the_browser(archive, catalog, line, names):
    found = catalog.search(line)
    assert {run.uid for run in found} == {archive.uid(name) for name in names}
    assert bool(found) == bool(names)


def test_filters_stand_beside_the_search_line_and_searches_narrow(archive, catalog):
    assert {run.scan_id for run in catalog.search(plan="scan", scan_id=8)} == {8}
    assert [run.scan_id for run in catalog.search(plan="scan").search("sample.name:silicon")] == [7]
    facets = catalog.search("plan:scan").facets()
    assert facets["plan"] == [{"value": "scan", "count": 3}]
    with pytest.raises(beamport.InvalidError) as refused:
        list(catalog.search("scan_id:abc"))
    assert "scan_id" in str(refused.value.fields)


def test_metadata_is_that_of_the_documents(archive, catalog):
    run = catalog[archive.uid("baseline")]
    emitted = archive.documents["baseline"]
    assert run.start == emitted[0][1]
    assert run.stop == emitted[-1][1]
    assert run.metadata == {"start": run.start, "stop": run.stop}
    assert run.streams == ["baseline", "primary"]
    assert [doc["uid"] for doc in run.descriptors] == [d["uid"] for n, d in emitted if n == "descriptor"]
    assert run.primary.configuration["det"]["data"] == {"det_exposure": 0.1}
    assert not run.is_open
    assert "success" in repr(run)
    with pytest.raises(AttributeError, match="no stream 'secondary'"):
        _ = run.secondary


def test_a_stream_is_read_as_a_dataset_with_units(archive, catalog):
    data = catalog[archive.uid("first")].primary.read()
    assert set(data.data_vars) == {"det", "sx"}
    assert data["sx"].dims == ("time",)
    assert data["sx"].attrs["units"] == "mm"
    np.testing.assert_array_equal(data["det"], [0.0, 10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(data["time"], [1000.0, 1001.0, 1002.0, 1003.0, 1004.0])
    assert set(catalog[archive.uid("first")].primary.read(["sx"]).data_vars) == {"sx"}


def test_one_column_a_data_frame_and_timestamps(archive, catalog):
    stream = catalog[archive.uid("first")].primary
    np.testing.assert_array_equal(stream["det"], [0.0, 10.0, 20.0, 30.0, 40.0])
    frame = stream.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.index.tolist() == [1, 2, 3, 4, 5]
    assert frame["sx"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    stamps = stream.arrays(["det"], timestamps=True)
    np.testing.assert_array_equal(stamps["ts_det"], [1000.0, 1001.0, 1002.0, 1003.0, 1004.0])
    with pytest.raises(beamport.NotFoundError, match="it has det, sx"):
        stream.read(["nonsense"])


def test_a_table_of_several_pages_is_one(archive, catalog, monkeypatch):
    monkeypatch.setattr("beamport.stream.ROWS_AT_ONCE", 2)
    stream = catalog[archive.uid("first")].primary
    np.testing.assert_array_equal(stream["det"], [0.0, 10.0, 20.0, 30.0, 40.0])
    assert stream.arrays()["seq_num"].tolist() == [1, 2, 3, 4, 5]


def test_odd_values_come_as_they_were_measured(archive, catalog):
    stream = catalog[archive.uid("odd")].primary
    np.testing.assert_array_equal(stream["value"], [math.nan, math.inf, -0.0, 1e22, 0.1 + 0.2])
    assert math.copysign(1, stream["value"][2]) == -1
    assert stream["count"].tolist() == [2**53 + n for n in range(5)]
    assert stream["label"].tolist() == ["plain", "NUL \0 inside", "ü", "", "last"]
    assert stream["spectrum"].shape == (5, 3)
    assert stream["ragged"].dtype == object
    assert stream.read()["spectrum"].dims == ("time", "spectrum_dim1")


def test_frames_are_read_by_the_slice_and_later_by_dask(archive, catalog, monkeypatch):
    expected = np.arange(72, dtype="<u2").reshape(3, 4, 6)
    stream = catalog[archive.uid("images")].primary
    frames = stream.frames("camera")
    assert (frames.shape, frames.dtype) == ((3, 4, 6), np.dtype("<u2"))
    np.testing.assert_array_equal(frames[1], expected[1])
    np.testing.assert_array_equal(frames[::2, 1:3, ..., -1], expected[::2, 1:3, ..., -1])
    np.testing.assert_array_equal(frames.dask()[2].compute(), expected[2])
    monkeypatch.setattr("beamport.stream._MOST_BYTES", 50)
    np.testing.assert_array_equal(frames[::-1], expected[::-1])
    assert frames[1:1].shape == (0, 4, 6)
    with pytest.raises(beamport.NotFoundError):
        stream.frames("det")
    with pytest.raises(beamport.NotFoundError, match="gone"):
        stream.frames("lost")


@pytest.mark.parametrize("name", ["first", "baseline", "images", "odd"])
def test_documents_are_those_that_were_emitted(archive, catalog, name):
    documents = list(catalog[archive.uid(name)].documents())
    assert json.dumps([list(map(to_storable, entry)) for entry in documents]) == json.dumps(
        [list(map(to_storable, entry)) for entry in archive.documents[name]]
    )


def test_following_a_running_run_gives_what_reading_it_afterwards_gives(archive, client, staff):
    documents = list(scan(20, time=7000.0))
    with staff.sender() as sender:
        for entry in documents[:5]:
            sender(*entry)
    run = staff.catalog[documents[0][1]["uid"]]
    assert run.is_open
    followed = []
    enough = threading.Event()

    def follow():
        for entry in run.follow(timeout_s=30):
            followed.append(entry)
            if len(followed) == 5:
                enough.set()

    thread = threading.Thread(target=follow)
    thread.start()
    assert enough.wait(20)
    post(staff, documents, 5)
    thread.join(30)
    assert not thread.is_alive()
    assert followed == documents
    assert list(run.refresh().documents()) == documents
    assert run.exit_status == "success"


def test_live_runs_are_given_as_they_begin(staff):
    first, second = list(scan(2, time=8000.0)), list(scan(2, time=8001.0))
    post(staff, first[:3], 0)
    live = staff.catalog.live("alpha", timeout_s=20)
    assert next(live).uid == first[0][1]["uid"]
    post(staff, second, 0)
    run = next(live)
    assert run.uid == second[0][1]["uid"]
    assert list(run.follow(timeout_s=20)) == second
    post(staff, first, 3)
    live.close()


def test_following_gives_up_when_nothing_comes(staff):
    documents = list(scan(1, stop=None, time=8100.0))
    post(staff, documents, 0)
    with pytest.raises(beamport.UnavailableError, match="Nothing came"):
        list(staff.catalog[documents[0][1]["uid"]].follow(timeout_s=0.3))


def test_a_sender_counts_what_the_server_keeps_aside_and_tells_a_refusal(staff, client):
    documents = list(scan(2, time=8200.0))
    documents[2][1]["data"].pop("det")
    with staff.sender() as sender:
        for entry in documents:
            sender(*entry)
    assert [fault["ordinal"] for fault in sender.faults if not fault["is_stored"]] == [2]
    assert sender.unsent == 0
    refused = client.sender(beamline="alpha", proposal="P-1")
    refused("start", {"uid": "refused-1", "time": 1.0})
    with pytest.raises(beamport.ForbiddenError):
        refused.close()


def test_exports_are_whole_files_with_progress(archive, catalog, tmp_path):
    run = catalog[archive.uid("first")]
    seen = []
    path = run.export("csv", tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert path.suffix == ".csv"
    assert pandas.read_csv(path, comment="#")["det"].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert seen[-1][0] == path.stat().st_size
    named = run.export("jsonl", tmp_path / "mine.jsonl")
    assert named == tmp_path / "mine.jsonl"
    assert len(named.read_text().splitlines()) >= len(archive.documents["first"])
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(beamport.BeamportError):
        run.export("nonsense", tmp_path)
    assert {form["name"] for form in client_formats(catalog)} >= {"csv", "jsonl"}


def client_formats(catalog):
    from beamport.exports import formats

    return formats(catalog.client)


def test_what_a_search_found_is_one_zip(archive, catalog, tmp_path):
    path = catalog.search("plan:scan").export("csv", tmp_path, columns="det")
    names = set(zipfile.ZipFile(path).namelist())
    uids = {archive.uid(name) for name in ("first", "again", "baseline")}
    tables = names - {"manifest.json", "SHA256SUMS"}
    assert len(tables) == len(names) - 2
    assert {(name.startswith("scan_"), *name.split("_")[-2:]) for name in tables} == {
        (True, uid, "primary.csv") for uid in uids
    }
    with pytest.raises(beamport.InvalidError):
        catalog.search("plan:nobody").export("csv", tmp_path)


def test_what_people_add_is_read_and_written(archive, catalog, annotating, tmp_path):
    run = annotating.catalog[archive.uid("again")]
    added = run.annotations
    added.tag("good beam")
    added.note("**flat** top")
    added.link(archive.uid("first"), "reference")
    (tmp_path / "fit.txt").write_text("sigma 0.2")
    added.attach(tmp_path / "fit.txt")
    added.correct({"sample": {"name": "gold"}, "temperature": None}, reason="mixed up")
    assert (added.tags, [note["text"] for note in added.notes]) == (["good beam"], ["**flat** top"])
    assert [link["relation"] for link in added.links] == ["reference"]
    fetched = added.fetch(added.attachments[0], tmp_path / "back.txt")
    assert fetched.read_text() == "sigma 0.2"
    assert "good beam" in repr(added)
    assert [found.uid for found in catalog.search('tag:"good beam" sample.name:gold')] == [run.uid]
    assert added.revisions[0]["reason"] == "mixed up"
    assert run.refresh().start["sample"] == {"name": "silicon"}, "what was emitted stays"
    added.correct({"sample": {"name": "silicon"}, "temperature": 300.5}, reason="it was right")
    added.untag("good beam")
    assert added.tags == []
    with pytest.raises(beamport.ForbiddenError):
        catalog[run.uid].annotations.tag("not by this key")


def test_who_may_not_take_away_reads_and_is_told_so(archive):
    with beamport.connect(archive.url, api_key=archive.keys["observer"]) as client:
        run = client.catalog[archive.uid("first")]
        assert len(run.primary["det"]) == 5
        with pytest.raises(beamport.ForbiddenError):
            run.export("csv")
    with beamport.connect(archive.url, api_key=archive.keys["stranger"]) as client:
        assert list(client.catalog.search()) == []
        with pytest.raises(beamport.NotFoundError):
            client.catalog[archive.uid("first")]


def test_a_key_that_is_no_key_and_a_server_that_is_away(archive, monkeypatch):
    monkeypatch.setattr("beamport.connection.TRIES", 2)
    unknown = beamport.connect(archive.url, api_key="bp_nonsense")
    away = beamport.connect("http://127.0.0.1:9", api_key="bp_x")
    with unknown, pytest.raises(beamport.NotSignedInError):
        len(unknown.catalog)
    with away, pytest.raises(beamport.UnavailableError, match="cannot be reached"):
        len(away.catalog)


def post(client, documents, first):
    """Send documents of one run from number `first` on, at once."""
    run = documents[0][1]["uid"]
    rest = [list(entry) for entry in documents[first:]]
    client.post("documents", {"run": run, "first": first, "documents": rest})


def test_the_models_hold_what_an_interface_shows(archive, catalog):
    from beamport.models import LiveModel, RunModel, SearchModel

    search = SearchModel(catalog)
    changed = []
    search.subscribe(changed.append)
    search.search("plan:scan scan_id:8")
    assert [run.uid for run in search.runs] == [archive.uid("baseline")]
    assert {"text", "runs", "count", "facets"} <= set(changed)
    search.search("scan_id:abc")
    assert isinstance(search.error, beamport.InvalidError)
    assert search.runs, "what was found before stays"
    search.search("")
    assert search.error is None
    search.select(search.runs[0])
    run = RunModel(catalog[archive.uid("first")])
    assert run.stream == "primary"
    assert run.columns == ["det", "sx"]
    assert run.figure["data"]
    assert run.caption
    run.plot(x="det", y="sx")
    assert run.error is None
    live = LiveModel(catalog, "alpha")
    told = threading.Event()
    live.subscribe(lambda name: told.set() if name == "points" and live.points else None)
    with live:
        assert told.wait(20)
    assert live.run is not None
