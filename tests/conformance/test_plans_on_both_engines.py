"""Each plan of bluesky on our engine, and each of ours on either: the documents are those bluesky gives."""

from functools import cache

import pytest
from bluesky import RunEngine as Peer
from bluesky import plans, preprocessors
from bluesky.utils import FailedStatus, is_plan
from event_model import DocumentNames, schema_validators
from ophyd.sim import hw
from ophyd.status import Status

from acquisition.engine import RunEngine
from acquisition.plans import preprocessors as our_preprocessors
from acquisition.plans import scans as our_plans
from tests.conformance.plan_table import OURS, PLANS, UPSTREAM, about, strip

ENGINES = {"ours": RunEngine, "bluesky's": Peer}
PACKAGES = {"our plans": OURS, "bluesky's plans": UPSTREAM}
BESIDE = [("ours", "bluesky's plans"), ("bluesky's", "our plans"), ("ours", "our plans")]


@cache
def engine(whose="bluesky's"):
    """Give one engine of each kind for all tests: each has a thread of its own."""
    made = ENGINES[whose]({}, context_managers=[])
    answers = []

    async def answer(msg):
        """Answer the operator's questions: three steps, then the end."""
        answers.append("q" if len(answers) % 4 == 3 else "0.25")
        return answers[-1]

    made.register_command("input", answer)
    return made


def documents(modules, plan_of, whose="bluesky's"):
    """Run a plan with devices of its own."""
    devices = hw()
    devices.motor1.set(0.5).wait()
    devices.motor2.set(-0.25).wait()
    return run(plan_of(*modules, devices), whose)


def run(plan, whose="bluesky's"):
    engine(whose).md.clear()
    found = []
    engine(whose)(plan, lambda name, doc: found.append((name, doc)))
    return found


def plain(found):
    return [(name, strip(doc)) for name, doc in found]


@cache
def expected(name):
    """Documents of a plan of bluesky on its own engine."""
    return plain(documents(UPSTREAM, PLANS[name]))


def compare(name, whose, package, wanted):
    documents_found = documents(PACKAGES[package], PLANS[name], whose)
    found = plain(documents_found)
    assert [kind for kind, _ in found] == [kind for kind, _ in wanted]
    for (_, doc), (_, other) in zip(found, wanted, strict=True):
        assert doc == about(other)
    for kind, doc in documents_found:
        schema_validators[DocumentNames[kind]].validate(doc)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("whose", "package"), BESIDE, ids=lambda value: value.replace(" ", "-"))
@pytest.mark.parametrize("name", PLANS)
def test_documents_are_those_of_upstream(name, whose, package):
    compare(name, whose, package, expected(name))


def test_every_plan_of_upstream_is_in_the_table():
    named = {
        name
        for name, value in vars(plans).items()
        if getattr(value, "__module__", "") == plans.__name__ and is_plan(value) and name[0] != "_"
    }
    assert len(named) > 30
    assert named - {entry.split()[0] for entry in PLANS} == set()
    assert named <= set(our_plans.__all__)


def ending(modules, plan_of, error_class=Exception):
    found = []
    engine().md.clear()
    with pytest.raises(error_class):
        engine()(plan_of(*modules, hw()), lambda name, doc: found.append((name, doc)))
    return [(name, doc.get("exit_status"), doc.get("reason"), doc.get("num_events")) for name, doc in found]


def breaking(p, s, w, d):
    def step(detectors, motor, step):
        if step > 0:
            raise ValueError("the beam is gone")
        yield from s.one_1d_step(detectors, motor, step)

    return p.rel_scan([d.det], d.motor, -1, 1, 3, per_step=step)


def test_a_plan_that_fails_ends_its_run_as_upstream_does():
    assert ending(OURS, breaking) == ending(UPSTREAM, breaking)


def refusing(p, s, w, d):
    d.motor.set = lambda value: 1 / 0
    return p.scan([d.det], d.motor, -1, 1, 3)


def test_a_device_that_fails_ends_the_run_as_upstream_does():
    assert ending(OURS, refusing) == ending(UPSTREAM, refusing)


def test_streams_are_declared_first_when_the_environment_says_so(monkeypatch):
    monkeypatch.setenv("BLUESKY_PREDECLARE", "1")
    for name in ("count", "scan", "log_scan", "adaptive_scan", "tune_centroid"):
        wanted = plain(documents(UPSTREAM, PLANS[name]))
        for whose, package in BESIDE:
            compare(name, whose, package, wanted)


def test_our_wrappers_take_plans_of_upstream_and_the_other_way_round():
    def mixed(p, s, w, d):
        return our_preprocessors.baseline_wrapper(plans.count([d.det]), [d.motor1])

    def mixed_back(p, s, w, d):
        return preprocessors.baseline_wrapper(our_plans.count([d.det]), [d.motor1])

    assert plain(documents(OURS, mixed)) == plain(documents(OURS, mixed_back))


def test_a_failed_status_reaches_our_plans():
    def fail(p, s, w, d):
        def failing(value):
            status = Status(timeout=5)
            status.set_exception(RuntimeError("stalled"))
            return status

        d.motor.set = failing
        return p.scan([d.det], d.motor, -1, 1, 3)

    ours = ending(OURS, fail, FailedStatus)
    assert ours[-1][:2] == ("stop", "fail")
