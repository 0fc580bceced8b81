"""One library at work on the IOC that `bench.devices` runs, in a process of its own; prints figures as JSON.

Run as ``python -m bench._device_peers NAME WORK``. The libraries bring different builds of the EPICS client
libraries, which cannot live in one process.
"""

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from typing import Any

MANY, READS, POINTS = 500, 200, 400
MANY_NAMES = [f"B:many{number:05}" for number in range(MANY)]
READ_NAMES = [f"B:n{number:02}" for number in range(20)]
TIMEOUT_S = 30.0


def per_call(call: Callable[[], Any]) -> float:
    """Return seconds of a call, after one that is not counted."""
    call()
    begun = time.perf_counter()
    for _ in range(READS):
        call()
    return (time.perf_counter() - begun) / READS


class Ours:
    """Devices of this project under its engine."""

    def _device(self, names: list[str]) -> Any:
        from acquisition.devices.backends.channel_access import ChannelAccessBackend
        from acquisition.devices.device import Device
        from acquisition.devices.signal import Signal

        device = Device("d")
        for number, name in enumerate(names):
            device.add(f"c{number}", Signal(ChannelAccessBackend(name)))
        return device

    def connect(self) -> float:
        """Return the seconds to make and connect many PVs."""
        self._device([]).connect()
        begun = time.perf_counter()
        self._device(MANY_NAMES).connect(timeout_s=TIMEOUT_S)
        return time.perf_counter() - begun

    def read(self) -> float:
        """Return the seconds of one reading of 20 PVs."""
        device = self._device(READ_NAMES)
        device.connect(timeout_s=TIMEOUT_S)
        return per_call(device.read)

    def scan(self) -> float:
        """Return points a second."""
        from acquisition.devices.backends.channel_access import ChannelAccessBackend
        from acquisition.devices.connecting import connect_all
        from acquisition.devices.signal import Signal, WritableSignal
        from acquisition.engine import RunEngine
        from acquisition.plans.scans import scan

        axis = WritableSignal(ChannelAccessBackend("B:axis"), "axis")
        det = Signal(ChannelAccessBackend("B:axis:rbv"), "det")
        connect_all([axis, det], timeout_s=TIMEOUT_S)
        return points_a_second(RunEngine({}, context_managers=[]), scan, det, axis)


class Ophyd:
    """ophyd (pyepics) under bluesky's engine."""

    def _device(self, names: list[str]) -> Any:
        from ophyd import Component, Device, EpicsSignal

        parts = {f"c{number}": Component(EpicsSignal, name) for number, name in enumerate(names)}
        return type("Many", (Device,), parts)("", name="d")

    def connect(self) -> float:
        """Return the seconds to make and connect many PVs."""
        self._device(["B:n00"]).wait_for_connection(timeout=TIMEOUT_S)
        begun = time.perf_counter()
        self._device(MANY_NAMES).wait_for_connection(timeout=TIMEOUT_S)
        return time.perf_counter() - begun

    def read(self) -> float:
        """Return the seconds of one reading of 20 PVs."""
        device = self._device(READ_NAMES)
        device.wait_for_connection(timeout=TIMEOUT_S)
        return per_call(device.read)

    def scan(self) -> float:
        """Return points a second."""
        from bluesky import RunEngine
        from bluesky.plans import scan
        from ophyd import EpicsSignal, EpicsSignalRO

        axis = EpicsSignal("B:axis", name="axis", put_complete=True)
        det = EpicsSignalRO("B:axis:rbv", name="det")
        for signal in (axis, det):
            signal.wait_for_connection(timeout=TIMEOUT_S)
        return points_a_second(RunEngine({}, context_managers=[]), scan, det, axis)


class OphydAsync:
    """ophyd-async under bluesky's engine; by PV Access where its Channel Access (aioca) is not installed."""

    scheme = "ca://" if importlib.util.find_spec("aioca") else "pva://"

    def __init__(self) -> None:
        from bluesky import RunEngine

        self.engine = RunEngine({}, context_managers=[])

    def _wait(self, coroutine: Any) -> Any:
        from bluesky.run_engine import call_in_bluesky_event_loop

        return call_in_bluesky_event_loop(coroutine, timeout=TIMEOUT_S)

    def _device(self, names: list[str]) -> Any:
        from ophyd_async.core import StandardReadable
        from ophyd_async.epics.core import epics_signal_rw

        device = StandardReadable()
        with device.add_children_as_readables():
            for number, name in enumerate(names):
                setattr(device, f"c{number}", epics_signal_rw(float, f"{self.scheme}{name}"))
        device.set_name("d")
        return device

    def connect(self) -> float:
        """Return the seconds to make and connect many PVs."""
        self._wait(self._device(["B:n00"]).connect(timeout=TIMEOUT_S))
        begun = time.perf_counter()
        self._wait(self._device(MANY_NAMES).connect(timeout=TIMEOUT_S))
        return time.perf_counter() - begun

    def read(self) -> float:
        """Return the seconds of one reading of 20 PVs, inside its event loop."""
        device = self._device(READ_NAMES)
        self._wait(device.connect(timeout=TIMEOUT_S))

        async def many() -> float:
            await device.read()
            begun = time.perf_counter()
            for _ in range(READS):
                await device.read()
            return (time.perf_counter() - begun) / READS

        return float(self._wait(many()))

    def scan(self) -> float:
        """Return points a second."""
        from bluesky.plans import scan
        from ophyd_async.epics.core import epics_signal_r, epics_signal_rw

        axis = epics_signal_rw(float, f"{self.scheme}B:axis", name="axis")
        det = epics_signal_r(float, f"{self.scheme}B:axis:rbv", name="det")
        for signal in (axis, det):
            self._wait(signal.connect(timeout=TIMEOUT_S))
        return points_a_second(self.engine, scan, det, axis)


def points_a_second(engine: Any, scan: Any, det: Any, axis: Any) -> float:
    """Scan twice, and return the points a second of the second time."""
    events: list[str] = []
    engine.subscribe(lambda name, _: events.append(name))
    engine(scan([det], axis, 0, 1, 20))
    events.clear()
    begun = time.perf_counter()
    engine(scan([det], axis, 0, 10, POINTS))
    elapsed = time.perf_counter() - begun
    if events.count("event") != POINTS:
        raise RuntimeError(f"{events.count('event')} events of {POINTS} points")
    return POINTS / elapsed


PEERS = {"ours": Ours, "ophyd": Ophyd, "ophyd-async": OphydAsync}


def main(name: str, work: str) -> None:
    """Do one piece of work and print its figure."""
    peer = PEERS[name]()
    value = getattr(peer, work)()
    print(json.dumps({"value": value, "scheme": getattr(peer, "scheme", "ca://")}), flush=True)


if __name__ == "__main__":
    import os

    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # the threads of some libraries do not end
