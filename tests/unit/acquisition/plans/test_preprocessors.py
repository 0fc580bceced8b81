"""Wrappers: what they put around plans, and what happens when plans fail."""

import pytest

from acquisition.plans import preprocessors as bpp
from acquisition.plans.msg import Msg
from tests.unit.acquisition.plans.paper import as_text, paper_devices


@pytest.fixture
def devices():
    return paper_devices()


class Ended(Exception):
    exit_status = "abort"


def commands_after_throwing(plan, error):
    next(plan)
    commands = []
    try:
        msg = plan.throw(error)
        while True:
            commands.append((msg.command, dict(msg.kwargs)))
            msg = plan.send(None)
    except StopIteration:
        return commands, None
    except Exception as raised:
        return commands, raised


def test_a_run_that_fails_is_closed_with_the_reason():
    plan = bpp.run_wrapper(iter([Msg("null")]))
    next(plan)
    error = ValueError("stuck")
    commands, raised = commands_after_throwing(plan, error)
    assert commands == [("close_run", {"exit_status": "fail", "reason": "stuck"})]
    assert raised is error


def test_a_run_that_a_person_ends_is_closed_as_they_asked():
    plan = bpp.run_wrapper(iter([Msg("null")]))
    next(plan)
    commands, _ = commands_after_throwing(plan, Ended())
    assert commands == [("close_run", {"exit_status": "abort", "reason": None})]


def test_finalize_cleans_up_after_success_and_failure_but_not_after_a_halt():
    def wrapped():
        return bpp.finalize_wrapper(iter([Msg("null")]), [Msg("clean")])

    assert [msg.command for msg in wrapped()] == ["null", "clean"]
    commands, raised = commands_after_throwing(wrapped(), ValueError("x"))
    assert [command for command, _ in commands] == ["clean"]
    assert isinstance(raised, ValueError)
    halted = wrapped()
    next(halted)
    halted.close()


def test_finalize_decorator_wants_a_function():
    with pytest.raises(TypeError, match="a function that gives a plan"):
        bpp.finalize_decorator(iter([Msg("clean")]))


def test_contingency_does_as_try_does():
    def handle(error):
        yield Msg("handle")
        return "handled"

    def final():
        yield Msg("final")

    plan = bpp.contingency_wrapper(
        iter([Msg("null")]), except_plan=handle, final_plan=final, auto_raise=False
    )
    next(plan)
    assert plan.throw(ValueError("x")).command == "handle"
    assert next(plan).command == "final"
    with pytest.raises(StopIteration) as end:
        next(plan)
    assert end.value.value == "handled"


def test_contingency_runs_else_only_after_success():
    def otherwise():
        yield Msg("else")

    assert [m.command for m in bpp.contingency_wrapper(iter([Msg("null")]), else_plan=otherwise)] == [
        "null",
        "else",
    ]


def test_staging_takes_roots_and_goes_back_in_reverse_order(devices):
    part = devices["ring"].current
    lines = as_text(bpp.stage_wrapper(iter([Msg("null")]), [part, devices["det"], devices["ring"]]))
    assert lines == ["stage ring @0", "stage det @0", "null", "unstage det @1", "unstage ring @1"]


def test_lazy_staging_stages_at_first_use(devices):
    plan = iter([Msg("read", devices["det"]), Msg("read", devices["det"])])
    assert as_text(bpp.lazily_stage_wrapper(plan)) == ["stage det", "read det", "read det", "unstage det @0"]


def test_subscriptions_are_taken_back(devices):
    seen = []
    lines = as_text(bpp.subs_wrapper(iter([Msg("null")]), {"event": seen.append, "all": [print]}))
    assert [line.split()[0] for line in lines] == ["subscribe", "subscribe", "null", "unsubscribe"]
    with pytest.raises(KeyError, match="no document is called 'evnt'"):
        next(bpp.subs_wrapper(iter([]), {"evnt": print}))
    with pytest.raises(TypeError, match="cannot be called"):
        next(bpp.subs_wrapper(iter([]), [3]))


def test_metadata_is_injected_into_each_run():
    plan = bpp.inject_md_wrapper(iter([Msg("open_run", a=1, b=1), Msg("null")]), {"b": 2})
    assert dict(next(plan).kwargs) == {"a": 1, "b": 2}


def test_a_run_key_is_set_where_there_is_none():
    plan = bpp.set_run_key_wrapper(iter([Msg("null"), Msg("null", run="own")]), "key")
    assert [msg.run for msg in plan] == ["key", "own"]
    with pytest.raises(ValueError, match="default run"):
        next(bpp.set_run_key_wrapper(iter([]), None))


def test_a_stub_has_no_run_of_its_own_but_its_metadata(devices):
    plan = bpp.stub_wrapper(
        iter([Msg("stage", devices["det"]), Msg("open_run", a=1), Msg("null"), Msg("close_run")])
    )
    assert next(plan).command == "null"
    with pytest.raises(StopIteration) as end:
        next(plan)
    assert end.value.value == {"a": 1}


def test_rewinding_is_forbidden_for_a_while_and_restored():
    plan = bpp.rewindable_wrapper(iter([Msg("null")]), False)
    assert next(plan) == Msg("rewindable", None, None)
    assert plan.send(True) == Msg("rewindable", None, False)
    assert next(plan).command == "null"
    assert next(plan) == Msg("rewindable", None, True)


def test_decorated_plans_are_plan_functions(devices):
    @bpp.stage_decorator([devices["det"]])
    @bpp.run_decorator(md={"a": 1})
    def plan():
        """Do little."""
        yield Msg("null")

    assert plan.__doc__ == "Do little."
    assert [line.split()[0] for line in as_text(plan())] == [
        "stage",
        "open_run",
        "null",
        "close_run",
        "unstage",
    ]


def test_count_time_is_set_once_and_restored(devices):
    class Counter:
        name, parent, hints = "counter", None, {}

        class count_time:
            name = "counter_time"
            get = staticmethod(lambda: 0.1)

    plan = iter([Msg("read", Counter), Msg("read", Counter)])
    lines = as_text(bpp.configure_count_time_wrapper(plan, 2.0))
    assert lines == [
        "set counter_time 2 @0", "wait @0", "read counter", "read counter",
        "set counter_time 0.1 @1", "wait @1",
    ]  # fmt: skip


def test_a_summary_tells_moves_and_readings(devices):
    lines = []
    list(
        bpp.print_summary_wrapper(
            iter(
                [
                    Msg("set", devices["sx"], 1),
                    Msg("create", name="primary"),
                    Msg("read", devices["sx"]),
                    Msg("save"),
                ]
            ),
            lines.append,
        )
    )
    assert lines == ["sx -> 1", "  Read ['sx']"]
