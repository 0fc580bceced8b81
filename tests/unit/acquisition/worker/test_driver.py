"""Plans end as they were told to, from whatever thread and state."""

import threading

import pytest

from acquisition.engine import RunEngine
from acquisition.plans.msg import Msg
from acquisition.queue.states import ItemEvent
from acquisition.worker.driver import Driver, NotPossibleError

DEADLINE_S = 10.0


@pytest.fixture
def driver():
    return Driver(RunEngine({}, context_managers=[]))


class Run:
    """A plan on a thread of its own that waits at a checkpoint for the test."""

    def __init__(self, driver, *, cleans_up=True):
        self.driver = driver
        self.reached, self.cleaned = threading.Event(), threading.Event()
        self.states = []
        self.paused = threading.Event()
        driver.engine.state_hook = self._note
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        assert self.reached.wait(DEADLINE_S)

    def _note(self, new, old):
        self.states.append(str(new))
        if new == "paused":
            self.paused.set()

    def _plan(self):
        try:
            for _ in range(3):
                yield Msg("checkpoint")
                self.reached.set()
                yield Msg("sleep", None, 3600)
        finally:
            self.cleaned.set()

    def _run(self):
        self.ending = self.driver.run(self._plan(), {})

    def end(self):
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()
        return self.ending


ENDS = [("abort", ItemEvent.ABORT), ("stop", ItemEvent.STOP), ("halt", ItemEvent.HALT)]


@pytest.mark.parametrize(("action", "event"), ENDS)
def test_a_running_plan_is_ended(driver, action, event):
    run = Run(driver)
    driver.steer(action, reason="enough")
    ending = run.end()
    assert (ending.event, ending.reason) == (event, "enough")
    assert driver.state == "idle"
    assert run.cleaned.is_set()


@pytest.mark.parametrize(("action", "event"), ENDS)
def test_a_paused_plan_is_ended_on_its_own_thread(driver, action, event):
    run = Run(driver)
    driver.steer("pause")
    assert run.paused.wait(DEADLINE_S)
    driver.steer(action, reason="enough")
    assert run.end().event is event


def test_a_paused_plan_goes_on_where_it_was(driver):
    run = Run(driver)
    driver.steer("pause")
    assert run.paused.wait(DEADLINE_S)
    run.reached.clear()
    driver.steer("resume")
    while driver.state != "running":
        run.paused.wait(0.01)
    driver.steer("stop")
    assert run.end().event is ItemEvent.STOP


def test_a_plan_that_raises_is_a_failure_with_its_traceback(driver):
    def plan():
        yield Msg("null")
        raise ZeroDivisionError("a very odd number")

    ending = driver.run(plan(), {})
    assert ending.event is ItemEvent.FAIL
    assert ending.reason == "ZeroDivisionError: a very odd number"
    assert "in plan" in ending.traceback


def test_a_plan_that_ends_is_completed_and_the_next_one_knows_nothing_of_the_last(driver):
    run = Run(driver)
    driver.steer("abort", reason="enough")
    run.end()
    assert driver.run(iter([Msg("null")]), {}).event is ItemEvent.COMPLETE


def test_what_the_state_does_not_allow_is_refused(driver):
    with pytest.raises(NotPossibleError, match="idle"):
        driver.steer("abort")
    run = Run(driver)
    with pytest.raises(NotPossibleError, match="running; it cannot resume"):
        driver.steer("resume")
    driver.steer("abort")
    run.end()


def test_a_pause_where_nothing_can_be_resumed_is_an_abort(driver):
    reached = threading.Event()

    def plan():
        yield Msg("clear_checkpoint")
        reached.set()
        yield Msg("sleep", None, 3600)

    endings = []
    thread = threading.Thread(target=lambda: endings.append(driver.run(plan(), {})), daemon=True)
    thread.start()
    assert reached.wait(DEADLINE_S)
    driver.steer("pause")
    thread.join(DEADLINE_S)
    assert endings[0].event is ItemEvent.ABORT
    assert "cannot be resumed" in endings[0].reason
