"""Who watches a run loses nothing when web process or broker die, nor by a slow neighbour (F9, F12, F13)."""

import os
import signal
import time

import psutil
import pytest

from accounts.access import Scope
from catalog import selectors as catalog
from catalog.documents.compose import RunComposer
from catalog.ingest import Origin, store
from tests.support.catalog_runs import records_of
from tests.support.followers import Follower, following
from tests.support.people import SYSTEM
from tests.support.revive import kill_server, revive_valkey
from tests.support.runs_at_beamlines import fresh, start, submit
from tests.support.stuck_watchers import port_of, taking_nothing

pytestmark = [pytest.mark.timeout(200), pytest.mark.slow]

WATCHERS = int(os.environ.get("BEAMPORT_FAULT_WATCHERS", "60"))
SCAN = {"detectors": ["det"], "args": [["sx", -1.0, 1.0]], "num": 100}
STUCK = 20
BACK_S = 12.0  # the web process needs some seconds to start, then each comes back within its jitter


@pytest.fixture
def scan(site, facility):
    """A scan in its course, with its run."""
    site.worker()
    site.web_process, site.address = site.web()
    site.wait_until_ready()
    item = submit(facility, "scan", **SCAN)
    start(facility)
    site.until(lambda: fresh(item).run_uids, "the run is known", 30)
    item.refresh_from_db()
    return item


@pytest.fixture
def watchers(facility, scan):
    keys = [facility.key(name, Scope.QUEUE_READ, Scope.RUN_READ)[0] for name in ("member", "pi", "staff")]
    topic = f"run:{scan.run_uids[0]}"
    return [Follower(topic, keys[n % len(keys)]) for n in range(WATCHERS)]


def socket_of(site):
    return f"{site.address.replace('http', 'ws')}/ws/"


def check_all_saw_all(site, scan, watchers):
    """Wait for the end of the run and until all were shown all of it."""
    site.until(lambda: fresh(scan).state == "completed", "the scan is completed", 90)
    site.until(lambda: not catalog.open_runs("alpha"), "the run is stored to its end", 20)
    last = catalog.last_ordinal(SYSTEM, scan.run_uids[0])
    site.until(lambda: all(one.covered == last for one in watchers), "all were shown all of it", 40)
    assert [fault for one in watchers for fault in one.faults] == []
    assert all(one.ordinals == list(range(last + 1)) for one in watchers)


def test_watchers_come_back_to_a_killed_web_process_without_gap_or_duplicate(site, facility, scan, watchers):
    with following(socket_of(site), watchers):
        site.until(lambda: all(one.covered > 3 for one in watchers), "all watch", 30)
        site.web_process.signal(signal.SIGKILL)
        site.web_process.wait(5)
        killed = time.monotonic()
        site.web_process.start()
        site.until(lambda: all(one.connected_at[-1] > killed for one in watchers), "all are back", 60)
        back = sorted(one.connected_at[-1] - killed for one in watchers)
        per_second = max(sum(a <= t < a + 1 for t in back) for a in back)
        span = f"{back[0]:.1f} to {back[-1]:.1f} s"
        print(f"{len(back)} watchers back {span} after the kill; at most {per_second} connects/s")
        assert back[-1] - back[0] < BACK_S
        check_all_saw_all(site, scan, watchers)


def test_watchers_lose_nothing_over_a_broker_that_comes_back_empty(site, facility, scan, watchers):
    with following(socket_of(site), watchers):
        site.until(lambda: all(one.covered > 3 for one in watchers), "all watch", 30)
        kill_server("valkey")
        try:
            told = [one.delayed for one in watchers]
            site.until(
                lambda: all(one.delayed > n for one, n in zip(watchers, told, strict=True)),
                "all are told that news comes late",
                30,
            )
            before = watchers[0].covered
            site.until(lambda: watchers[0].covered > before, "news comes without a broker", 10)
        finally:
            revive_valkey()
        check_all_saw_all(site, scan, watchers)


def test_watchers_that_take_nothing_are_let_go_and_cost_the_others_nothing(site, facility, scan, watchers):
    long_run, key = stored_texts(events=1600), watchers[0].key
    web = psutil.Process(site.web_process.pid)
    late = Follower(watchers[0].topic, key, pause_s=1.0)
    with following(socket_of(site), [late, *watchers[:10]]):
        site.until(lambda: all(one.covered > 3 for one in watchers[:10]), "all watch", 30)
        before = web.memory_info().rss
        with taking_nothing(socket_of(site), key, f"run:{long_run}", number=STUCK) as stuck:
            ports = {port_of(one) for one in stuck}
            assert ports <= ports_served(web)
            check_all_saw_all(site, scan, watchers[:10])
            site.until(lambda: not ports & ports_served(web), "who takes nothing is let go", 90)
            grown = (web.memory_info().rss - before) / 2**20
    print(f"{STUCK} watchers that took nothing: the web process grew by {grown:.1f} MB")
    assert grown < STUCK * 7  # unbounded, each would hold 19 MB
    assert late.faults == []
    assert late.ordinals == list(range(late.covered + 1))


def stored_texts(*, events):
    """Store a run at alpha whose events carry a long text each; give its uid."""
    run = RunComposer({"plan_name": "count", "scan_id": 7})
    stream = run.descriptor("primary", {"note": {"source": "sim:note", "dtype": "string", "shape": []}})
    texts = [stream.event({"note": "x" * 12_000}, {"note": 0.0}) for _ in range(events)]
    documents = [
        ("start", run.start),
        ("descriptor", stream.descriptor),
        *(("event", text) for text in texts),
        ("stop", run.stop("success")),
    ]
    records = records_of(documents)
    store(actor=SYSTEM, origin=Origin("alpha", "P-1", "member"), records=records)
    return records[0].run


def ports_served(web):
    """Give the far ports of a web process's connections."""
    return {one.raddr.port for one in web.net_connections("tcp") if one.raddr}
