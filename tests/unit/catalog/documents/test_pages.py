"""Pages and events turn into each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.documents.encoding import to_storable
from catalog.documents.pages import (
    join,
    layout_of,
    pack,
    pack_datums,
    runs_of_one_layout,
    to_storable_page,
    unpack,
    unpack_datums,
)

keys = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=3)


@st.composite
def events(draw):
    made = []
    for seq in range(draw(st.integers(1, 8))):
        names = draw(keys)
        event = {
            "uid": f"u{seq}",
            "time": float(seq),
            "seq_num": seq + 1,
            "descriptor": draw(st.sampled_from(["d1", "d2"])),
            "data": {k: draw(st.integers(0, 9)) for k in names},
            "timestamps": dict.fromkeys(draw(st.permutations(names)), 0.5),
        }
        if draw(st.booleans()):
            event["filled"] = dict.fromkeys(names[:1], False)
        order = draw(st.permutations(list(event)))
        made.append({k: event[k] for k in order})
    return made


def ordered(event):
    return [(k, list(v.items()) if isinstance(v, dict) else v) for k, v in event.items()]


@given(events())
def test_events_come_back_from_their_pages_with_the_order_of_their_keys(given_events):
    groups = list(runs_of_one_layout(given_events))
    back = [event for group in groups for event in unpack(pack(group), layout_of(group[0]))]
    assert [ordered(e) for e in back] == [ordered(e) for e in given_events]


@given(events())
def test_a_layout_gives_back_an_order_that_the_page_has_lost(given_events):
    group = next(runs_of_one_layout(given_events))
    page = pack(group)
    shuffled = {
        key: dict(sorted(page[key].items())) if isinstance(page[key], dict) else page[key]
        for key in sorted(page)
    }
    assert [ordered(e) for e in unpack(shuffled, layout_of(group[0]))] == [ordered(e) for e in group]


def test_joined_pages_are_the_page_of_all_their_events():
    def event(n):
        return {
            "uid": f"u{n}",
            "time": 1.0,
            "seq_num": n,
            "descriptor": "d",
            "data": {"x": n},
            "timestamps": {"x": 1.0},
        }

    all_events = [event(n) for n in range(1, 8)]
    assert join([pack(all_events[:3]), pack(all_events[3:4]), pack(all_events[4:])]) == pack(all_events)


def test_events_of_two_layouts_do_not_fit_one_page():
    first = {
        "uid": "a",
        "time": 1.0,
        "seq_num": 1,
        "descriptor": "d",
        "data": {"x": 1},
        "timestamps": {"x": 1.0},
    }
    with pytest.raises(ValueError, match="share"):
        pack([first, {**first, "data": {"y": 1}}])
    with pytest.raises(ValueError, match="at least one"):
        pack([])


def test_datums_come_back_from_their_page():
    datums = [{"datum_id": f"r/{n}", "resource": "r", "datum_kwargs": {"index": n}} for n in range(3)]
    assert list(unpack_datums(pack_datums(datums))) == datums
    with pytest.raises(ValueError, match="share"):
        pack_datums([datums[0], {**datums[1], "resource": "other"}])


odd = st.one_of(
    st.floats(), st.integers(-(2**70), 2**70), st.text(max_size=2), st.lists(st.floats(), max_size=2)
)


@given(st.dictionaries(st.sampled_from(["a", "$b", "\0"]), st.lists(odd, min_size=2, max_size=2), max_size=2))
def test_the_quick_way_to_store_a_page_is_the_rule(columns):
    page = {"seq_num": [1, 2], "descriptor": "d", "data": columns, "timestamps": {}}
    assert repr(to_storable_page(page)) == repr(to_storable(page))
