"""Plans looked at without an engine."""

import pytest

from acquisition.plans import scans, stubs
from acquisition.plans.msg import Msg
from acquisition.plans.simulators import (
    RunEngineSimulator,
    assert_message_and_return_remaining,
    check_limits,
    summarize_plan,
)
from tests.unit.acquisition.plans.paper import paper_devices


@pytest.fixture
def devices():
    return paper_devices()


class Axis:
    name, parent, hints = "axis", None, {"fields": ["axis"]}

    def __init__(self, check):
        self.check_value = check

    def set(self, value): ...

    def read(self): ...


def test_a_summary_has_moves_readings_and_runs(devices):
    lines = []
    summarize_plan(scans.scan([devices["det"]], devices["sx"], 0, 1, 2), out=lines.append)
    assert lines == [
        " Open Run ".center(80, "="),
        "sx -> 0.0", "  Read ['det', 'sx']",
        "sx -> 1.0", "  Read ['det', 'sx']",
        " Close Run ".center(80, "="),
    ]  # fmt: skip


def test_devices_are_asked_for_their_limits():
    def refuse(value):
        if value > 1:
            raise ValueError(f"{value} is too far")

    async def refuse_later(value):
        refuse(value)

    for check in (refuse, refuse_later):
        check_limits(stubs.mv(Axis(check), 1))
        with pytest.raises(ValueError, match="2 is too far"):
            check_limits(stubs.mv(Axis(check), 2))


def test_a_device_that_cannot_tell_its_limits_is_named(devices):
    with pytest.warns(UserWarning, match="sx has no check_value"):
        check_limits(stubs.mv(devices["sx"], 1))


def test_handlers_answer_messages(devices):
    simulator = RunEngineSimulator()
    simulator.add_read_handler_for(devices["ring"], 300.0)
    simulator.add_handler("locate", lambda msg: {"setpoint": 1.0, "readback": 2.0}, "sx")

    def plan():
        current = yield from stubs.rd(devices["ring"])
        place = yield from stubs.rd(devices["sx"])
        nothing = yield from stubs.rd(devices["sy"])
        return current, place, nothing

    messages = simulator.simulate_plan(plan())
    assert [msg.command for msg in messages] == ["read", "locate", "locate"]
    assert simulator.return_value == (300.0, 2.0, 0)


def test_waiting_and_documents_can_be_played():
    simulator = RunEngineSimulator()
    waited, seen = [], []
    simulator.add_wait_handler(lambda msg: waited.append(msg.kwargs["group"]), group="a")
    simulator.add_handler_for_callback_subscribes()
    simulator.add_callback_handler_for("open_run", "start", {"uid": "x"})

    def plan():
        yield from stubs.subscribe("start", lambda name, doc: seen.append((name, doc)))
        yield from stubs.open_run()
        yield from stubs.open_run()
        yield from stubs.wait("a")
        yield from stubs.wait("b")

    simulator.simulate_plan(plan())
    assert (waited, seen) == (["a"], [("start", {"uid": "x"})])


def test_messages_are_found_in_order():
    messages = [Msg("open_run"), Msg("set", None, 1, group="a"), Msg("set", None, 2, group="b")]
    left = assert_message_and_return_remaining(messages, lambda msg: msg.command == "set", group="b")
    assert left == messages[2:]
    with pytest.raises(AssertionError, match="none of the 3 messages"):
        assert_message_and_return_remaining(messages, lambda msg: msg.command == "close_run")


def test_one_value_of_a_device_is_read_or_asked_to_be_named(devices):
    class Two:
        name, hints = "two", {"fields": ["a", "b"]}

    with pytest.raises(ValueError, match="two has 2 hinted fields"):
        next(stubs.rd(Two()))
