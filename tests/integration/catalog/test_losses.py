"""What other catalogues lose of a run is lost here on no road out of the database."""

import io
import json
import math

import pytest
from django.test import Client

from accounts import models as accounts
from catalog import selectors
from catalog.documents.encoding import loads
from catalog.imports import file_format
from tests.support.catalog_runs import SYSTEM, make_place, stored
from tests.unit.catalog.documents.test_encoding import same
from tests.unit.catalog.export.test_formats import READ

pytestmark = pytest.mark.django_db

ODD = {
    "nan": math.nan,
    "infinity": math.inf,
    "minus infinity": -math.inf,
    "minus zero": -0.0,
    "whole as a float": 1e22,
    "smallest": 5e-324,
    "just past 53 bits": 2**53 + 1,
    "past 63 bits": 2**63,
    "huge": 10**30,
    "huge negative": -(10**30),
    "NUL": "a\0b",
    "lone surrogate": "a\ud800b",
    "beyond the basic plane": "\U0001f600",
    "nothing": None,
    "truth": True,
    "empty": [[], {}, ""],
    "looks like the rule": {"$numberDouble": "NaN"},
    "z before a": {"z": 1, "a": 2},
}


def key(**more):
    return {"source": "x", "dtype": "number", "shape": [], **more}


def odd_documents():
    """Give a run with each kind of document, names in an order of their own, and values of `ODD`."""
    names = ["zeta", "alpha", "camera", "old"]
    keys = {"zeta": key(), "alpha": key(dtype="string"), "camera": key(external="STREAM:", shape=[2, 2])}
    keys["old"] = key(external="OLD:", shape=[2, 2])
    rest = {"run_start": "run", "time": 2.0, "object_keys": {"z": ["zeta"], "a": ["camera", "alpha", "old"]}}
    rest |= {"hints": {"z": {"fields": ["zeta"]}}, "configuration": {}, "name": "primary"}
    filled = {"old": False}

    def event(number, value, **more):
        data = {"zeta": value, "old": f"res/{number}", "alpha": str(number)}
        head = {"uid": f"e{number}", "seq_num": number, "time": 3.0 + number, "descriptor": "d"}
        return {**head, "data": data, "timestamps": dict.fromkeys(data, 3.5), "filled": filled, **more}

    resource = {
        "uid": "res",
        "spec": "S",
        "root": "/",
        "resource_path": "p",
        "resource_kwargs": {"b": 1, "a": -0.0},
    }
    stream_resource = {
        "uid": "sr",
        "data_key": "camera",
        "mimetype": "application/x-hdf5",
        "uri": "file:///x",
    }
    seq_nums = {"start": 1, "stop": 4}
    page = {
        "uid": ["e2", "e3"],
        "descriptor": "d",
        "seq_num": [2, 3],
        "time": [5.0, 6.0],
        "timestamps": {"zeta": [1.0, 2.0], "old": [1.0, 2.0], "alpha": [1.0, 2.0]},
        "data": {"zeta": [-0.0, math.nan], "old": ["res/2", "res/3"], "alpha": ["b\0", "c"]},
        "filled": {"old": [False, True]},
    }
    return [
        ("start", {"uid": "run", "time": 1.0, "odd": ODD, "plan_args": None}),
        ("descriptor", {"uid": "d", "data_keys": {name: keys[name] for name in names}, **rest}),
        ("resource", resource),
        ("datum", {"datum_id": "res/1", "resource": "res", "datum_kwargs": {"point_number": 0}}),
        ("stream_resource", {**stream_resource, "parameters": {"dataset": "/d", "chunk_shape": [1]}}),
        ("event", event(1, math.inf)),
        ("datum_page", {"datum_id": ["res/2", "res/3"], "resource": "res", "datum_kwargs": {"n": [1, 2]}}),
        ("event_page", page),
        (
            "stream_datum",
            {
                "uid": "sr/0",
                "stream_resource": "sr",
                "descriptor": "d",
                "seq_nums": seq_nums,
                "indices": {"start": 0, "stop": 3},
            },
        ),
        ("event", event(4, 0.1 + 0.2, filled={"old": "res/4"})),
        ("event", event(5, 2**63)),
        (
            "stop",
            {"uid": "stop", "run_start": "run", "time": 9.0, "exit_status": "success", "reason": "\ud800"},
        ),
    ]


def from_database(client, uid):
    return [(name, doc) for _, name, doc in selectors.iter_documents(SYSTEM, uid)]


def export_as(form):
    def road(client, uid):
        return READ[form](body(client.get(f"/api/v1/runs/{uid}/export/{form}")))

    return road


def over_the_lines(client, uid):
    lines = body(client.get(f"/api/v1/runs/{uid}/documents/lines")).splitlines()
    return [tuple(loads(line)[1:]) for line in lines]


def over_tiled(client, uid):
    data = body(client.get(f"/tiled/api/v1/container/full/{uid}?format=json-seq"))
    records = [json.loads(record) for record in data.split(b"\x1e") if record]
    return [(record["name"], record["doc"]) for record in records]


def exported_and_imported(client, uid):
    found = file_format("msgpack").read(io.BytesIO(body(client.get(f"/api/v1/runs/{uid}/export/msgpack"))))
    return [(entry.name, entry.doc) for entry in found]


def body(response):
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content) if response.streaming else response.content


ROADS = {
    "database": from_database,
    **{form: export_as(form) for form in READ},
    "document lines": over_the_lines,
    "tiled json-seq": over_tiled,
    "msgpack import": exported_and_imported,
}


def of(name, *path):
    """Give what looks up a part of each document of a kind."""

    def look(documents):
        found = [doc for kind, doc in documents if kind == name]
        for step in path:
            found = [doc[step] for doc in found]
        return found

    return look


LOSSES = {
    **{f"metadata: {name}": of("start", "odd", name) for name in ODD},
    "null metadata": of("start", "plan_args"),
    "order of the documents": lambda documents: [name for name, _ in documents],
    "uids of events": of("event", "uid"),
    "values of events": of("event", "data"),
    "order of the keys of an event": lambda documents: [list(doc) for doc in of("event")(documents)],
    "filled, also what is no truth value": of("event", "filled"),
    "uids of the events of a page": of("event_page", "uid"),
    "values of an event page": of("event_page", "data"),
    "filled of an event page": of("event_page", "filled"),
    "order of the keys of a page": lambda documents: [list(doc) for doc in of("event_page")(documents)],
    "order of the data keys": lambda documents: [
        list(keys) for keys in of("descriptor", "data_keys")(documents)
    ],
    "order of object_keys": lambda documents: [
        list(k.items()) for k in of("descriptor", "object_keys")(documents)
    ],
    "resources": of("resource"),
    "datums": of("datum"),
    "datum pages": of("datum_page"),
    "uids of stream resources": of("stream_resource", "uid"),
    "stream resources": of("stream_resource"),
    "uids of stream datums": of("stream_datum", "uid"),
    "stream datums": of("stream_datum"),
    "the stop": of("stop"),
}

TILED_SENDS_DATUMS_AS_PAGES = {"order of the documents", "datums", "datum pages"}
"""Its run client knows no single datum; a page of one holds the same."""


@pytest.fixture
def outlet():
    """Give what takes the stored run out by a road."""
    place = make_place()
    client = Client()
    client.force_login(accounts.User.objects.get(pk=place.member.user_id))
    uid = stored(place, odd_documents(), batch=3)
    return lambda road: ROADS[road](client, uid)


@pytest.mark.parametrize("road", ROADS)
def test_nothing_of_what_others_lose_is_lost(outlet, road):
    emitted, found = odd_documents(), outlet(road)
    excused = TILED_SENDS_DATUMS_AS_PAGES if road == "tiled json-seq" else set()
    lost = [name for name, part in LOSSES.items() if not alike(part(found), part(emitted))]
    assert set(lost) == excused
    if not excused:
        assert alike(found, emitted)


def alike(one, other):
    return same(plain(one), plain(other))


def plain(value):
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return {name: plain(item) for name, item in value.items()} if isinstance(value, dict) else value
