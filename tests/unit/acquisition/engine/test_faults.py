"""Bad plans, bad messages, bad devices: a clear error, everything cleaned up, exactly one stop document."""

import asyncio
import sys

import pytest

from acquisition.engine import (
    FailedStatus,
    IllegalMessageSequence,
    InvalidCommand,
    InvalidMessageError,
    NotSupportedError,
    event_loop,
)
from acquisition.engine.errors import BadReadingError
from acquisition.engine.guard import AllOf
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector, SoftSignal, SoftStatus


def opened(*messages):
    return [msg("open_run"), *messages]


def fails(RE, record, plan, error, match):
    with pytest.raises(error, match=match):
        RE(plan)
    assert RE.state == "idle"
    assert record.documents[0] == "start"
    assert [stop["exit_status"] for stop in record.of("stop")] == ["fail"]


def answers(name, value):
    """A detector of which one method answers something else."""
    device = SoftDetector()
    setattr(device, name, lambda *args, **kwargs: value)
    return device


class TestPlans:
    @pytest.mark.parametrize("plan", [53, None, object()])
    def test_what_is_no_plan_is_refused(self, RE, plan):
        with pytest.raises(InvalidMessageError, match="is not a plan"):
            RE(plan)
        assert RE.state == "idle"

    def test_a_function_that_was_not_called_is_told_so(self, RE):
        def count():
            yield msg("null")

        with pytest.raises(InvalidMessageError, match=r"call it, count\(\.\.\.\)"):
            RE(count)

    def test_something_yielded_that_is_no_message_is_thrown_back(self, RE, record):
        def inner():
            yield msg("null")

        def plan():
            yield msg("open_run")
            yield inner()

        fails(RE, record, plan(), InvalidMessageError, "yield from")

    def test_an_unknown_command_can_be_handled_by_the_plan(self, RE, record):
        def plan():
            try:
                yield msg("aardvark")
            except InvalidCommand:
                yield msg("null", "handled")

        RE(plan())
        assert issubclass(InvalidCommand, KeyError)
        assert record.lines[-1] == "null handled"

    def test_plans_nested_beyond_the_stack_fail_cleanly(self, RE, record):
        def nest(depth):
            if depth:
                yield from nest(depth - 1)
            else:
                yield msg("null")

        def plan():
            yield msg("open_run")
            yield from nest(sys.getrecursionlimit() + 100)

        fails(RE, record, plan(), RecursionError, "recursion")

    def test_plans_nested_hundreds_deep_run(self, RE, record):
        def nest(depth):
            if depth:
                return (yield from nest(depth - 1))
            return (yield msg("null"))

        RE(nest(400))
        assert record.lines == ["null"]

    def test_a_plan_that_swallows_its_abort_is_still_aborted(self, RE, record):
        def plan():
            yield msg("open_run")
            RE.abort("enough")
            try:
                yield msg("null")
                yield msg("null")
            except Exception:
                yield msg("null", "swallowed")

        with pytest.raises(Exception, match="interrupted"):
            RE(plan())
        assert record.documents == ["start", "stop abort: enough"]

    def test_a_plan_that_yields_on_halt_is_not_listened_to(self, RE, record):
        def plan():
            yield msg("open_run")
            RE.halt()
            try:
                yield msg("null")
                yield msg("null")
            finally:
                yield msg("null", "too late")

        with pytest.raises(Exception, match="interrupted"):
            RE(plan())
        assert "null too late" not in record.lines
        assert record.documents == ["start", "stop abort"]

    def test_an_engine_called_by_its_own_plan_refuses(self, RE, record):
        def plan():
            yield msg("open_run")
            RE([msg("null")])

        fails(RE, record, plan(), RuntimeError, "running state")


WRONG_OBJECTS = [
    "read",
    "set",
    "trigger",
    "stop",
    "locate",
    "configure",
    "prepare",
    "kickoff",
    "complete",
    "collect",
]


@pytest.mark.parametrize("command", WRONG_OBJECTS)
@pytest.mark.parametrize("obj", [None, "det", 5, ["det"]])
def test_an_object_that_lacks_the_method_is_named(RE, record, command, obj):
    fails(RE, record, opened(msg(command, obj, 1)), NotSupportedError, f"{command}|describe_collect")


SEQUENCES = {
    "open twice": [msg("open_run")],
    "save without create": [msg("save")],
    "drop without create": [msg("drop")],
    "create twice": [msg("create", name="a"), msg("create", name="b")],
    "checkpoint in a bundle": [msg("create", name="a"), msg("checkpoint")],
    "configure in a bundle": [msg("create", name="a"), msg("configure", SoftDetector(), 1)],
    "monitor twice": [msg("monitor", SoftSignal("m"), name="m")] * 2,
    "unmonitor unmonitored": [msg("unmonitor", SoftSignal("m"))],
    "other run": [msg("create", name="a", run="other")],
}


@pytest.mark.parametrize("sequence", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_messages_out_of_order_are_refused(RE, record, sequence):
    with pytest.raises(IllegalMessageSequence):
        RE(opened(*sequence))
    assert len(record.of("stop")) == 1


@pytest.mark.parametrize(
    "command", ["close_run", "create", "save", "drop", "monitor", "unmonitor", "kickoff", "collect"]
)
def test_what_needs_an_open_run_says_so(RE, command):
    with pytest.raises(IllegalMessageSequence, match="open_run"):
        RE([msg(command, SoftDetector())])


DEVICES = {
    "status None": (msg("trigger", answers("trigger", None)), BadReadingError, "no status"),
    "read None": (msg("read", answers("read", None)), BadReadingError, "returned None"),
    "read list": (msg("read", answers("read", [1])), AttributeError, "keys|items"),
    "reading without value": (
        msg("read", answers("read", {"det": 5})),
        BadReadingError,
        "value and timestamp",
    ),
    "describe None": (msg("read", answers("describe", None)), BadReadingError, "describe"),
    "describe wrong": (
        msg("read", answers("describe", {"det": {"dtype": "number"}})),
        Exception,
        "source|required",
    ),
    "other keys": (
        msg("read", answers("read", {"b": {"value": 1, "timestamp": 1}})),
        Exception,
        "keys of an event",
    ),
    "configure None": (msg("configure", answers("configure", None)), BadReadingError, "configure"),
}


@pytest.mark.parametrize(("message", "error", "match"), DEVICES.values(), ids=DEVICES.keys())
def test_a_device_that_answers_nonsense_is_named(RE, record, message, error, match):
    if message.command == "read":
        plan = opened(msg("create", name="primary"), message, msg("save"))
    else:
        plan = opened(message)
    fails(RE, record, plan, error, match)


@pytest.mark.parametrize("act", ["stage", "trigger", "read", "describe", "unstage"])
def test_a_device_that_raises_leaves_nothing_staged_and_one_stop(RE, record, act):
    diary = []
    one, broken, two = (SoftDetector(name, diary) for name in ("one", "broken", "two"))

    def fail():
        diary.append(f"broken.{act}!")
        raise OSError("cable")

    setattr(broken, act, fail)
    devices = (one, broken, two)
    plan = [
        msg("open_run"),
        *(msg("stage", device) for device in devices),
        *(msg("trigger", device, group="g") for device in devices),
        msg("wait", None, "g"),
        msg("create", name="primary"), *(msg("read", device) for device in devices), msg("save"),
        *(msg("unstage", device) for device in reversed(devices)),
    ]  # fmt: skip
    fails(RE, record, plan, OSError, "cable")
    staged = [
        line.split(".")[0] for line in diary if line.endswith((".stage", "stage!")) and "unstage" not in line
    ]
    unstaged = [line.split(".")[0] for line in diary if "unstage" in line]
    assert list(dict.fromkeys(unstaged)) == staged[::-1]


def test_two_devices_with_one_key_cannot_share_an_event(RE, record):
    plan = opened(
        msg("create", name="a"), msg("read", SoftDetector()), msg("read", SoftDetector()), msg("save")
    )
    fails(RE, record, plan, ValueError, "collides")


def test_a_stream_keeps_to_its_objects(RE, record, point):
    plan = opened(*point(SoftDetector("a")), *point(SoftDetector("b")))
    fails(RE, record, plan, RuntimeError, "another stream name")


def test_a_status_that_failed_before_it_was_given_is_thrown(RE, record):
    axis = SoftAxis()
    axis.set = lambda value: SoftStatus(error=OSError("limit"))
    fails(RE, record, opened(msg("set", axis, 1), msg("null")), FailedStatus, "SoftStatus")


def test_a_motor_that_cannot_stop_is_logged_and_the_others_are_stopped(RE, record, caplog):
    broken, good = SoftAxis("broken"), SoftAxis("good")
    broken.stop = None
    broken.stop = lambda *, success: 1 / 0
    RE([msg("set", broken, 1), msg("set", good, 1)])
    assert good.diary == ["good.stop"]
    assert "Cannot stop broken" in caplog.text


def test_a_device_that_never_comes_to_rest_does_not_hold_the_engine_for_ever(RE, record, caplog, monkeypatch):
    monkeypatch.setattr(event_loop, "UNCUT_TIMEOUT_S", 0.01)

    class Stuck(SoftAxis):
        async def stop(self, *, success):
            await asyncio.sleep(1000)

    good = SoftAxis("good")
    RE([msg("open_run"), msg("set", Stuck("stuck"), 1), msg("set", good, 1)])
    assert good.diary == ["good.stop"]
    assert "Cannot stop stuck" in caplog.text
    assert record.documents == ["start", "stop success"]


def test_metadata_that_no_schema_takes_open_no_run(RE, record):
    with pytest.raises(Exception, match="data_groups|array"):
        RE([msg("open_run", data_groups=5)])
    assert record.docs == []
    assert RE([msg("open_run")])


class TestGuard:
    def test_a_refused_message_is_not_carried_out_and_the_plan_may_handle_it(self, make_engine):
        axis, seen = SoftAxis(), []

        def guard(message):
            if message.command == "set" and message.args[0] > 10:
                raise PermissionError(f"{message.obj} may not go to {message.args[0]} mm")

        def plan():
            yield msg("set", axis, 5)
            try:
                yield msg("set", axis, 50)
            except PermissionError as error:
                seen.append(str(error))

        make_engine(guard=guard)(plan())
        assert axis.position == 5
        assert seen == ["x may not go to 50 mm"]

    def test_a_refusal_that_is_not_handled_fails_the_run(self, RE, record):
        def guard(message):
            if message.command == "set":
                raise PermissionError("not yours")

        RE.guard = AllOf(lambda message: None, guard)
        fails(RE, record, opened(msg("set", SoftAxis(), 5)), PermissionError, "not yours")

    def test_messages_of_suspensions_and_clean_up_are_guarded_too(self, RE, record):
        commands = []
        RE.guard = lambda message: commands.append(message.command)

        async def release():
            return None

        def plan():
            try:
                yield msg("null")
                RE.request_suspend(release, pre_plan=[msg("sleep", None, 0)])
                yield msg("null")
                raise LookupError
            finally:
                yield msg("checkpoint")

        with pytest.raises(LookupError):
            RE(plan())
        assert commands.count("sleep") == 1
        assert commands[-1] == "checkpoint"
