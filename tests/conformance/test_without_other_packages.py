"""With no package of the field installed our plans, engine and devices give the same documents."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: Packages of the field, and what event-model works with where it is there.
BLOCKED = (
    "bluesky",
    "ophyd",
    "ophyd_async",
    "databroker",
    "tiled",
    "suitcase",
    "area_detector_handlers",
    "dask",
    "pandas",
    "xarray",
    "h5py",
    "matplotlib",
    "cycler",
    "epics",
    "caproto",
)

PROGRAMME = """
import json, sys
for name in sys.argv[1:]:
    sys.modules[name] = None

from event_model import DocumentNames, schema_validators

from acquisition.callbacks.collecting import collector
from acquisition.devices.sim.hardware import hardware
from acquisition.engine import RunEngine, RunEngineInterrupted
from acquisition.plans import scans, stubs
from acquisition.plans.msg import Msg
from acquisition.plans.preprocessors import SupplementalData, baseline_wrapper, run_wrapper

VOLATILE = {"uid", "time", "timestamps", "versions", "run_start", "descriptor"}

def strip(value):
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items() if key not in VOLATILE}
    return [strip(item) for item in value] if isinstance(value, (list, tuple)) else value

def take(name, doc):
    schema_validators[DocumentNames[name]].validate(doc)
    documents.append([name, strip(doc)])

def interrupted():
    yield Msg("checkpoint")
    yield from stubs.mv(hw.motor, 2)
    yield from stubs.trigger_and_read([hw.det, hw.motor])
    yield Msg("pause")

hw, documents, values = hardware(), [], []
engine = RunEngine({"facility": "here"}, context_managers=[])
engine.preprocessors.append(SupplementalData(baseline=[hw.motor3]))
engine.subscribe(take)
engine.subscribe(collector("det", values))
engine(scans.count([hw.det, hw.det1], 3))
engine(scans.scan([hw.det], hw.motor, -1, 1, 5))
engine(scans.rel_scan([hw.det2], hw.motor2, -1, 1, hw.motor1, 0, 1, num=3))
engine(scans.grid_scan([hw.det4], hw.motor1, -1, 1, 3, hw.motor2, 0, 1, 2, snake_axes=True))
engine(scans.spiral([hw.det4], hw.motor1, hw.motor2, 0, 1, 2, 3, 0.5, 4))
engine(scans.adaptive_scan([hw.det], "det", hw.motor, -3, 3, 0.1, 1, 0.2, True))
engine(scans.tune_centroid([hw.det], "det", hw.motor, -3, 3, 0.1, 8))
try:
    engine(run_wrapper(interrupted()))
except RunEngineInterrupted:
    engine.resume()
engine.close()
print(json.dumps({"documents": documents, "values": values,
                  "loaded": sorted(set(sys.argv[1:]) & {n for n, m in sys.modules.items() if m})}))
"""


def documents(*blocked):
    """Run the programme in a fresh process; give what it printed."""
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAMME, *blocked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@pytest.mark.filterwarnings("ignore")
def test_our_plans_engine_and_devices_need_none_of_them():
    alone = documents(*BLOCKED)
    assert alone["loaded"] == []
    assert [name for name, _ in alone["documents"]].count("start") == 8
    assert {doc["exit_status"] for name, doc in alone["documents"] if name == "stop"} == {"success"}
    assert alone["documents"] == documents()["documents"]
