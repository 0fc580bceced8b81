"""The same plans and devices on our engine and on bluesky's give the same messages and the same documents."""

import re
from itertools import count

import bluesky.plan_stubs as bps
import bluesky.plans as bp
import bluesky.preprocessors as bpp
import numpy as np
import pytest
from bluesky.run_engine import RunEngine as Peer
from event_model import DocumentNames, schema_validators

from acquisition.engine import RunEngine

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VOLATILE = {"time", "timestamps", "timestamp", "ts", "versions", "scan_id", "plan_args", "resource_path"}


@pytest.fixture
def hardware(tmp_path):
    """Give a function that makes a fresh set of ophyd's simulated devices."""
    from ophyd.sim import hw

    return lambda: hw(str(tmp_path))


def adaptive(hw):
    return bp.adaptive_scan([hw.det], "det", hw.motor, -3, 3, 0.2, 1.5, 0.2, True)


def with_baseline(hw):
    return bpp.baseline_wrapper(bp.count([hw.det], 2), [hw.motor, hw.motor1])


def two_runs(hw):
    @bpp.set_run_key_decorator("inner")
    @bpp.run_decorator()
    def inner():
        yield from bps.trigger_and_read([hw.det2])

    @bpp.run_decorator()
    def outer():
        yield from bps.trigger_and_read([hw.det1])
        yield from inner()
        yield from bps.trigger_and_read([hw.det1])

    return outer()


def reconfigured(hw):
    @bpp.run_decorator()
    def plan():
        yield from bps.trigger_and_read([hw.det_with_conf])
        yield from bps.configure(hw.det_with_conf, {})
        yield from bps.trigger_and_read([hw.det_with_conf])

    return plan()


def failing(hw):
    @bpp.run_decorator()
    def plan():
        yield from bps.trigger_and_read([hw.det])
        raise LookupError("no sample")

    return plan()


PLANS = {
    "count": lambda hw: bp.count([hw.det, hw.det1, hw.det2], 3),
    "scan": lambda hw: bp.scan([hw.det], hw.motor, -1, 1, 5),
    "relative scan": lambda hw: bp.rel_scan([hw.det], hw.motor, -1, 1, 5),
    "grid scan, snaked": lambda hw: bp.grid_scan([hw.det4], hw.motor1, 0, 1, 3, hw.motor2, 0, 1, 2, True),
    "list scan": lambda hw: bp.list_scan([hw.det], hw.motor, [0, 3, 1]),
    "adaptive scan": adaptive,
    "baseline": with_baseline,
    "two runs": two_runs,
    "files": lambda hw: bp.count([hw.img], 2),
    "images in events": lambda hw: bp.count([hw.direct_img], 1),
    "configuration": reconfigured,
    "fly": lambda hw: bp.fly([hw.trivial_flyer]),
    "failing": failing,
}


def normalised(value, names):
    """Give a document with its identifiers numbered in order of appearance and its times left out."""
    if isinstance(value, dict):
        return {
            normalised(key, names): normalised(item, names)
            for key, item in sorted(value.items())
            if key not in VOLATILE
        }
    if isinstance(value, (list, tuple)):
        return [normalised(item, names) for item in value]
    if isinstance(value, np.ndarray):
        return ["array", value.shape, str(value.dtype)]
    if isinstance(value, str):
        return UUID.sub(lambda found: names.setdefault(found[0], f"uid {len(names)}"), value)
    return value


def taken(engine, plan):
    """Run a plan; give its messages and its documents, comparable between engines."""
    messages, documents, names = [], [], {}
    numbers = count()

    def hook(msg):
        # the order in which plans stage several devices is that of a set
        name = None if msg.command in ("stage", "unstage") else getattr(msg.obj, "name", None)
        messages.append((next(numbers), msg.command, name))

    def take(name, doc):
        schema_validators[DocumentNames[name]].validate(doc)
        documents.append((name, normalised(doc, names)))

    engine.msg_hook = hook
    engine.subscribe(take)
    try:
        engine(plan, operator="ada")
    except LookupError as error:
        documents.append(("raised", str(error)))
    return messages, documents


@pytest.fixture
def ours():
    engine = RunEngine({"facility": "here"}, context_managers=[])
    yield engine
    engine.close()


@pytest.fixture
def theirs():
    engine = Peer({"facility": "here"}, context_managers=[])
    yield engine
    engine.loop.call_soon_threadsafe(engine.loop.stop)
    engine._th.join()
    engine.loop.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make_plan", PLANS.values(), ids=PLANS.keys())
def test_both_engines_take_the_same_messages_and_emit_the_same_documents(hardware, theirs, ours, make_plan):
    our_messages, our_documents = taken(ours, make_plan(hardware()))
    their_messages, their_documents = taken(theirs, make_plan(hardware()))
    assert our_messages == their_messages
    assert our_documents == their_documents


@pytest.mark.filterwarnings("ignore")
def test_asynchronous_devices_connect_move_and_are_read(ours):
    from ophyd_async.core import init_devices
    from ophyd_async.sim import PatternGenerator, SimMotor, SimPointDetector

    with init_devices():
        motor = SimMotor(name="motor", instant=True)
        det = SimPointDetector(PatternGenerator(), name="det")
    documents = []
    ours(bp.scan([det], motor, -1, 1, 3), lambda name, doc: documents.append((name, doc)))
    assert [name for name, _ in documents] == ["start", "descriptor", "event", "event", "event", "stop"]
    assert [doc["data"]["motor"] for name, doc in documents if name == "event"] == [-1.0, 0.0, 1.0]


@pytest.mark.filterwarnings("ignore")
def test_suspenders_and_wrappers_of_bluesky_work_on_our_engine(ours, hardware):
    from bluesky.suspenders import SuspendBoolHigh

    hw = hardware()
    commands = []
    ours.msg_hook = lambda msg: commands.append(msg.command)
    hw.bool_sig.put(0)
    ours(bpp.suspend_wrapper(bp.count([hw.det]), SuspendBoolHigh(hw.bool_sig)))
    assert commands[0] == "install_suspender"
    assert commands[-1] == "remove_suspender"
    assert ours.suspenders == ()
