"""A status ends once, and everybody who waits for it learns how."""

import asyncio
import gc
import threading
import weakref

import pytest

from acquisition.devices.errors import DeviceTimeoutError, StatusTimeoutError
from acquisition.devices.status import Progress, Status, all_of


def test_a_new_status_is_neither_done_nor_a_success():
    status = Status("x moving")
    assert not status.done
    assert not status.success
    with pytest.raises(StatusTimeoutError, match="x moving: not done yet"):
        status.exception(0)


def test_success_and_failure_are_told_apart():
    assert Status.finished().success
    assert Status.finished().exception() is None
    error = ValueError("stuck")
    failed = Status.failed(error)
    assert failed.done
    assert not failed.success
    assert failed.exception() is error
    with pytest.raises(ValueError, match="stuck"):
        failed.wait()


def test_the_first_end_counts_and_later_ones_say_that_they_did_not():
    status = Status()
    assert status.set_finished() is True
    assert status.set_exception(ValueError()) is False
    assert status.success


def test_callbacks_are_called_once_with_the_status_also_when_added_late():
    status, called = Status(), []
    status.add_callback(called.append)
    assert called == []
    status.set_finished()
    status.add_callback(called.append)
    assert called == [status, status]


def test_a_callback_that_raises_keeps_no_other_from_being_called(caplog):
    status, called = Status("x"), []

    def broken(_):
        raise RuntimeError("broken listener")

    status.add_callback(broken)
    status.add_callback(called.append)
    status.set_finished()
    assert called == [status]
    assert "broken listener" in caplog.text


def test_a_status_past_its_time_fails_and_says_what_took_too_long():
    status = Status("shutter going to 'open'", timeout_s=0.01)
    error = status.exception(5)
    assert isinstance(error, DeviceTimeoutError)
    assert isinstance(error, TimeoutError)
    assert "shutter going to 'open': not finished" in str(error)


def test_a_status_that_ended_in_time_stays_a_success_after_its_time():
    status = Status(timeout_s=0.02)
    status.set_finished()
    later = Status(timeout_s=0.05)
    later.exception(5)
    assert status.success


def test_a_status_that_ended_is_not_kept_by_its_time_limit():
    status = Status(timeout_s=3600.0)
    status.set_finished()
    gone = weakref.ref(status)
    del status
    gc.collect()
    assert gone() is None


def test_wait_returns_when_another_thread_ends_it():
    status = Status()
    threading.Thread(target=status.set_finished).start()
    status.wait(5)
    assert status.success


async def test_a_status_can_be_awaited():
    status = Status()
    asyncio.get_running_loop().call_later(0.001, status.set_finished)
    await status


async def test_awaiting_a_failed_status_raises_what_failed():
    with pytest.raises(ValueError, match="stuck"):
        await Status.failed(ValueError("stuck"))


def test_watchers_get_the_last_progress_at_once_and_then_each_step():
    status, seen = Status(), []
    status.report(Progress("x", current=1, target=3))
    status.watch(lambda **step: seen.append((step["name"], step["current"], step["target"])))
    status.report(Progress("x", current=2, target=3))
    assert seen == [("x", 1, 3), ("x", 2, 3)]


def test_watchers_get_every_keyword_that_progress_bars_ask_for():
    seen = []
    status = Status()
    status.watch(lambda **step: seen.append(set(step)))
    status.report(Progress("x"))
    wanted = "name current initial target unit precision fraction time_elapsed time_remaining"
    assert seen == [set(wanted.split())]


def test_all_of_ends_with_the_last_one():
    first, second = Status(), Status()
    joined = all_of([first, second], "both")
    first.set_finished()
    assert not joined.done
    second.set_finished()
    assert joined.success
    assert all_of([], "none").success


def test_all_of_fails_with_the_first_failure():
    first, second = Status(), Status()
    joined = all_of([first, second], "both")
    error = ValueError("stuck")
    second.set_exception(error)
    assert joined.exception() is error
