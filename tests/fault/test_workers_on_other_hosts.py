"""Workers on hosts of their own, with one database and one broker; and a cable that is pulled out."""

import os
from contextlib import ExitStack

import pytest

from acquisition.queue import services
from acquisition.queue.models import BeamlineQueue
from acquisition.queue.status import status_of
from acquisition.worker.recovery import REASON
from acquisition.worker.session import EXIT_LEASE_LOST
from catalog import selectors as catalog
from tests.support.history_checker import overlapping_leases, written_history
from tests.support.hosts import host, reaching, why_not
from tests.support.people import SYSTEM
from tests.support.processes import Site, test_database_url
from tests.support.runs_at_beamlines import fresh, start, submit

pytestmark = [pytest.mark.timeout(200), pytest.mark.slow]

MANIFEST = """
name = "{name}"
title = "A beamline on a host of its own"
plans = ["acquisition.plans.scans"]

[devices.x]
class = "acquisition.devices.sim.axis.SoftAxis"
"""


class Hosts:
    """Two hosts, and a site for each beamline."""

    def __init__(self, stack, folder):
        manifests = folder / "manifests"
        manifests.mkdir()
        for name in ("alpha", "beta"):
            (manifests / f"{name}.toml").write_text(MANIFEST.format(name=name))
        env = {**os.environ, "BEAMPORT_MANIFESTS": str(manifests), "BEAMPORT_SECRET_KEY": "only-for-tests"}
        self.folder = folder
        self.sites = {
            name: Site(name, folder, {**env, "PYTHONUNBUFFERED": "1"}) for name in ("alpha", "beta")
        }
        self.places = [stack.enter_context(host()) for _ in range(2)]
        urls = {"database": test_database_url(), "broker": os.environ["BROKER_URL"]}
        self.reach = [stack.enter_context(reaching(place, **urls)) for place in self.places]
        for site in self.sites.values():
            stack.callback(site.end)

    def worker(self, beamline, n):
        """Start a worker of a beamline on one host, with a disk that is that host's own."""
        own = self.folder / f"host{n}"
        own.mkdir(exist_ok=True)
        more = {**self.reach[n], "BEAMPORT_VAR": str(own)}
        return self.sites[beamline].worker(f"{beamline}-on-{n}", at=self.places[n].words, more=more)


@pytest.fixture
def hosts(facility, tmp_path):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with ExitStack() as stack:
        yield Hosts(stack, tmp_path)


def test_beamlines_on_two_hosts_run_at_once_on_one_database_and_broker(hosts, facility):
    alpha, beta = hosts.sites["alpha"], hosts.sites["beta"]
    hosts.worker("alpha", 0)
    hosts.worker("beta", 1)
    alpha.wait_until_ready()
    beta.wait_until_ready()
    here = submit(facility, "count", detectors=["x"], num=20, delay=0.1)
    there = services.submit_item(
        actor=facility.actor("outsider"),
        beamline="beta",
        plan="count",
        parameters={"detectors": ["x"], "num": 20, "delay": 0.1},
        proposal="P-2",
    )
    start(facility)
    services.start_queue(actor=facility.actor("other_staff"), beamline="beta")
    alpha.until(
        lambda: all(status_of(name)["engine_state"] == "running" for name in ("alpha", "beta")),
        "both run at once",
    )
    alpha.until(lambda: fresh(here).state == fresh(there).state == "completed", "both are completed", 40)
    for item, beamline in ((here, "alpha"), (there, "beta")):
        (run,) = fresh(item).run_uids
        assert catalog.run_detail(SYSTEM, run)["beamline"] == beamline
        assert catalog.table(SYSTEM, run, "primary")["seq_num"] == list(range(1, 21))


def test_a_host_whose_cable_is_pulled_loses_its_beamline_and_leaves_when_it_hears_of_it(hosts, facility):
    site = hosts.sites["alpha"]
    with written_history() as history:
        first = hosts.worker("alpha", 0)
        site.wait_until_ready()
        hosts.worker("alpha", 1)
        item = submit(facility, "count", detectors=["x"], num=3000, delay=0.05)
        start(facility)
        site.until(lambda: (fresh(item).progress.get("points_done") or 0) > 3, "the plan runs", 30)
        hosts.places[0].pull_out()
        site.until(lambda: site.status()["worker"] == "lost", "the loss is seen", 10)
        site.until(lambda: fresh(item).state == "interrupted", "the other host took over", 40)
        site.wait_until_ready()
        assert first.is_alive
        hosts.places[0].plug_in()
        assert first.wait(40) == EXIT_LEASE_LOST
        (run,) = fresh(item).run_uids
        detail = catalog.run_detail(SYSTEM, run)
        assert (detail["exit_status"], detail["reason"]) == ("fail", REASON)
        assert BeamlineQueue.objects.get(beamline__name="alpha").is_held
        assert site.status()["worker"] == "ready"
        assert overlapping_leases() == []
        history.check()
