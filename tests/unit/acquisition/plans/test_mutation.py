"""Mutators of plans: what goes in, what comes out, and what is forgotten."""

import gc
import sys

import pytest

from acquisition.plans.msg import Msg
from acquisition.plans.preprocessors import SupplementalData, msg_mutator, pchain, plan_mutator
from tests.unit.acquisition.plans.paper import as_text, paper_devices


def host(*names):
    answers = []
    for name in names:
        answers.append((yield Msg(name)))
    return answers


def play(plan, answer=lambda msg: msg.command):
    """Answer each message with its command; give messages and what the plan returned."""
    commands, value = [], None
    while True:
        try:
            msg = plan.send(value)
        except StopIteration as end:
            return commands, end.value
        commands.append(msg.command)
        value = answer(msg)


def around(before=(), after=(), *, of="b"):
    def proc(msg):
        if msg.command != of:
            return None, None
        head = pchain(host(*before), (m for m in [msg])) if before else None
        return head, host(*after) if after else None

    return proc


def test_a_message_passes_when_nothing_is_put_around_it():
    assert play(plan_mutator(host("a", "b"), lambda msg: (None, None))) == (["a", "b"], ["a", "b"])


def test_head_and_tail_surround_a_message_and_its_own_answer_reaches_the_plan():
    mutated = plan_mutator(host("a", "b", "c"), around(["x"], ["y", "z"]))
    assert play(mutated) == (["a", "x", "b", "y", "z", "c"], ["a", "b", "c"])


def test_a_tail_alone_follows_the_message():
    assert play(plan_mutator(host("b"), around(after=["y"]))) == (["b", "y"], ["b"])


def test_an_empty_head_removes_the_message():
    mutated = plan_mutator(host("a", "b"), lambda msg: (host() if msg.command == "b" else None, None))
    assert play(mutated) == (["a"], ["a", None])


def test_messages_of_a_head_are_looked_at_too():
    def proc(msg):
        heads = {"b": ["x"], "x": ["deep"]}
        if msg.command not in heads:
            return None, None
        return pchain(host(*heads[msg.command]), (m for m in [msg])), None

    assert play(plan_mutator(host("b"), proc))[0] == ["deep", "x", "b"]


def test_the_same_message_object_again_is_treated_as_a_new_one():
    msg = Msg("b")
    assert play(plan_mutator([msg, msg], around(after=["y"])))[0] == ["b", "y", "b", "y"]


def test_an_exception_thrown_at_a_message_reaches_the_plan():
    seen = []

    def careful():
        try:
            yield Msg("b")
        except ValueError as error:
            seen.append(str(error))
            yield Msg("clean")
        return "done"

    plan = plan_mutator(careful(), around(["x"]))
    assert next(plan).command == "x"
    assert plan.throw(ValueError("stuck")).command == "clean"
    with pytest.raises(StopIteration) as end:
        next(plan)
    assert end.value.value == "done"
    assert seen == ["stuck"]


def test_an_error_of_the_processor_is_for_the_plan_to_clean_up():
    cleaned = []

    def careful():
        try:
            yield Msg("b")
        finally:
            cleaned.append(True)

    def proc(msg):
        raise RuntimeError("broken processor")

    with pytest.raises(RuntimeError, match="broken processor"):
        play(plan_mutator(careful(), proc))
    with pytest.raises(RuntimeError, match="broken processor"):
        play(msg_mutator(careful(), proc))
    assert cleaned == [True, True]


@pytest.mark.parametrize(
    "mutate", [lambda plan: plan_mutator(plan, around(["x"])), lambda plan: msg_mutator(plan, lambda m: m)]
)
def test_closing_closes_the_plan_within(mutate):
    closed = []

    def careful():
        try:
            yield Msg("b")
        finally:
            closed.append(True)

    plan = mutate(careful())
    next(plan)
    plan.close()
    assert closed == [True]


def test_msg_mutator_leaves_messages_out():
    mutated = msg_mutator(host("a", "b", "c"), lambda msg: None if msg.command == "b" else msg)
    assert play(mutated) == (["a", "c"], ["a", None, "c"])


def test_pchain_gives_what_each_plan_returns():
    assert play(pchain(host("a"), host("b", "c"))) == (["a", "b", "c"], (["a"], ["b", "c"]))


def endless():
    while True:
        yield Msg("null")


def blocks_kept(plan, messages=2000):
    for _ in range(100):
        next(plan)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(messages):
        next(plan)
    gc.collect()
    return sys.getallocatedblocks() - before


def test_a_mutator_keeps_nothing_of_messages_gone_by():
    assert blocks_kept(plan_mutator(endless(), lambda msg: (None, None))) < 200


def test_supplemental_data_without_devices_keeps_nothing():
    assert blocks_kept(SupplementalData()(endless())) < 200


def test_supplemental_data_measures_in_the_order_it_promises():
    devices = paper_devices()
    data = SupplementalData(baseline=[devices["sx"]], monitors=[devices["ring"]], flyers=[devices["flyer"]])
    lines = as_text(data(m for m in [Msg("open_run"), Msg("null"), Msg("close_run", exit_status=None)]))
    assert lines == [
        "open_run",
        "declare_stream sx", "create baseline", "read sx", "save",
        "monitor ring",
        "kickoff flyer @0", "wait @0",
        "null",
        "complete flyer @1", "wait @1", "collect flyer",
        "unmonitor ring",
        "create baseline", "read sx", "save",
        "close_run",
    ]  # fmt: skip


def test_supplemental_data_follows_the_key_of_a_run():
    devices = paper_devices()
    data = SupplementalData(baseline=[devices["sx"]])
    messages = [Msg("open_run", run="inner"), Msg("close_run", run="inner", exit_status=None)]
    assert all(line.endswith("run=inner") for line in as_text(data(iter(messages))))
