"""Random programmes of messages, interrupted at random, with devices that fail at random, on a virtual clock.

Whatever comes: moves of the state machine are those of the table; every document is valid; each run has one
start and one stop; nothing stays staged; and the data of a plan that came to its end are those of an
undisturbed one, each point once by its sequence number.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from acquisition.engine import (
    FailedStatus,
    IllegalMessageSequence,
    InvalidCommand,
    NotSupportedError,
    RunEngine,
    RunEngineInterrupted,
    TransitionError,
)
from acquisition.engine.commands import control
from acquisition.engine.messages import message as msg
from acquisition.engine.states import TABLE
from acquisition.engine.validation import check
from tests.unit.acquisition.engine.virtual_time import Axis, Detector, DeviceError, Flyer, VirtualClock

#: What may leave a plan here; anything else is a fault of the engine.
ERRORS = (DeviceError, FailedStatus, IllegalMessageSequence, InvalidCommand, NotSupportedError)

FAULTS = [
    ("det", "stage"),
    ("det", "unstage"),
    ("det", "trigger"),
    ("det", "trigger status"),
    ("det", "read"),
    ("det", "describe"),
    ("det", "configure"),
    ("x", "set"),
    ("x", "set status"),
    ("x", "stop"),
    ("x", "pause"),
    ("x", "resume"),
    ("x", "read"),
    ("flyer", "kickoff"),
    ("flyer", "complete"),
    ("flyer", "complete status"),
    ("flyer", "describe_collect"),
    ("flyer", "collect"),
]

ACTS = {
    "pause": lambda engine: engine.request_pause(),
    "deferred pause": lambda engine: engine.request_pause(defer=True),
    "suspend": lambda engine: engine.request_suspend(lambda: asyncio.sleep(0)),
    "stop": lambda engine: engine.stop(),
    "abort": lambda engine: engine.abort("enough"),
    "halt": lambda engine: engine.halt(),
}


class Programme:
    """Steps of a plan: their messages, and the data that they give when nothing comes between."""

    def __init__(self, devices):
        self.det, self.axis, self.flyer = devices["det"], devices["x"], devices["flyer"]
        self.steps = []

    def plan(self):
        yield msg("open_run")
        for step, value in self.steps:
            yield from getattr(self, step)(value)
        yield msg("close_run")

    def point(self, _, run=None):
        yield msg("trigger", self.det, group="t")
        yield msg("wait", None, "t")
        yield msg("create", name="primary", run=run)
        yield msg("read", self.det, run=run)
        yield msg("read", self.axis, run=run)
        yield msg("save", run=run)

    def drop(self, _):
        yield msg("create", name="primary")
        yield msg("read", self.det)
        yield msg("drop")

    def move(self, value):
        # without it a rewind would take the points before this move again, where the motor is by now
        yield msg("checkpoint")
        yield msg("set", self.axis, float(value), group="m")
        yield msg("wait", None, "m")

    def fly(self, _):
        yield msg("kickoff", self.flyer, group="k")
        yield msg("wait", None, "k")
        yield msg("complete", self.flyer, group="c")
        yield msg("wait", None, "c")
        yield msg("collect", self.flyer)

    def open_inner(self, _):
        yield msg("open_run", run="inner")

    def inner_point(self, _):
        yield from self.point(None, run="inner")

    def close_inner(self, _):
        yield msg("close_run", run="inner")

    def stage(self, _):
        yield msg("stage", self.det)

    def unstage(self, _):
        yield msg("unstage", self.det)

    def configure(self, value):
        yield msg("configure", self.det, value)

    def checkpoint(self, _):
        yield msg("checkpoint")

    def forbid_rewinding(self, _):
        yield msg("clear_checkpoint")

    def rest(self, value):
        yield msg("sleep", None, value)

    def pause(self, _):
        yield msg("pause")

    def wrong_object(self, _):
        yield msg("set", "x", 1)

    def unknown_command(self, _):
        yield msg("aardvark")

    def handled_error(self, _):
        with suppress(InvalidCommand):
            yield msg("aardvark")

    def expected(self):
        """Give ``[{stream: [data]}]``, a dictionary for each run in the order they close."""
        closed, position = [], 0.0
        runs = {None: defaultdict(list)}
        for step, value in self.steps:
            if step == "move":
                position = float(value)
            elif step in ("point", "inner_point"):
                point = {"det": 2 * position, "x": position}
                runs[None if step == "point" else "inner"]["primary"].append(point)
            elif step == "fly":
                runs[None]["flight"].extend({"flyer": row} for row in range(3))
            elif step == "open_inner":
                runs["inner"] = defaultdict(list)
            elif step == "close_inner":
                closed.append(dict(runs.pop("inner")))
        return [*closed, *(dict(run) for run in runs.values())]


STEPS = sorted(name for name in vars(Programme) if name[0] != "_" and name not in ("plan", "expected"))
#: Steps that nothing is wrong with, so that plans get somewhere.
HARMLESS = [*["point"] * 4, *["pause", "move"] * 2, "checkpoint", "fly", "stage", "unstage", "rest", "drop"]
#: Acts after which a plan goes on.
MILD = ["pause", "suspend", "deferred pause"]


class Record:
    """Documents of all runs, checked as they come."""

    def __init__(self):
        self.runs = {}
        self._closed = []
        self._streams = {}
        self._run_of = {}

    def take(self, name, doc):
        check(name, doc)
        if name == "start":
            assert doc["uid"] not in self.runs
            self.runs[doc["uid"]] = {"stop": None, "events": defaultdict(dict)}
        elif name == "descriptor":
            self._streams[doc["uid"]] = doc["name"]
            self._run_of[doc["uid"]] = self._open(doc["run_start"])
        elif name == "stop":
            self._open(doc["run_start"]).update(stop=doc, closed=len(self._closed))
            self._closed.append(doc)
        elif name == "event":
            self._note(doc["descriptor"], doc["seq_num"], doc["data"])
        else:
            for row, seq_num in enumerate(doc["seq_num"]):
                self._note(doc["descriptor"], seq_num, {key: c[row] for key, c in doc["data"].items()})

    def _open(self, uid):
        assert self.runs[uid]["stop"] is None, "a document after the stop of its run"
        return self.runs[uid]

    def _note(self, descriptor, seq_num, data):
        assert self._run_of[descriptor]["stop"] is None
        self._run_of[descriptor]["events"][self._streams[descriptor]][seq_num] = data

    def check(self):
        """Check what holds of ended runs, however they ended."""
        for run in self.runs.values():
            stop = run["stop"]
            assert stop is not None, "a run without a stop document"
            for stream, events in run["events"].items():
                assert sorted(events) == list(range(1, len(events) + 1))
                assert stop["num_events"][stream] == len(events)

    def data(self):
        """Give ``{stream: [data]}`` of each run in the order they closed; the last of a number counts."""
        runs = sorted(self.runs.values(), key=lambda run: run["closed"])
        return [
            {
                stream: [events[number] for number in sorted(events)]
                for stream, events in run["events"].items()
            }
            for run in runs
        ]


class EngineMachine(RuleBasedStateMachine):
    """An engine, a programme that grows while it is idle, and acts that wait for their message or time."""

    def __init__(self):
        super().__init__()
        self.monkeypatch = pytest.MonkeyPatch()
        self.monkeypatch.setattr(control, "DEFERRED_PAUSE_GRACE_S", 0.0)
        self.clock = VirtualClock()
        self.clock.install(self.monkeypatch)
        self.engine = RunEngine({}, context_managers=[])
        self.engine.log.disabled = True
        self.moves = []
        self.engine.state_hook = lambda new, old: self.moves.append((str(old), str(new)))
        self.engine.msg_hook = self.look
        self.record = None
        self.engine.subscribe(lambda name, doc: self.record.take(name, doc))
        self.renew()

    def renew(self):
        """Start with new devices and an empty programme."""
        axis = Axis("x", self.clock, travel_s=2.0)
        det = Detector("det", self.clock, axis, exposure_s=1.0)
        self.devices = {"x": axis, "det": det, "flyer": Flyer("flyer", self.clock)}
        self.programme = Programme(self.devices)
        self.at_message = defaultdict(list)
        self.record = Record()
        self.messages = 0
        self.was_ended = False

    def teardown(self):
        try:
            if self.engine.state == "paused":
                self.go_on("halt")
            self.engine.close()
        finally:
            self.monkeypatch.undo()

    # -- before a run -------------------------------------------------------------------------------------

    @precondition(lambda self: self.engine.state == "idle")
    @rule(step=st.sampled_from(STEPS), value=st.integers(0, 5))
    def add(self, step, value):
        self.programme.steps.append((step, value))

    @precondition(lambda self: self.engine.state == "idle")
    @rule(steps=st.lists(st.tuples(st.sampled_from(HARMLESS), st.integers(0, 5)), min_size=3, max_size=8))
    def add_harmless(self, steps):
        self.programme.steps.extend(steps)

    @precondition(lambda self: self.programme.steps)
    @rule(fault=st.sampled_from(FAULTS), calls=st.integers(0, 4))
    def break_device(self, fault, calls):
        name, method = fault
        self.devices[name].faults[method] = calls

    @precondition(lambda self: self.programme.steps)
    @rule(acts=st.lists(st.tuples(st.sampled_from(MILD), st.integers(0, 40)), min_size=1, max_size=4))
    def act_at_messages(self, acts):
        for act, index in acts:
            self.at_message[self.messages + index].append(act)

    @precondition(lambda self: self.programme.steps)
    @rule(acts=st.lists(st.tuples(st.sampled_from(MILD), st.floats(0, 20)), min_size=1, max_size=4))
    def act_at_times(self, acts):
        for act, seconds in acts:
            self.clock.later(seconds, partial(self.act, act))

    @precondition(lambda self: self.programme.steps)
    @rule(act=st.sampled_from(["stop", "abort", "halt"]), index=st.integers(0, 40))
    def end_at_message(self, act, index):
        self.at_message[self.messages + index].append(act)

    # -- runs ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.engine.state == "idle" and len(self.programme.steps) > 2)
    @rule(resumes=st.integers(0, 8))
    def run(self, resumes):
        self.drive(lambda: self.engine(self.programme.plan()))
        while self.engine.state == "paused" and resumes:
            resumes -= 1
            self.drive(self.engine.resume)

    @precondition(lambda self: self.engine.state == "paused")
    @rule(act=st.sampled_from([*["resume"] * 6, "stop", "abort", "halt"]))
    def go_on(self, act):
        self.was_ended = self.was_ended or act != "resume"
        self.drive(getattr(self.engine, act))

    @precondition(lambda self: self.engine.state == "paused")
    @rule()
    def second_plan_is_refused(self):
        with pytest.raises(RuntimeError, match="paused"):
            self.engine([msg("null")])

    @precondition(lambda self: self.engine.state == "idle")
    @rule(act=st.sampled_from(["resume", "stop", "abort", "halt", "request_pause"]))
    def idle_engine_refuses(self, act):
        with pytest.raises(TransitionError):
            getattr(self.engine, act)()

    def look(self, message):
        for act in self.at_message.pop(self.messages, ()):
            self.act(act)
        self.messages += 1

    def act(self, name):
        """Ask the engine for something; it may be too late for that."""
        try:
            ACTS[name](self.engine)
        except TransitionError:
            return
        self.was_ended = self.was_ended or name in ("stop", "abort", "halt")

    def drive(self, go):
        """Run or go on, and check the outcome if that was the end."""
        is_whole = False
        try:
            go()
            is_whole = not self.was_ended
        except RunEngineInterrupted:
            assert self.engine.state in ("idle", "paused")
        except ERRORS:
            assert self.engine.state == "idle"
        if self.engine.state == "idle":
            self.check_ended(is_whole)
            self.clock.forget()
            self.renew()

    def check_ended(self, is_whole):
        self.record.check()
        assert not self.devices["det"].is_staged
        assert not self.engine._run_bundlers
        if is_whole:
            assert self.record.data() == self.programme.expected()
            assert {run["stop"]["exit_status"] for run in self.record.runs.values()} == {"success"}

    @invariant()
    def only_legal_moves(self):
        assert self.engine.state in ("idle", "paused")
        for old, new in self.moves:
            assert new in TABLE[old].values()
        self.moves.clear()


EngineMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestEngineMachine = EngineMachine.TestCase
