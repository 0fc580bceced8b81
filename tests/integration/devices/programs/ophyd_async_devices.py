"""Drive the demo beamline with EPICS devices of ophyd-async, under our engine; print what came as JSON."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import h5py
from ophyd_async.core import StaticFilenameProvider, StaticPathProvider, TriggerInfo
from ophyd_async.epics.adcore import ADWriterFactory
from ophyd_async.epics.adsimdetector import SimDetector
from ophyd_async.epics.motor import Motor

from acquisition.engine import RunEngine
from acquisition.plans.preprocessors import run_decorator, stage_decorator
from acquisition.plans.scans import scan
from acquisition.plans.stubs import (
    collect_while_completing,
    declare_stream,
    kickoff,
    mv,
    prepare,
)


def main(folder: str, layer: str) -> None:
    """Run the scans."""
    engine = RunEngine({})
    paths = StaticPathProvider(StaticFilenameProvider("async-frames"), Path(folder))
    sx = Motor(f"{layer}DEMO:sx", name="sx")
    area = SimDetector(f"{layer}DEMO:area:", ADWriterFactory.hdf(paths), name="area")
    for device in (sx, area):
        asyncio.run_coroutine_threadsafe(device.connect(timeout=10), engine.loop).result(15)
    documents: list[tuple[str, dict[str, Any]]] = []
    engine.subscribe(lambda name, doc: documents.append((name, doc)))
    engine(scan([], sx, -0.5, 0.5, num=3))
    flown = len(documents)
    engine(fly(area))
    refused = ""
    try:
        engine(mv(sx, 99.0))
    except Exception as error:
        refused = f"{type(error).__name__}: {error.__cause__ or error}"
    resource = next(doc for name, doc in documents if name == "stream_resource")
    with h5py.File(unquote(urlparse(resource["uri"]).path), "r") as file:
        shape = list(file[resource["parameters"]["dataset"]].shape)
    json.dump(
        {
            "stops": [doc["exit_status"] for name, doc in documents if name == "stop"],
            "positions": [doc["data"]["sx"] for name, doc in documents if name == "event"][:3],
            "datums": [doc["indices"] for name, doc in documents[flown:] if name == "stream_datum"],
            "shape": shape,
            "refused": refused,
        },
        sys.stdout,
    )
    sys.stdout.flush()


def fly(detector: Any) -> Any:
    """Let the detector take frames on its own clock."""

    @stage_decorator([detector])
    @run_decorator()
    def inner() -> Any:
        yield from prepare(
            detector, TriggerInfo(number_of_events=20, livetime=0.004, deadtime=0.001), wait=True
        )
        yield from declare_stream(detector, name="primary")
        yield from kickoff(detector, wait=True)
        yield from collect_while_completing([detector], [detector], flush_period=0.2, stream_name="primary")

    return inner()


if __name__ == "__main__":
    main(*sys.argv[1:])
