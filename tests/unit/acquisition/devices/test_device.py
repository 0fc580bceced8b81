"""A device reads and describes its signals as one."""

import pytest

from acquisition.devices.backends.base import Backend, Metadata, Ready, Sample, read_together
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.component import Kind
from acquisition.devices.device import Device
from acquisition.devices.errors import LimitsError, NotConnectedError, WrongValueError
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.status import Status
from acquisition.engine import RunEngine
from acquisition.plans.msg import Msg


class Thermometer(Device):
    def __init__(self, name="t"):
        super().__init__(name)
        self.value = self.add("value", Signal(SoftBackend(20.0)), kind=Kind.HINTED, name=name)
        self.raw = self.add("raw", Signal(SoftBackend(7)), kind=Kind.NORMAL)
        self.gain = self.add("gain", WritableSignal(SoftBackend(1.0, low=0.0, high=5.0)), kind=Kind.CONFIG)
        self.serial = self.add("serial", Signal(SoftBackend("A1")), kind=Kind.OMITTED)


def values(readings):
    return {key: reading["value"] for key, reading in readings.items()}


def test_each_kind_has_its_place_in_the_documents():
    device = Thermometer()
    assert values(device.read()) == {"t": 20.0, "t_raw": 7}
    assert values(device.read_configuration()) == {"t_gain": 1.0}
    assert device.describe().keys() == device.read().keys()
    assert device.describe_configuration().keys() == device.read_configuration().keys()
    assert device.hints == {"fields": ["t"]}
    assert device.primary is device.value


def test_parts_of_a_part_are_read_too_unless_omitted():
    outer = Device("outer")
    outer.add("inner", Thermometer(), kind=Kind.NORMAL)
    outer.add("spare", Thermometer(), kind=Kind.OMITTED)
    assert set(outer.read()) == {"outer_inner", "outer_inner_raw"}
    assert outer.children["inner"].dotted_name == "outer.inner"


def test_a_new_name_reaches_every_part():
    device = Thermometer()
    device.rename("oven")
    assert set(device.read()) == {"oven", "oven_raw"}
    assert device.value.source == "soft://oven"


def test_parts_know_their_parent_and_root():
    device = Thermometer()
    assert device.value.parent is device
    assert device.value.root is device
    assert device.parent is None


def test_configure_gives_the_configuration_before_and_after():
    device = Thermometer()
    old, new = device.configure({"gain": 2.0})
    assert (values(old), values(new)) == ({"t_gain": 1.0}, {"t_gain": 2.0})
    assert values(device.configure(gain=3.0)[1]) == {"t_gain": 3.0}


def test_configure_refuses_what_is_no_configuration_and_changes_nothing():
    device = Thermometer()
    with pytest.raises(WrongValueError, match="no configuration 'offset'; it has: gain"):
        device.configure(offset=1.0)
    with pytest.raises(LimitsError):
        device.configure(gain=6.0)
    assert device.gain.get() == 1.0


def test_staging_is_remembered_and_may_be_repeated():
    device = Thermometer()
    assert device.stage() == [device]
    device.stage()
    assert device.is_staged
    device.unstage()
    device.unstage()
    assert not device.is_staged


class CountingBackend(Backend):
    """Notes the order of questions and answers, and fails to connect when told."""

    def __init__(self, log, name, *, is_there=True):
        self.log, self.own, self.is_there = log, name, is_there

    source = "test://"
    metadata = Metadata("number")

    def begin_connect(self):
        self.log.append(f"search {self.own}")

    def finish_connect(self, timeout_s):
        self.log.append(f"wait {self.own}")
        if not self.is_there:
            raise NotConnectedError(f"{self.own} not found")

    def begin_read(self):
        self.log.append(f"ask {self.own}")
        backend = self

        class Answer:
            def result(self, timeout_s):
                backend.log.append(f"answer {backend.own}")
                return Sample(1.0, 0.0)

        return Answer()

    def put(self, value, *, timeout_s=5.0):
        return Status.finished()

    def subscribe(self, function):
        pass

    def unsubscribe(self, function):
        pass


def test_everything_is_asked_before_anything_is_waited_for():
    log = []
    read_together([CountingBackend(log, name) for name in "abc"])
    assert log == ["ask a", "ask b", "ask c", "answer a", "answer b", "answer c"]


def test_backends_of_one_batch_are_asked_together_and_answers_keep_their_order():
    class Batched(SoftBackend):
        batches = []

        @property
        def batch(self):
            return Batched

        def begin_read_of(self, peers):
            Batched.batches.append(len(peers))
            return [Ready(peer.sample()) for peer in peers]

    backends = [Batched(1.0), SoftBackend(2.0), Batched(3.0)]
    assert [sample.value for sample in read_together(backends)] == [1.0, 2.0, 3.0]
    assert Batched.batches == [2]


def test_connecting_searches_for_all_first_and_tells_every_failure():
    log = []
    device = Device("d")
    for name, is_there in (("a", False), ("b", True), ("c", False)):
        device.add(name, Signal(CountingBackend(log, name, is_there=is_there)))
    with pytest.raises(NotConnectedError) as caught:
        device.connect(timeout_s=1.0)
    assert log[:3] == ["search a", "search b", "search c"]
    assert caught.value.tree().splitlines() == ["d:", "    a: a not found", "    c: c not found"]


def test_a_device_is_told_when_it_is_connected_and_not_when_it_is_not():
    told = []

    class Told(Device):
        def connected(self):
            told.append(self.name)

    good, bad = Told("good"), Told("bad")
    good.add("a", Signal(CountingBackend([], "a")))
    good.connect()
    bad.add("a", Signal(CountingBackend([], "a", is_there=False)))
    with pytest.raises(NotConnectedError):
        bad.connect()
    assert told == ["good"]


def test_who_follows_a_device_gets_whole_readings_when_its_main_signal_changes():
    device = Thermometer()
    seen = []
    device.subscribe(seen.append)
    assert [values(readings) for readings in seen] == [{"t": 20.0, "t_raw": 7}]
    device.raw.backend.put(8).wait(1)
    assert len(seen) == 1
    device.value.backend.put(21.0).wait(1)
    assert values(seen[-1]) == {"t": 21.0, "t_raw": 8}
    assert list(seen[-1]) == list(device.describe())
    device.clear_sub(seen.append)
    device.value.backend.put(22.0).wait(1)
    assert len(seen) == 2


def test_the_older_form_follows_the_main_signal():
    device = Thermometer()
    seen = []

    def note(value, **_):
        seen.append(value)

    device.subscribe(note, run=True)
    device.value.backend.put(21.0).wait(1)
    device.clear_sub(note)
    device.value.backend.put(22.0).wait(1)
    assert seen == [20.0, 21.0]


def test_an_event_of_a_monitored_device_has_all_its_keys():
    device = Thermometer()
    documents = []
    engine = RunEngine(context_managers=[])
    engine.subscribe(lambda name, doc: documents.append((name, doc)))

    def plan():
        yield Msg("open_run")
        yield Msg("monitor", device, name="follow")
        device.value.backend.put(21.0).wait(1)
        yield Msg("unmonitor", device)
        yield Msg("close_run")

    engine(plan())
    assert [doc["data"] for name, doc in documents if name == "event"] == [
        {"t": 20.0, "t_raw": 7}, {"t": 21.0, "t_raw": 7},
    ]  # fmt: skip
