"""A signal that says measuring is of no use holds the plan."""

import asyncio
import threading

import pytest

from acquisition.engine import RunEngineInterrupted, suspenders
from acquisition.engine.messages import message as msg
from acquisition.engine.suspenders import (
    SuspendBoolHigh,
    SuspendBoolLow,
    SuspendCeil,
    SuspendFloor,
    SuspendInBand,
    SuspendOutBand,
    SuspendWhenChanged,
    SuspendWhenOutsideBand,
)
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector, SoftSignal

DEADLINE_S = 10


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    monkeypatch.setattr(suspenders, "_LOOK_EVERY_S", 0.001)


KINDS = [
    (SuspendBoolHigh, {}, 0, 1),
    (SuspendBoolLow, {}, 1, 0),
    (SuspendFloor, {"suspend_thresh": 5, "resume_thresh": 6}, 7, 4),
    (SuspendCeil, {"suspend_thresh": 5, "resume_thresh": 4}, 3, 6),
    (SuspendWhenOutsideBand, {"band_bottom": 1, "band_top": 3}, 2, 5),
    (SuspendWhenChanged, {"expected_value": "open", "allow_resume": True}, "open", "closed"),
]


@pytest.mark.parametrize(
    ("kind", "arguments", "good", "bad"), KINDS, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_bad_value_in_mid_plan_holds_it_until_the_value_is_good(RE, record, kind, arguments, good, bad):
    signal = SoftSignal(value=good)
    RE.install_suspender(kind(signal, **arguments))

    def plan():
        yield msg("open_run")
        yield msg("checkpoint")
        yield msg("null", "point")
        if not RE.suspenders[0].tripped and record.lines.count("null point") == 1:
            signal.put(bad)
            threading.Thread(target=signal.put, args=(good,), daemon=True).start()
        yield msg("null", "next")
        yield msg("null", "last")
        yield msg("close_run")

    RE(plan())
    assert record.lines == [
        "open_run", "  start", "checkpoint", "null point", "null next",
        "_start_suspender", "rewindable", "wait_for", "_resume_from_suspender", "rewindable",
        "null point", "null next", "null last", "close_run", "  stop success",
    ]  # fmt: skip


def test_a_value_that_is_bad_at_the_start_makes_the_plan_begin_with_a_wait(RE, record):
    signal = SoftSignal(value=1)
    RE.install_suspender(SuspendBoolHigh(signal))
    RE.msg_hook = lambda message: (
        record.message(message),
        message.command == "wait_for" and threading.Thread(target=signal.put, args=(0,), daemon=True).start(),
    )
    RE([msg("null")])
    assert record.lines == ["wait_for", "null"]


def test_devices_rest_and_plans_run_around_a_suspension(RE, record):
    axis, released = SoftAxis(), []

    async def release():
        released.append(True)

    def plan():
        yield msg("checkpoint")
        yield msg("set", axis, 1)
        RE.request_suspend(release, pre_plan=[msg("null", "pre")], post_plan=lambda: [msg("null", "post")])
        yield msg("sleep", None, 0)
        yield msg("null", "after")

    RE(plan())
    assert [line for line in record.lines if line.startswith(("set", "null"))] == [
        "set x", "null pre", "null post", "set x", "null after",
    ]  # fmt: skip
    assert axis.diary == ["x.stop", "x.pause", "x.resume", "x.stop"]
    assert released == [True]


def test_a_suspension_is_recorded_with_its_reason(RE, record):
    RE.record_interruptions = True

    async def release():
        return None

    def plan():
        yield msg("open_run")
        RE.request_suspend(release, justification="no beam")
        yield msg("null")

    RE(plan())
    assert [event["data"]["interruption"] for event in record.of("event")] == ["no beam"]
    assert record.of("stop")[0]["num_events"] == {"interruptions": 1}


def test_a_suspension_without_a_rewind_point_becomes_an_abort(RE, record):
    def plan():
        yield msg("open_run")
        yield msg("clear_checkpoint")
        RE.request_suspend(lambda: None, justification="no beam")
        yield msg("null", "never")
        yield msg("null", "never")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert record.documents == ["start", "stop abort: no beam"]


def test_a_pause_during_a_suspension_does_not_end_the_reason_to_wait(RE, record):
    gate = threading.Event()
    waits = []

    async def release():
        waits.append(gate.is_set())
        if not gate.is_set():
            RE.request_pause()
            await asyncio.sleep(1000)

    def plan():
        yield msg("checkpoint")
        yield msg("null", "point")
        RE.request_suspend(release)
        yield msg("sleep", None, 0)
        yield msg("null", "after")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert "null after" not in record.lines
    gate.set()
    RE.resume()
    assert waits == [False, True]
    assert record.lines[-3:] == ["null point", "sleep", "null after"]


def test_a_suspension_does_not_double_the_events_of_a_monitor(RE, record):
    signal = SoftSignal()

    async def release():
        return None

    def plan():
        yield msg("open_run")
        yield msg("monitor", signal, name="m")
        RE.request_suspend(release)
        yield msg("null")
        signal.put(1)
        yield msg("close_run")

    RE(plan())
    assert len(record.of("event")) == 1


def test_removing_a_suspender_lets_its_plan_go_on(RE, record):
    signal = SoftSignal(value=1)
    suspender = SuspendBoolHigh(signal)
    RE.install_suspender(suspender)
    RE.msg_hook = lambda message: (
        message.command == "wait_for" and threading.Thread(target=RE.clear_suspenders, daemon=True).start()
    )
    RE([msg("null")])
    assert RE.suspenders == ()
    assert signal.subscribers == []


def test_a_change_that_may_not_resume_stays_a_reason(RE):
    signal = SoftSignal(value="open")
    suspender = SuspendWhenChanged(signal)
    RE.install_suspender(suspender)
    signal.put("closed")
    signal.put("open")
    assert suspender.tripped
    assert "must be looked at" in suspender.get_futures()[1]


def test_old_names_warn_and_work():
    signal = SoftSignal(value=2)
    with pytest.warns(UserWarning, match="SuspendWhenOutsideBand"):
        assert not SuspendInBand(signal, 1, 3)._should_suspend(2)
    with pytest.warns(UserWarning, match="removed"):
        assert SuspendOutBand(signal, 1, 3)._should_suspend(2)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [(SuspendFloor, (5,)), (SuspendCeil, (5,))],
)
def test_thresholds_in_the_wrong_order_are_refused(kind, arguments):
    wrong = 4 if kind is SuspendFloor else 6
    with pytest.raises(ValueError, match="resume_thresh"):
        kind(SoftSignal(), *arguments, resume_thresh=wrong)
    with pytest.raises(ValueError, match="band_bottom"):
        SuspendWhenOutsideBand(SoftSignal(), 3, 1)


def test_a_plan_installs_and_removes_a_suspender(RE):
    suspender = SuspendBoolHigh(SoftSignal())
    seen = []

    def plan():
        yield msg("install_suspender", None, suspender)
        seen.append(RE.suspenders)
        yield msg("remove_suspender", None, suspender)
        seen.append(RE.suspenders)

    RE(plan())
    assert seen == [(suspender,), ()]
    assert SoftDetector().count == 0
