"""Doorbells that ring twice, late or never start an item once (F11)."""

import pytest

from acquisition.queue import change, doorbell
from tests.support.history_checker import written_history
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]


def count(facility, num=2):
    return submit(facility, "count", detectors=["det"], num=num)


def test_rung_twice_late_or_never_each_item_starts_once_and_in_order(site, facility, monkeypatch):
    site.worker()
    site.wait_until_ready()
    with written_history() as history:
        start(facility)
        often = [count(facility) for _ in range(3)]
        for _ in range(50):
            doorbell.call_worker("alpha")
        site.until(lambda: all(fresh(item).state == "completed" for item in often), "rung often", 30)

        calls = []
        monkeypatch.setattr(change, "call_worker_on_commit", calls.append)
        never = [count(facility) for _ in range(2)]
        site.until(lambda: all(fresh(item).state == "completed" for item in never), "never rung", 30)
        assert calls

        for name in calls:  # now that there is nothing left to do
            doorbell.call_worker(name)
        last = count(facility)
        site.until(lambda: fresh(last).state == "completed", "rung late", 30)
        assert set(history.starts().values()) == {1}
        assert list(history.starts()) == [str(item.uid) for item in (*often, *never, last)]
        print(history.check())
