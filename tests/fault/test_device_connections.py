"""Servers that die, hang, fall silent or come back changed while a scan runs (fault rows F14 to F17)."""

import os
import resource
import signal
import threading
from collections import Counter
from functools import partial

import pytest

from acquisition.devices.backends.ca_client import Client, Patience
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.backends.remote import BACKLOG
from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import DeviceTimeoutError, DisconnectedError, LimitsError
from acquisition.devices.library.motor import Motor
from acquisition.devices.library.point_detector import PointDetector
from acquisition.devices.signal import WritableSignal
from acquisition.engine import RunEngine
from acquisition.plans import scans
from tests.support.ca_proxy import proxy_of
from tests.support.ca_servers import QUICK, Gate, epics_base
from tests.support.ioc import running_ioc, until

pytestmark = pytest.mark.timeout(120)


class Bench:
    """A motor and a detector of the demo IOC with an engine, and what the engine told."""

    def __init__(self, port, patience=QUICK):
        self.client = Client([("127.0.0.1", port)], patience=patience)
        backend = partial(ChannelAccessBackend, client=self.client)
        self.theta = Motor("DEMO:theta", "theta", backend=backend)
        self.det = PointDetector("DEMO:det", "det", backend=backend)
        connect_all([self.theta, self.det], timeout_s=20)
        self.documents = []
        self.engine = RunEngine({}, context_managers=[])
        self.engine.subscribe(lambda name, doc: self.documents.append((name, doc)))
        self.moving = threading.Event()

    def scan(self, *span):
        """Scan, and return what it raised."""
        self.moving.clear()
        self.theta.done_moving.subscribe(self._look)
        try:
            self.engine(scans.scan([self.det], self.theta, *span, 3))
        except Exception as error:
            return error
        finally:
            self.theta.done_moving.clear_sub(self._look)
        return None

    def _look(self, reading):
        if not next(iter(reading.values()))["value"]:
            self.moving.set()

    def while_moving(self, act, *span):
        """Scan, and do something when the motor is on its way; return what the scan raised."""

        def wait_and_act():
            assert self.moving.wait(20)
            act()

        actor = threading.Thread(target=wait_and_act)
        actor.start()
        error = self.scan(*span)
        actor.join()
        return error

    def assert_cleaned_up(self):
        """Check that the run has one stop, that says fail, and that nothing is left staged."""
        names = Counter(name for name, _ in self.documents)
        assert (names["start"], names["stop"]) == (1, 1)
        assert self.documents[-1][0] == "stop"
        assert self.documents[-1][1]["exit_status"] == "fail"
        assert not self.theta.is_staged
        assert not self.det.is_staged

    def close(self):
        self.engine.close()
        self.client.close()


@pytest.fixture
def ioc(tmp_path):
    with running_ioc(tmp_path) as running:
        yield running


@pytest.fixture
def bench(ioc):
    made = Bench(ioc.port)
    yield made
    made.close()


def test_f14_an_ioc_killed_in_mid_move_fails_the_move_and_all_is_unstaged(ioc, bench):
    error = bench.while_moving(ioc.kill, 100, 170)
    assert isinstance(error.__cause__ or error, DisconnectedError)
    assert "may still be moving" in str(error.__cause__ or error)
    bench.assert_cleaned_up()


def test_f15_an_ioc_that_hangs_in_mid_move_fails_the_move_long_before_its_time(ioc, bench):
    error = bench.while_moving(ioc.freeze, 100, 170)
    assert isinstance(error.__cause__ or error, DisconnectedError)
    bench.assert_cleaned_up()
    ioc.thaw()  # the stop that the cleanup sent is still on its way
    until(lambda: bench.theta.is_connected, "the IOC to answer again")
    until(lambda: bench.theta.done_moving.get() == 1, "the motor to stand")
    assert bench.theta.readback.get() < 90


def test_f15_a_connection_that_is_half_open_is_found_out_by_an_echo_and_made_anew(ioc):
    with proxy_of(ioc.port) as proxy:
        bench = Bench(proxy.port, Patience(0.2, 0.4, 1.0))
        try:
            error = bench.while_moving(proxy.cut, 100, 170)
            assert isinstance(error.__cause__ or error, DisconnectedError)
            bench.assert_cleaned_up()
            proxy.heal()
            until(lambda: bench.theta.is_connected and bench.det.is_connected, "a new connection")
            assert bench.theta.readback.get() > 0
            bench.theta.stop()
        finally:
            bench.close()


def test_f15_a_silence_before_anybody_asks_is_seen_too(ioc, bench):
    until(lambda: bench.theta.readback.backend.last is not None, "the first value")
    ioc.freeze()
    until(lambda: bench.theta.readback.backend.last.is_stale, "the value to be stale")
    with pytest.raises(DisconnectedError, match="does not answer"):
        bench.theta.set(1.0)
    ioc.thaw()
    until(lambda: not bench.theta.readback.backend.last.is_stale, "a fresh value")


def test_f15_a_read_that_times_out_has_the_server_suspected_at_once(ioc):
    client = Client([("127.0.0.1", ioc.port)], patience=Patience(60.0, 0.3))
    backend = ChannelAccessBackend("DEMO:sx.RBV", client=client)
    backend.begin_connect()
    backend.finish_connect(20)
    try:
        ioc.freeze()
        with pytest.raises(DeviceTimeoutError, match="DEMO:sx.RBV"):
            backend.begin_read().result(0.2)
        until(lambda: not backend.is_connected, "the silence to be seen")
    finally:
        ioc.thaw()
        client.close()


def test_f16_an_ioc_that_is_back_with_other_limits_is_not_moved_outside_of_them():
    with epics_base("--limits", "-10", "10") as base:
        dial = WritableSignal(base.asked("B:double"), "dial")
        connect_all([dial], timeout_s=30)
        dial.set(9.0).wait(10)
        base.server.kill()
        until(lambda: not dial.is_connected, "the loss to be seen")
        with pytest.raises(DisconnectedError):
            dial.set(9.0).wait(10)
        base.server.arguments = ("--limits", "-1", "1", "--units", "um")
        base.server.start()
        until(lambda: dial.is_connected, "the IOC to be found again", 30)
        with pytest.raises(LimitsError, match="dial cannot go to 9.0 um: its limits are -1 to 1 um"):
            dial.set(9.0)
        assert dial.get() == 0.5
        assert dial.describe()["dial"]["units"] == "um"


def test_f16_a_motor_whose_ioc_is_back_with_other_limits_refuses_by_them(ioc, bench):
    sx = Motor("DEMO:sx", "sx", backend=partial(ChannelAccessBackend, client=bench.client))
    sx.connect()
    ioc.kill()
    until(lambda: not sx.is_connected, "the loss to be seen")
    ioc.arguments = ("--limits", "-1", "1")
    ioc.start()
    until(lambda: sx.is_connected, "the IOC to be found again")
    with pytest.raises(LimitsError, match="-1 to 1 mm"):
        sx.set(2.0)
    sx.set(0.5).wait(20)


def test_f17_a_storm_of_monitors_keeps_the_newest_counts_the_dropped_and_fills_no_memory():
    with epics_base() as base:
        storm, rate = base.backend("B:storm"), base.backend("B:storm:rate")
        gate, seen = Gate(), []
        storm.subscribe(gate)
        storm.subscribe(lambda sample: seen.append(sample.value))
        before = resident_bytes()
        rate.put(10_000.0).wait(10)
        try:
            until(lambda: storm.dropped >= 20_000, "a storm of 20,000 more than the backlog", 60)
            newest = storm.last.value
            grown = resident_bytes() - before
        finally:
            rate.put(0.0).wait(30)
        assert grown < 20 * 2**20
        until(lambda: storm.last.value == base.value("B:storm:sent"), "the last one", 30)
        dropped = storm.dropped
        gate.open()
        until(lambda: seen and seen[-1] == storm.last.value, "the newest one to be told", 30)
        assert newest > 20_000
        assert len(seen) <= BACKLOG + 2
        assert seen == sorted(seen)
        assert dropped == storm.dropped


def resident_bytes():
    """Return the memory of this process that is resident."""
    with open(f"/proc/{os.getpid()}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def test_a_write_to_a_stalled_ioc_ends_in_its_time_and_nothing_waits_behind_it():
    with epics_base(patience=Patience(60.0, 60.0)) as base:
        big, small = base.backend("B:big"), base.backend("B:n00")
        base.server.signal(signal.SIGSTOP)
        statuses = [big.put([1] * 1_000_000, timeout_s=0.3), small.put(1.0, timeout_s=0.3)]
        for status in statuses:
            assert isinstance(status.exception(20), (DeviceTimeoutError, DisconnectedError))
        base.server.signal(signal.SIGCONT)
        until(lambda: small.is_connected and small.begin_read().result(20) is not None, "the IOC back", 30)
