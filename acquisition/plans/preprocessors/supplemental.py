"""What is measured beside each run: baseline readings, monitors, flyers."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from acquisition.plans.groups import fresh_group
from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import Insertion, plan_mutator
from acquisition.plans.preprocessors.runs import set_run_key_wrapper
from acquisition.plans.stubs.bundling import declare_stream
from acquisition.plans.stubs.reading import trigger_and_read


def baseline_wrapper(plan: Iterable[Any], devices: Sequence[Any], name: str = "baseline") -> Plan[Any]:
    """
    Read devices into a stream of their own after each run is opened and before it is closed.

    Parameters
    ----------
    plan : plan
    devices : sequence of readable devices
    name : str
        Name of the stream.
    """

    def after_open() -> Plan[None]:
        yield from declare_stream(*devices, name=name)
        yield from trigger_and_read(devices, name=name)

    def before_close() -> Plan[None]:
        yield from trigger_and_read(devices, name=name)

    return (yield from _inside_runs(plan, devices, after_open, before_close))


def monitor_during_wrapper(plan: Iterable[Any], signals: Sequence[Any]) -> Plan[Any]:
    """
    Monitor signals from the start of each run to its end, each in a stream ``<name>_monitor``.

    Parameters
    ----------
    plan : plan
    signals : sequence of subscribable devices
    """

    def after_open() -> Plan[None]:
        for signal in signals:
            yield Msg("monitor", signal, name=f"{signal.name}_monitor")

    def before_close() -> Plan[None]:
        for signal in signals:
            yield Msg("unmonitor", signal)

    return (yield from _inside_runs(plan, signals, after_open, before_close))


def fly_during_wrapper(plan: Iterable[Any], flyers: Sequence[Any]) -> Plan[Any]:
    """
    Kick flyers off when each run is opened; complete and collect them before it is closed.

    Parameters
    ----------
    plan : plan
    flyers : sequence of flyable devices
    """

    def after_open() -> Plan[None]:
        yield from _each_in_group("kickoff", flyers)

    def before_close() -> Plan[None]:
        yield from _each_in_group("complete", flyers)
        for flyer in flyers:
            yield Msg("collect", flyer)

    return (yield from _inside_runs(plan, flyers, after_open, before_close))


class SupplementalData:
    """
    A preprocessor that measures the same things beside each run.

    Parameters
    ----------
    baseline : iterable of readable devices
        Read at the start and the end of each run, in the stream ``baseline``.
    monitors : iterable of subscribable devices
        Monitored during each run.
    flyers : iterable of flyable devices
        Flown during each run.

    Notes
    -----
    The three lists may be changed at any time; what they hold when a plan starts counts. In a run the
    order is baseline, monitors, flyers, the plan, flyers, monitors, baseline.
    """

    def __init__(
        self,
        *,
        baseline: Iterable[Any] | None = None,
        monitors: Iterable[Any] | None = None,
        flyers: Iterable[Any] | None = None,
    ) -> None:
        self.baseline = list(baseline or ())
        self.monitors = list(monitors or ())
        self.flyers = list(flyers or ())

    def __repr__(self) -> str:
        lists = f"baseline={self.baseline}, monitors={self.monitors}, flyers={self.flyers}"
        return f"{type(self).__name__}({lists})"

    def __call__(self, plan: Iterable[Any]) -> Plan[Any]:
        """Give the plan with the measurements in its runs."""
        plan = fly_during_wrapper(plan, list(self.flyers)) if self.flyers else plan
        plan = monitor_during_wrapper(plan, list(self.monitors)) if self.monitors else plan
        plan = baseline_wrapper(plan, list(self.baseline)) if self.baseline else plan
        return (yield from plan)


def _inside_runs(
    plan: Iterable[Any],
    devices: Sequence[Any],
    after_open: Callable[[], Plan[None]],
    before_close: Callable[[], Plan[None]],
) -> Plan[Any]:
    """Put plans after ``open_run`` and before ``close_run``, under the key of the run."""
    if not devices:
        return (yield from plan)

    def insert(msg: Any) -> Insertion:
        if msg.command == "open_run":
            return None, _under_key(after_open(), msg.run)
        if msg.command == "close_run":
            return _before(_under_key(before_close(), msg.run), msg), None
        return None, None

    return (yield from plan_mutator(plan, insert))


def _before(plan: Plan[None], msg: Any) -> Plan[Any]:
    yield from plan
    return (yield msg)


def _under_key(plan: Plan[None], run: Any) -> Plan[None]:
    return plan if run is None else set_run_key_wrapper(plan, run)


def _each_in_group(command: str, flyers: Sequence[Any]) -> Plan[None]:
    group = fresh_group(f"flyers-{command}")
    for flyer in flyers:
        yield Msg(command, flyer, group=group)
    yield Msg("wait", None, group=group)


baseline_decorator = make_decorator(baseline_wrapper)
monitor_during_decorator = make_decorator(monitor_during_wrapper)
fly_during_decorator = make_decorator(fly_during_wrapper)
