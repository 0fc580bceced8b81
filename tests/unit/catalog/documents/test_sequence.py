"""Each document of a run is checked against those before it."""

import pytest

from catalog.documents.compose import RunComposer
from catalog.documents.errors import InvalidDocumentError
from catalog.documents.sequence import MAX_DESCRIPTORS, RunChecker

KEYS = {"x": {"source": "s", "dtype": "number", "shape": []}}
CAMERA = {"camera": {"source": "s", "dtype": "array", "shape": [1, 2, 2], "external": "STREAM:"}}


def checker_of(run):
    checker = RunChecker(run.uid, now=100.0)
    assert checker.check("start", run.start) == []
    return checker


@pytest.fixture
def run():
    return RunComposer({}, uid="r", time=1.0, clock=lambda: 2.0)


def test_a_plain_run_has_no_fault(run):
    checker = checker_of(run)
    stream = run.descriptor("primary", {**KEYS, **CAMERA})
    resource = run.stream_resource("file:///a", "application/x-hdf5", "camera", {})
    for name, doc in [
        ("descriptor", stream.descriptor),
        ("stream_resource", resource),
        ("event", stream.event({"x": 1.0}, {"x": 1.0})),
        ("stream_datum", stream.stream_datum(resource, (1, 2), (0, 1), number=0)),
        ("event", stream.event({"x": None}, {"x": 1.0})),
        ("stop", run.stop()),
    ]:
        assert checker.check(name, doc) == []
    assert checker.last_seq == {"primary": 2}
    assert checker.is_closed


def test_a_rewound_number_is_no_fault_and_a_hole_is_remarked_on_once(run):
    checker = checker_of(run)
    stream = run.descriptor("primary", KEYS)
    checker.check("descriptor", stream.descriptor)

    def taken(number):
        return checker.check("event", stream.event({"x": 1}, {"x": 1.0}, seq_num=number))

    assert [taken(n) for n in (1, 2, 3, 2, 3, 4)] == [[]] * 6
    assert len(taken(8)) == 1
    assert taken(9) == []


def test_the_name_of_a_datum_is_no_fault_whatever_the_dtype(run):
    checker = checker_of(run)
    stream = run.descriptor("primary", {"img": {**CAMERA["camera"], "external": "FILESTORE:"}, **KEYS})
    checker.check("descriptor", stream.descriptor)
    assert checker.check("event", stream.event({"img": "r/0", "x": 1}, {"img": 1.0, "x": 1.0})) == []
    assert checker.check("event", stream.event({"img": "r/1", "x": "one"}, {"img": 1.0, "x": 1.0})) != []


def test_a_refused_document_leaves_the_state_as_it_was(run):
    checker = checker_of(run)
    stream = run.descriptor("primary", KEYS)
    checker.check("descriptor", stream.descriptor)
    event = stream.event({"x": 1}, {"x": 1.0})
    for bad in ({"data": {}}, {"data": {"x": object()}}, {"descriptor": "nobody"}, {"seq_num": -1}):
        with pytest.raises((InvalidDocumentError, TypeError)):
            checker.check("event", {**event, **bad})
    assert checker.last_seq == {"primary": 0}
    assert checker.check("event", event) == []


@pytest.mark.parametrize("name", ["descriptor", "event", "stop", "resource"])
def test_nothing_comes_before_the_start(run, name):
    stream = run.descriptor("primary", KEYS)
    docs = {
        "descriptor": stream.descriptor,
        "event": stream.event({"x": 1}, {"x": 1.0}),
        "resource": run.resource("S", "/", "a", {}),
        "stop": run.stop(),
    }
    with pytest.raises(InvalidDocumentError, match="no start"):
        RunChecker("r").check(name, docs[name])


def test_descriptors_are_bounded(run):
    checker = checker_of(run)
    first = run.descriptor("primary", KEYS).descriptor
    for n in range(MAX_DESCRIPTORS):
        checker.check("descriptor", {**first, "uid": f"d{n}", "name": f"s{n}"})
    with pytest.raises(InvalidDocumentError, match="the most"):
        checker.check("descriptor", {**first, "uid": "one more"})


def test_a_stop_that_counts_otherwise_is_remarked_on(run):
    checker = checker_of(run)
    assert "3 told, 0 seen" in checker.check("stop", {**run.stop(), "num_events": {"primary": 3}})[0]


def test_the_checker_names_all_documents_of_the_model():
    from catalog.documents.validate import NAMES

    assert all(hasattr(RunChecker, f"_check_{name}") for name in NAMES)
