"""Runs with everything that a store may lose or trip over."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from catalog.documents.compose import RunComposer
from tests.support.catalog_runs import KEYS

Documents = Iterator[tuple[str, dict[str, Any]]]

FRAME = (4, 6)


def _key(name: str, dtype: str = "number", **more: Any) -> dict[str, Any]:
    return {"source": f"sim:{name}", "dtype": dtype, "shape": [], "object_name": name, **more}


def baseline_scan(points: int = 4, *, time: float = 3000.0) -> Documents:
    """Give a scan with a baseline stream and configuration, which changes on the way."""
    run = RunComposer(
        {"plan_name": "scan", "scan_id": 8, "motors": ["sx"], "detectors": ["det"], "num_points": points},
        time=time,
        clock=lambda: time + 1,
    )
    yield "start", run.start
    base = run.descriptor("baseline", {"temperature": _key("temperature", units="K")})
    yield "descriptor", base.descriptor
    yield "event", base.event({"temperature": 295.0}, {"temperature": time}, time=time)

    def configuration(exposure: float) -> dict[str, Any]:
        key = _key("det_exposure", units="s")
        return {
            "det": {
                "data": {"det_exposure": exposure},
                "timestamps": {"det_exposure": time},
                "data_keys": {"det_exposure": key},
            }
        }

    hints = {"sx": {"fields": ["sx"]}, "det": {"fields": ["det"]}}
    for half, exposure in enumerate((0.1, 0.2)):
        stream = run.descriptor("primary", KEYS, configuration=configuration(exposure), hints=hints)
        yield "descriptor", stream.descriptor
        for n in range(half * points // 2, (half + 1) * points // 2):
            yield "event", stream.event({"det": 10.0 * n, "sx": float(n)}, {"det": time + n, "sx": time + n})
    yield "event", base.event({"temperature": 296.0}, {"temperature": time}, time=time)
    yield "stop", run.stop("success", time=time + 10)


def imaging_run(folder: Path, points: int = 3, *, time: float = 4000.0) -> Documents:
    """Give a run with frames in an HDF5 file, and with a second camera whose file is gone."""
    path = folder / f"frames-{time:.0f}.h5"
    with h5py.File(path, "w") as file:
        file["frames"] = np.arange(points * FRAME[0] * FRAME[1], dtype="<u2").reshape(points, *FRAME)
    keys = {"det": KEYS["det"]}
    for name in ("camera", "lost"):
        keys[name] = _key(name, "array", shape=[1, *FRAME], dtype_numpy="<u2", external="STREAM:")
    run = RunComposer({"plan_name": "count", "scan_id": 9, "num_points": points}, time=time)
    yield "start", run.start
    stream = run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
    yield "descriptor", stream.descriptor
    for name, file_name in (("camera", path.name), ("lost", "gone.h5")):
        address = f"file://localhost{folder / file_name}"
        resource = run.stream_resource(address, "application/x-hdf5", name, {"dataset": "/frames"})
        yield "stream_resource", resource
        yield "stream_datum", stream.stream_datum(resource, (1, points + 1), (0, points), number=0)
    for n in range(points):
        yield "event", stream.event({"det": float(n)}, {"det": time + n}, time=time + n)
    yield "stop", run.stop("success", time=time + points)


def odd_run(*, time: float = 5000.0) -> Documents:
    """Give a run of values that JSON, databases and tables like to change."""
    run = RunComposer(
        {
            "plan_name": "odd",
            "scan_id": 10,
            "nothing": math.nan,
            "nested": {"limit": -math.inf, "zero": -0.0, "whole": 1e22, "big": 2**70, "text": "a\0b ü"},
            "dots": ["x.y", {"$numberDouble": "no"}],
        },
        time=time,
    )
    yield "start", run.start
    keys = {
        "value": _key("value"),
        "count": _key("count", "integer"),
        "label": _key("label", "string"),
        "ready": _key("ready", "boolean"),
        "spectrum": _key("spectrum", "array", shape=[3]),
        "ragged": _key("ragged", "array", shape=[None]),
        "mislabelled": _key("mislabelled", "array", shape=[2]),
        "_hidden": _key("_hidden"),
    }
    stream = run.descriptor("primary", keys)
    yield "descriptor", stream.descriptor
    values = [math.nan, math.inf, -0.0, 1e22, 0.1 + 0.2]
    for n, value in enumerate(values):
        data = {
            "value": value,
            "count": 2**53 + n,
            "label": ["plain", "NUL \0 inside", "ü", "", "last"][n],
            "ready": n % 2 == 0,
            "spectrum": [1.0 * n, 2.0, 3.0],
            "ragged": list(range(n)),
            "mislabelled": [[n, 1], [2, 3]][: 1 + n % 2],
            "_hidden": n * 1.5,
        }
        yield "event", stream.event(data, dict.fromkeys(data, time + n), time=time + n)
    yield "stop", run.stop("abort", "the beam went away", time=time + 9)
