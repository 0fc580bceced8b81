"""The simulated devices are those of the field: same keys and hints, and they run on our engine."""

import threading
import warnings

import numpy as np
import pytest
from event_model import DocumentNames, schema_validators

from acquisition.devices.errors import LimitsError, NotStagedError, WrongValueError
from acquisition.devices.protocols import Flyable, Locatable, Movable, Readable
from acquisition.devices.registry import check_keys
from acquisition.devices.sim import Hardware, hardware
from acquisition.devices.sim.axis import SoftAxis, UnlocatedAxis
from acquisition.devices.sim.flyers import SoftFlyer
from acquisition.devices.sim.signals import PeriodicBackend
from acquisition.engine import RunEngine
from acquisition.plans import scans, stubs
from acquisition.plans.preprocessors import run_wrapper

NAMES = sorted(Hardware.names())
FLYERS = [name for name in NAMES if "flyer" in name]
READABLE = [name for name in NAMES if name not in FLYERS]
AXES = [name for name in NAMES if "motor" in name]


@pytest.fixture
def hw(tmp_path):
    return hardware(tmp_path)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ophyd.sim import hw

        return hw(str(tmp_path_factory.mktemp("theirs")))


@pytest.fixture(scope="module")
def engine():
    engine = RunEngine(context_managers=[])
    yield engine
    engine.close()


def run(engine, plan):
    """Run the plan; give its documents, which are valid."""
    documents = []

    def take(name, doc):
        schema_validators[DocumentNames[name]].validate(doc)
        documents.append((name, doc))

    token = engine.subscribe(take)
    try:
        engine(plan)
    finally:
        engine.unsubscribe(token)
    assert documents[-1][1]["exit_status"] == "success"
    return documents


def events(documents):
    """Return the data of all events."""
    data = [doc["data"] for name, doc in documents if name == "event"]
    for name, page in documents:
        if name == "event_page":
            rows = range(len(page["seq_num"]))
            data += [{key: column[row] for key, column in page["data"].items()} for row in rows]
    return data


def test_the_set_has_every_device_that_the_field_knows():
    assert set(NAMES) == {
        *("motor", "motor1", "motor2", "motor3", "jittery_motor1", "jittery_motor2", "motor_no_pos"),
        *("motor_empty_hints1", "motor_empty_hints2", "motor_no_hints1", "motor_no_hints2"),
        *("det", "det1", "det2", "det3", "det4", "det5", "noisy_det", "identical_det"),
        *("rand", "rand2", "invariant1", "invariant2", "bool_sig", "sig", "signal"),
        *("ab_det", "det_with_conf", "det_with_count_time", "direct_img", "direct_img_list", "img"),
        *("pseudo3x3", "pseudo1x3", "flyer1", "flyer2", "trivial_flyer", "new_trivial_flyer"),
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", READABLE)
def test_names_keys_and_hints_are_those_of_ophyd(name, hw, theirs):
    ours, other = getattr(hw, name), getattr(theirs, name)
    assert ours.name == other.name
    assert list(ours.describe()) == list(other.describe())
    assert getattr(ours, "hints", "none") == getattr(other, "hints", "none")
    if hasattr(other, "component_names"):
        assert set(ours.describe_configuration()) >= set(other.describe_configuration())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FLYERS)
def test_flyers_describe_what_those_of_ophyd_describe(name, hw, theirs):
    ours, other = getattr(hw, name), getattr(theirs, name)
    assert ours.name == other.name
    assert {stream: list(keys) for stream, keys in ours.describe_collect().items()} == {
        stream: list(keys) for stream, keys in other.describe_collect().items()
    }


@pytest.mark.parametrize("name", READABLE)
def test_each_device_can_be_counted(name, hw, engine):
    device = getattr(hw, name)
    assert isinstance(device, Readable)
    documents = run(engine, scans.count([device], 2))
    assert [set(data) for data in events(documents)] == [set(device.describe())] * 2


@pytest.mark.parametrize("name", AXES)
def test_each_axis_can_be_scanned(name, hw, engine):
    axis = getattr(hw, name)
    documents = run(engine, scans.scan([hw.det3], axis, -1, 1, 3))
    assert [data[f"{axis.name}_setpoint"] for data in events(documents)] == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ["pseudo3x3", "pseudo1x3"])
def test_each_pseudo_axis_can_be_scanned(name, hw, engine):
    positioner = getattr(hw, name)
    documents = run(engine, scans.scan([hw.det], positioner.pseudo[0], -1, 1, 3))
    assert [data[f"{name}_pseudo1"] for data in events(documents)] == [-1.0, 0.0, 1.0]
    run(engine, scans.count([positioner]))
    assert positioner.position[0] == 1.0
    assert positioner.real_position[0] == -1.0


@pytest.mark.parametrize(("name", "count"), list(zip(FLYERS, (20, 10, 100, 100), strict=True)))
def test_each_flyer_flies(name, count, hw, engine):
    flyer = getattr(hw, name)
    assert isinstance(flyer, Flyable)
    assert len(events(run(engine, scans.fly([flyer])))) == count


def test_a_flyer_takes_the_peak_along_its_way(hw, engine):
    data = events(run(engine, scans.fly([hw.flyer2])))
    assert [row["motor"] for row in data] == list(np.linspace(1, 5, 10))
    assert data[0]["det"] == pytest.approx(np.exp(-0.5))
    assert hw.det.read()["det"]["value"] == data[-1]["det"]


def test_a_flyer_waits_for_an_axis_that_takes_its_time():
    hw = hardware(velocity=1e4)
    hw.flyer2.kickoff().wait(5)
    hw.flyer2.complete().wait(10)
    assert len(list(hw.flyer2.collect())) == 10
    assert list(hw.flyer2.collect()) == []


def test_what_stops_the_axis_fails_the_flight():
    axis = SoftAxis("x", limits=(0.0, 2.0))
    flyer = SoftFlyer("f", hardware().det, axis, 1, 5, 5)
    with pytest.raises(RuntimeError, match="was not kicked off"):
        flyer.complete()
    flyer.kickoff().wait(1)
    assert isinstance(flyer.complete().exception(1), LimitsError)


def test_images_are_in_files_that_the_documents_name(hw, engine, tmp_path):
    documents = run(engine, scans.count([hw.img], 2))
    by_name = {name: [doc for other, doc in documents if other == name] for name, _ in documents}
    (resource,) = by_name["resource"]
    assert resource["spec"] == "NPY_SEQ"
    assert [doc["datum_id"] for doc in by_name["datum"]] == [doc["data"]["img"] for doc in by_name["event"]]
    for doc in by_name["datum"]:
        path = tmp_path / f"{resource['resource_path']}_{doc['datum_kwargs']['index']}.npy"
        assert np.load(path).shape == (10, 10)


def test_images_need_a_folder_and_a_stage(hw):
    with pytest.raises(WrongValueError, match="hardware\\(folder\\)"):
        _ = hardware().img
    assert "img" not in hardware().devices()
    with pytest.raises(NotStagedError):
        hw.img.trigger()


def test_devices_of_one_beamline_have_their_own_names(hw):
    devices = hw.devices()
    assert set(NAMES) - set(devices) == {
        *("motor_no_pos", "motor_empty_hints1", "motor_empty_hints2", "motor_no_hints1", "motor_no_hints2"),
        *("identical_det", "ab_det", "det_with_conf", "det_with_count_time", "direct_img", "direct_img_list"),
    }
    assert check_keys(devices) == {}


def test_devices_are_built_when_asked_for():
    hw = hardware()
    assert not set(vars(hw)) & set(NAMES)
    assert hw.det1 is hw.det1
    assert set(vars(hw)) & set(NAMES) == {"det1", "motor1"}


def test_an_instant_set_needs_no_thread(hw):
    before = threading.active_count()
    for name in AXES:
        assert getattr(hw, name).set(1).success
    assert hw.pseudo3x3.set((1, 2, 3)).success
    assert threading.active_count() == before


def test_a_delay_is_a_move_that_arrives_with_a_jump():
    axis, seen = SoftAxis("x", delay=0.05), []
    axis.readback.subscribe(lambda reading: seen.append(reading["x"]["value"]))
    axis.set(3.0).wait(5)
    assert set(seen) == {0.0, 3.0}
    assert axis.position == 3.0


def test_an_axis_without_position_cannot_be_located(hw):
    assert not isinstance(hw.motor_no_pos, Locatable)
    assert not hasattr(hw.motor_no_pos, "position")
    assert isinstance(hw.motor_no_pos, UnlocatedAxis)
    assert isinstance(hw.motor_no_pos, Movable)


def test_a_jittery_axis_is_near_its_target(hw):
    hw.jittery_motor1.set(2.0)
    assert hw.jittery_motor1.locate()["setpoint"] == 2.0
    assert 2.0 < hw.jittery_motor1.position < 3.0


def test_a_peak_can_be_moved_by_configuration(hw):
    hw.det4.configure(center=[1.0, 2.0])
    hw.motor1.set(1)
    hw.motor2.set(2)
    hw.det4.trigger().wait(1)
    assert hw.det4.read()["det4"]["value"] == 1.0
    hw.det4.configure(Imax=100.0, noise="poisson")
    hw.det4.trigger().wait(1)
    assert hw.det4.read()["det4"]["value"].is_integer()


def test_the_count_time_is_waited_for(hw):
    hw.det_with_count_time.count_time.set(0.01)
    hw.det_with_count_time.trigger().wait(5)
    assert hw.det_with_count_time.intensity.get() == 10


def test_a_pseudo_axis_moves_alone_and_is_held_by_limits(hw):
    positioner = hw.pseudo3x3
    positioner.set((1, 2, 3)).wait(1)
    positioner.pseudo[1].set(5).wait(1)
    assert positioner.position == (1.0, 5.0, 3.0)
    assert positioner.real_position == (-1.0, -5.0, -3.0)
    assert positioner.inverse(positioner.forward((1.0, 2.0, 3.0))) == (1.0, 2.0, 3.0)
    with pytest.raises(LimitsError, match="pseudo3x3_pseudo1 cannot go to 11 a"):
        positioner.set((11, 0, 0))
    with pytest.raises(WrongValueError, match="takes 3 positions, not 2"):
        positioner.set((1, 2))
    assert positioner.locate() == {"setpoint": (1.0, 5.0, 3.0), "readback": (1.0, 5.0, 3.0)}


def test_stopping_a_pseudo_axis_stops_the_real_ones():
    positioner = hardware(velocity=0.1).pseudo1x3
    status = positioner.set(5)
    positioner.pseudo[0].stop(success=True)
    status.wait(5)
    assert not any(axis.is_moving for axis in positioner.real)
    assert positioner.locate()["setpoint"] == positioner.locate()["readback"]


def test_a_periodic_value_ticks_only_while_watched():
    values = iter(range(1_000_000))
    backend, ticked = PeriodicBackend(lambda: next(values), 0.001), threading.Event()

    def take(sample):
        if sample.value > 2:
            ticked.set()

    backend.subscribe(take)
    assert ticked.wait(5)
    backend.unsubscribe(take)
    assert backend._timer is None


def test_a_signal_is_set_and_read_in_a_plan(hw, engine):
    def plan():
        yield from stubs.mv(hw.signal, 4)
        yield from stubs.trigger_and_read([hw.signal, hw.invariant1])

    ((data,),) = [events(run(engine, run_wrapper(plan())))]
    assert data == {"signal": 4.0, "invariant1": 0}
