"""An error that leaves a plan names the user's line it came from; all is cleaned up, the run closed once."""

import math
import sys
from pathlib import Path

import pytest

from acquisition.engine import RunEngineInterrupted
from acquisition.engine.plan_line import plan_line
from acquisition.plans import preprocessors, scans, stubs
from acquisition.plans.msg import Msg
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector, SoftStatus

MARK = "# the line at fault"
LINES = Path(__file__).read_text().splitlines()


def with_answer(name, value):
    """A detector of which one method answers something else."""
    device = SoftDetector()
    setattr(device, name, lambda *args, **kwargs: value)
    return device


def unknown_command():
    yield Msg("open_run")
    yield Msg("aardvark")  # the line at fault


def wrong_object():
    yield Msg("open_run")
    yield from stubs.mv("sx", 1)  # the line at fault


def wrong_object_in_a_message():
    yield Msg("open_run")
    yield Msg("set", "sx", 1)  # the line at fault


def forgotten_from():
    yield Msg("open_run")
    yield scans.count([SoftDetector()])  # the line at fault


def no_generator():
    yield Msg("open_run")
    yield from None  # the line at fault


def no_reading():
    yield Msg("open_run")
    yield from stubs.trigger_and_read([with_answer("read", None)])  # the line at fault


def no_description():
    yield Msg("open_run")
    yield from stubs.trigger_and_read([with_answer("describe", None)])  # the line at fault


def no_status():
    yield Msg("open_run")
    yield from stubs.trigger_and_read([with_answer("trigger", None)])  # the line at fault


def nan_for_a_status():
    yield Msg("open_run")
    yield from stubs.trigger(with_answer("trigger", math.nan), wait=True)  # the line at fault


def nan_for_a_reading():
    yield Msg("open_run")
    yield from stubs.trigger_and_read([with_answer("read", math.nan)])  # the line at fault


def failing_status():
    axis = SoftAxis()
    axis.set = lambda value: SoftStatus(error=OSError("limit switch"))
    yield Msg("open_run")
    yield from stubs.mv(axis, 1)  # the line at fault


def own_error():
    yield Msg("open_run")
    raise LookupError("no sample")  # the line at fault


def nested_too_deep():
    def nest(depth):
        yield from nest(depth - 1) if depth else [Msg("null")]  # the line at fault

    yield Msg("open_run")
    yield from nest(1000)


def within_a_wrapper():
    def inner():
        yield Msg("open_run")
        yield from stubs.abs_set(SoftAxis(), "here", wait=True)  # the line at fault

    yield from preprocessors.relative_set_wrapper(inner())


def within_a_scan():
    def step(detectors, motor, step):
        yield from stubs.mv(motor, step)
        yield Msg("aardvark")  # the line at fault

    yield from scans.scan([SoftDetector()], SoftAxis(), 0, 1, 3, per_step=step)


PLANS = [
    unknown_command,
    wrong_object,
    wrong_object_in_a_message,
    forgotten_from,
    no_generator,
    no_reading,
    no_description,
    no_status,
    nan_for_a_status,
    nan_for_a_reading,
    failing_status,
    own_error,
    nested_too_deep,
    within_a_wrapper,
    within_a_scan,
]


def line_at_fault(function):
    """Number of the marked line of a plan."""
    first = function.__code__.co_firstlineno
    return next(number for number, line in enumerate(LINES, 1) if number > first and MARK in line)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.__name__)
@pytest.mark.filterwarnings("ignore:.*was made and never run:RuntimeWarning")
def test_the_error_names_the_line_and_the_run_is_closed_once(RE, record, plan, caplog):
    with pytest.raises(Exception) as caught:  # noqa: PT011  (each has its own; the note is looked at)
        RE(plan())
    place = f"{__file__}:{line_at_fault(plan)}"
    assert [note for note in caught.value.__notes__ if place in note], caught.value.__notes__
    assert place in caplog.text
    assert str(caught.value)
    assert RE.state == "idle"
    assert [stop["exit_status"] for stop in record.of("stop")] == ["fail"]
    assert RE([Msg("null")]) == ()


def test_a_plan_used_as_it_comes_is_named_itself(RE, record):
    with pytest.raises(RuntimeError) as caught:
        RE(scans.count([with_answer("read", None)]))
    assert "reading.py" in caught.value.__notes__[0]


def test_an_error_that_the_plan_handles_gets_no_note(RE):
    kept = []

    def plan():
        try:
            yield Msg("aardvark")
        except KeyError as error:
            kept.append(error)

    RE(plan())
    assert not hasattr(kept[0], "__notes__")


def test_an_error_raised_twice_is_noted_once(RE):
    error = OSError("cable")

    def plan():
        yield Msg("null")
        raise error

    for _ in range(2):
        with pytest.raises(OSError, match="cable"):
            RE(plan())
    assert len(error.__notes__) == 1


def test_a_request_of_the_user_is_no_error_and_gets_no_note(RE):
    kept = []

    def plan():
        try:
            yield Msg("checkpoint")
            yield Msg("pause")
        except BaseException as error:
            kept.append(error)
            raise

    with pytest.raises(RunEngineInterrupted):
        RE(plan())
    RE.abort()
    assert not hasattr(kept[0], "__notes__")


def test_an_error_without_a_plan_has_no_line():
    with pytest.raises(TypeError) as caught:
        sys.intern(1)
    assert plan_line(caught.tb) is None


def test_a_value_that_is_not_a_number_is_data(RE, record):
    RE(scans.count([with_answer("read", {"det": {"value": math.nan, "timestamp": 1.0}})]))
    assert math.isnan(record.of("event")[0]["data"]["det"])
    assert record.documents[-1] == "stop success"


@pytest.mark.parametrize("plan", [None, 5, "scan", [5], [None]])
def test_what_is_no_plan_leaves_the_engine_idle(RE, record, plan):
    with pytest.raises(TypeError, match=r"is not a plan|is no message"):
        RE(plan)
    assert RE.state == "idle"
    assert record.docs == []
