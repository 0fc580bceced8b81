"""Documents given back with their events as pages."""

import pytest

from catalog import selectors
from catalog.documents.compose import RunComposer
from catalog.documents.encoding import loads
from catalog.documents.pages import unpack
from catalog.models import EventColumn
from tests.support.catalog_runs import KEYS, SYSTEM, keep, make_place, records_of, scan, stored
from tests.unit.catalog.documents.test_encoding import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def pages_of(uid):
    return list(selectors.iter_documents(SYSTEM, uid, pages=True))


def events_of(entries, descriptor=None):
    """Give the events of pages, those of one descriptor, one by one."""
    pages = [doc for _, name, doc in entries if name == "event_page"]
    return [event for page in pages if descriptor in (None, page["descriptor"]) for event in unpack(page)]


@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_pages_hold_the_events_as_they_came(place, batch):
    docs = list(scan(1500, stop=None))
    records = records_of(docs)
    for first in range(0, len(records), batch):
        keep(place, records[first : first + batch])
    entries = pages_of(records[0].run)
    assert [name for _, name, _ in entries[:2]] == ["start", "descriptor"]
    assert same(events_of(entries), [doc for name, doc in docs if name == "event"])
    assert all(len(doc["uid"]) <= 1000 for _, name, doc in entries if name == "event_page")
    assert [ordinal for ordinal, _, _ in entries] == sorted(ordinal for ordinal, _, _ in entries)


def test_a_page_comes_after_the_documents_that_its_events_refer_to(place):
    run = RunComposer({}, time=1.0)
    first, second = run.descriptor("primary", KEYS), run.descriptor("monitor", {"ring": KEYS["det"]})
    docs = [("start", run.start), ("descriptor", first.descriptor), ("descriptor", second.descriptor)]
    resource = {"uid": "r", "spec": "S", "root": "/", "resource_path": "a", "resource_kwargs": {}}
    docs.append(("resource", resource))
    for n in range(30):
        docs.append(("datum", {"datum_id": f"r/{n}", "resource": "r", "datum_kwargs": {}}))
        docs.append(("event", first.event({"sx": n, "det": n}, {"sx": 1.0, "det": 1.0})))
        docs.append(("event", second.event({"ring": 0.5}, {"ring": 1.0})))
    uid = stored(place, [*docs, ("stop", run.stop())], batch=8)
    entries = pages_of(uid)
    names = [name for _, name, _ in entries]
    assert names[-1] == "stop"
    assert set(names[-3:-1]) == {"event_page"}
    for stream in (first, second):
        told = events_of(entries, stream.descriptor["uid"])
        assert [event["seq_num"] for event in told] == list(range(1, 31))


def test_events_whose_layout_alternates_keep_their_order(place):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", KEYS)
    docs = [("start", run.start), ("descriptor", stream.descriptor)]
    for n in range(20):
        event = stream.event({"sx": n, "det": n}, {"sx": 1.0, "det": 1.0})
        docs.append(("event", event if n % 2 else dict(reversed(event.items()))))
    uid = stored(place, [*docs, ("stop", run.stop())], batch=9)
    events = events_of(pages_of(uid))
    assert same(events, [doc for name, doc in docs if name == "event"])


def test_a_page_that_came_as_a_page_is_given_back_as_it_came(place):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", KEYS)
    page = {
        "data": {"sx": [1, 2], "det": [1.5, -0.0]},
        "uid": ["a", "b"],
        "time": [1.0, 2.0],
        "seq_num": [1, 2],
        "timestamps": {"det": [1.0, 2.0], "sx": [1.0, 2.0]},
        "descriptor": stream.descriptor["uid"],
    }
    docs = [("start", run.start), ("descriptor", stream.descriptor), ("event_page", page)]
    uid = stored(place, docs)
    assert same(pages_of(uid)[2][2], page)


@pytest.mark.parametrize("key", ["$numberDouble", "$object", "plain"])
@pytest.mark.parametrize("value", [1.5, -0.0, 1e300, "text", 7])
def test_lines_of_json_are_read_back_as_the_events_that_came(place, key, value):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", {key: {"source": "s", "dtype": "number", "shape": []}})
    events = [stream.event({key: value}, {key: 1.0}) for _ in range(100)]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
    uid = stored(place, docs)
    assert EventColumn.objects.filter(part=1).exists()
    told = [loads(body) for _, name, body in selectors.iter_encoded(SYSTEM, uid) if name == "event"]
    assert same(told, events)
