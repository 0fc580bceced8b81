"""Other threads pause, suspend, stop and abort whenever they like: documents stay right and nothing hangs."""

import asyncio
import random
import threading

import pytest

from acquisition.engine import RunEngineInterrupted, TransitionError
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.conftest import Record
from tests.unit.acquisition.engine.soft_devices import SoftAxis

POINTS = 60
MOST_PAUSES = 12
DEADLINE_S = 20


def points(axis):
    yield msg("open_run")
    for number in range(POINTS):
        yield msg("checkpoint")
        yield msg("set", axis, number, group="g")
        yield msg("wait", None, "g")
        yield msg("create", name="primary")
        yield msg("read", axis)
        yield msg("save")
        yield msg("sleep", None, 0.001)
    yield msg("close_run")


class Meddler(threading.Thread):
    """Asks for random interruptions until told to stop; ends with mild ones only, so that plans can end."""

    def __init__(self, engine, acts, seed):
        super().__init__(daemon=True)
        self.engine = engine
        self.acts = acts
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.pauses = 0

    def run(self):
        while not self.over.wait(self.random.random() * 0.002):
            try:
                self.meddle(self.random.choice(self.acts))
            except TransitionError:
                continue

    def meddle(self, act):
        if act == "suspend":
            self.engine.request_suspend(lambda: asyncio.sleep(0))
        elif act == "pause":
            if self.pauses < MOST_PAUSES:
                self.pauses += 1
                self.engine.request_pause()
        else:
            getattr(self.engine, act)()


def drive(engine, plan):
    """Run a plan and resume it until it is over."""
    try:
        engine(plan)
    except RunEngineInterrupted:
        while engine.state == "paused":
            try:
                engine.resume()
            except RunEngineInterrupted:
                continue
            except TransitionError:  # another thread ends it
                break


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "acts", [("pause", "suspend"), ("pause", "suspend", "suspend", "stop", "abort", "halt")]
)
def test_points_are_dense_and_right_whoever_interrupts(make_engine, acts, seed):
    engine, record, axis = make_engine(), Record(), SoftAxis()
    idle = threading.Event()
    engine.state_hook = lambda new, old: idle.set() if new == "idle" else idle.clear()
    engine.subscribe(record.document)
    meddlers = [Meddler(engine, acts, seed * 10 + number) for number in range(2)]
    for meddler in meddlers:
        meddler.start()
    drive(engine, points(axis))
    for meddler in meddlers:
        meddler.over.set()
        meddler.join(DEADLINE_S)
        assert not meddler.is_alive()
    if engine.state == "paused":
        drive_on(engine)
    assert idle.wait(DEADLINE_S)
    names = [name for name, _ in record.docs]
    assert names.count("start") == names.count("stop") <= 1
    last = {doc["seq_num"]: doc["data"]["x"] for doc in record.of("event")}
    assert last == {number + 1: number for number in range(len(last))}
    if acts == ("pause", "suspend"):
        assert len(last) == POINTS
        assert record.documents[-1] == "stop success"


def drive_on(engine):
    """Finish a plan that was left paused."""
    try:
        engine.resume()
    except RunEngineInterrupted:
        drive_on(engine)
