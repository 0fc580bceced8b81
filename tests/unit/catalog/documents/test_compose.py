"""Composed documents are those of the event model."""

import event_model
import numpy as np
import pytest

from catalog.documents.compose import RunComposer
from catalog.documents.errors import InvalidDocumentError
from catalog.documents.router import DocumentRouter
from catalog.documents.validate import NAMES, validate

KEYS = {"x": {"source": "sim:x", "dtype": "number", "shape": [], "units": "mm"}}


def a_run():
    run = RunComposer({"plan_name": "scan", "scan_id": 7}, time=1.0, clock=lambda: 2.0)
    stream = run.descriptor("primary", KEYS, hints={})
    yield "start", run.start
    yield "descriptor", stream.descriptor
    for value in (1.0, np.float64(2.0)):
        yield "event", stream.event({"x": value}, {"x": 1.5})
    file = run.stream_resource("file://localhost/a.h5", "application/x-hdf5", "x", {"dataset": "/e"})
    yield "stream_resource", file
    yield "stream_datum", stream.stream_datum(file, (1, 3), (0, 2), number=0)
    yield "resource", run.resource("AD_HDF5", "/data", "a.h5", {})
    yield "stop", run.stop("abort", "beam lost")


def test_the_original_validators_accept_every_composed_document():
    for name, doc in a_run():
        event_model.schema_validators[event_model.DocumentNames[name]].validate(doc)
        validate(name, doc)


def test_events_count_on_and_stop_tells_how_many():
    run = RunComposer()
    first = run.descriptor("primary", KEYS)
    assert [first.event({"x": 1}, {"x": 1.0})["seq_num"] for _ in range(2)] == [1, 2]
    again = run.descriptor("primary", KEYS)
    assert again.event({"x": 1}, {"x": 1.0})["seq_num"] == 3
    assert again.event({"x": 1}, {"x": 1.0}, seq_num=2)["seq_num"] == 2
    assert again.event({"x": 1}, {"x": 1.0})["seq_num"] == 4
    assert run.stop()["num_events"] == {"primary": 4}


def test_inconsistent_documents_are_refused_with_the_reason():
    run = RunComposer()
    stream = run.descriptor("primary", KEYS)
    with pytest.raises(InvalidDocumentError, match=r"missing \['x'\], not described \['y'\]"):
        stream.event({"y": 1}, {"x": 1.0})
    with pytest.raises(InvalidDocumentError, match="other data keys"):
        run.descriptor("primary", {"y": KEYS["x"]})
    with pytest.raises(InvalidDocumentError, match="exit_status"):
        run.stop("well")
    run.stop()
    with pytest.raises(InvalidDocumentError, match="closed"):
        run.stop()
    with pytest.raises(InvalidDocumentError, match="closed"):
        run.descriptor("late", KEYS)


@pytest.mark.parametrize(
    ("name", "doc", "told"),
    [
        ("start", {"uid": "a"}, "time"),
        ("start", {"uid": "a", "time": float("nan")}, "time"),
        ("start", {"uid": "a", "time": 10**400}, "finite"),
        ("start", {"uid": "a", "time": 1.0, "a.b": 1}, r"a\.b"),
        ("start", [], "not an object"),
        ("event", {"uid": "a"}, "descriptor"),
        ("nonsense", {}, "no such document"),
        (
            "event_page",
            {
                "uid": ["a"],
                "time": [1.0, 2.0],
                "seq_num": [1],
                "descriptor": "d",
                "data": {},
                "timestamps": {},
            },
            "differ in length: uid has 1, time has 2",
        ),
        (
            "datum_page",
            {"datum_id": ["a"], "resource": "r", "datum_kwargs": {"i": [1, 2]}},
            "differ in length",
        ),
    ],
)
def test_invalid_documents_are_refused_with_the_place(name, doc, told):
    with pytest.raises(InvalidDocumentError, match=told):
        validate(name, doc)


def test_odd_values_in_data_are_no_fault_of_the_document():
    odd = {"a": float("nan"), "b": 10**400, "c": "\0", "d": "\ud800", "e": np.arange(3)}
    doc = {
        "uid": "u",
        "time": 1.0,
        "seq_num": 1,
        "descriptor": "d",
        "data": odd,
        "timestamps": dict.fromkeys(odd, 1.0),
    }
    validate("event", doc)
    validate("event", {**doc, "data": {"\ud800": {"\udfff": 1}}})
    with pytest.raises(InvalidDocumentError, match="seq_num"):
        validate("event", {**doc, "data": {"\ud800": 1}, "seq_num": "one"})


def test_the_router_calls_the_method_named_after_the_document():
    class Collector(DocumentRouter):
        def __init__(self):
            super().__init__()
            self.seen = []

        def start(self, doc):
            self.seen.append("start")

        def event_page(self, doc):
            self.seen.append(("page", len(doc["seq_num"])))

        def stop(self, doc):
            self.seen.append(doc["exit_status"])

    collector = Collector()
    for name, doc in a_run():
        collector(name, doc)
    assert collector.seen == ["start", ("page", 1), ("page", 1), "abort"]


def test_a_router_that_knows_events_gets_pages_one_by_one_and_may_replace_them():
    class Doubler(DocumentRouter):
        def event(self, doc):
            return {**doc, "data": {"x": doc["data"]["x"] * 2}}

    page = {
        "uid": ["a", "b"],
        "time": [1.0, 2.0],
        "seq_num": [1, 2],
        "descriptor": "d",
        "data": {"x": [1, 2]},
        "timestamps": {"x": [1.0, 1.0]},
    }
    name, doc = Doubler()("event_page", page)
    assert (name, doc["data"]) == ("event_page", {"x": [2, 4]})


@pytest.mark.parametrize("name", ["emit", "__init__", "_emit", "nonsense"])
def test_the_router_refuses_names_that_are_no_documents(name):
    with pytest.raises(ValueError, match="no document named"):
        DocumentRouter()(name, {})
    assert name not in NAMES
