"""Our stubs yield the messages that those of bluesky yield."""

import warnings

import pytest
from bluesky import plan_stubs
from bluesky import preprocessors as upstream_preprocessors
from ophyd.sim import hw

from acquisition.plans import preprocessors, stubs
from acquisition.plans.answers import Answers

DEVICES = hw()


class Stages:
    """A device that stages with a status."""

    name, parent = "stages", None

    def stage(self): ...

    def unstage(self): ...


STAGES = Stages()


def messages(plan):
    """Play a plan, and give its messages with groups numbered in the order they come."""
    answers, groups, found, answer = Answers(), {}, [], None
    plan = iter(plan)
    while True:
        try:
            msg = plan.send(answer)
        except StopIteration:
            return found
        kwargs = dict(msg.kwargs)
        if kwargs.get("group") is not None:
            kwargs["group"] = groups.setdefault(kwargs["group"], len(groups))
        args = tuple(value for value in msg.args if not callable(value))
        found.append((msg.command, msg.obj, args, kwargs, msg.run))
        answer = answers._done(msg) if msg.obj is STAGES else answers.answer(msg)


def listen(name, doc):
    """Take a document."""


def shot(s):
    return lambda: s.one_shot([DEVICES.det])


d = DEVICES
PLANS = {
    "abs_set": lambda s, w: s.abs_set(d.motor, 1, group="a"),
    "abs_set and wait": lambda s, w: s.abs_set(d.motor, 1, wait=True, extra=2),
    "rel_set": lambda s, w: s.rel_set(d.motor, 1, wait=True),
    "mv": lambda s, w: s.mv(d.motor1, 1, d.motor2, 2, timeout=3),
    "mv pseudo axes": lambda s, w: s.mv(d.pseudo3x3.pseudo1, 1, d.pseudo3x3.pseudo2, 2),
    "mv a pseudo axis": lambda s, w: s.mv(d.pseudo3x3.pseudo1, 1, group="mine"),
    "mvr": lambda s, w: s.mvr(d.motor1, 1, d.motor2, 2),
    "stop": lambda s, w: s.stop(d.motor),
    "configure": lambda s, w: s.configure(d.det, {"a": 1}, b=2),
    "read": lambda s, w: s.read(d.det),
    "rd": lambda s, w: s.rd(d.det),
    "locate": lambda s, w: s.locate(d.motor, d.motor1, squeeze=False),
    "trigger": lambda s, w: s.trigger(d.det, group="g", wait=True),
    "trigger_and_read": lambda s, w: s.trigger_and_read([d.det, d.det, d.motor, d.motor.readback], "mine"),
    "trigger_and_read nothing": lambda s, w: s.trigger_and_read([]),
    "one_shot": lambda s, w: s.one_shot([d.det]),
    "one_1d_step": lambda s, w: s.one_1d_step([d.det], d.motor, 3),
    "one_nd_step": lambda s, w: s.one_nd_step([d.det], {d.motor: 1, d.motor1: 2}, {d.motor: 1, d.motor1: 0}),
    "create": lambda s, w: s.create("x"),
    "save": lambda s, w: s.save(),
    "drop": lambda s, w: s.drop(),
    "declare_stream": lambda s, w: s.declare_stream(d.motor, d.motor.readback, name="x", collect=True),
    "open_run": lambda s, w: s.open_run({"a": 1}),
    "close_run": lambda s, w: s.close_run("fail", "why"),
    "wait": lambda s, w: s.wait("g", timeout=1, error_on_timeout=False, watch=("h",)),
    "wait_for": lambda s, w: s.wait_for([], timeout=2),
    "sleep": lambda s, w: s.sleep(2),
    "input_plan": lambda s, w: s.input_plan("?"),
    "checkpoint": lambda s, w: s.checkpoint(),
    "clear_checkpoint": lambda s, w: s.clear_checkpoint(),
    "pause": lambda s, w: s.pause(),
    "deferred_pause": lambda s, w: s.deferred_pause(),
    "null": lambda s, w: s.null(),
    "stage": lambda s, w: s.stage(d.det, group="g"),
    "stage and wait": lambda s, w: s.stage(STAGES, group="g", wait=True),
    "unstage and wait": lambda s, w: s.unstage(STAGES, group="g", wait=True),
    "stage_all": lambda s, w: s.stage_all(d.det, STAGES),
    "unstage_all": lambda s, w: s.unstage_all(STAGES, d.det),
    "prepare": lambda s, w: s.prepare(d.flyer1, 3, group="g", wait=True),
    "kickoff": lambda s, w: s.kickoff(d.flyer1, group="g", wait=True),
    "complete": lambda s, w: s.complete(d.flyer1, group="g", wait=True),
    "kickoff_all": lambda s, w: s.kickoff_all(d.flyer1, d.flyer2),
    "complete_all": lambda s, w: s.complete_all(d.flyer1, d.flyer2, wait=True),
    "collect": lambda s, w: s.collect(d.flyer1, return_payload=False, name="x"),
    "collect_while_completing": lambda s, w: s.collect_while_completing([d.flyer1], [d.flyer2], 1, "x"),
    "monitor": lambda s, w: s.monitor(d.motor, name="x", run=True),
    "unmonitor": lambda s, w: s.unmonitor(d.motor),
    "subscribe": lambda s, w: s.subscribe("all", listen),
    "unsubscribe": lambda s, w: s.unsubscribe(3),
    "install_suspender": lambda s, w: s.install_suspender("it"),
    "remove_suspender": lambda s, w: s.remove_suspender("it"),
    "repeat": lambda s, w: s.repeat(shot(s), 3),
    "repeater": lambda s, w: s.repeater(2, s.mv, d.motor, 1),
    "broadcast_msg": lambda s, w: s.broadcast_msg("trigger", [d.det, d.det1], group="g"),
    "stage_wrapper": lambda s, w: w.stage_wrapper(s.null(), [d.motor.readback, d.det]),
    "run_wrapper": lambda s, w: w.run_wrapper(s.null(), md={"a": 1}),
    "reset_positions_wrapper": lambda s, w: w.reset_positions_wrapper(s.mv(d.motor1, 1, d.motor2, 2)),
    "relative pseudo axis": lambda s, w: w.relative_set_wrapper(s.abs_set(d.pseudo3x3.pseudo1, 1)),
    "reset pseudo axis": lambda s, w: w.reset_positions_wrapper(
        s.abs_set(d.pseudo3x3.pseudo1, 1), [d.pseudo3x3.pseudo1]
    ),
    "rewindable_wrapper": lambda s, w: w.rewindable_wrapper(s.null(), False),
    "subs_wrapper": lambda s, w: w.subs_wrapper(s.null(), [listen]),
    "suspend_wrapper": lambda s, w: w.suspend_wrapper(s.null(), ["it"]),
    "monitor_during_wrapper": lambda s, w: w.monitor_during_wrapper(
        w.run_wrapper(s.null()), [d.motor, d.motor1]
    ),
    "fly_during_wrapper": lambda s, w: w.fly_during_wrapper(w.run_wrapper(s.null()), [d.flyer1, d.flyer2]),
    "baseline_wrapper": lambda s, w: w.baseline_wrapper(
        w.set_run_key_wrapper(w.run_wrapper(s.null()), "key"), [d.motor]
    ),
    "stub_wrapper": lambda s, w: w.stub_wrapper(w.run_wrapper(s.null())),
    "lazily_stage_wrapper": lambda s, w: w.lazily_stage_wrapper(
        s.trigger_and_read([d.det, d.motor.readback])
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_messages_are_those_of_upstream(name):
    expected = messages(PLANS[name](plan_stubs, upstream_preprocessors))
    assert messages(PLANS[name](stubs, preprocessors)) == expected


def test_nothing_of_upstream_is_missing():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {
            name
            for name, value in vars(plan_stubs).items()
            if hasattr(value, "_is_plan_") and not name.startswith("_")
        }
        wrappers = {
            name
            for name in vars(upstream_preprocessors)
            if name.endswith(("_wrapper", "_decorator", "_mutator"))
        }
    assert theirs <= set(stubs.__all__)
    assert wrappers <= set(preprocessors.__all__)


def test_axes_that_move_each_other_are_not_moved_together():
    axes = d.pseudo3x3
    with pytest.raises(ValueError, match="pseudo3x3 and axes of it are both to be moved"):
        messages(stubs.mv(axes, (1, 2, 3), axes.pseudo1, 2))
    with pytest.raises(ValueError, match="real motors pseudo3x3_real1 are both to be moved"):
        messages(stubs.mv(axes.real1, 1, axes.pseudo1, 2))


def test_pairs_that_are_none_are_refused():
    with pytest.raises(ValueError, match="come in pairs"):
        messages(stubs.mv(d.motor, 1, d.motor1))
    with pytest.raises(ValueError, match="motor is given more than once"):
        messages(stubs.mv(d.motor, 1, d.motor, 2))


def test_what_cannot_fly_is_refused():
    with pytest.raises(TypeError, match="a flyer has kickoff and complete"):
        messages(stubs.kickoff_all(d.motor))


def test_a_device_that_stages_at_once_cannot_be_told_not_to_wait():
    with pytest.raises(RuntimeError, match="leave wait out"):
        messages(stubs.stage(d.det, wait=False))
