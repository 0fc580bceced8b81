"""A real EPICS base IOC in its own process: records of every type, made by softioc.

Run as ``python -m tests.support.epics_base_ioc``; EPICS_CA_SERVER_PORT says where. It serves on loopback
only, prints ``ready``, and ends when its input is closed. What it serves is told in `RECORDS` of this file's
functions: prefix ``B:``, 20 numbers ``B:n00`` .., and by ``--many N`` as many of ``B:many00000`` ...
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time

PREFIX = "B:"
LOOPBACK = "127.0.0.1"
TEXT_LENGTH = 300


def add_scalars(builder, limits: tuple[float, float], units: str) -> None:
    """Add one record of each simple type."""
    low, high = limits
    builder.aOut("double", DRVL=low, DRVH=high, EGU=units, PREC=3, initial_value=0.5)
    builder.aIn("level", EGU="mbar", PREC=2, HIHI=90, HHSV="MAJOR", HIGH=50, HSV="MINOR", initial_value=10.0)
    builder.longOut("integer", DRVL=-100, DRVH=100, EGU="counts", initial_value=7)
    builder.boolOut("switch", ZNAM="off", ONAM="on", initial_value=0)
    builder.mbbOut("mode", "idle", ("ready", "MINOR"), "", "fault", initial_value=0)
    builder.boolOut("flag", initial_value=1)
    builder.stringOut("text", initial_value="a short text")
    builder.longStringOut("long_text", length=TEXT_LENGTH, initial_value="x" * 200)
    builder.aIn("nan", initial_value=float("nan"))


def add_arrays(builder, elements: int) -> None:
    """Add arrays of several types, and a big one."""
    import numpy as np

    builder.WaveformOut("doubles", np.linspace(0.0, 1.0, 5))
    builder.WaveformOut("longs", np.arange(6, dtype=np.int32))
    builder.WaveformOut("shorts", np.arange(7, dtype=np.int16))
    builder.WaveformOut("floats", np.ones(3, dtype=np.float32))
    builder.WaveformOut("bytes", np.arange(9, dtype=np.uint8))
    builder.WaveformOut("words", ["one", "two", "three"])
    builder.WaveformIn("partly", length=100, datatype=float, initial_value=np.arange(4.0))
    builder.WaveformOut("big", np.arange(elements, dtype=np.int32))


def add_positioner(builder, records) -> None:
    """Add axes: one that is there at once, one that takes half a second; both answer a put at the end."""
    records.ao("axis", EGU="mm", PREC=4, DRVL=-100, DRVH=100, LOPR=-100, HOPR=100, FLNK=f"{PREFIX}axis:rbv")
    records.calc("axis:rbv", INPA=f"{PREFIX}axis NPP", CALC="A", EGU="mm", PREC=4)
    records.ao("slow", EGU="mm", PREC=4, FLNK=f"{PREFIX}slow:wait")
    records.seq("slow:wait", DLY1=0.5, LNK1=f"{PREFIX}slow:rbv PP", DOL1=f"{PREFIX}slow NPP")
    records.ao("slow:rbv", EGU="mm", PREC=4)
    records.sub("pinned", DISP=1)


def add_many(builder, count: int) -> None:
    """Add 20 numbers for a device, and many for connecting."""
    for number in range(20):
        builder.aOut(f"n{number:02}", initial_value=float(number), EGU="V", PREC=3)
    for number in range(count):
        builder.aOut(f"many{number:05}", initial_value=float(number))


class Storm:
    """A number that counts up as often a second as ``storm:rate`` says."""

    def __init__(self, builder) -> None:
        self.value = builder.longIn("storm", initial_value=0)
        self.rate = builder.aOut("storm:rate", initial_value=0, on_update=self._set, always_update=True)
        self.sent = builder.longIn("storm:sent", initial_value=0)
        self._wanted = 0.0
        self._changed = threading.Event()

    def _set(self, rate: float) -> None:
        self._wanted = rate
        self._changed.set()

    def run(self) -> None:
        """Count, for ever."""
        count, begun = 0, time.monotonic()
        while True:
            if not self._wanted:
                self.sent.set(count)
                self._changed.wait()
                begun, first = time.monotonic(), count
            self._changed.clear()
            due = first + int((time.monotonic() - begun) * self._wanted)
            while count < due:
                count += 1
                self.value.set(count)
            self._changed.wait(0.001)


def main() -> None:
    """Serve until the input is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--limits", type=float, nargs=2, default=(-10.0, 10.0))
    parser.add_argument("--units", default="mm")
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--pva", action="store_true", help="serve PV Access too, by EPICS_PVAS_* settings")
    parser.add_argument("--big", type=int, default=1_000_000)
    options = parser.parse_args()
    os.environ.update(
        EPICS_CAS_INTF_ADDR_LIST=LOOPBACK,
        EPICS_CAS_AUTO_BEACON_ADDR_LIST="NO",
        EPICS_CAS_BEACON_ADDR_LIST=LOOPBACK,
        EPICS_CA_MAX_ARRAY_BYTES=str(max(100_000, 8 * options.big)),
    )
    from softioc import asyncio_dispatcher, builder, softioc

    builder.SetDeviceName(PREFIX.rstrip(":"))
    add_scalars(builder, tuple(options.limits), options.units)
    add_arrays(builder, options.big)
    add_positioner(builder, builder.records)
    add_many(builder, options.many)
    storm = Storm(builder)
    builder.LoadDatabase()
    softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher(), enable_pva=options.pva)
    threading.Thread(target=storm.run, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
