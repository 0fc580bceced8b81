"""A flyer whose points lie in a file, under our engine and the original one."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import bluesky
import numpy as np
import pytest
from bluesky import plan_stubs as bps
from bluesky import preprocessors as bpp
from event_model import DocumentNames, schema_validators

from acquisition.devices.errors import LimitsError, NotStagedError, WrongValueError
from acquisition.devices.protocols import protocols_of
from acquisition.devices.sim import hardware
from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.sim.stream_flyer import StreamFlyer
from acquisition.devices.standard.flight import Trajectory
from acquisition.engine import RunEngine
from catalog.assets.paths import Roots
from catalog.assets.readers import open_array


@pytest.fixture
def hw():
    return hardware()


@pytest.fixture
def flyer(hw, tmp_path):
    made = StreamFlyer("flyer", hw.det, hw.motor, tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["ours", "bluesky"])
def run(request):
    if request.param == "ours":
        engine = RunEngine(context_managers=[])
        close = engine.close
    else:
        engine = bluesky.RunEngine({}, context_managers=[])

        def close():
            engine.loop.call_soon_threadsafe(engine.loop.stop)
            engine._th.join(5)
            engine.loop.close()

    def run(plan):
        documents = []

        def take(name, doc):
            schema_validators[DocumentNames[name]].validate(doc)
            documents.append((name, doc))

        engine(plan, take)
        return documents

    yield run
    close()


def fly(flyer, path):
    yield from bps.prepare(flyer, path, wait=True)
    yield from bps.declare_stream(flyer, name="fly", collect=True)
    yield from bps.kickoff(flyer, wait=True)
    yield from bps.collect_while_completing([flyer], [flyer], flush_period=0.1, stream_name="fly")


def column(documents, field, folder):
    found = {
        name: [doc for kind, doc in documents if kind == name] for name in ("stream_resource", "stream_datum")
    }
    resources = [doc for doc in found["stream_resource"] if doc["data_key"] == field]
    uids = {doc["uid"] for doc in resources}
    datums = [doc for doc in found["stream_datum"] if doc["stream_resource"] in uids]
    (keys,) = [doc["data_keys"] for kind, doc in documents if kind == "descriptor"]
    return open_array(keys[field], roots=Roots((folder,)), stream_resources=resources, stream_datums=datums)


def test_its_points_come_back_from_the_file(flyer, run, tmp_path):
    documents = run(bpp.run_wrapper(fly(flyer, Trajectory(-2.0, 2.0, points=21, dwell_s=0.1))))
    flyer.close()
    motor, det = column(documents, "motor", tmp_path), column(documents, "det", tmp_path)
    assert motor.shape == det.shape == (21,)
    assert np.allclose(motor.read(), np.linspace(-2, 2, 21))
    assert np.allclose(det.read(), np.exp(-(np.linspace(-2, 2, 21) ** 2) / 2))
    uris = {doc["uri"] for name, doc in documents if name == "stream_resource"}
    assert {Path(unquote(urlparse(uri).path)).parent for uri in uris} == {tmp_path}


def test_it_flies_again_in_the_next_run(flyer, run, tmp_path):
    for points in (5, 7):
        documents = run(
            bpp.run_wrapper(fly(flyer, {"start": 0, "stop": 1, "points": points, "dwell_s": 0.1}))
        )
        flyer.close()
        array = column(documents, "motor", tmp_path)
        assert np.allclose(array.read(), np.linspace(0, 1, points))
    assert len(list(tmp_path.iterdir())) == 2


def test_points_are_given_up_to_an_index(flyer):
    flyer.prepare(Trajectory(0.0, 1.0, points=5, dwell_s=0.1)).wait(1)
    flyer.kickoff().wait(1)
    flyer.complete().wait(1)
    assert flyer.get_index() == 5
    first = [doc["indices"] for name, doc in flyer.collect_asset_docs(2) if name == "stream_datum"]
    assert first == [{"start": 0, "stop": 2}] * len(flyer.describe_collect())
    assert flyer.get_index() == 5
    rest = [doc["indices"] for name, doc in flyer.collect_asset_docs() if name == "stream_datum"]
    assert rest == [{"start": 2, "stop": 5}] * len(flyer.describe_collect())
    assert list(flyer.collect_asset_docs()) == []


def test_it_is_prepared_before_it_flies_and_within_its_limits(hw, tmp_path):
    flyer = StreamFlyer("flyer", hw.det, hw.motor, tmp_path)
    with pytest.raises(NotStagedError, match="flyer has no trajectory"):
        flyer.kickoff()
    with pytest.raises(WrongValueError, match="flyer is prepared by Trajectory"):
        flyer.prepare(3)
    short = StreamFlyer("flyer", hw.det, SoftAxis("short", limits=(-1.0, 1.0)), tmp_path)
    with pytest.raises(LimitsError, match="short cannot go to 2"):
        short.prepare(Trajectory(0.0, 2.0, points=2, dwell_s=0.1))
    assert {"Preparable", "Flyable", "WritesStreamAssets", "Collectable"} <= set(protocols_of(flyer))
