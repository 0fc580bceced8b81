"""What is composed passes the event model's own validators, and what that refuses is refused."""

import uuid

import event_model
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acquisition.engine.composing import RunComposer, Stream, new_uid, page_of, snapshot
from acquisition.engine.validation import check

KEYS = {
    "a": {"source": "s", "dtype": "number", "shape": []},
    "img": {"source": "s", "dtype": "array", "shape": [2, 2], "external": "FILESTORE:"},
    "cam": {"source": "s", "dtype": "array", "shape": [2, 2], "external": "STREAM:"},
}


def stream_of(keys):
    composer = RunComposer({})
    stream = Stream("primary")
    stream.describe(composer.descriptor("primary", keys), {})
    return stream


def peers_verdict(descriptor, data, timestamps):
    """What event_model's composer says of an event."""
    peer = event_model.ComposeEvent(descriptor=descriptor, event_counters={"primary": 1})
    try:
        peer(data=data, timestamps=timestamps)
    except Exception:
        return False
    return True


names = st.sampled_from([*KEYS, "other", ""])
values = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.just(np.float64(1))
)
tables = st.dictionaries(names, values)


@settings(max_examples=150, deadline=None)
@given(data=tables, timestamps=tables)
def test_an_event_is_taken_exactly_if_the_event_model_takes_it(data, timestamps):
    stream = stream_of(KEYS)
    try:
        doc = stream.compose_event(data, timestamps)
        taken = True
        event_model.schema_validators[event_model.DocumentNames.event].validate(doc)
    except event_model.EventModelValidationError:
        taken = False
    # a file's identifier must be in "data" for "filled" to name it, which the key comparison includes
    assert taken == peers_verdict(stream.descriptor, data, timestamps)


def test_only_keys_of_files_are_marked_not_filled():
    stream = stream_of(KEYS)
    event = stream.compose_event({"a": 1, "img": "uid"}, {"a": 1.0, "img": 1.0})
    assert event["filled"] == {"img": False}


def test_pages_of_events_pass_and_keep_order():
    stream = stream_of({"a": KEYS["a"]})
    page = page_of([stream.compose_event({"a": value}, {"a": 1.0}) for value in (3, 4)])
    check("event_page", page)
    assert page["seq_num"] == [1, 2]
    assert page["data"] == {"a": [3, 4]}
    assert stream.compose_page({"data": {"a": [5]}, "timestamps": {"a": [1.0]}})["seq_num"] == [3]


def test_a_ragged_page_is_refused():
    with pytest.raises(ValueError, match="different lengths"):
        stream_of({"a": KEYS["a"]}).compose_page({"data": {"a": [5, 6]}, "timestamps": {"a": [1.0]}})


@pytest.mark.parametrize("value", [np.float64(1.5), np.arange(3), object(), float("nan"), 2**70, "\ud800"])
def test_values_that_the_compiled_validator_cannot_judge_are_left_to_the_event_model(value):
    check("start", {"uid": "u", "time": 1.0, "odd": value})


@pytest.mark.parametrize("doc", [{}, {"uid": 5, "time": 1.0}, {"uid": "u", "time": "noon"}, {"uid": "u"}])
def test_what_the_event_model_refuses_is_refused(doc):
    with pytest.raises(Exception, match=r"required|is not of type"):
        check("start", doc)


def test_a_run_has_one_stop_document():
    composer = RunComposer({})
    composer.stop("success", "", [])
    with pytest.raises(RuntimeError, match="already has a stop"):
        composer.stop("success", "", [])


def test_uids_are_random_version_four():
    uids = {new_uid() for _ in range(1000)}
    assert len(uids) == 1000
    assert all(str(parsed) == uid and parsed.version == 4 for uid in uids if (parsed := uuid.UUID(uid)))


def test_a_snapshot_shares_no_container():
    value = {"a": [1, {"b": (2, [3])}]}
    copy = snapshot(value)
    assert copy == value
    value["a"][1]["b"][1].append(4)
    assert copy["a"][1]["b"] == (2, [3])
