"""The unchanged Tiled client, and the run client of bluesky-tiled-plugins, against a running Beamport."""

import io
import math

import httpx
import numpy as np
import pandas
import pytest
from bluesky_tiled_plugins.clients.bluesky_run import BlueskyRunV3
from bluesky_tiled_plugins.clients.catalog_of_bluesky_runs import CatalogOfBlueskyRuns
from bluesky_tiled_plugins.queries import PartialUID, ScanID, ScanIDRange, TimeRange
from tiled.client import from_uri
from tiled.client.utils import ClientError
from tiled.queries import (
    Comparison,
    Contains,
    Eq,
    FullText,
    In,
    KeyPresent,
    Like,
    NotEq,
    NotIn,
    Regex,
    StructureFamilyQuery,
)

pytestmark = pytest.mark.django_db


OPENED = []


def connect(archive, who="pi", **options):
    catalog = from_uri(f"{archive.url}/tiled", api_key=archive.keys[who], show_progress=False, **options)
    OPENED.append(catalog.context.http_client)
    return catalog


@pytest.fixture(scope="module")
def catalog(archive):
    yield connect(archive)
    while OPENED:
        OPENED.pop().close()


def same(a, b) -> bool:
    """Tell whether two documents are equal, NaN being equal to itself and -0.0 not to 0.0."""
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return type(a) is type(b) and a == b


def test_the_catalogue_is_that_of_runs_in_the_order_of_their_time(archive, catalog):
    assert isinstance(catalog, CatalogOfBlueskyRuns)
    names = ("first", "again", "baseline", "images", "odd")
    assert list(catalog) == [archive.uid(name) for name in names]
    assert len(catalog) == 5
    assert "..." in repr(catalog) or "<Catalog" in repr(catalog)
    assert list(reversed(catalog.keys()[-1:-6:-1])) == [archive.uid(name) for name in names]


def test_a_run_is_found_by_place_by_uid_by_part_of_it_and_by_scan_id(archive, catalog):
    assert catalog[-1].start["uid"] == archive.uid("odd")
    assert catalog[-2].start["uid"] == archive.uid("images")
    uid = archive.uid("first")
    assert isinstance(catalog[uid], BlueskyRunV3)
    assert catalog[uid[:8]].start["uid"] == uid
    assert catalog[8].start["uid"] == archive.uid("baseline")
    assert catalog[7].start["uid"] == archive.uid("again"), "of several the latest"
    with pytest.raises(KeyError):
        catalog["00000000-0000-4000-8000-000000000000"]
    with pytest.raises(KeyError):
        catalog[12345]


QUERIES = {
    "eq": (Eq("plan_name", "scan"), {"first", "again", "baseline"}),
    "eq nested": (Eq("sample.name", "LaB6"), {"first"}),
    "eq number": (Eq("temperature", 300.5), {"again"}),
    "eq list": (Eq("motors", ["sx"]), {"first", "again", "baseline"}),
    "eq list in other order": (Eq("motors", ["sy", "sx"]), set()),
    "eq stop": (Eq("stop.exit_status", "abort"), {"odd"}),
    "noteq": (NotEq("plan_name", "scan"), {"images", "odd"}),
    "noteq of a key that is missing": (NotEq("temperature", 1.0), {"again"}),
    "in": (In("plan_name", ["count", "odd"]), {"images", "odd"}),
    "notin": (NotIn("scan_id", [7, 8]), {"images", "odd"}),
    "less": (Comparison("lt", "scan_id", 8), {"first", "again"}),
    "at least": (Comparison("ge", "time", 4000.0), {"images", "odd"}),
    "more, nested": (Comparison("gt", "temperature", 300), {"again"}),
    "contains": (Contains("motors", "sx"), {"first", "again", "baseline"}),
    "contains text": (Contains("purpose", "the sl"), {"first"}),
    "like": (Like("sample.name", "%a%6"), {"first"}),
    "like, one character": (Like("plan_name", "sc_n"), {"first", "again", "baseline"}),
    "fulltext": (FullText("slit align"), {"first"}),
    "fulltext, odd characters": (FullText("slit & | ! ( '"), {"first"}),
    "regex": (Regex("sample.name", "^(LaB|sil)"), {"first", "again"}),
    "regex, any case": (Regex("sample.name", "^lab", case_sensitive=False), {"first"}),
    "regex, this case": (Regex("sample.name", "^lab"), set()),
    "key present": (KeyPresent("temperature"), {"again"}),
    "family": (StructureFamilyQuery("container"), {"first", "again", "baseline", "images", "odd"}),
    "scan_id": (ScanID(9), {"images"}),
    "scan_id range": (ScanIDRange(8, 10), {"baseline", "images"}),
    "time range": (TimeRange(since=1500, until=3500), {"again", "baseline"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_each_filter_finds_what_it_says(archive, catalog, name):
    query, expected = QUERIES[name]
    found = catalog.search(query)
    assert set(found) == {archive.uid(run) for run in expected}
    assert len(found) == len(expected)


def test_filters_narrow_each_other_and_a_result_is_looked_up(archive, catalog):
    found = catalog.search(Eq("plan_name", "scan")).search(Comparison("gt", "time", 1500))
    assert set(found) == {archive.uid("again"), archive.uid("baseline")}
    assert found[archive.uid("again")].start["scan_id"] == 7
    with pytest.raises(KeyError):
        found[archive.uid("first")]
    part = catalog.search(PartialUID(archive.uid("odd")[:6]))
    assert list(part) == [archive.uid("odd")]


def test_a_filter_that_cannot_be_read_is_refused_and_never_a_fault(archive, catalog):
    for query in (Regex("sample.name", "(("), Like("sample.name", "x\\"), Comparison("lt", "a..b", 1)):
        with pytest.raises(ClientError, match="400"):
            list(catalog.search(query))
    answer = get(archive, "search/", {"filter[raw_mongo][condition][start]": "{}"})
    assert answer.status_code == 400
    assert "none of" in str(answer.json()["fields"])


def test_any_order_and_any_page(archive, catalog):
    by_sample = catalog.sort(("start.scan_id", 1), ("start.time", -1))
    assert [run.start["scan_id"] for run in by_sample.values()] == [7, 7, 8, 9, 10]
    assert by_sample.keys()[0] == archive.uid("again")
    assert catalog.sort(("start.scan_id", -1)).keys()[0] == archive.uid("odd")
    assert catalog.sort(("start.temperature", 1)).keys()[0] == archive.uid("again"), (
        "missing values come last"
    )
    small = catalog.keys().page_size(2)
    assert list(small) == list(catalog)
    assert list(catalog.sort(("start.temperature", 1)).keys().page_size(2)) == list(
        catalog.sort(("start.temperature", 1))
    )


def test_distinct_values_with_counts(catalog):
    found = catalog.distinct("start.plan_name", "start.sample.name", counts=True)["metadata"]
    plans = {entry["value"]: entry["count"] for entry in found["start.plan_name"]}
    assert plans == {"scan": 3, "count": 1, "odd": 1}
    assert {entry["value"] for entry in found["start.sample.name"]} == {"LaB6", "silicon"}
    few = catalog.search(Eq("scan_id", 7)).distinct("start.plan_name")["metadata"]["start.plan_name"]
    assert few == [{"value": "scan", "count": None}]


def test_a_stream_is_read_as_an_xarray_dataset(archive, catalog):
    run = catalog[archive.uid("first")]
    assert list(run) == ["primary"]
    data = run["primary"].read()
    assert set(data) == {"sx", "det"}
    assert list(data.coords) == ["time"]
    assert data["time"].values.tolist() == [1000.0, 1001.0, 1002.0, 1003.0, 1004.0]
    np.testing.assert_array_equal(data["det"].values, [0.0, 10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(data["sx"].values, [0.0, 1.0, 2.0, 3.0, 4.0])
    assert data["det"].dims == ("time",)
    assert set(run["primary"].read(["sx"])) == {"sx"}
    assert run.primary.metadata["data_keys"]["sx"]["units"] == "mm"


def test_one_column_is_an_array_that_is_read_by_slice(archive, catalog):
    run = catalog[archive.uid("first")]
    det = run["primary", "det"]
    assert det.shape == (5,)
    assert det.dtype == np.float64
    np.testing.assert_array_equal(det.read(), [0.0, 10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(det[1:4:2], [10.0, 30.0])
    np.testing.assert_array_equal(det[::-1], [40.0, 30.0, 20.0, 10.0, 0.0])
    assert det[-1] == 40.0
    np.testing.assert_array_equal(run["primary/ts_det"].read(), [1000.0, 1001.0, 1002.0, 1003.0, 1004.0])
    np.testing.assert_array_equal(run["primary"].base["internal"]["seq_num"].read(), [1, 2, 3, 4, 5])


def test_the_table_is_a_data_frame_in_partitions_and_columns(archive, catalog, tmp_path):
    table = catalog[archive.uid("first")]["primary"].base["internal"]
    frame = table.read()
    assert list(frame.columns) == ["seq_num", "time", "det", "sx", "ts_det", "ts_sx"]
    assert frame["det"].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert list(table.read(["sx", "det"]).columns) == ["sx", "det"]
    assert table.read_partition(0)["seq_num"].tolist() == [1, 2, 3, 4, 5]
    table.export(tmp_path / "run.csv", columns=["seq_num", "det"])
    assert pandas.read_csv(tmp_path / "run.csv")["det"].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]
    unknown = get(archive, f"table/full/{archive.uid('first')}/primary/internal", {"column": "nonsense"})
    assert unknown.status_code == 400
    assert "There are seq_num, time, det" in str(unknown.json()["fields"])


def test_dask_reads_later_what_numpy_reads_now(archive):
    run = connect(archive, structure_clients="dask")[archive.uid("images")]
    lazy = run["primary", "camera"].read()
    assert lazy.shape == (3, 4, 6)
    np.testing.assert_array_equal(lazy[1].compute(), np.arange(24, 48).reshape(4, 6))


def test_images_are_read_whole_by_slice_and_by_block(archive, catalog):
    run = catalog[archive.uid("images")]
    expected = np.arange(72, dtype="<u2").reshape(3, 4, 6)
    camera = run["primary"]["camera"]
    assert camera.dtype == np.dtype("<u2")
    np.testing.assert_array_equal(camera.read(), expected)
    np.testing.assert_array_equal(camera[1], expected[1])
    np.testing.assert_array_equal(camera[0:2, ::2, -3:], expected[0:2, ::2, -3:])
    np.testing.assert_array_equal(camera[2, ::-1, 3], expected[2, ::-1, 3])
    np.testing.assert_array_equal(camera.read_block((0, 0, 0), slice=(slice(1, 3),)), expected[1:3])


def test_arrays_in_events_are_arrays_and_not_text(archive, catalog):
    stream = catalog[archive.uid("odd")]["primary"]
    expected = np.array([[n, 2.0, 3.0] for n in range(5)])
    assert "spectrum" not in stream.base["internal"].columns
    assert "ts_spectrum" in stream.base["internal"].columns
    spectrum = stream["spectrum"]
    assert (spectrum.shape, spectrum.dtype) == ((5, 3), np.float64)
    for part in (np.s_[:], np.s_[3], np.s_[::-2], np.s_[1:4, ::-1], np.s_[..., 0], np.s_[4:4]):
        np.testing.assert_array_equal(spectrum[part], expected[part])
    np.testing.assert_array_equal(spectrum.read_block((0, 0), slice=(slice(1, 3),)), expected[1:3])


def test_a_lost_file_does_not_keep_the_rest_of_a_stream_from_being_read(archive, catalog):
    run = catalog[archive.uid("images")]
    data = run["primary"].read()
    assert set(data) == {"det", "camera"}
    assert data["camera"].shape == (3, 4, 6)
    assert data["det"].shape == (3,)
    answer = get(archive, f"array/full/{archive.uid('images')}/primary/lost")
    assert answer.status_code == 410
    assert "gone" in answer.json()["detail"]


def test_baseline_and_configuration(archive, catalog):
    run = catalog[archive.uid("baseline")]
    assert list(run) == ["baseline", "primary"]
    np.testing.assert_array_equal(run.baseline.read()["temperature"].values, [295.0, 296.0])
    assert run.primary.metadata["configuration"]["det"]["data"] == {"det_exposure": 0.1}
    descriptors = run.primary.descriptors
    assert [d["configuration"]["det"]["data"]["det_exposure"] for d in descriptors] == [0.1, 0.2]
    assert {d["run_start"] for d in descriptors} == {run.start["uid"]}
    stored = [doc for name, doc in archive.documents["baseline"] if name == "descriptor"]
    assert [d["uid"] for d in descriptors] == [d["uid"] for d in stored if d["name"] == "primary"]
    assert len(run.descriptors) == 3


@pytest.mark.parametrize("name", ["first", "baseline", "images", "odd"])
def test_documents_are_those_that_were_emitted(archive, catalog, name):
    given = list(catalog[archive.uid(name)].documents())
    expected = archive.documents[name]
    assert [kind for kind, _ in given] == [kind for kind, _ in expected]
    for (_, doc), (_, emitted) in zip(given, expected, strict=True):
        assert same(dict(doc), emitted), (doc, emitted)


def test_odd_values_stand_in_the_table_as_far_as_a_table_has_them(archive, catalog):
    run = catalog[archive.uid("odd")]
    data = run["primary"].read()
    np.testing.assert_array_equal(data["value"].values, [math.nan, math.inf, -0.0, 1e22, 0.1 + 0.2])
    assert data["count"].values.tolist() == [2**53 + n for n in range(5)], "integers keep every digit"
    assert data["label"].values.tolist() == ["plain", "NUL \0 inside", "ü", "", "last"]
    assert data["ready"].values.tolist() == [True, False, True, False, True]
    assert data["data_hidden"].values.tolist() == [0.0, 1.5, 3.0, 4.5, 6.0]
    assert data["spectrum"].dims == ("time", "spectrum_dim1")
    np.testing.assert_array_equal(data["spectrum"][2], [2.0, 2.0, 3.0])
    assert run["primary", "label"].read()[2] == "ü"
    for name in ("ragged", "mislabelled"):
        with pytest.raises(KeyError):
            run["primary", name]
        assert name in run["primary"].base["internal"].columns
    assert math.isnan(run.start["nothing"])
    assert run.stop["reason"] == "the beam went away"


def test_answers_are_not_sent_again_to_who_has_them(archive):
    path = f"table/full/{archive.uid('first')}/primary/internal"
    first = get(archive, path)
    assert first.status_code == 200
    again = get(archive, path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_json_is_given_to_who_does_not_ask_for_msgpack(archive):
    answer = get(archive, f"metadata/{archive.uid('odd')}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["data"]["attributes"]["metadata"]["start"]["nothing"] is None
    packed = get(archive, f"metadata/{archive.uid('odd')}", headers={"Accept": "application/x-msgpack"})
    assert packed.headers["Content-Type"] == "application/x-msgpack"


def test_a_long_list_of_columns_is_taken_from_the_body(archive):
    path = f"table/partition/{archive.uid('first')}/primary/internal"
    answer = httpx.post(
        f"{archive.url}/tiled/api/v1/{path}?partition=0",
        json=["det", "sx"],
        headers={"Authorization": f"Apikey {archive.keys['pi']}"},
    )
    assert answer.status_code == 200
    import pyarrow.ipc

    assert pyarrow.ipc.open_file(io.BytesIO(answer.content)).schema.names == ["det", "sx"]


def test_who_has_no_rights_sees_nothing(archive):
    about = httpx.get(f"{archive.url}/tiled/api/v1/").json()
    assert about["authentication"] == {"required": True, "providers": [], "links": None}
    for headers in ({}, {"Authorization": "Apikey bp_nonsense"}):
        for path in ("metadata/", "search/", "distinct/", f"container/full/{archive.uid('first')}"):
            answer = httpx.get(f"{archive.url}/tiled/api/v1/{path}", headers=headers)
            assert answer.status_code == 401, path
    stranger = connect(archive, "stranger")
    assert list(stranger) == []
    assert len(stranger) == 0
    assert stranger.distinct("start.plan_name")["metadata"]["start.plan_name"] == []
    for path in ("metadata/{}", "search/{}", "table/full/{}/primary/internal", "container/full/{}"):
        answer = get(archive, path.format(archive.uid("first")), {"format": "json-seq"}, who="stranger")
        assert answer.status_code == 404, path
    hidden = get(archive, f"metadata/{archive.uid('hidden')}")
    unknown = get(archive, "metadata/00000000-0000-4000-8000-000000000000")
    assert hidden.status_code == unknown.status_code == 404
    assert len(connect(archive, "admin")) == 6
    assert list(catalog_words(archive, "secret")) == []


def test_who_may_look_but_not_take_away_reads_and_does_not_download(archive):
    table = connect(archive, "observer")[archive.uid("first")]["primary"].base["internal"]
    assert len(table.read()) == 5
    with pytest.raises(ClientError, match="403"):
        table.export(io.BytesIO(), format="csv")


def catalog_words(archive, words):
    return connect(archive).search(FullText(words))


def get(archive, path, params=None, *, who="pi", headers=None):
    return httpx.get(
        f"{archive.url}/tiled/api/v1/{path}",
        params=params,
        headers={"Authorization": f"Apikey {archive.keys[who]}", **(headers or {})},
        timeout=20,
    )
