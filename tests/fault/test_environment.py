"""The environment is opened, closed, updated and destroyed from outside, also when its code hangs."""

import signal
import time

import pytest

from acquisition.queue import services
from acquisition.queue.models import ControlCommand, Environment, QueueItem
from catalog import selectors as catalog
from tests.support.people import SYSTEM
from tests.support.processes import site_of
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(150), pytest.mark.slow]

MANIFEST = """
name = "alpha"
title = "Alpha"
code = ["own"]
plans = ["acquisition.plans.scans", "alpha_plans"]

[[suspenders]]
class = "SuspendCeil"
device = "sx.readback"
suspend_thresh = 5.0
tripped_message = "the stage is in the way"

[devices.sx]
class = "acquisition.devices.sim.axis.SoftAxis"

[devices.det]
class = "alpha_devices.OwnDetector"
"""
DEVICES = """
from acquisition.devices.sim.detectors import SoftDetector


class OwnDetector(SoftDetector):
    def __init__(self, name):
        super().__init__(name, lambda: 1.0)
"""
PLAN = '''
from acquisition.plans import stubs


def say(text: str = "{text}"):
    """Print a text.

    Parameters
    ----------
    text
        What.
    """
    yield from stubs.open_run({{}})
    print(text)
    yield from stubs.close_run()


def hang():
    """Do not come back."""
    import time

    yield from stubs.open_run({{}})
    while True:
        time.sleep(0.05)
'''


@pytest.fixture
def site(facility, tmp_path):
    files = {"alpha_devices.py": DEVICES, "alpha_plans.py": PLAN.format(text="first")}
    with site_of(tmp_path, "alpha", MANIFEST, files) as site:
        yield site


@pytest.fixture
def own(site):
    return site.folder / "manifests" / "own"


def ask(facility, action, **more):
    return services.request_environment_action(
        actor=facility.actor("staff"), beamline="alpha", action=action, **more
    )


def answered(site, command):
    site.until(lambda: ControlCommand.objects.get(pk=command.pk).done_at, "the command is answered", 10)
    return ControlCommand.objects.get(pk=command.pk)


def run(site, facility, plan, **parameters):
    item = submit(facility, plan, **parameters)
    start(facility)
    site.until(lambda: fresh(item).finished_at, f"{plan} has ended", 20)
    return fresh(item)


def test_own_code_is_loaded_recorded_and_read_anew_by_an_update(site, facility, own):
    site.worker()
    site.wait_until_ready()
    first = run(site, facility, "say")
    (uid,) = first.run_uids
    versions = catalog.run_detail(SYSTEM, uid)["start"]["versions"]
    assert versions["code own"].startswith("sha256:")
    assert versions["plan"].startswith("sha256:")
    counted = run(site, facility, "count", detectors=["det"], num=1)
    assert counted.state == "completed"

    (own / "alpha_plans.py").write_text(PLAN.format(text="second"))
    (own / "alpha_devices.py").write_text(DEVICES.replace("1.0", "2.0"))
    opened_at = Environment.objects.get().opened_at
    assert answered(site, ask(facility, "update")).outcome == "done"
    site.until(lambda: Environment.objects.get().opened_at > opened_at, "the beamline is open again", 20)
    second = run(site, facility, "say")
    later = catalog.run_detail(SYSTEM, second.run_uids[0])["start"]["versions"]
    assert later["plan"] != versions["plan"]
    assert later["code own"] != versions["code own"]
    known = Environment.objects.get().plans["say"]["parameters"][0]["default"]
    assert known == "second"

    (own / "alpha_plans.py").write_text("def broken(:\n")
    ask(facility, "update")
    site.until(lambda: "say" not in Environment.objects.get().plans, "the broken module is noticed", 20)
    site.wait_until_ready()
    (fault,) = Environment.objects.get().faults
    assert "alpha_plans.py:1" in fault
    assert run(site, facility, "count", detectors=["det"], num=1).state == "completed"


def test_a_suspender_holds_a_plan_and_says_so_until_it_lets_go(site, facility):
    def move(to):
        asked = services.request_device_action(
            actor=facility.actor("member"), beamline="alpha", device="sx", action="move", value=to
        )
        assert answered(site, asked).outcome == "done"

    def holding():
        return [entry for entry in site.status()["suspenders"] if entry["is_holding"]]

    site.worker()
    site.wait_until_ready()
    move(6.0)
    site.until(holding, "the suspender holds", 30)
    (entry,) = holding()
    assert (entry["class"], entry["device"]) == ("SuspendCeil", "sx.readback")
    assert "in the way" in entry["reason"]
    assert 0 <= time.time() - entry["since"] < 30
    item = submit(facility, "count", detectors=["det"], num=2)
    start(facility)
    site.until(lambda: fresh(item).state == "running", "the item waits for the suspender", 10)
    site.until(lambda: "in the way" in str(site.status()["message"]), "the message tells why", 30)
    move(0.0)
    site.until(lambda: fresh(item).state == "completed", "the item has run", 20)
    site.until(lambda: not holding(), "nothing holds any more", 30)


def test_a_closed_environment_stays_closed_also_for_the_next_worker_until_it_is_opened(site, facility):
    worker = site.worker()
    site.wait_until_ready()
    answered(site, ask(facility, "close", reason="vacuum work"))
    site.until(lambda: site.status()["worker"] == "closed", "the environment is closed", 10)
    assert "vacuum work" in str(site.status()["message"])
    item = submit(facility, "say")
    start(facility)
    worker.signal(signal.SIGTERM)
    worker.wait(15)
    site.worker("second")
    site.until(lambda: site.status()["worker"] == "closed", "the next worker keeps it closed", 40)
    assert fresh(item).state == "queued"
    answered(site, ask(facility, "open"))
    site.until(lambda: fresh(item).state == "completed", "the item has run", 20)


def test_a_hung_plan_is_destroyed_with_its_worker_and_nothing_opens_by_itself(site, facility):
    worker = site.worker()
    site.wait_until_ready()
    item = submit(facility, "hang")
    start(facility)
    site.until(lambda: fresh(item).run_uids, "the plan hangs in its run", 20)
    begun = time.monotonic()
    assert answered(site, ask(facility, "destroy", reason="it hangs")).outcome == "done"
    worker.wait(10)
    print(f"the process was gone {time.monotonic() - begun:.1f} s after it was asked")
    site.worker("second")
    site.until(lambda: fresh(item).state == "interrupted", "the item is interrupted", 40)
    site.until(lambda: site.status()["worker"] == "closed", "the environment stays closed", 20)
    assert QueueItem.objects.filter(copied_from=item, state="queued").exists()
    assert catalog.run_detail(SYSTEM, fresh(item).run_uids[0])["exit_status"] == "fail"


def test_code_that_imports_for_ever_is_destroyed_and_mended(site, facility, own):
    (own / "alpha_plans.py").write_text("while True:\n    pass\n")
    worker = site.worker()
    site.until(lambda: site.status()["worker"] == "starting", "the worker is starting", 40)
    site.until(lambda: answered(site, ask(facility, "destroy")).outcome == "done", "it is destroyed", 30)
    worker.wait(10)
    (own / "alpha_plans.py").write_text(PLAN.format(text="mended"))
    site.worker("second")
    site.until(lambda: site.status()["worker"] == "closed", "the next worker waits", 40)
    ask(facility, "open")
    site.wait_until_ready()
    assert "say" in Environment.objects.get().plans
