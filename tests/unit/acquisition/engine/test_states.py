"""The states are one table; nothing moves beside it."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquisition.engine import RunEngineStateMachine, TransitionError
from acquisition.engine.states import TABLE, EngineState, StateMachine

ENGINE_MD = Path(__file__).parents[4] / "docs" / "explanation" / "engine.md"
EVENTS = sorted({event for moves in TABLE.values() for event in moves})


@given(st.lists(st.sampled_from(EVENTS)))
def test_the_machine_moves_by_the_table_or_raises_and_stays(events):
    machine, expected = StateMachine(), "idle"
    for event in events:
        if event in TABLE[expected]:
            old, expected = expected, TABLE[expected][event]
            assert machine.fire(event) == (expected, old)
        else:
            with pytest.raises(TransitionError):
                machine.fire(event)
        assert machine.state == expected


@pytest.mark.parametrize("target", TABLE)
def test_a_state_can_be_reached_by_name_only_where_the_table_leads(target):
    for origin, moves in TABLE.items():
        machine = StateMachine()
        machine._state = EngineState(origin)
        if target in moves.values():
            assert machine.become(target) == (target, origin)
        else:
            with pytest.raises(TransitionError):
                machine.become(target)


def test_every_state_can_be_reached_and_only_panic_is_final():
    reached, new = set(), {"idle"}
    while new:
        reached |= new
        new = {target for state in new for target in TABLE[state].values()} - reached
    assert reached == set(TABLE)
    assert [state for state, moves in TABLE.items() if not moves] == ["panicked"]


def test_a_state_is_a_string_that_answers():
    assert EngineState("idle").is_idle
    assert EngineState("paused").is_paused
    assert [state for state in TABLE if EngineState(state).can_pause] == ["running"]
    assert set(RunEngineStateMachine.States.states()) == set(TABLE)


def test_the_diagram_in_the_documentation_is_the_table():
    drawn = [
        line.strip().partition(": ")
        for line in ENGINE_MD.read_text().splitlines()
        if "-->" in line and ": " in line and "[*]" not in line
    ]
    assert {(*move.split(" --> "), event) for move, _, event in drawn} == {
        (origin, target, event) for origin, moves in TABLE.items() for event, target in moves.items()
    }


def test_state_hooks_hear_every_move(make_engine):
    moves = []
    engine = make_engine()
    engine.state_hook = lambda new, old: moves.append((old, new))
    engine([])
    assert moves == [("idle", "running"), ("running", "idle")]
    with pytest.raises(AttributeError):
        engine.state = "running"
    assert ast.literal_eval(repr(engine.state)) == "idle"
