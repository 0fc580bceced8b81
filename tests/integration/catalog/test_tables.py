"""Tables over HTTP: ranges, Arrow, fewer rows for plots, and values as they are."""

import gzip
import json
import math

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client

from accounts.models import User
from catalog import selectors
from catalog.api import tables
from catalog.documents.compose import RunComposer
from catalog.selectors.decimation import rows_to_keep
from tests.support.catalog_runs import SYSTEM, keep, make_place, records_of, scan, stored
from tests.unit.catalog.documents.test_encoding import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def client(place):
    client = Client()
    client.force_login(User.objects.get(pk=place.member.user_id))
    return client


def a_run(columns, *, count, names=None):
    """Give documents of a run whose columns are functions of the row."""
    dtypes = names or dict.fromkeys(columns, "number")
    run = RunComposer({}, time=1.0)
    keys = {key: {"source": "s", "dtype": dtypes[key], "shape": []} for key in columns}
    stream = run.descriptor("primary", keys)
    yield "start", run.start
    yield "descriptor", stream.descriptor
    for n in range(count):
        values = {key: value(n) for key, value in columns.items()}
        yield "event", stream.event(values, dict.fromkeys(values, float(n)), time=float(n))
    yield "stop", run.stop()


def body(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content


def table(client, uid, **query):
    response = client.get(f"/api/v1/runs/{uid}/streams/primary/table", query)
    assert response.status_code == 200, response.content
    return body(response)


def arrow(client, uid, **query):
    return pa.ipc.open_stream(table(client, uid, format="arrow", **query)).read_all()


@pytest.mark.parametrize("at_once", [10**9, 0])
@pytest.mark.parametrize("rows", [(0, None), (0, 0), (5, 7), (990, 1010), (1400, 9999), (2000, 2001)])
def test_row_ranges_are_the_same_at_once_and_column_after_column(place, client, monkeypatch, at_once, rows):
    monkeypatch.setattr(tables, "AT_ONCE", at_once)
    uid = stored(place, scan(1500), batch=700)
    start, stop = rows
    query = {"start": start, **({} if stop is None else {"stop": stop})}
    told = json.loads(table(client, uid, timestamps=True, **query))
    wanted = selectors.table(SYSTEM, uid, "primary", start=start, stop=stop, timestamps=True)
    assert told == wanted


@pytest.mark.parametrize("at_once", [10**9, 0])
def test_values_that_json_has_no_form_for_are_null_or_written_exactly(place, client, monkeypatch, at_once):
    monkeypatch.setattr(tables, "AT_ONCE", at_once)
    odd = [math.nan, math.inf, -math.inf, -0.0, 1e22, 1.5]
    uid = stored(place, a_run({"x": lambda n: odd[n % 6], "big": lambda n: 10**30}, count=120))
    plain = json.loads(table(client, uid))["columns"]["x"][:6]
    assert plain == [None, None, None, 0.0, 1e22, 1.5]
    exact = json.loads(table(client, uid, exact=True))["columns"]
    assert exact["x"][:5] == [{"$numberDouble": t} for t in ("NaN", "Infinity", "-Infinity", "-0.0", "1e+22")]
    assert exact["big"][0] == {"$numberInteger": hex(10**30)}


def test_arrow_holds_the_values_and_their_types(place, client):
    columns = {
        "f": lambda n: n + 0.5,
        "i": lambda n: n,
        "wide": lambda n: 2**62 + n,
        "b": lambda n: n % 2 == 0,
        "s": lambda n: f"text {n}",
        "mixed": lambda n: n if n % 2 else n + 0.5,
        "none": lambda n: None if n == 3 else 1.0,
        "wave": lambda n: [float(n), 2.0, 3.0],
        "odd": lambda n: {"a": n},
        "ragged": lambda n: [1] * (n % 3),
    }
    names = dict.fromkeys(columns, "number") | dict.fromkeys(("wave", "ragged", "odd"), "array")
    names |= {"s": "string", "b": "boolean"}
    uid = stored(place, a_run(columns, count=150, names=names))
    found = arrow(client, uid)
    assert found.num_rows == 150
    types = {name: str(found.schema.field(name).type) for name in columns}
    assert types == {
        "f": "double", "i": "int64", "wide": "int64", "b": "bool", "s": "string", "mixed": "double",
        "none": "double", "wave": "list<item: double>", "odd": "string", "ragged": "string",
    }  # fmt: skip
    for key in ("f", "i", "wide", "b", "s", "none", "wave"):
        assert same(found[key].to_pylist(), [columns[key](n) for n in range(150)])
    assert json.loads(found["ragged"][2].as_py()) == [1, 1]
    assert found.schema.field("ragged").metadata[b"encoding"] == b"json"
    assert found["seq_num"].to_pylist() == list(range(1, 151))


def test_arrow_of_a_run_that_goes_on_and_of_one_without_events(place, client):
    records = records_of(scan(30, stop=None))
    for first in range(0, len(records), 4):
        keep(place, records[first : first + 4])
    assert arrow(client, records[0].run, timestamps=True)["ts_sx"].to_pylist() == [
        1000.0 + n for n in range(30)
    ]
    empty = arrow(client, stored(place, scan(0)))
    assert empty.num_rows == 0
    assert empty.schema.names == ["seq_num", "time", "det", "sx"]


def test_points_keep_the_extremes_and_the_ends(place, client):
    spike = {777: 1e6, 1234: -1e6, 50: math.nan}
    uid = stored(place, a_run({"y": lambda n: spike.get(n, math.sin(n / 100)), "t": str}, count=3000))
    told = json.loads(table(client, uid, points=100))
    assert len(told["rows"]) <= 100
    assert {0, 777, 1234, 2999} <= set(told["rows"])
    assert told["columns"]["y"][told["rows"].index(777)] == 1e6
    assert told["columns"]["t"] == [str(n) for n in told["rows"]]
    assert len(arrow(client, uid, points=100)) == len(told["rows"])


def test_points_never_give_more_rows_than_asked():
    generator = np.random.default_rng(3)
    for columns in (0, 1, 2, 7, 300):
        drawn = [generator.normal(size=5000) for _ in range(columns)]
        for points in (4, 5, 17, 1000, 4999, 5000, 9000):
            kept = rows_to_keep(drawn, 5000, points)
            assert len(kept) <= min(points, 5000)
            assert kept == sorted(set(kept))
            assert kept[0] == 0 and kept[-1] == 4999  # noqa: PT018


def test_an_answer_that_has_not_changed_is_not_sent_again(place, client):
    uid = stored(place, scan(5))
    first = client.get(f"/api/v1/runs/{uid}/streams/primary/table")
    again = client.get(f"/api/v1/runs/{uid}/streams/primary/table", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_json_is_compressed_for_who_takes_it(place, client):
    uid = stored(place, scan(200))
    address = f"/api/v1/runs/{uid}/streams/primary/table"
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert body(packed) == client.get(address).content
    arrow_packed = client.get(
        address, {"format": "arrow", "compress": True}, headers={"Accept-Encoding": "gzip"}
    )
    assert len(pa.ipc.open_stream(body(arrow_packed)).read_all()) == 200


@pytest.mark.parametrize(
    "query", [{"columns": "nothing"}, {"points": 3}, {"points": 10**9}, {"format": "exe"}, {"start": -1}]
)
def test_a_wrong_question_is_told(place, client, query):
    uid = stored(place, scan(5))
    response = client.get(f"/api/v1/runs/{uid}/streams/primary/table", query)
    assert response.status_code == 400
    assert response.json()["fields"]
