"""A device that raises in any of its methods: the rest is unstaged in reverse, one stop (row F18)."""

import pytest

from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.device import Device
from acquisition.devices.errors import DeviceError
from acquisition.devices.signal import Signal
from acquisition.devices.status import Status
from acquisition.engine import RunEngine
from acquisition.plans import scans

METHODS = ("stage", "trigger", "read", "describe", "read_configuration", "describe_configuration", "unstage")


class Diary(Device):
    """A detector that writes down what is done with it, and raises where it is told to."""

    def __init__(self, name, diary):
        super().__init__(name)
        self.diary = diary
        self.raises_in = None
        self.fails_later = False
        self.add("value", Signal(SoftBackend(1.0)), name=name)

    def _note(self, method):
        self.diary.append((method, self.name))
        if method == self.raises_in and not self.fails_later:
            raise DeviceError(f"{self.name} is broken in {method}")

    def stage(self):
        self._note("stage")
        return super().stage()

    def trigger(self):
        self._note("trigger")
        if self.raises_in == "trigger":
            return Status.failed(
                DeviceError(f"{self.name} is broken in trigger"), f"{self.name} being triggered"
            )
        return Status.finished()

    def read(self):
        self._note("read")
        return super().read()

    def describe(self):
        self._note("describe")
        return super().describe()

    def read_configuration(self):
        self._note("read_configuration")
        return super().read_configuration()

    def describe_configuration(self):
        self._note("describe_configuration")
        return super().describe_configuration()

    def unstage(self):
        self._note("unstage")
        return super().unstage()


@pytest.fixture
def engine():
    made = RunEngine({}, context_managers=[])
    yield made
    made.close()


def run(engine, raises_in, *, fails_later=False, broken=1):
    """Count with three detectors, one of which raises; return detectors, diary, documents and the error."""
    diary, documents = [], []
    detectors = [Diary(name, diary) for name in ("a", "b", "c")]
    detectors[broken].raises_in, detectors[broken].fails_later = raises_in, fails_later
    token = engine.subscribe(lambda name, doc: documents.append((name, doc)))
    try:
        with pytest.raises(Exception, match="is broken in") as caught:
            engine(scans.count(detectors, 2))
    finally:
        engine.unsubscribe(token)
    return detectors, diary, documents, caught.value


@pytest.mark.parametrize("broken", [0, 1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_the_rest_is_unstaged_in_reverse_and_a_run_has_one_stop(engine, method, broken):
    detectors, diary, documents, _ = run(engine, method, broken=broken)
    staged = [name for what, name in diary if what == "stage"]
    unstaged = [name for what, name in diary if what == "unstage"]
    others = [detector for detector in detectors if detector is not detectors[broken]]
    assert [detector.name for detector in others if detector.is_staged] == []
    first_time = list(dict.fromkeys(unstaged))
    tried = [name for name in reversed(staged) if name in first_time]
    assert [name for name in first_time if name in tried] == tried
    assert {name for name in staged if name != detectors[broken].name} <= set(unstaged)
    names = [name for name, _ in documents]
    assert names.count("stop") == names.count("start") == (0 if method == "stage" else 1)
    if names:
        assert names[-1] == "stop"
    if names and method != "unstage":
        assert documents[-1][1]["exit_status"] == "fail"


def test_a_trigger_that_fails_later_ends_like_one_that_raises(engine):
    detectors, _, documents, _ = run(engine, "trigger", fails_later=True)
    assert not any(detector.is_staged for detector in detectors)
    assert [name for name, _ in documents].count("stop") == 1


@pytest.mark.parametrize("method", METHODS)
def test_the_engine_can_be_used_at_once_afterwards(engine, method):
    run(engine, method)
    documents = []
    token = engine.subscribe(lambda name, doc: documents.append((name, doc)))
    engine(scans.count([Diary("sound", [])], 1))
    engine.unsubscribe(token)
    assert documents[-1][1]["exit_status"] == "success"
