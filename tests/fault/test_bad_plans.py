"""Plans that do what they should not, by a real worker: each ends with a clear word."""

import pytest

from acquisition.queue import services
from acquisition.queue.models import BeamlineQueue, ControlCommand
from catalog import selectors as catalog
from tests.support.history_checker import written_history
from tests.support.people import SYSTEM
from tests.support.processes import site_of
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]

MANIFEST = """
name = "alpha"
title = "Alpha"
code = ["own"]
plans = ["acquisition.plans.scans", "bad_plans"]

[devices.sx]
class = "acquisition.devices.sim.axis.SoftAxis"
"""
PLANS = '''
import math
import sys
from typing import Any

from acquisition.plans import stubs
from acquisition.plans.msg import Msg


def endless(axis: Any):
    """Take points without end."""
    yield from stubs.open_run({})
    while True:
        yield from stubs.checkpoint()
        yield from stubs.create("primary")
        yield from stubs.read(axis)
        yield from stubs.save()


def endless_quiet():
    """Do nothing without end."""
    while True:
        yield Msg("null")


def to_nan(axis: Any):
    """Move to no place."""
    yield from stubs.open_run({})
    yield from stubs.mv(axis, math.nan)
    yield from stubs.close_run()


def leaves_open():
    """Forget to close the run."""
    yield from stubs.open_run({})


def unknown_word():
    """Say what no engine knows."""
    yield Msg("dance")


def no_message():
    """Yield what is no message."""
    yield "import os; os.abort()"


def deep(n: int = 0):
    """Call itself without end."""
    yield from deep(n + 1)


def unreadable():
    """Raise what cannot be printed, with what no database stores."""
    class Odd(Exception):
        def __str__(self):
            return "\\x00 \\ud800"

    yield from stubs.null()
    raise Odd()


def exits():
    """End the process, as it thinks."""
    yield from stubs.null()
    sys.exit(3)


def says(text: str = ""):
    """Print a text."""
    yield from stubs.null()
    print(text)


def to_be_deleted():
    """Be there today."""
    yield from stubs.null()
'''
#: What ends by itself: the plan, its parameters, how it ends, and a word of the reason.
ENDS = [
    ("to_nan", {"axis": "sx"}, "failed", "nan"),
    ("leaves_open", {}, "completed", ""),
    ("unknown_word", {}, "failed", "dance"),
    ("no_message", {}, "failed", "import os"),
    ("deep", {}, "failed", "RecursionError"),
    ("unreadable", {}, "failed", "Odd"),
    ("exits", {}, "failed", "SystemExit"),
    ("says", {"text": "__import__('os').abort()"}, "completed", ""),
]


@pytest.fixture
def site(facility, tmp_path):
    with site_of(tmp_path, "alpha", MANIFEST, {"bad_plans.py": PLANS}) as site:
        yield site


def front(facility, plan, **parameters):
    """Queue a plan alone and start it: on a queue that runs it might end, and its copy begin, before that."""
    services.hold_queue(actor=facility.actor("member"), beamline="alpha")
    services.clear_queue(actor=facility.actor("member"), beamline="alpha")
    item = submit(facility, plan, **parameters)
    start(facility)
    return item


def ended(site, item):
    site.until(lambda: fresh(item).finished_at, f"{item.plan_name} has ended", 30)
    return fresh(item)


def abort(site, facility):
    command = services.request_engine_action(
        actor=facility.actor("member"), beamline="alpha", action="abort", reason="without end"
    )
    answered = ControlCommand.objects.filter(pk=command.pk, outcome="done")
    site.until(answered.exists, "the abort is done", 10)


def test_each_ends_with_a_clear_word_and_the_worker_goes_on(site, facility):
    worker = site.worker()
    site.wait_until_ready()
    with written_history() as history:
        for plan, parameters, state, word in ENDS:
            item = ended(site, front(facility, plan, **parameters))
            print(f"{plan}: {item.state} {item.reason[:80]!r}")
            assert (item.state, word in item.reason) == (state, True), item.reason
        for plan, parameters in (("endless", {"axis": "sx"}), ("endless_quiet", {})):
            item = front(facility, plan, **parameters)
            site.until(lambda item=item: fresh(item).state == "running", "it runs", 20)
            abort(site, facility)
            assert ended(site, item).state == "aborted"
        good = ended(site, front(facility, "count", detectors=["sx"], num=2))
        assert good.state == "completed"
        assert worker.is_alive
        site.until(lambda: not catalog.open_runs("alpha"), "no run is left open", 10)
        assert {catalog.run_detail(SYSTEM, uid)["exit_status"] for uid in good.run_uids} == {"success"}
        history.check()


def test_an_item_whose_plan_was_deleted_meanwhile_fails_with_the_reason_and_waits(site, facility):
    site.worker()
    site.wait_until_ready()
    item = submit(facility, "to_be_deleted")
    path = site.folder / "manifests" / "own" / "bad_plans.py"
    path.write_text(PLANS.replace("def to_be_deleted", "def another"))
    command = services.request_environment_action(
        actor=facility.actor("staff"), beamline="alpha", action="update"
    )
    site.until(lambda: ControlCommand.objects.get(pk=command.pk).done_at, "the update is answered", 10)
    site.until(lambda: "another" in known_plans(), "the plans are read anew", 20)
    site.wait_until_ready()
    start(facility)
    item = ended(site, item)
    assert (item.state, "no plan 'to_be_deleted' here any more" in item.reason) == ("failed", True)
    assert BeamlineQueue.objects.get(beamline__name="alpha").is_held
    assert item.run_uids == []


def known_plans():
    from acquisition.queue.models import Environment

    return Environment.objects.get(beamline__name="alpha").plans
