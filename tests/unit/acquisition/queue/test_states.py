"""An item moves only as its table says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquisition.queue.states import (
    FINISHED,
    GOES_ON,
    MOVES,
    WAITING,
    ItemEvent,
    ItemState,
    ItemStateError,
    move,
)

EVENTS = st.lists(st.sampled_from(ItemEvent), max_size=8)


def test_every_state_is_in_the_table_and_every_move_leads_to_one():
    assert set(MOVES) == set(ItemState)
    assert {target for moves in MOVES.values() for target in moves.values()} <= set(ItemState)


@given(EVENTS)
def test_an_item_starts_at_most_once(events):
    state, starts = ItemState.QUEUED, 0
    for event in events:
        try:
            state = move(state, event)
        except ItemStateError:
            continue
        starts += event is ItemEvent.START
    assert starts <= 1


@pytest.mark.parametrize("state", sorted(FINISHED | {ItemState.REMOVED}))
def test_what_is_finished_stays_finished(state):
    for event in ItemEvent:
        with pytest.raises(ItemStateError, match="nothing"):
            move(state, event)


def test_a_refused_move_says_what_is_possible():
    with pytest.raises(ItemStateError, match="'queued' cannot 'complete'; it can: remove, start"):
        move("queued", "complete")


def test_waiting_running_and_finished_part_the_states():
    assert FINISHED | WAITING | {ItemState.RUNNING, ItemState.REMOVED} == set(ItemState)
    assert GOES_ON < FINISHED
