"""Drive the demo beamline with devices of ophyd, under our engine; print what was measured as JSON.

In a process of its own: pyepics brings the client library of EPICS base, which wants to be alone.
"""

import json
import sys

from ophyd import Component, Device, EpicsMotor, EpicsScaler, EpicsSignal, EpicsSignalRO
from ophyd.mca import EpicsMCARecord

from acquisition.engine import RunEngine
from acquisition.plans.scans import count, list_scan, rel_scan, scan
from acquisition.plans.stubs import mv


class Ring(Device):
    """The ring of the demo beamline."""

    current = Component(EpicsSignalRO, ":current", kind="hinted")
    lifetime = Component(EpicsSignal, ":lifetime", kind="config")


def main() -> None:
    """Run the scans."""
    sx = EpicsMotor("DEMO:sx", name="sx")
    scaler = EpicsScaler("DEMO:scaler", name="scaler")
    ring = Ring("DEMO:ring", name="ring")
    bragg = EpicsMotor("DEMO:mono:bragg", name="bragg")
    mca = EpicsMCARecord("DEMO:mca", name="mca")
    for device in (sx, scaler, ring, bragg, mca):
        device.wait_for_connection(timeout=10)
    scaler.preset_time.put(0.05)
    documents: list[tuple[str, dict]] = []
    engine = RunEngine({})
    engine.subscribe(lambda name, doc: documents.append((name, doc)))
    engine(scan([scaler, ring], sx, 0.2, 2.2, num=11))
    engine(rel_scan([scaler], sx, -0.1, 0.1, num=3))
    engine(list_scan([scaler], bragg, [14.0, 14.3077, 14.6]))
    engine(mv(sx, 1.2))
    engine(count([ring], num=2))
    refused = ""
    try:
        engine(mv(sx, 99.0))
    except Exception as error:
        refused = f"{type(error).__name__}: {error}"
    events = [doc["data"] for name, doc in documents if name == "event"]
    json.dump(
        {
            "stops": [doc["exit_status"] for name, doc in documents if name == "stop"],
            "peak": [[data["sx"], data["scaler_channels_chan5"]] for data in events[:11]],
            "ring": events[0]["ring_current"],
            "angles": [data["bragg"] for data in events if "bragg" in data],
            "configuration": sorted(
                next(doc for name, doc in documents if name == "descriptor")["configuration"]
            ),
            "sx": sx.position,
            "limits": list(sx.limits),
            "refused": refused,
            "channels": len(mca.spectrum.get()),
        },
        sys.stdout,
        default=float,
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
