"""One playbook for each command: messages in; messages, documents and the command's answer out, as text."""

import asyncio
import io

import pytest

from acquisition.engine import RunEngineInterrupted
from acquisition.engine.commands import COMMANDS
from acquisition.engine.messages import message as msg
from acquisition.engine.suspenders import SuspendBoolHigh
from tests.unit.acquisition.engine.soft_devices import (
    SoftAxis,
    SoftDetector,
    SoftFlyer,
    SoftSignal,
    SoftStatus,
)


class Scene:
    """Devices of one playbook."""

    def __init__(self):
        self.x, self.det, self.flyer, self.sig = SoftAxis(), SoftDetector(), SoftFlyer("flyer"), SoftSignal()
        self.suspender = SuspendBoolHigh(self.sig)
        self.x.prepare = lambda value: SoftStatus()
        self.x.describe_configuration = self.x.read_configuration = dict


async def soon():
    await asyncio.sleep(0)


def listen(name, doc):
    """Take a document."""


OPEN, CLOSE = msg("open_run"), msg("close_run")
WAIT = msg("wait", None, "g")
CREATE, SAVE = msg("create", name="primary"), msg("save")

#: command: what the plan yields; the one whose answer is looked at is that of the name, the last of several
PLAYBOOKS = {
    "null": lambda s: [msg("null")],
    "RE_class": lambda s: [msg("RE_class")],
    "open_run": lambda s: [msg("open_run", sample="Si")],
    "close_run": lambda s: [OPEN, msg("close_run", exit_status="fail", reason="no beam")],
    "create": lambda s: [OPEN, msg("create", name="dark"), msg("read", s.det), SAVE, CLOSE],
    "read": lambda s: [msg("read", s.x)],
    "save": lambda s: [OPEN, CREATE, msg("read", s.det), SAVE, CREATE, msg("read", s.det), SAVE, CLOSE],
    "drop": lambda s: [OPEN, CREATE, msg("read", s.det), msg("drop"), CLOSE],
    "declare_stream": lambda s: [OPEN, msg("declare_stream", None, s.det, name="primary"), CLOSE],
    "monitor": lambda s: [OPEN, msg("monitor", s.sig, name="m"), msg("null", s.sig.put), CLOSE],
    "unmonitor": lambda s: [OPEN, msg("monitor", s.sig, name="m"), msg("unmonitor", s.sig), CLOSE],
    "set": lambda s: [msg("set", s.x, 2, group="g"), WAIT],
    "trigger": lambda s: [msg("trigger", s.det, group="g"), WAIT],
    "prepare": lambda s: [msg("prepare", s.x, {"exposure": 1}, group="g"), WAIT],
    "wait": lambda s: [msg("set", s.x, 2, group="g"), msg("wait", None, group="g", timeout=5)],
    "wait_for": lambda s: [msg("wait_for", None, [soon])],
    "sleep": lambda s: [msg("sleep", None, 0.001)],
    "stop": lambda s: [msg("set", s.x, 2), msg("stop", s.x)],
    "locate": lambda s: [msg("set", s.x, 2, group="g"), WAIT, msg("locate", s.x)],
    "configure": lambda s: [OPEN, CREATE, msg("read", s.det), SAVE, msg("configure", s.det, 2), CLOSE],
    "stage": lambda s: [msg("stage", s.det)],
    "unstage": lambda s: [msg("stage", s.det), msg("unstage", s.det)],
    "kickoff": lambda s: [OPEN, msg("kickoff", s.flyer, group="g"), WAIT, CLOSE],
    "complete": lambda s: [msg("complete", s.flyer, group="g"), WAIT],
    "collect": lambda s: [
        OPEN,
        msg("kickoff", s.flyer),
        msg("collect", s.flyer, return_payload=False),
        CLOSE,
    ],
    "checkpoint": lambda s: [msg("null"), msg("checkpoint"), msg("sleep", None, 0), msg("pause")],
    "clear_checkpoint": lambda s: [OPEN, msg("clear_checkpoint"), msg("pause"), msg("null")],
    "rewindable": lambda s: [msg("rewindable", None, False), msg("rewindable", None, None), msg("pause")],
    "pause": lambda s: [OPEN, CREATE, msg("read", s.det), SAVE, msg("pause"), CLOSE],
    "input": lambda s: [msg("input", prompt="? ")],
    "subscribe": lambda s: [msg("subscribe", None, listen, "start")],
    "unsubscribe": lambda s: [msg("subscribe", None, listen, "start"), msg("unsubscribe", None, token=1)],
    "install_suspender": lambda s: [msg("install_suspender", None, s.suspender)],
    "remove_suspender": lambda s: [
        msg("install_suspender", None, s.suspender),
        msg("remove_suspender", None, s.suspender),
    ],
    "_start_suspender": lambda s: [
        msg("set", s.x, 2),
        msg("_start_suspender", None, [msg("null", "before")], [msg("null", "after")], "no beam", soon),
    ],
    "_resume_from_suspender": lambda s: [msg("set", s.x, 2), msg("_resume_from_suspender")],
}

#: messages and documents in order, = the answer, then what was done to devices
OUTCOMES = {
    "null": "null | = None",
    "RE_class": "RE_class | = <class 'acquisition.engine.run_engine.RunEngine'>",
    "open_run": "open_run | start | stop success | = a uid",
    "close_run": "open_run | start | close_run | stop fail: no beam | = a uid",
    "create": (
        "open_run | start | create | read det | save | descriptor dark | event dark 1 | close_run"
        " | stop success | = None"
    ),
    "read": "read x | = {'x': {'value': 0.0, 'timestamp': 1.0}}",
    "save": (
        "open_run | start | create | read det | save | descriptor primary | event primary 1 | "
        "create | read det | save | event primary 2 | close_run | stop success | = None"
    ),
    "drop": "open_run | start | create | read det | drop | close_run | stop success | = None",
    "declare_stream": (
        "open_run | start | declare_stream | descriptor primary | close_run | stop success | = tuple of 3"
    ),
    "monitor": (
        "open_run | start | monitor sig | descriptor m | event m 1 | close_run | stop success | = None"
    ),
    "unmonitor": (
        "open_run | start | monitor sig | descriptor m | unmonitor sig | close_run | stop success | = None"
    ),
    "set": "set x | wait | = a status | x.stop",
    "trigger": "trigger det | wait | = a status",
    "prepare": "prepare x | wait | = a status",
    "wait": "set x | wait | = True | x.stop",
    "wait_for": "wait_for | = list of 1",
    "sleep": "sleep | = None",
    "stop": "set x | stop x | = None | x.stop | x.stop",
    "locate": "set x | wait | locate x | = {'setpoint': 2, 'readback': 2} | x.stop",
    "configure": (
        "open_run | start | create | read det | save | descriptor primary | event primary 1 | "
        "configure det | descriptor primary | close_run | stop success | = tuple of 2"
    ),
    "stage": "stage det | = list of 1 | det.stage | det.unstage",
    "unstage": "stage det | unstage det | = list of 1 | det.stage | det.unstage",
    "kickoff": (
        "open_run | start | kickoff flyer | wait | close_run | stop success | = a status | flyer.kickoff"
    ),
    "complete": "complete flyer | wait | = a status",
    "collect": (
        "open_run | start | kickoff flyer | collect flyer | descriptor flight | event_page flight"
        " [1, 2, 3] | close_run | stop success | = None | flyer.kickoff"
    ),
    "checkpoint": "null | checkpoint | sleep | pause | paused | sleep | = None",
    "clear_checkpoint": "open_run | start | clear_checkpoint | pause | stop abort | idle | = None",
    "rewindable": "rewindable | rewindable | pause | paused | = False",
    "pause": (
        "open_run | start | create | read det | save | descriptor primary | event primary 1 | "
        "pause | paused | create | read det | save | event primary 1 | close_run | stop success |"
        " = None"
    ),
    "input": "input | = 'yes'",
    "subscribe": "subscribe | = 1",
    "unsubscribe": "subscribe | unsubscribe | = None",
    "install_suspender": "install_suspender | = None",
    "remove_suspender": "install_suspender | remove_suspender | = None",
    "_start_suspender": (
        "set x | _start_suspender | rewindable | null before | wait_for | _resume_from_suspender "
        "| null after | rewindable | set x | = a status | x.stop | x.pause | x.resume | x.stop"
    ),
    "_resume_from_suspender": "set x | _resume_from_suspender | = None | x.resume | x.stop",
}


def played(engine, record, command):
    """Play a programme to its end, resuming it when it pauses; give what happened as text."""
    scene, answers = Scene(), []

    def plan():
        for message in PLAYBOOKS[command](scene):
            if message.obj == scene.sig.put:
                scene.sig.put(5)
                continue
            answer = yield message
            if message.command == command:
                answers.append(answer)

    try:
        engine(plan())
    except RunEngineInterrupted:
        record.lines.append(f"    {engine.state}")
        if engine.state == "paused":
            engine.resume()
    done = [act for device in (scene.x, scene.det, scene.flyer, scene.sig) for act in device.diary]
    return " | ".join([*map(str.strip, record.lines), f"= {shown(answers[-1])}", *done])


def shown(answer):
    """An answer as text that is the same each time."""
    if isinstance(answer, SoftStatus):
        return "a status"
    if isinstance(answer, str) and len(answer) == 36:
        return "a uid"
    return (
        repr(answer) if not isinstance(answer, tuple | list) else f"{type(answer).__name__} of {len(answer)}"
    )


@pytest.mark.parametrize("command", PLAYBOOKS)
def test_playbook(RE, record, monkeypatch, command):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert played(RE, record, command) == OUTCOMES[command]


def test_every_command_has_a_playbook():
    assert set(PLAYBOOKS) == set(OUTCOMES) == set(COMMANDS)
