"""Faults from outside: subscribers that raise or hang, clocks that are set, devices that raise half-way."""

import logging
import threading
import time

import pytest

from acquisition.callbacks.aside import Aside
from acquisition.engine import RunEngineInterrupted, WaitForTimeoutError
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector

DEADLINE_S = 10
HOUR_S = 3600.0


def points(axis, count, before=()):
    """A run of some points, the position of each its number."""
    yield msg("open_run")
    for number in range(count):
        yield msg("checkpoint")
        yield from before
        yield msg("set", axis, number, group="g")
        yield msg("wait", None, "g")
        yield msg("create", name="primary")
        yield msg("read", axis)
        yield msg("save")
    yield msg("close_run")


def check_points(record, count):
    assert {doc["seq_num"]: doc["data"]["x"] for doc in record.of("event")} == {
        number + 1: number for number in range(count)
    }
    assert record.documents[-1] == "stop success"
    assert record.of("stop")[0]["num_events"] == {"primary": count}


class TestSubscribers:
    def test_one_that_raises_ends_the_plan_and_the_others_get_the_stop_document(self, RE, record):
        calls = []

        def broken(name, doc):
            calls.append(name)
            if name == "event":
                raise OSError("disk full")

        RE.subscribe(broken)
        with pytest.raises(OSError, match="disk full"):
            RE(points(SoftAxis(), 3))
        assert record.documents[-1] == "stop fail: disk full"
        assert calls == ["start", "descriptor", "event", "stop"]

    def test_those_that_come_after_one_that_raises_get_the_document_all_the_same(self, RE, caplog):
        seen = []

        def broken(name, doc):
            if name == "event":
                raise OSError(f"disk {len(seen)} full")

        for subscriber in (broken, lambda name, doc: seen.append(name), broken):
            RE.subscribe(subscriber)
        RE.subscribe(lambda name, doc: broken(name, doc))
        with pytest.raises(OSError, match="disk 2 full"):
            RE(points(SoftAxis(), 3))
        assert seen == ["start", "descriptor", "event", "stop"]
        assert caplog.text.count("failed at a document 'event', too") == 1

    def test_one_that_raises_aside_is_logged_once_and_every_point_is_taken(self, RE, record, caplog):
        def broken(name, doc):
            raise OSError("disk full")

        aside = Aside(broken)
        RE.subscribe(aside)
        RE(points(SoftAxis(), 20))
        assert aside.close(DEADLINE_S)
        check_points(record, 20)
        errors = [entry for entry in caplog.records if entry.levelno >= logging.ERROR]
        assert ["disk full" in str(entry.exc_info[1]) for entry in errors] == [True]

    def test_one_that_hangs_aside_holds_no_plan(self, RE, record):
        let_go = threading.Event()
        aside = Aside(lambda name, doc: let_go.wait(DEADLINE_S), max_waiting=5)
        RE.subscribe(aside)
        RE(points(SoftAxis(), 20))
        check_points(record, 20)
        assert aside.missed > 0
        let_go.set()
        assert aside.close(DEADLINE_S)


class TestClocks:
    @pytest.fixture
    def wall(self, monkeypatch):
        """Give a dictionary whose ``step`` sets the machine's clock back or forth."""
        wall = {"step": 0.0}
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + wall["step"])
        return wall

    @pytest.mark.parametrize("step", [HOUR_S, -HOUR_S])
    def test_a_step_at_any_point_gives_no_negative_duration_and_leaves_numbers_alone(
        self, RE, record, wall, step
    ):
        def set_clock(message):
            if message.command == "checkpoint":
                wall["step"] += step if wall["step"] == 0.0 else -wall["step"]

        RE.msg_hook = set_clock
        began = time.time()
        RE(points(SoftAxis(), 6))
        check_points(record, 6)
        times = [doc["time"] for _, doc in record.docs]
        assert times == sorted(times)
        assert times[-1] - times[0] < HOUR_S / 2
        assert abs(times[0] - began) < HOUR_S / 2

    @pytest.mark.parametrize("step", [HOUR_S, -HOUR_S])
    def test_a_pause_across_a_step_resumes_with_the_same_numbers(self, RE, record, wall, step):
        RE.record_interruptions = True
        with pytest.raises(RunEngineInterrupted):
            RE(points(SoftAxis(), 1, before=[msg("pause")]))
        wall["step"] = step
        RE.resume()
        times = [doc["time"] for _, doc in record.docs]
        assert times == sorted(times)
        assert [doc["seq_num"] for doc in record.of("event")] == [1, 2, 1]

    @pytest.mark.parametrize("step", [HOUR_S, -HOUR_S])
    def test_waits_and_sleeps_take_as_long_as_they_should(self, RE, wall, step):
        outcome = []
        axis = SoftAxis(holds=True)

        def plan():
            yield msg("set", axis, 1, group="g")
            wall["step"] = step
            with pytest.raises(WaitForTimeoutError):
                yield msg("wait", None, "g", timeout=0.01)
            yield msg("sleep", None, 0.01)
            outcome.append("slept")

        thread = threading.Thread(target=RE, args=(plan(),), daemon=True)
        thread.start()
        thread.join(DEADLINE_S)
        assert outcome == ["slept"]


@pytest.mark.parametrize("act", ["stage", "trigger", "read", "describe", "unstage"])
@pytest.mark.parametrize("index", range(3))
def test_of_three_devices_whichever_fails_the_others_are_unstaged_in_reverse(RE, record, act, index):
    diary = []
    devices = [SoftDetector(name, diary) for name in "abc"]

    def fail(*args):
        diary.append(f"{devices[index].name}.{act}")
        raise OSError("cable")

    setattr(devices[index], act, fail)

    def plan():
        yield msg("open_run")
        for device in devices:
            yield msg("stage", device)
        for device in devices:
            yield msg("trigger", device, group="g")
        yield msg("wait", None, "g")
        yield msg("create", name="primary")
        for device in devices:
            yield msg("read", device)
        yield msg("save")
        for device in reversed(devices):
            yield msg("unstage", device)
        yield msg("close_run")

    with pytest.raises(OSError, match="cable"):
        RE(plan())
    staged = [line[0] for line in diary if line.endswith(".stage")]
    unstaged = list(dict.fromkeys(line[0] for line in diary if line.endswith(".unstage")))
    assert sorted(unstaged) == sorted(staged)
    if act != "unstage":
        assert unstaged == staged[::-1]
    assert [stop["exit_status"] for stop in record.of("stop")] == ["fail"]
