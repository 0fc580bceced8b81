"""Every way to interrupt a plan: what the plan sees, what is written, where the engine is afterwards."""

import asyncio
import threading

import pytest

from acquisition.engine import (
    FailedPause,
    FailedStatus,
    NoReplayAllowed,
    RequestAbort,
    RequestStop,
    RunEngineInterrupted,
    TransitionError,
    WaitForTimeoutError,
)
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector, SoftSignal

DEADLINE_S = 10


class Diary(list):
    """What a plan saw."""

    def plan(self, *messages):
        """Give a plan that opens a run, makes messages, and notes how it ends."""
        yield msg("open_run")
        yield msg("checkpoint")
        try:
            for message in messages:  # noqa: UP028  (an iterator of a tuple takes no answers)
                yield message
        except BaseException as error:
            self.append(type(error).__name__)
            if not isinstance(error, GeneratorExit):
                yield msg("null", "clean-up")
            raise
        self.append("end")
        yield msg("close_run")


def in_thread(function, *args):
    """Call from another thread and wait until it has returned."""
    outcome = []

    def work():
        try:
            outcome.append(function(*args))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    return outcome[0]


ENDINGS = [
    # request, what the plan sees, cleaned up, stop document
    (lambda RE: RE.stop(), "RequestStop", True, "stop success"),
    (lambda RE: RE.abort("beam lost"), "RequestAbort", True, "stop abort: beam lost"),
    (lambda RE: RE.halt(), "PlanHalt", False, "stop abort"),
]
ENDING_IDS = ["stop", "abort", "halt"]


@pytest.mark.parametrize(("request_end", "sees", "cleans_up", "stop"), ENDINGS, ids=ENDING_IDS)
class TestEnding:
    def test_ends_a_paused_plan(self, RE, record, request_end, sees, cleans_up, stop):
        diary = Diary()
        with pytest.raises(RunEngineInterrupted):
            RE(diary.plan(msg("pause")))
        assert RE.state == "paused"
        uids = request_end(RE)
        assert uids == (record.of("start")[0]["uid"],)
        self.check(RE, record, diary, sees, cleans_up, stop)

    def test_ends_a_running_plan_from_another_thread_while_it_waits(
        self, RE, record, request_end, sees, cleans_up, stop
    ):
        diary = Diary()
        RE.waiting_hook = lambda statuses: statuses and in_thread(request_end, RE)
        axis = SoftAxis(holds=True)
        with pytest.raises(RunEngineInterrupted):
            RE(diary.plan(msg("set", axis, 1, group="g"), msg("wait", None, "g"), msg("null", "never")))
        assert "x.stop" in axis.diary
        self.check(RE, record, diary, sees, cleans_up, stop)

    def test_ends_a_running_plan_that_sleeps(self, RE, record, request_end, sees, cleans_up, stop):
        diary = Diary()
        asleep = threading.Event()
        RE.msg_hook = lambda message: (record.message(message), message.command == "sleep" and asleep.set())

        def end():
            assert asleep.wait(DEADLINE_S)
            request_end(RE)

        thread = threading.Thread(target=end, daemon=True)
        thread.start()
        with pytest.raises(RunEngineInterrupted):
            RE(diary.plan(msg("sleep", None, 1000)))
        thread.join(DEADLINE_S)
        self.check(RE, record, diary, sees, cleans_up, stop)

    def test_ends_a_plan_from_a_subscriber(self, RE, record, request_end, sees, cleans_up, stop):
        diary = Diary()
        RE.subscribe(lambda name, doc: request_end(RE), "descriptor")
        det = SoftDetector()
        with pytest.raises(RunEngineInterrupted):
            RE(diary.plan(msg("declare_stream", None, det, name="primary"), msg("null", "never")))
        self.check(RE, record, diary, sees, cleans_up, stop)

    def test_the_whole_outcome_tells_of_it(self, make_engine, request_end, sees, cleans_up, stop):
        engine = make_engine(call_returns_result=True)
        with pytest.raises(RunEngineInterrupted):
            engine(Diary().plan(msg("pause")))
        result = request_end(engine)
        assert result.interrupted
        assert result.exit_status == stop.split()[1].rstrip(":")
        assert result.plan_result is engine.NO_PLAN_RETURN

    @staticmethod
    def check(RE, record, diary, sees, cleans_up, stop):
        assert diary == [sees]
        assert ("null clean-up" in record.lines) == cleans_up
        assert "null never" not in record.lines
        assert record.documents[-1] == stop
        assert len(record.of("stop")) == 1
        assert RE.state == "idle"
        assert RE([msg("null")]) == ()


def test_a_plan_that_ends_writes_success(RE, record):
    diary = Diary()
    RE(diary.plan())
    assert diary == ["end"]
    assert record.documents == ["start", "stop success"]


def test_a_plan_that_raises_writes_fail_and_the_caller_gets_the_exception(RE, record):
    def plan():
        yield msg("open_run")
        raise LookupError("no sample")

    with pytest.raises(LookupError, match="no sample"):
        RE(plan())
    assert record.documents == ["start", "stop fail: no sample"]
    assert RE.state == "idle"


def test_a_failed_status_is_thrown_even_if_nobody_waits(RE, record):
    diary = Diary()
    axis = SoftAxis(holds=True)

    def plan():
        yield msg("set", axis, 1)
        axis.status.finish(OSError("encoder lost"))
        yield msg("null", "sees it")
        yield msg("null", "never")

    with pytest.raises(FailedStatus) as caught:
        RE(_around(diary, plan()))
    assert isinstance(caught.value.__cause__, OSError)
    assert diary == ["FailedStatus"]
    assert "null never" not in record.lines
    assert record.documents == ["start", "stop fail: SoftStatus"]


def _around(diary, plan):
    yield msg("open_run")
    try:
        yield from plan
    except Exception as error:
        diary.append(type(error).__name__)
        raise


def test_a_status_that_fails_after_its_call_concerns_nobody(RE):
    axis = SoftAxis(holds=True)
    axis.stop = lambda *, success: None
    RE([msg("set", axis, 1)])
    axis.status.finish(OSError("late"))
    RE([msg("null")])


def test_a_subscriber_that_raises_is_thrown_at_the_message_that_emitted(RE, record):
    diary = Diary()

    def subscriber(name, doc):
        raise OSError("disk full")

    RE.subscribe(subscriber, "descriptor")
    with pytest.raises(OSError, match="disk full"):
        RE(diary.plan(msg("declare_stream", None, SoftDetector(), name="primary"), msg("null", "never")))
    assert diary == ["OSError"]
    assert record.documents[-1] == "stop fail: disk full"


def test_a_subscriber_that_raises_may_be_ignored_with_a_warning(RE, record):
    def subscriber(name, doc):
        raise OSError("disk full")

    RE.subscribe(subscriber, "start")
    RE.ignore_callback_exceptions = True
    with pytest.warns(UserWarning, match="disk full"):
        RE([msg("open_run")])
    assert record.documents == ["start", "stop success"]


def test_pause_then_resume_takes_the_messages_since_the_checkpoint_again(RE, record, point):
    det = SoftDetector()

    def plan():
        yield msg("open_run")
        for _ in range(2):
            yield msg("checkpoint")
            yield from point(det)
            yield msg("null", "after the point")
        yield msg("pause")
        yield msg("close_run")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert record.documents[-1] == "event primary 2"
    before = len(record.lines)
    RE.resume()
    assert record.lines[before:] == [
        "create", "read det", "save", "  event primary 2", "null after the point",
        "close_run", "  stop success",
    ]  # fmt: skip
    assert len({event["uid"] for event in record.of("event")}) == 3
    assert record.of("stop")[0]["num_events"] == {"primary": 2}


def test_a_pause_without_a_rewind_point_becomes_an_abort(RE, record):
    diary = Diary()
    with pytest.raises(RunEngineInterrupted):
        RE(diary.plan(msg("clear_checkpoint"), msg("checkpoint"), msg("pause"), msg("null", "never")))
    assert diary == [FailedPause.__name__]
    assert record.documents == ["start", "stop abort"]
    assert RE.state == "idle"


def test_a_deferred_pause_waits_for_the_checkpoint(RE, record):
    def plan():
        RE.request_pause(defer=True)
        assert RE.deferred_pause_requested
        yield msg("null", "before")
        yield msg("checkpoint")
        yield msg("null", "after")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert record.lines == ["null before", "checkpoint"]
    RE.resume()
    assert record.lines == ["null before", "checkpoint", "null after"]


def test_a_deferred_pause_without_a_checkpoint_is_forgotten_with_the_next_call(RE):
    RE([msg("pause", None, defer=True), msg("null")])
    assert RE.deferred_pause_requested
    RE([msg("checkpoint")])
    assert not RE.deferred_pause_requested


def test_devices_and_monitors_rest_while_the_plan_does(RE, record):
    axis, signal = SoftAxis(), SoftSignal()
    with pytest.raises(RunEngineInterrupted):
        RE(
            [
                msg("open_run"),
                msg("monitor", signal, name="m"),
                msg("set", axis, 1),
                msg("pause"),
                msg("null"),
            ]
        )
    assert axis.diary == ["x.stop", "x.pause"]
    assert signal.subscribers == []
    signal.put(5)
    RE.resume()
    assert axis.diary == ["x.stop", "x.pause", "x.resume", "x.stop"]
    assert [line for line in record.documents if line.startswith("event")] == []


def test_a_device_may_forbid_the_replay(RE, record):
    axis = SoftAxis()

    def refuse():
        raise NoReplayAllowed

    axis.pause = refuse
    with pytest.raises(RunEngineInterrupted):
        RE([msg("set", axis, 1), msg("pause"), msg("null", "after")])
    RE.resume()
    assert record.lines == ["set x", "pause", "null after"]


def test_a_device_that_cannot_pause_ends_the_plan_with_its_error(RE, record):
    axis = SoftAxis()

    def broken():
        raise OSError("no answer")

    axis.pause = broken
    with pytest.raises(OSError, match="no answer"):
        RE([msg("open_run"), msg("set", axis, 1), msg("pause"), msg("null", "never")])
    assert RE.state == "idle"
    assert record.documents == ["start", "stop fail: no answer"]


def test_the_wait_that_a_pause_cut_off_gives_the_plan_the_replayed_answer(RE):
    axis = SoftAxis(holds=True)
    answers = []

    def plan():
        yield msg("checkpoint")
        yield msg("set", axis, 1, group="g")
        answers.append((yield msg("wait", None, "g")))

    RE.waiting_hook = lambda statuses: statuses and RE.request_pause()
    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    axis.holds = False
    RE.waiting_hook = None
    RE.resume()
    assert answers == [True]


def test_interruptions_are_recorded_and_counted(RE, record):
    RE.record_interruptions = True
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("null"), msg("pause"), msg("close_run")])
    RE.resume()
    assert [event["data"]["interruption"] for event in record.of("event")] == ["pause", "resume"]
    assert record.of("stop")[0]["num_events"] == {"interruptions": 2}


@pytest.mark.parametrize("act", ["resume", "stop", "abort", "halt", "request_pause"])
def test_nothing_can_be_interrupted_or_resumed_when_idle(RE, act):
    with pytest.raises(TransitionError):
        getattr(RE, act)()
    assert RE.state == "idle"


def test_a_busy_engine_refuses_a_second_plan(RE):
    with pytest.raises(RunEngineInterrupted):
        RE([msg("pause")])
    with pytest.raises(RuntimeError, match="paused"):
        RE([])
    RE.abort()


def test_a_panicked_engine_refuses_everything_for_good(make_engine):
    engine = make_engine()
    engine._state = "panicked"
    for act in (
        engine.resume,
        engine.stop,
        engine.abort,
        engine.halt,
        engine.request_pause,
        lambda: engine([]),
    ):
        with pytest.raises(RuntimeError, match="panicked"):
            act()


def test_a_keyboard_interrupt_in_a_plan_is_cleaned_up_after(RE, record):
    def plan():
        yield msg("open_run")
        raise KeyboardInterrupt

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert record.documents == ["start", "stop abort: KeyboardInterrupt"]
    assert RE.state == "idle"


def test_a_keyboard_interrupt_in_clean_up_panics(make_engine):
    engine = make_engine()
    axis = SoftAxis()

    def stop(*, success):
        raise KeyboardInterrupt

    axis.stop = stop
    with pytest.raises(RunEngineInterrupted):
        engine([msg("set", axis, 1)])
    assert engine.state == "panicked"


def test_the_call_can_be_cancelled_like_a_task(RE, record):
    def plan():
        yield msg("open_run")
        RE._task.cancel()
        yield msg("sleep", None, 1000)

    RE(plan())
    assert RE._task.cancelled()
    assert RE._task.done()
    assert record.documents == ["start", "stop abort"]


def test_a_wait_may_time_out_and_be_repeated(RE):
    axis = SoftAxis(holds=True)
    answers = []

    def plan():
        yield msg("set", axis, 1, group="g")
        with pytest.raises(WaitForTimeoutError):
            yield msg("wait", None, "g", timeout=0.001)
        answers.append((yield msg("wait", None, "g", timeout=0.001, error_on_timeout=False)))
        axis.status.finish()
        answers.append((yield msg("wait", None, "g", timeout=DEADLINE_S)))

    RE(plan())
    assert answers == [False, True]


def test_a_wait_ends_early_when_a_watched_group_fails(RE):
    mover, flyer = SoftAxis("mover", holds=True), SoftAxis("flyer", holds=True)
    RE.waiting_hook = lambda statuses: statuses and flyer.status.finish(OSError("stalled"))
    with pytest.raises(FailedStatus):
        RE(
            [
                msg("set", mover, 1, group="g"),
                msg("set", flyer, 1, group="w"),
                msg("wait", None, "g", watch=("w",)),
            ]
        )


def test_the_waiting_hook_sees_the_statuses_and_then_none(RE):
    seen = []
    RE.waiting_hook = seen.append
    axis = SoftAxis()
    RE([msg("set", axis, 1, group="g"), msg("wait", None, "g")])
    assert seen == [{axis.status}, None]


def _thirty_messages(det, axis):
    """A plan of thirty messages: a run of five points."""
    yield msg("open_run")
    for number in range(5):
        yield msg("checkpoint")
        yield msg("set", axis, number, group="g")
        yield msg("wait", None, "g")
        yield msg("create", name="primary")
        yield msg("read", axis)
        yield msg("save")
    yield msg("close_run")


@pytest.mark.parametrize("act", ["resume", "stop", "abort", "halt"])
def test_a_pause_at_every_message_then_any_end_leaves_one_stop_and_each_point_once(make_engine, act):
    for index in range(32):
        engine, docs, axis, seen = make_engine(), [], SoftAxis(), iter(range(1000))
        engine.subscribe(lambda name, doc, docs=docs: docs.append((name, doc)))

        def pause_at(message, engine=engine, seen=seen, index=index):
            if next(seen) == index:
                engine.request_pause()

        engine.msg_hook = pause_at
        try:
            engine(_thirty_messages(None, axis))
        except RunEngineInterrupted:
            assert engine.state == "paused"
            getattr(engine, act)()
        assert engine.state == "idle"
        names = [name for name, _ in docs]
        assert names.count("start") == names.count("stop") == 1
        last = {doc["seq_num"]: doc["data"]["x"] for name, doc in docs if name == "event"}
        assert last == {number + 1: float(number) for number in range(len(last))}
        if act == "resume":
            assert len(last) == 5
            assert docs[-1][1]["num_events"] == {"primary": 5}


@pytest.mark.parametrize("act", ["stop", "abort", "halt"])
def test_a_message_made_after_the_end_was_asked_for_is_not_carried_out(RE, record, act):
    axis = SoftAxis()

    def plan():
        yield msg("open_run")
        in_thread(getattr(RE, act))
        yield msg("set", axis, 5)

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert axis.position == 0.0
    assert len(record.of("stop")) == 1


@pytest.mark.parametrize("act", ["stop", "abort", "halt"])
def test_an_end_asked_for_at_every_message_leaves_exactly_one_stop(make_engine, act):
    for index in range(32):
        engine, names, seen = make_engine(), [], iter(range(1000))
        engine.subscribe(lambda name, doc, names=names: names.append(name))

        def end_at(message, engine=engine, seen=seen, index=index):
            if next(seen) == index:
                getattr(engine, act)()

        engine.msg_hook = end_at
        with pytest.raises(RunEngineInterrupted):
            engine(_thirty_messages(None, SoftAxis()))
        assert engine.state == "idle"
        assert names.count("start") == names.count("stop") == min(index, 1)


def test_of_many_threads_that_end_a_paused_plan_one_does(RE, record):
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("pause")])
    barrier = threading.Barrier(8)

    def end():
        barrier.wait(DEADLINE_S)
        return RE.abort("race")

    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(_outcome(end)), daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, TransitionError) for outcome in outcomes)
    assert record.documents == ["start", "stop abort: race"]


def _outcome(function):
    try:
        function()
    except Exception as error:
        return error
    return None


def test_requests_are_exceptions_that_carry_their_status():
    assert (RequestAbort.exit_status, RequestStop.exit_status) == ("abort", "success")


def test_a_pause_or_suspension_asked_for_after_the_last_message_changes_nothing(RE, record):
    async def release():
        return None

    def plan(request):
        yield msg("open_run")
        yield msg("close_run")
        request()

    RE(plan(RE.request_pause))
    RE(plan(lambda: RE.request_suspend(release)))
    assert RE.state == "idle"
    assert record.documents == ["start", "stop success"] * 2


def test_an_abort_asked_for_after_the_last_message_aborts_what_is_open(RE, record):
    def plan():
        yield msg("open_run")
        RE.abort("late")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert record.documents == ["start", "stop abort: late"]


def test_a_suspension_asked_for_by_a_plan_that_then_raises_leaves_the_engine_idle(RE, record):
    def plan():
        yield msg("open_run")
        RE.request_suspend(lambda: None)
        raise LookupError("broken")

    with pytest.raises(LookupError):
        RE(plan())
    assert RE.state == "idle"
    assert record.documents == ["start", "stop fail: broken"]


@pytest.mark.parametrize("act", ["stop", "abort", "halt", "request_pause"])
def test_clean_up_cannot_be_interrupted(RE, record, act):
    errors = []

    def interrupt(name, doc):
        try:
            getattr(RE, act)()
        except TransitionError as error:
            errors.append(str(error))

    RE.subscribe(interrupt, "stop")
    RE([msg("open_run")])
    assert "cleaned up" in errors[0]
    assert record.documents == ["start", "stop success"]


def test_a_context_manager_that_fails_leaves_the_engine_idle(RE):
    def broken(engine):
        raise OSError("no terminal")

    RE.context_managers = [broken]
    with pytest.raises(OSError, match="no terminal"):
        RE([msg("null")])
    assert RE.state == "idle"
    RE.context_managers = []
    assert RE([msg("null")]) == ()


def test_events_of_a_rewound_plan_that_was_then_ended_are_all_counted(RE, record, point):
    det = SoftDetector()

    def plan():
        yield msg("open_run")
        yield msg("checkpoint")
        yield from point(det)
        yield from point(det)
        yield msg("pause")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    RE.msg_hook = lambda message: message.command == "save" and RE.abort()
    with pytest.raises(RunEngineInterrupted):
        RE.resume()
    assert [event["seq_num"] for event in record.of("event")] == [1, 2]
    assert record.of("stop")[0]["num_events"] == {"primary": 2}


@pytest.mark.parametrize("defer", [False, True])
def test_a_pause_of_the_plan_and_one_asked_for_just_before_are_one(RE, record, defer):
    RE.msg_hook = lambda message: message.command == "pause" and RE.state == "running" and RE.request_pause()
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("pause", None, defer=defer), msg("close_run")])
    RE.resume()
    assert record.documents == ["start", "stop success"]


def test_a_pause_of_the_plan_comes_before_a_suspension_asked_for_just_before(RE, record):
    async def release():
        return None

    def suspend(message):
        if message.command == "pause" and RE.state == "running" and not asked:
            asked.append(True)
            RE.request_suspend(release)

    asked = []
    RE.msg_hook = suspend
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("checkpoint"), msg("pause"), msg("close_run")])
    RE.resume()
    assert record.documents == ["start", "stop success"]


def test_a_pause_deferred_to_a_checkpoint_waits_for_the_next_when_a_suspension_comes_first(RE, record):
    async def release():
        return None

    suspensions = iter([release])

    def suspend(message):
        if message.command == "checkpoint" and (one := next(suspensions, None)) is not None:
            RE.request_pause(defer=True)
            RE.request_suspend(one)

    RE.msg_hook = suspend
    with pytest.raises(RunEngineInterrupted):
        RE([msg("open_run"), msg("checkpoint"), msg("null"), msg("checkpoint"), msg("close_run")])
    assert RE.state == "paused"
    RE.resume()
    assert record.documents == ["start", "stop success"]


@pytest.mark.parametrize("act", ["stop", "abort", "halt"])
def test_a_suspension_that_is_ended_does_not_leave_the_engine_unable_to_rewind(RE, act):
    async def never():
        getattr(RE, act)()
        await asyncio.Event().wait()

    def plan():
        yield msg("checkpoint")
        RE.request_suspend(never)
        yield msg("null")
        yield msg("null")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert RE.rewindable


def test_a_halted_plan_that_switched_rewinding_off_does_not_leave_it_off(RE):
    def plan():
        yield msg("rewindable", None, False)
        RE.halt()
        yield msg("null")

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    assert RE.rewindable
