"""Who takes the messages, and what Ctrl-C does there."""

import signal
import threading
from types import SimpleNamespace

import pytest

from acquisition.engine import RunEngineInterrupted, SigintHandler
from acquisition.engine.messages import message as msg

CLOCK = "acquisition.engine.sigint.time"
"""What the handler asks for the time; other threads go on asking the real clock."""

DEADLINE_S = 10


def where(seen):
    seen.append(threading.current_thread())
    yield msg("null")


def test_messages_are_taken_on_the_calling_thread(RE):
    seen = []
    RE(where(seen))
    thread = threading.Thread(target=lambda: RE(where(seen)), daemon=True)
    thread.start()
    thread.join(DEADLINE_S)
    assert seen == [threading.current_thread(), thread]


def test_a_during_task_has_the_calling_thread_to_itself(make_engine):
    seen, blocked = [], []

    class DuringTask:
        def block(self, event):
            blocked.append(threading.current_thread())
            assert event.wait(DEADLINE_S)

    engine = make_engine(during_task=DuringTask())
    uids = engine([msg("open_run")])
    engine(where(seen))
    assert len(uids) == 1
    assert blocked == [threading.current_thread()] * 2
    assert seen[0] is not threading.current_thread()
    with pytest.raises(LookupError):
        engine(iter_that_raises())


def iter_that_raises():
    yield msg("null")
    raise LookupError


def test_an_error_of_the_during_task_halts_the_plan(make_engine):
    class DuringTask:
        def block(self, event):
            raise OSError("no display")

    engine = make_engine(during_task=DuringTask())
    with pytest.raises(OSError, match="no display"):
        engine([msg("sleep", None, 1000)])
    assert engine.state == "idle"


def test_the_first_ctrl_c_pauses_at_the_checkpoint_and_the_second_at_once(make_engine, monkeypatch, capsys):
    clock = iter(range(100, 200))
    monkeypatch.setattr(CLOCK, SimpleNamespace(monotonic=lambda: float(next(clock))))
    engine = make_engine(context_managers=[SigintHandler])
    before = signal.getsignal(signal.SIGINT)
    lines = []

    def plan():
        signal.raise_signal(signal.SIGINT)
        lines.append(engine.deferred_pause_requested)
        yield msg("null")
        signal.raise_signal(signal.SIGINT)
        yield msg("null")
        lines.append("never before the resume")

    with pytest.raises(RunEngineInterrupted):
        engine(plan())
    assert engine.state == "paused"
    assert lines == [True]
    assert "next checkpoint" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is before
    engine.abort()


def test_the_eleventh_press_goes_to_whoever_handled_it_before(make_engine, monkeypatch):
    clock = iter(range(100, 200))
    is_seen = threading.Event()

    def monotonic():
        is_seen.set()
        return float(next(clock))

    monkeypatch.setattr(CLOCK, SimpleNamespace(monotonic=monotonic))
    engine = make_engine(context_managers=[SigintHandler])

    def plan():
        for _ in range(11):  # presses that come before the one before was seen are one signal
            is_seen.clear()
            signal.raise_signal(signal.SIGINT)
            is_seen.wait(10)
        yield msg("null")

    with pytest.raises(RunEngineInterrupted):
        engine(plan())
    assert engine.state == "idle"


def test_presses_close_together_count_once(make_engine, monkeypatch):
    monkeypatch.setattr(CLOCK, SimpleNamespace(monotonic=lambda: 100.0))
    engine = make_engine(context_managers=[SigintHandler])

    def plan():
        for _ in range(5):
            signal.raise_signal(signal.SIGINT)
        yield msg("null")

    engine(plan())
    assert engine.deferred_pause_requested


def test_the_stack_depth_may_be_limited(make_engine):
    engine = make_engine()
    engine.max_depth = 0
    with pytest.raises(RuntimeError, match="max_depth is 0"):
        engine([])
    engine.max_depth = 1000
    engine([])


def test_the_engine_refuses_its_own_loop_thread(RE):
    from acquisition.engine import call_in_bluesky_event_loop

    async def call():
        RE([])

    with pytest.raises(RuntimeError, match="own event loop"):
        call_in_bluesky_event_loop(call())


def test_a_closed_engine_leaves_no_thread_and_a_busy_one_is_not_closed(make_engine):
    engine = make_engine()
    with pytest.raises(RunEngineInterrupted):
        engine([msg("pause")])
    with pytest.raises(RuntimeError, match="paused"):
        engine.close()
    engine.abort()
    engine.close()
    assert not engine._th.is_alive()


def test_calls_are_scheduled_on_the_loop_from_any_thread(RE):
    called = threading.Event()
    RE.loop.call_later(0, called.set)
    assert called.wait(DEADLINE_S)
    never = []
    handle = RE.loop.call_later(1000, never.append, 1)
    handle.cancel()
    assert handle.cancelled()

    async def forever():
        await RE.loop.create_future()

    task = RE.loop.create_task(forever())
    ended = threading.Event()
    RE.loop.call_soon(task.add_done_callback, lambda _: ended.set())
    assert task.cancel()
    assert ended.wait(DEADLINE_S)
    assert task.cancelled()
    assert not task.cancel()


def test_reset_halts_and_forgets_subscriptions(RE, record):
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("pause")])
    RE.reset()
    assert RE.state == "idle"
    assert record.documents == ["start", "stop abort"]
    RE([msg("open_run")])
    assert len(record.docs) == 2
