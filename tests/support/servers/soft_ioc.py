"""An IOC of EPICS base by softioc: every kind of record, over Channel Access and PV Access."""

from __future__ import annotations

import sys
import threading

from softioc import asyncio_dispatcher, builder, softioc


def slow(value: float) -> None:
    """Take a while, so that a put with completion can be told from one without."""
    threading.Event().wait(0.3)
    DONE.set(value)


builder.SetDeviceName("T")
builder.aOut(
    "position", initial_value=1.5, EGU="mm", PREC=3, DRVL=-5, DRVH=5, LOPR=-5, HOPR=5, always_update=True
)
builder.aOut("slow", initial_value=0.0, on_update=slow, blocking=True, always_update=True)
DONE = builder.aIn("done", initial_value=0.0)
builder.aIn("hot", initial_value=99.0, EGU="degC", HIGH=50, HIHI=90, HSV="MINOR", HHSV="MAJOR")
builder.longOut("count", initial_value=3)
builder.boolOut("light", "off", "on", initial_value=0)
builder.mbbOut("mode", "single", "burst", "video", initial_value=1)
builder.stringOut("sample", initial_value="silver")
builder.longStringOut("path", initial_value="a/very/long/" + "path/" * 30, length=256)
builder.WaveformOut("profile", initial_value=[1.0, 2.0, 3.0], length=8)
builder.Action("act", on_update=lambda value: DONE.set(-1.0))
for number in range(20):
    builder.aOut(f"many{number}", initial_value=float(number))


def main() -> None:
    """Serve until standard input ends."""
    dispatcher = asyncio_dispatcher.AsyncioDispatcher()
    builder.LoadDatabase()
    softioc.iocInit(dispatcher)
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            return


if __name__ == "__main__":
    main()
