"""Frames hold every document once, in order, whatever they are cut and joined to."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import frames
from realtime.frames import MAX_VALUE_BYTES, Frame, frames_of, merged, ordinals

RUN = "run-1"


def event(seq_num, descriptor="d1", **data):
    return {
        "uid": f"e{seq_num}",
        "descriptor": descriptor,
        "seq_num": seq_num,
        "time": 100.0 + seq_num,
        "data": data,
        "timestamps": dict.fromkeys(data, 100.0),
    }


def run_documents(kinds):
    """Make records from a word: e and f are events of two streams, d a descriptor, x a refused document."""
    records = [(0, "start", {"uid": RUN, "time": 100.0})]
    for ordinal, kind in enumerate(kinds, start=1):
        if kind == "e":
            records.append((ordinal, "event", event(ordinal, x=ordinal / 7, det=ordinal)))
        elif kind == "f":
            records.append((ordinal, "event", event(ordinal, "d2", y=-ordinal)))
        elif kind == "d":
            records.append((ordinal, "descriptor", {"uid": f"d{ordinal}", "data_keys": {}}))
    return records


def read(payloads):
    """Read payloads as a client does: a list of (ordinal, what)."""
    found = []
    for payload in payloads:
        found += [(ordinal, name) for ordinal, name, _ in payload["documents"]]
        for batch in payload["events"]:
            numbers = range(batch["ordinal_first"], batch["ordinal_last"] + 1)
            columns = [batch["seq_num"], batch["time"], *batch["data"].values()]
            assert {len(column) for column in columns} == {len(numbers)}
            found += list(zip(numbers, batch["seq_num"], strict=True))
    return sorted(found, key=lambda entry: entry[0])


def expected(records):
    return [(n, doc["seq_num"] if name == "event" else name) for n, name, doc in records]


words = st.text(alphabet="eeefdx", max_size=60)


@given(words, st.integers(300, 3000))
def test_frames_cover_every_document_once_and_stay_below_the_limit(word, limit):
    records = run_documents(word)
    made = frames_of(RUN, records, first=0, last=len(word), max_bytes=limit)
    assert [frame.first for frame in made] == [0] + [frame.last + 1 for frame in made[:-1]]
    assert made[-1].last == len(word)
    assert all(len(frame.payload()) <= frame.size for frame in made)
    assert read(json.loads(frame.payload()) for frame in made) == expected(records)


@given(words, st.lists(st.integers(0, 60), max_size=6), st.integers(-1, 60))
def test_merging_and_cutting_keep_what_follows_the_ordinal(word, cuts, since):
    records = run_documents(word)
    borders = sorted({0, *(cut for cut in cuts if cut <= len(word))})
    parts = [
        part
        for first, last in zip(borders, [*(b - 1 for b in borders[1:]), len(word)], strict=True)
        for part in frames_of(RUN, [r for r in records if first <= r[0] <= last], first=first, last=last)
    ]
    rest = frames.after(merged(parts), since)
    wanted = [entry for entry in expected(records) if entry[0] > since]
    if rest is None:
        assert not wanted or since >= len(word)
    else:
        assert (rest.first, rest.last) == (max(since + 1, 0), len(word))
        payload = json.loads(rest.payload())
        assert read([payload]) == wanted
        assert ordinals(payload) == [entry[0] for entry in wanted]


def test_events_of_one_descriptor_share_one_batch_and_others_break_it():
    (frame,) = frames_of(RUN, run_documents("eeefeed"))
    batches = json.loads(frame.payload())["events"]
    assert [(b["descriptor"], b["ordinal_first"], b["ordinal_last"]) for b in batches] == [
        ("d1", 1, 3),
        ("d2", 4, 4),
        ("d1", 5, 6),
    ]


def test_a_refused_document_splits_the_batch_but_not_the_frame():
    (frame,) = frames_of(RUN, run_documents("eexee"))
    batches = json.loads(frame.payload())["events"]
    assert (frame.first, frame.last) == (0, 5)
    assert [(b["ordinal_first"], b["ordinal_last"]) for b in batches] == [(1, 2), (4, 5)]


def test_non_finite_numbers_travel_under_the_encoding_rule():
    (frame,) = frames_of(RUN, [(1, "event", event(1, x=math.nan, y=-math.inf))])
    (batch,) = json.loads(frame.payload())["events"]
    assert batch["data"] == {"x": [{"$numberDouble": "NaN"}], "y": [{"$numberDouble": "-Infinity"}]}
    cut = frames.after(merged([frame, *frames_of(RUN, [(2, "event", event(2, x=math.nan, y=1.0))])]), 1)
    assert json.loads(cut.payload())["events"][0]["data"]["x"] == [{"$numberDouble": "NaN"}]


def test_a_large_value_is_left_out_by_name_and_the_others_stay():
    (frame,) = frames_of(RUN, [(1, "event", event(1, image=[0.5] * MAX_VALUE_BYTES, x=1.0))])
    (batch,) = json.loads(frame.payload())["events"]
    assert batch["omitted"] == ["image"]
    assert batch["data"] == {"image": [None], "x": [1.0]}


def test_a_document_too_large_for_a_frame_is_null():
    records = [(0, "start", {"uid": RUN, "text": "a" * 5000}), (1, "descriptor", {"uid": "d"})]
    made = frames_of(RUN, records, max_bytes=1000)
    documents = [entry for frame in made for entry in json.loads(frame.payload())["documents"]]
    assert documents == [[0, "start", None], [1, "descriptor", {"uid": "d"}]]


def test_documents_out_of_order_are_refused():
    with pytest.raises(ValueError, match="do not rise"):
        frames_of(RUN, [(2, "stop", {}), (1, "start", {})])


def test_frames_with_a_hole_between_them_do_not_merge():
    with pytest.raises(ValueError, match="does not follow"):
        merged([Frame(RUN, 0, 1, "", ""), Frame(RUN, 3, 4, "", "")])
