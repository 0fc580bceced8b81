"""Pairs of workers that are started at once, again and again: `-m tests.support.short_workers alpha 50`.

Each worker is a process of its own, forked once everything is imported, so that fifty pairs take seconds. It
serves the beamline as any worker does (`acquisition.worker.session`), until it is asked to go. Of each pair
the holder of the lease is printed.
"""

import importlib
import os
import signal
import sys
import time
from types import FrameType

import django

DEADLINE_S = 30.0
#: What a worker imports, once for all of them.
NEEDED = ("acquisition.worker.session", "acquisition.plans.scans", "acquisition.devices.sim.axis")


def main() -> None:
    """Start the pairs, one after the other."""
    django.setup()
    from django.db import connection

    for name in NEEDED:
        importlib.import_module(name)
    beamline, pairs = sys.argv[1], int(sys.argv[2])
    for _ in range(pairs):
        connection.close()
        pids = [_forked(beamline), _forked(beamline)]
        try:
            print(_holder(beamline, pids), flush=True)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
            for pid in pids:
                os.waitpid(pid, 0)


def _forked(beamline: str) -> int:
    pid = os.fork()
    if pid == 0:
        _serve(beamline)
    return pid


def _serve(beamline: str) -> None:
    from acquisition.worker.session import Session

    session = Session(beamline)

    def leave(number: int, frame: FrameType | None) -> None:
        os._exit(0 if session.shutdown() else 1)

    signal.signal(signal.SIGTERM, leave)
    session.start()
    while True:
        signal.pause()


def _holder(beamline: str, pids: list[int]) -> int:
    """Give which of the two has opened the beamline."""
    from acquisition.queue.models import Lease
    from acquisition.queue.status import status_of

    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if status_of(beamline)["worker"] == "ready":
            holder = Lease.objects.get(beamline__name=beamline).holder
            return next(pid for pid in pids if f":{pid}:" in holder)
        time.sleep(0.01)
    raise TimeoutError(f"neither of {pids} opened {beamline} within {DEADLINE_S:.0f} s")


if __name__ == "__main__":
    main()
