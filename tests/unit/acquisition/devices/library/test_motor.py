"""A motor whose record answers a write at once: the end of the move is only what .DMOV says after it."""

import itertools

import pytest

from acquisition.devices.backends.base import Sample
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.errors import (
    DeviceTimeoutError,
    DisconnectedError,
    LimitsError,
    MoveStoppedError,
)
from acquisition.devices.library.motor import Motor

FIRST = {
    "RBV": 0.0, "VAL": 0.0, "VELO": 1.0, "DMOV": 1, "HLM": 10.0, "LLM": -10.0, "STOP": 0,
    "RDBD": 0.001, "HLS": 0, "LLS": 0, "MISS": 0,
}  # fmt: skip


class Record:
    """A motor record that moves only when the test says so."""

    def __init__(self, *, starts=True, **options):
        self.now = itertools.count(100.0)
        self.fields = {}
        self.starts = starts
        self.motor = Motor("M", "m", backend=self.backend, **options)
        self.motor.connect()

    def backend(self, name):
        field = name.removeprefix("M.")
        known = {"units": "mm", "precision": 3} if field in ("RBV", "VAL") else {}
        on_put = self.target if field == "VAL" else None
        self.fields[field] = SoftBackend(FIRST[field], clock=lambda: next(self.now), on_put=on_put, **known)
        return self.fields[field]

    def target(self, value):
        if self.starts:
            self.fields["DMOV"].publish(0)

    def arrive(self, position):
        self.fields["RBV"].publish(position)
        self.fields["DMOV"].publish(1)

    def hear(self, sample):
        """Let the motor hear a sample of .DMOV that is not the present one."""
        self.fields["DMOV"]._subscribers.tell(sample)


@pytest.fixture
def record():
    return Record()


def test_a_move_ends_only_when_the_record_has_arrived(record):
    status = record.motor.set(3.0)
    record.fields["RBV"].publish(1.0)
    assert not status.done
    record.arrive(3.0)
    assert status.success


def test_a_late_word_of_the_move_before_does_not_end_this_one(record):
    status = record.motor.set(3.0)
    record.hear(Sample(1, 50.0))
    assert not status.done
    record.arrive(3.0)
    assert status.success


def test_a_record_that_never_left_is_there_at_once(record):
    record.target = lambda value: None
    record.fields["VAL"]._on_put = None
    assert record.motor.set(0.0).success


def test_a_connection_lost_on_the_way_fails_the_move_at_once(record):
    status = record.motor.set(3.0)
    record.hear(Sample(0, 101.0).gone_stale())
    assert isinstance(status.exception(0), DisconnectedError)


def test_arriving_elsewhere_is_no_success(record):
    status = record.motor.set(3.0)
    record.arrive(2.9)
    assert isinstance(status.exception(0), MoveStoppedError)
    near = record.motor.set(3.0)
    record.arrive(2.999)
    assert near.success


def test_the_deadband_can_be_wider(record):
    record.motor.deadband = 0.2
    status = record.motor.set(3.0)
    record.arrive(2.9)
    assert status.success


def test_a_stop_ends_the_move_as_told(record):
    for success in (True, False):
        status = record.motor.set(3.0)
        record.motor.stop(success=success)
        assert record.fields["STOP"].sample().value == 1
        assert not status.done
        record.arrive(1.0)
        assert status.success is success


def test_limits_are_those_that_the_record_has_now(record):
    record.fields["HLM"].publish(2.0)
    with pytest.raises(LimitsError, match="-10 to 2 mm"):
        record.motor.set(3.0)


def test_equal_limits_mean_none(record):
    record.fields["HLM"].publish(0.0)
    record.fields["LLM"].publish(0.0)
    status = record.motor.set(3000.0)
    record.arrive(3000.0)
    assert status.success


def test_progress_is_what_is_left_of_the_way(record):
    fractions = []
    status = record.motor.set(4.0)
    status.watch(lambda **step: fractions.append(step["fraction"]))
    record.fields["RBV"].publish(1.0)
    record.fields["RBV"].publish(3.0)
    assert fractions == [0.75, 0.25]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("HLS", r"it is on its high limit switch \(M.HLS\)"),
        ("LLS", r"it is on its low limit switch \(M.LLS\)"),
        ("MISS", r"its retries are used up \(M.MISS\)"),
    ],
)
def test_a_move_that_ends_elsewhere_says_what_the_record_says_of_it(record, field, words):
    status = record.motor.set(3.0)
    record.fields[field].publish(1)
    record.arrive(2.0)
    with pytest.raises(MoveStoppedError, match=rf"m stopped at 2 mm on its way to 3 mm: {words}$"):
        status.wait(1)


def test_the_retry_deadband_of_the_record_says_how_near_is_there(record):
    record.fields["RDBD"].publish(0.1)
    status = record.motor.set(3.0)
    record.arrive(2.95)
    assert status.success
    record.fields["RDBD"].publish(0.01)
    status = record.motor.set(1.0)
    record.arrive(0.95)
    assert isinstance(status.exception(1), MoveStoppedError)


def test_a_record_that_says_done_before_it_begins_to_move_is_given_a_moment():
    record = Record(starts=False)
    status = record.motor.set(3.0)
    assert not status.done
    record.fields["DMOV"].publish(0)
    record.arrive(3.0)
    assert status.success


def test_a_record_that_never_begins_to_move_fails_the_move():
    record = Record(starts=False)
    with pytest.raises(MoveStoppedError, match="m stopped at 0 mm on its way to 3 mm"):
        record.motor.set(3.0).wait(10)


def test_a_move_that_is_not_over_in_its_time_is_stopped():
    record = Record(move_timeout_s=0.01)
    with pytest.raises(
        DeviceTimeoutError, match=r"m moving from 0 to 3 mm: not finished .*; M.STOP was sent"
    ):
        record.motor.set(3.0).wait(10)
    assert record.fields["STOP"].sample().value == 1
