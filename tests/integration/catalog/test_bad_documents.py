"""Documents that are wrong: refused with a reason, kept, and taken again when they were mended."""

import itertools
import json
import math

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.errors import ConflictError, InvalidError, NotFoundError
from accounts.models import AuditEntry
from catalog import selectors, services
from catalog.documents.compose import RunComposer
from catalog.documents.encoding import loads
from catalog.documents.sequence import MAX_DESCRIPTORS
from catalog.ingest import Origin, store, storing
from catalog.models import EventColumn, Quarantine, Run
from tests.support.catalog_runs import KEYS, SYSTEM, keep, make_place, records_of, scan, stored
from tests.support.people import make_facility
from tests.unit.catalog.documents.test_encoding import atoms, same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def given_back(uid):
    return [doc for _, _, doc in selectors.iter_documents(SYSTEM, uid)]


def reasons(uid):
    return [row["reason"] for row in selectors.quarantined(SYSTEM, uid)]


def test_a_seq_num_that_comes_again_replaces_its_row_and_both_documents_stay(place):
    docs = list(scan(200))
    again = {**docs[5][1], "uid": "again", "data": {"det": -1.0, "sx": 3.0}}
    docs.insert(100, ("event", again))
    uid = stored(place, docs)
    assert len(given_back(uid)) == len(docs)
    table = selectors.table(SYSTEM, uid, "primary")
    assert (len(table["seq_num"]), table["columns"]["det"][table["seq_num"].index(4)]) == (200, -1.0)


def test_a_hole_in_seq_num_is_stored_with_a_remark_and_holds_nothing_up(place):
    docs = [doc for n, doc in enumerate(scan(200)) if n != 50]
    uid = stored(place, docs)
    assert len(given_back(uid)) == len(docs)
    assert any("rows between are missing" in reason for reason in reasons(uid))
    assert 49 not in selectors.table(SYSTEM, uid, "primary")["seq_num"]


@pytest.mark.parametrize(
    ("value", "told"),
    [("text", "det is str"), ({"a": 1}, None), ([1, 2], None), (True, None), (None, None), (10**400, None)],
)
def test_values_unlike_the_descriptor_are_kept_as_they_are(place, value, told):
    docs = list(scan(100))
    docs[60] = ("event", {**docs[60][1], "data": {"det": value, "sx": 1.0}})
    uid = stored(place, docs)
    assert same(given_back(uid), [doc for _, doc in docs])
    assert any(told in reason for reason in reasons(uid)) if told else True


def test_arrays_of_another_shape_than_described_are_kept(place):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", {"w": {"source": "s", "dtype": "array", "shape": [3]}})
    waves = [[1.0, 2.0, 3.0]] * 70 + [[1.0]] + [[[1.0], [2.0]]] + [[]] + [[1, 2.5, 3]]
    events = [("event", stream.event({"w": wave}, {"w": 1.0})) for wave in waves]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *events, ("stop", run.stop())]
    uid = stored(place, docs)
    assert same(selectors.table(SYSTEM, uid, "primary")["columns"]["w"], waves)
    assert same(given_back(uid), [doc for _, doc in docs])


def test_more_streams_than_a_run_may_have_are_refused_and_the_run_goes_on(place):
    run = RunComposer({}, time=1.0)
    docs = [("start", run.start)]
    docs += [("descriptor", run.descriptor(f"s{n}", KEYS).descriptor) for n in range(MAX_DESCRIPTORS + 20)]
    result = keep(place, records_of([*docs, ("stop", run.stop())]))
    assert (result.quarantined, result.stored) == (20, MAX_DESCRIPTORS + 2)
    assert "the most it may have" in reasons(run.uid)[0]


def test_ten_thousand_columns_are_stored_and_read(place):
    keys = {f"k{n}": {"source": "s", "dtype": "number", "shape": []} for n in range(10_000)}
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", keys)
    events = [stream.event(dict.fromkeys(keys, float(n)), dict.fromkeys(keys, 1.0)) for n in range(3)]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
    uid = stored(place, docs)
    assert selectors.table(SYSTEM, uid, "primary", columns=["k9999"])["columns"]["k9999"] == [0.0, 1.0, 2.0]
    assert given_back(uid)[2] == events[0]


@pytest.mark.parametrize("where", ["start", "descriptor", "event", "stop"])
def test_text_without_end_is_refused_and_kept(place, monkeypatch, where):
    monkeypatch.setattr(storing, "MAX_DOCUMENT_BYTES", 2 * 2**20)
    docs = list(scan(2))
    at = [name for name, _ in docs].index(where)
    huge = "x" * (3 * 2**20)
    changed = dict(docs[at][1])
    changed |= {"data": {"det": huge * 8, "sx": 1.0}} if where == "event" else {"note": huge}
    docs[at] = (where, changed)
    uid = docs[0][1]["uid"]
    keep(place, records_of(docs, uid=uid))
    row = Quarantine.objects.filter(is_stored=False).earliest("ordinal")
    assert (row.name, loads(row.body)) == (where, changed)
    assert (
        "in a file" in row.reason or "additional" in row.reason.lower() or "unevaluated" in row.reason.lower()
    )


def test_an_event_of_another_run_or_before_its_descriptor_is_refused(place):
    docs = list(scan(2))
    other = list(scan(1))[2]
    uid = stored(place, [docs[0], docs[2], other, *docs[1:]])
    told = [reason for reason in reasons(uid) if "no descriptor" in reason]
    assert len(told) == 2
    assert len(given_back(uid)) == len(docs)


@pytest.fixture
def staffed():
    facility = make_facility()
    client = Client()
    client.force_login(facility.users["staff"])
    return client


def refused_run(count=3):
    docs = list(scan(count))
    start = docs[0][1]
    docs[0] = ("start", {**start, "time": "now"})
    return docs, start


def test_a_run_without_a_start_is_shown_to_staff_and_taken_whole_when_mended(staffed):
    docs, start = refused_run()
    store(actor=SYSTEM, origin=Origin("alpha", "P-1", "pi"), records=records_of(docs, uid=start["uid"]))
    listed = staffed.get("/api/v1/quarantine").json()["results"]
    assert [(row["run"], row["documents"], row["has_start"]) for row in listed] == [(start["uid"], 6, False)]
    told = staffed.get(f"/api/v1/quarantine/{start['uid']}").json()["results"]
    assert [row["name"] for row in told] == [name for name, _ in docs]
    assert json.loads(told[0]["document"])["time"] == "now"
    body = {"documents": [{"ordinal": 0, "document": start}], "reason": "the clock was not set"}
    answer = staffed.post(
        f"/api/v1/quarantine/{start['uid']}/replay", json.dumps(body), content_type="application/json"
    )
    assert answer.json() == {"stored": 6, "quarantined": 0}, answer.content
    assert given_back(start["uid"]) == [start, *(doc for _, doc in docs[1:])]
    assert not Quarantine.objects.exists()
    assert AuditEntry.objects.latest("id").action == "quarantine.replayed"


def test_a_run_that_is_still_wrong_stays_in_quarantine(place):
    docs, start = refused_run()
    keep(place, records_of(docs, uid=start["uid"]))
    told = services.replay(actor=SYSTEM, run_uid=start["uid"], documents={}, reason="again")
    assert told == {"stored": 0, "quarantined": 6}
    assert Quarantine.objects.count() == 6


@pytest.mark.parametrize("at", [1, 2, 4, 6])
def test_one_mended_document_takes_its_place_in_the_run(place, at):
    docs = list(scan(4))
    good = docs[at]
    docs[at] = (good[0], {**good[1], "uid": 7})
    uid = docs[0][1]["uid"]
    keep(place, records_of(docs))
    refused = [row["ordinal"] for row in selectors.refused_documents(SYSTEM, uid)]
    assert at in refused
    told = services.replay(
        actor=SYSTEM, run_uid=uid, documents=dict.fromkeys(refused) | {at: good[1]}, reason="mended"
    )
    assert told["stored"] == len(refused)
    docs[at] = good
    assert given_back(uid) == [doc for _, doc in docs]
    assert Run.objects.get().num_events == {"primary": 4}
    assert Run.objects.get().exit_status == "success"
    with pytest.raises(NotFoundError):
        services.replay(actor=SYSTEM, run_uid=uid, documents={at: good[1]}, reason="again")


def test_a_document_that_is_wrong_again_changes_nothing(place):
    docs = list(scan(2))
    docs[2] = ("event", {**docs[2][1], "uid": 7})
    uid = stored(place, docs)
    with pytest.raises(InvalidError, match="still refused"):
        services.replay(actor=SYSTEM, run_uid=uid, documents={2: None}, reason="as it came")
    assert Quarantine.objects.filter(is_stored=False).count() == 1
    second = {**docs[-1][1], "uid": "another"}
    keep(place, records_of([("stop", second)], uid=uid, first=len(docs)))
    with pytest.raises((InvalidError, ConflictError)):
        services.replay(actor=SYSTEM, run_uid=uid, documents={len(docs): second}, reason="twice")


columns = st.one_of(
    st.lists(st.floats(), min_size=1, max_size=5),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=1, max_size=3),
    st.lists(st.text(alphabet=st.characters(exclude_categories=[]), max_size=6), min_size=1, max_size=4),
    st.lists(st.uuids().map(str), min_size=1, max_size=4),
    st.lists(st.lists(st.floats(), min_size=2, max_size=2), min_size=1, max_size=3),
    st.lists(
        st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=1, max_size=1), min_size=1
    ),
    st.lists(st.lists(atoms, max_size=2), min_size=1, max_size=3),
    st.lists(atoms, min_size=1, max_size=5),
)
key_names = st.text(  # the event model lets no '.' or '/' into data keys
    alphabet=st.characters(exclude_categories=[], exclude_characters="./"), min_size=1, max_size=4
)


class AnyColumns(TestCase):
    """Whole columns meet the typed arrays."""

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.dictionaries(key_names, columns, min_size=1, max_size=4), st.sampled_from([70, 5]))
    @example({"x": [math.nan, -0.0, math.inf, -math.inf, 1e22, 1.0]}, 70)
    @example({"i": [2**63 - 1, -(2**63)], "j": [2**63], "f": [1, 1.0]}, 70)
    @example({"$numberDouble": [1.0], "\0": [1.0], "\ud800": [1.0]}, 70)
    @example({"t": ["a\0b"], "u": ["\ud800"], "b": [True], "e": [[]]}, 70)
    @example({"U": ["0F0E0D0C-0B0A-0908-0706-050403020100"], "z": ["", "é", "日本"]}, 70)
    def test_every_column_survives_the_database(self, columns, count):
        place = make_place("any", "P-any")
        run = RunComposer({}, time=1.0)
        stream = run.descriptor("s", {k: {"source": "x", "dtype": "array", "shape": []} for k in columns})
        cycles = {key: itertools.cycle(column) for key, column in columns.items()}
        events = []
        for n in range(count):
            values = {key: next(cycle) for key, cycle in cycles.items()}
            stamps = {key: n + 0.5 if place_of % 2 else 7.0 for place_of, key in enumerate(values)}
            events.append(stream.event(values, stamps, time=float(n)))
        docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
        uid = stored(place, [*docs, ("stop", run.stop())], batch=100)
        assert same(given_back(uid)[2:-1], events)
        assert same(
            [loads(b) for _, name, b in selectors.iter_encoded(SYSTEM, uid) if name == "event"], events
        )
        table = selectors.table(SYSTEM, uid, "s", timestamps=True)
        for key in columns:
            assert same(table["columns"][key], [event["data"][key] for event in events])
            assert same(table["timestamps"][key], [event["timestamps"][key] for event in events])
        assert EventColumn.objects.filter(page__run__uid=uid).exists() == (count >= 64)
