"""Documents go in once, in order, and none is lost."""

import itertools
import json
import math

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis.extra.django import TestCase

from accounts.actor import worker_actor
from accounts.errors import ConflictError, ForbiddenError, NotFoundError
from catalog import selectors, services
from catalog.documents.compose import RunComposer
from catalog.documents.encoding import dumps, loads, to_storable
from catalog.ingest import OrdinalGapError, Origin, Record, rows, store, storing
from catalog.models import Document, EventPage, Quarantine, Run
from catalog.signals import documents_stored
from tests.support.catalog_runs import KEYS, SYSTEM, keep, make_place, records_of, scan, stored
from tests.unit.catalog.documents.test_encoding import documents as odd_documents
from tests.unit.catalog.documents.test_encoding import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def given_back(uid):
    return list(selectors.iter_documents(SYSTEM, uid))


def as_sent(records):
    return [(r.ordinal, r.name, r.doc) for r in records]


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
def test_documents_come_back_as_they_went_in_whatever_the_batches(place, batch):
    records = records_of(scan(20))
    for first in range(0, len(records), batch):
        keep(place, records[first : first + batch])
    assert same([list(e) for e in given_back(records[0].run)], [list(e) for e in as_sent(records)])


def test_interleaved_streams_and_pages_keep_their_order(place):
    run = RunComposer({}, time=1.0)
    first, second = run.descriptor("primary", KEYS), run.descriptor("monitor", {"ring": KEYS["det"]})
    docs = [("start", run.start), ("descriptor", first.descriptor), ("descriptor", second.descriptor)]
    for n in range(40):
        docs.append(("event", first.event({"sx": n, "det": n}, {"sx": 1.0, "det": 1.0})))
        docs.append(("event", second.event({"ring": 0.5}, {"ring": 1.0})))
    page = {
        "descriptor": second.descriptor["uid"],
        "uid": ["a", "b"],
        "time": [1.0, 2.0],
        "seq_num": [41, 42],
        "timestamps": {"ring": [1.0, 2.0]},
        "data": {"ring": [-0.0, math.nan]},
    }
    docs += [("event_page", page), ("stop", run.stop())]
    records = records_of(docs)
    for some in itertools.batched(records, 6) if hasattr(itertools, "batched") else _batched(records, 6):
        keep(place, list(some))
    assert same([list(e) for e in given_back(run.uid)], [list(e) for e in as_sent(records)])
    assert Run.objects.get().num_events == {"primary": 40, "monitor": 42}
    assert EventPage.objects.count() == 3


def _batched(items, size):
    return [items[i : i + size] for i in range(0, len(items), size)]


@pytest.mark.parametrize("since", [-1, 0, 1, 5, 21, 22, 99])
def test_catching_up_gives_what_comes_after(place, since):
    uid = stored(place, scan(20), batch=4)
    everything = given_back(uid)
    assert selectors.documents(SYSTEM, uid, since=since) == everything[since + 1 :]
    assert selectors.documents(SYSTEM, uid, since=since, limit=3) == everything[since + 1 : since + 4]


def test_a_batch_sent_twice_changes_nothing(place):
    records = records_of(scan(5))
    once = keep(place, records[:4])
    again = keep(place, records[:6])
    rest = keep(place, records)
    assert (once.stored, once.duplicates) == (4, 0)
    assert (again.stored, again.duplicates) == (2, 4)
    assert (rest.stored, rest.duplicates) == (2, 6)
    assert rest.last_ordinals == {records[0].run: 7}
    assert len(given_back(records[0].run)) == 8
    assert not Quarantine.objects.exists()


def test_a_gap_is_refused_whole_with_what_is_missing(place):
    records = records_of(scan(5))
    keep(place, records[:3])
    with pytest.raises(OrdinalGapError, match="3 to 4 are missing") as refusal:
        keep(place, records[5:])
    assert refusal.value.expected == 3
    assert selectors.last_ordinal(SYSTEM, records[0].run) == 2
    keep(place, records[3:])
    assert len(given_back(records[0].run)) == 8


def test_a_run_whose_start_is_missing_is_a_gap(place):
    with pytest.raises(OrdinalGapError, match="0 to 0 are missing"):
        keep(place, records_of(scan(2))[1:])


def bad_documents():
    run = RunComposer({}, uid="the-run", time=1.0)
    stream = run.descriptor("primary", KEYS)
    event = stream.event({"sx": 1.0, "det": 1.0}, {"sx": 1.0, "det": 1.0})
    deep = []
    for _ in range(10_000):
        deep = [deep]
    page = {k: [v] for k, v in event.items() if k not in ("data", "timestamps", "descriptor", "filled")}
    page |= {
        "descriptor": event["descriptor"],
        "data": {"sx": [1], "det": [1, 2]},
        "timestamps": {"sx": [], "det": []},
    }
    return (
        {
            "event of an unknown descriptor": ("event", {**event, "descriptor": "nobody"}),
            "event with other keys": ("event", {**event, "data": {"sx": 1.0}}),
            "event without uid": ("event", {k: v for k, v in event.items() if k != "uid"}),
            "event with a deep value": ("event", {**event, "data": {"sx": deep, "det": 1.0}}),
            "event with an object": ("event", {**event, "data": {"sx": object(), "det": 1.0}}),
            "second start": ("start", {**run.start}),
            "descriptor twice": ("descriptor", stream.descriptor),
            "descriptor of another run": (
                "descriptor",
                {**stream.descriptor, "uid": "x", "run_start": "other"},
            ),
            "ragged page": ("event_page", page),
            "datum without resource": ("datum", {"datum_id": "a", "resource": "nobody", "datum_kwargs": {}}),
            "unknown name": ("nonsense", {"a": 1}),
            "not an object": ("event", [1, 2]),
            "time not finite": ("event", {**event, "time": math.inf}),
            "seq_num of 400 digits": ("event", {**event, "seq_num": 10**400}),
            "stop with an unknown status": ("stop", {**run.stop(), "exit_status": "well"}),
        },
        [("start", run.start), ("descriptor", stream.descriptor)],
        event,
    )


@pytest.mark.parametrize("case", list(bad_documents()[0]))
def test_a_bad_document_goes_to_quarantine_and_holds_nothing_up(place, case):
    cases, head, event = bad_documents()
    docs = [*head, cases[case], ("event", event)]
    result = keep(place, records_of(docs))
    assert (result.stored, result.quarantined) == (3, 1)
    row = Quarantine.objects.get()
    assert (row.run_uid, row.ordinal, row.is_stored) == ("the-run", 2, False)
    assert row.reason
    if case not in ("event with a deep value", "event with an object"):
        assert loads(row.body) == loads(dumps(cases[case][1]))
    assert [ordinal for ordinal, _, _ in given_back("the-run")] == [0, 1, 3]
    assert keep(place, records_of(docs)).duplicates >= 3
    assert selectors.quarantined(SYSTEM, "the-run")[0]["ordinal"] == 2


@pytest.mark.parametrize("place_of_value", ["event", "start"])
def test_values_that_belong_in_a_file_go_to_quarantine(place, monkeypatch, place_of_value):
    monkeypatch.setattr(storing, "MAX_DOCUMENT_BYTES", 8000)
    docs = list(scan(1, **({"note": "x" * 9000} if place_of_value == "start" else {})))
    if place_of_value == "event":
        docs[2] = ("event", {**docs[2][1], "data": {"sx": [[0] * 40] * 40, "det": 1.0}})
    keep(place, records_of(docs))
    row = Quarantine.objects.filter(is_stored=False).earliest("ordinal")
    assert row.name == place_of_value
    assert "in a file" in row.reason


@pytest.mark.parametrize("name", ["start", "event", "stop"])
def test_a_document_that_the_database_refuses_is_set_aside_alone(place, monkeypatch, name):
    records = records_of(scan(3))
    bad = next(r for r in records if r.name == name)
    maker = {"start": "new_run", "event": "page_row", "stop": "document_row"}[name]
    make = getattr(rows, maker)

    def make_or_refuse(*arguments):
        made_of = arguments[-1]
        if bad in getattr(made_of, "records", [made_of]):
            raise DataError("unsupported value")
        return make(*arguments)

    monkeypatch.setattr(rows, maker, make_or_refuse)
    result = keep(place, records)
    row = Quarantine.objects.filter(is_stored=False).earliest("ordinal")
    assert (row.ordinal, row.name) == (bad.ordinal, name)
    assert "unsupported value" in row.reason
    assert result.stored + result.quarantined == len(records)
    assert result.stored == {"start": 0, "event": 5, "stop": 5}[name]
    assert result.last_ordinals == {bad.run: len(records) - 1}


def statements_of(place, records):
    with CaptureQueriesContext(connection) as asked:
        keep(place, records)
    return len(asked)


def test_many_small_runs_in_one_batch_take_no_more_statements_than_one(place):
    alone = statements_of(place, records_of(scan()))
    runs = [records_of(scan()) for _ in range(20)]
    assert statements_of(place, [record for run in runs for record in run]) == alone
    for records in runs:
        assert given_back(records[0].run) == as_sent(records)


def test_a_bad_run_among_many_in_one_batch_changes_none_of_the_others(place):
    good, bad, begun = (records_of(scan(uid=uid)) for uid in ("a-good", "b-bad", "c-begun"))
    keep(place, begun[:3])
    spoilt = [*bad[:2], Record("b-bad", 2, "event", {**bad[2].doc, "data": {}}), *bad[3:]]
    result = keep(place, [*begun, *spoilt, *good])
    assert (result.stored, result.duplicates, result.quarantined) == (6 + 5 + 3, 3, 1)
    assert given_back("a-good") == as_sent(good)
    assert given_back("c-begun") == as_sent(begun)
    assert given_back("b-bad") == as_sent([*bad[:2], *bad[3:]])
    assert {r.exit_status for r in Run.objects.all()} == {"success"}


def test_a_stream_name_that_no_index_takes_goes_to_quarantine(place):
    docs = list(scan(1))
    docs[1] = ("descriptor", {**docs[1][1], "name": "x" * 10_000})
    assert keep(place, records_of(docs)).quarantined == 2


def test_a_start_document_of_many_words_is_stored_and_found(place):
    note = " ".join(f"w{n}-{n:x}.org/é{n}" for n in range(60_000))
    uid = stored(place, scan(0, note=note, title="needle"))
    assert given_back(uid)[0][2]["note"] == note


def test_documents_after_the_stop_go_to_quarantine(place):
    records = records_of(scan(1))
    stop = records[-1]
    late = [Record(stop.run, 4, "stop", {**stop.doc, "uid": "again"}), Record(stop.run, 5, *list(scan(1))[1])]
    keep(place, records)
    assert keep(place, late).quarantined == 2
    assert Quarantine.objects.filter(reason__contains="ended by its stop").count() == 2
    assert Run.objects.get().stop == stop.doc


def test_a_run_whose_start_is_bad_is_kept_in_quarantine_whole(place):
    docs = [("start", {"uid": "bad", "time": "now"}), *list(scan(2))[1:]]
    records = records_of(docs, uid="bad")
    assert keep(place, records[:2]).quarantined == 2
    assert keep(place, records[2:]).quarantined == 3
    assert Quarantine.objects.filter(run_uid="bad").count() == 5
    assert not Run.objects.exists()


def test_another_run_with_the_same_uid_goes_to_quarantine(place):
    uid = stored(place, scan(1))
    other = records_of(scan(1, uid=uid, sample="other"))
    result = keep(place, other[:1])
    assert result.quarantined == 1
    assert "another run with the uid" in Quarantine.objects.get().reason
    assert len(given_back(uid)) == 4


def test_documents_of_another_beamlines_run_go_to_quarantine(place):
    elsewhere = make_place("other", "P-2")
    records = records_of(scan(2))
    keep(place, records[:3])
    assert keep(elsewhere, records[3:]).quarantined == 2
    assert selectors.last_ordinal(SYSTEM, records[0].run) == 2
    assert keep(place, records[3:]).stored == 2


@pytest.mark.parametrize("uid", ["../etc", "a b", "", "x" * 81, "a\nb", "\u202eabc", "a/b", "a\0b"])
def test_uids_that_make_bad_names_are_refused(place, uid):
    result = keep(place, [Record(uid, 0, "start", {"uid": uid, "time": 1.0})])
    assert result.quarantined == 1
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seq_num": 5}, "rows between are missing"),
        ({"data": {"sx": "text", "det": 1.0}}, "sx is str, its descriptor says number"),
        ({"time": 1e12}, "more than a day"),
    ],
)
def test_doubtful_events_are_stored_with_a_remark(place, change, told):
    docs = list(scan(1))
    docs[2] = ("event", {**docs[2][1], **change})
    uid = stored(place, docs)
    assert len(given_back(uid)) == 4
    reasons = [q["reason"] for q in selectors.quarantined(SYSTEM, uid) if q["is_stored"]]
    assert any(told in reason for reason in reasons)


def test_small_pages_are_joined_when_the_run_ends(place):
    records = records_of(scan(2500))
    for some in _batched(records[:-1], 100):
        keep(place, some)
    before = EventPage.objects.count()
    assert before <= 8  # joined at each thousandth document meanwhile
    keep(place, records[-1:])
    sizes = list(EventPage.objects.order_by("first_ordinal").values_list("size", flat=True))
    assert sum(sizes) == 2500
    assert max(sizes) <= 1000
    spans = EventPage.objects.order_by("first_ordinal").values_list("first_ordinal", "last_ordinal")
    assert all(last < first for (_, last), (first, _) in itertools.pairwise(spans))
    assert len(sizes) <= 4
    assert same([list(e) for e in given_back(records[0].run)], [list(e) for e in as_sent(records)])


@pytest.mark.parametrize("batch", [1000, 5000])
def test_pages_are_bounded_and_do_not_overlap_whatever_the_batch(place, batch):
    stored(place, scan(3000), batch=batch)
    rows = list(EventPage.objects.order_by("first_ordinal"))
    assert sum(row.size for row in rows) == 3000
    assert max(row.size for row in rows) <= 1000
    assert all(before.last_ordinal < after.first_ordinal for before, after in itertools.pairwise(rows))


def test_pages_of_heavy_events_hold_fewer(place):
    run = RunComposer({}, time=1.0)
    stream = run.descriptor("primary", {"wave": {"source": "s", "dtype": "array", "shape": [5000]}})
    events = [stream.event({"wave": [0] * 5000}, {"wave": 1.0}) for _ in range(200)]
    docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
    stored(place, [*docs, ("stop", run.stop())], batch=150)
    assert max(EventPage.objects.values_list("size", flat=True)) <= 81


def test_reading_goes_on_without_gap_or_double_while_pages_are_joined(place):
    records = records_of(scan(300))
    for some in _batched(records[:-1], 5):
        keep(place, some)
    reader = selectors.iter_documents(SYSTEM, records[0].run)
    head = list(itertools.islice(reader, 90))
    keep(place, records[-1:])
    assert EventPage.objects.count() == 1
    assert [e[0] for e in head + list(reader)] == list(range(302))


def test_subscribers_hear_of_each_batch_after_the_commit(place, django_capture_on_commit_callbacks):
    heard = []

    def listen(**kwargs):
        heard.append(kwargs)

    def faulty(**kwargs):
        raise RuntimeError("a listener that fails harms nobody")

    records = records_of(scan(2))
    documents_stored.connect(faulty)
    documents_stored.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            keep(place, records[:3])
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            keep(place, records)
    finally:
        documents_stored.disconnect(listen)
        documents_stored.disconnect(faulty)
    assert [(h["first_ordinal"], h["last_ordinal"], h["closed"]) for h in heard] == [
        (0, 2, False),
        (3, 4, True),
    ]
    assert heard[0]["beamline"] == "demo"
    assert heard[0]["proposal_id"] == place.proposal_id
    assert heard[1]["records"] == as_sent(records)[3:]


def test_only_the_worker_of_the_beamline_may_store(place):
    records = records_of(scan(1))
    with pytest.raises(ForbiddenError):
        store(actor=place.member, origin=place.origin, records=records)
    make_place("other", "P-2")
    with pytest.raises(NotFoundError):
        store(actor=worker_actor("other"), origin=place.origin, records=records)
    with pytest.raises(NotFoundError):
        store(actor=SYSTEM, origin=Origin("nowhere", None, "ada"), records=records)
    assert store(actor=worker_actor("demo"), origin=place.origin, records=records).stored == 4


def test_an_orphan_is_closed_as_fail_once(place):
    uid = stored(place, scan(3, stop=None))
    assert selectors.open_runs("demo") == [uid]
    services.close_orphan(actor=worker_actor("demo"), run_uid=uid, reason="worker lost")
    stop = given_back(uid)[-1][2]
    assert (stop["exit_status"], stop["reason"], stop["num_events"]) == (
        "fail",
        "worker lost",
        {"primary": 3},
    )
    assert selectors.open_runs("demo") == []
    with pytest.raises(ConflictError):
        services.close_orphan(actor=worker_actor("demo"), run_uid=uid, reason="again")
    with pytest.raises(ForbiddenError):
        services.close_orphan(actor=place.member, run_uid=uid, reason="mine")


def test_the_order_of_keys_survives_jsonb(place):
    docs = list(scan(2))
    keys = {f"k{n:03d}": KEYS["sx"] for n in reversed(range(30))}
    docs[1] = ("descriptor", {**docs[1][1], "data_keys": keys, "configuration": {"z": {}, "a": {}}})
    for n in (2, 3):
        values = dict.fromkeys(keys, n)
        docs[n] = ("event", {**docs[n][1], "data": values, "timestamps": dict(reversed(values.items()))})
    uid = stored(place, docs)
    assert [json.dumps(d) for _, _, d in given_back(uid)] == [json.dumps(d) for _, d in docs]
    assert list(selectors.table(SYSTEM, uid, "primary")["columns"]) == list(keys)


class AnyDocument(TestCase):
    """The encoding rule meets the real jsonb."""

    @settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
    @given(odd_documents)
    @example([math.nan, -0.0, 1e22, 2**70, "\0", "\ud800", {"b": 1, "a": 2}])
    @example({"$numberDouble": "NaN"})
    @example({"\ud800": {"\0": [{"\udfff": 1}]}})
    def test_every_json_like_value_survives_the_database(self, value):
        place = make_place("any", "P-any")
        run = RunComposer({"odd": _startable(value)}, time=1.0)
        stream = run.descriptor("s", {"v": {"source": "x", "dtype": "array", "shape": []}})
        events = [stream.event({"v": v}, {"v": 1.0}) for v in (value, 1.5, value)]
        docs = [("start", run.start), ("descriptor", stream.descriptor), *(("event", e) for e in events)]
        uid = stored(place, docs)
        assert same([d for _, _, d in given_back(uid)], [d for _, d in docs])
        row = Run.objects.get(uid=uid)
        assert to_storable(row.start) == to_storable(run.start)
        assert Document.objects.get(run=row, ordinal=0).doc.keys() == run.start.keys()
        assert same(selectors.table(SYSTEM, uid, "s")["columns"]["v"], [value, 1.5, value])


def _startable(value):
    """The event model lets no '.' or '/' into the keys of a start document."""
    if isinstance(value, dict):
        return {"k" + k.replace(".", "").replace("/", ""): _startable(v) for k, v in value.items()}
    return [_startable(v) for v in value] if isinstance(value, list) else value
