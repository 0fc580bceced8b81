"""Items of the queue server become ours and come back as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidError
from acquisition.plans.registry import PlanRegistry
from acquisition.qserver.items import arguments_of, bind_arguments, item_as_qs, wish_of

REGISTRY = PlanRegistry()
REGISTRY.load(["acquisition.plans.scans"])
PLANS = REGISTRY.descriptions()


def item(name, *args, **kwargs):
    return {"item_type": "plan", "name": name, "args": list(args), "kwargs": kwargs}


@pytest.mark.parametrize(
    ("written", "parameters"),
    [
        (item("count", ["det"], num=2), {"detectors": ["det"], "num": 2}),
        (item("count", ["det"], 2, 0.5), {"detectors": ["det"], "num": 2, "delay": 0.5}),
        (
            item("scan", ["det"], "sx", 0, 1, num=5),
            {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 5},
        ),
        (item("scan", ["det"], "sx", 0, 1, 5), {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 5}),
        (
            item("scan", ["det"], "sx", 0, 1, "sy", 2, 3, 5),
            {"detectors": ["det"], "args": [["sx", 0, 1], ["sy", 2, 3]], "num": 5},
        ),
        (
            item("grid_scan", ["det"], "sx", 0, 1, 3, "sy", 2, 3, 4),
            {"detectors": ["det"], "args": [["sx", 0, 1, 3], ["sy", 2, 3, 4]]},
        ),
        (
            item("scan", detectors=["det"], args=["sx", 0, 1], num=5),
            {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 5},
        ),
    ],
)
def test_arguments_by_place_and_by_name_become_parameters(written, parameters):
    assert wish_of(written, PLANS).draft.parameters == parameters


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (item("count", ["det"], 1, 0, 3), "fewer positional"),
        (item("count", ["det"], detectors=["det"]), "twice"),
        (item("scan", ["det"], "sx", 0, num=5), "groups of 3"),
        (item("nonsense"), "no plan"),
        ({"item_type": "plan", "name": 7}, "name"),
        ({"item_type": "function", "name": "f"}, "cannot be queued"),
        ({"item_type": "instruction", "name": "dance"}, "queue_stop"),
        ({**item("count"), "args": "det"}, "a list"),
        ({**item("count"), "kwargs": []}, "an object"),
        ({**item("count"), "meta": "sample"}, "meta"),
        ("count", "object"),
    ],
)
def test_what_is_no_item_is_refused_with_words(written, words):
    with pytest.raises(InvalidError, match=words):
        wish_of(written, PLANS)


def test_metadata_are_merged_and_the_proposal_is_taken_out():
    written = {**item("count", ["det"], md={"a": 1}), "meta": [{"b": 2, "proposal": "P-1"}, {"b": 3, "c": 4}]}
    wish = wish_of(written, PLANS)
    assert wish.proposal == "P-1"
    assert wish.draft.metadata == {"a": 1, "b": 2, "c": 4}


motors = st.lists(st.sampled_from(["sx", "sy", "sz"]), min_size=1, max_size=3, unique=True)


@given(motors, st.integers(1, 100))
def test_a_scan_comes_back_as_it_was_written(names, num):
    flat = [value for name in names for value in (name, 0.5, 1.5)]
    parameters = bind_arguments(PLANS["scan"], [["det"], *flat], {"num": num})
    assert arguments_of(PLANS["scan"], parameters) == ([["det"], *flat], {"num": num})


def test_a_hidden_item_keeps_its_place_and_shows_nothing():
    told = item_as_qs({"hidden": True, "position": 3, "state": "queued"}, PLANS)
    assert told["item_uid"] == "hidden-3"
    assert told["kwargs"] == {}
    assert told["user"] == ""
