"""What happens when a plan ends well or badly."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.decoration import PlanFunction, make_decorator
from acquisition.plans.preprocessors.mutation import close_plans, ensure_generator


def finalize_wrapper(plan: Iterable[Any], final_plan: Any, *, pause_for_debug: bool = False) -> Plan[Any]:
    """
    Run a plan, and then clean up whatever happened (but not when the engine is halted).

    Parameters
    ----------
    plan : plan
    final_plan : plan, or function that gives one
        The clean-up.
    pause_for_debug : bool
        Pause before the clean-up after an error.
    """
    cleaning = final_plan() if callable(final_plan) else final_plan
    clean = True
    try:
        return (yield from plan)
    except GeneratorExit:
        clean = False
        close_plans([cleaning])
        raise
    except BaseException:
        if pause_for_debug:
            yield Msg("pause", None, defer=False)
        raise
    finally:
        if clean:
            yield from ensure_generator(cleaning)


def finalize_decorator(final_plan: Callable[[], Any]) -> Callable[[PlanFunction], PlanFunction]:
    """
    Clean up after each call of a plan function.

    Parameters
    ----------
    final_plan : function that gives a plan
        Not a plan: it is needed anew for each call.
    """
    if not callable(final_plan):
        raise TypeError("final_plan is a function that gives a plan, for a plan can be used only once")

    def decorate(plan_function: PlanFunction) -> PlanFunction:
        @wraps(plan_function)
        def decorated(*args: Any, **kwargs: Any) -> Plan[Any]:
            return (yield from finalize_wrapper(plan_function(*args, **kwargs), final_plan))

        return decorated

    return decorate


def contingency_wrapper(
    plan: Any,
    *,
    except_plan: Callable[[Exception], Any] | None = None,
    else_plan: Callable[[], Any] | None = None,
    final_plan: Callable[[], Any] | None = None,
    pause_for_debug: bool = False,
    auto_raise: bool = True,
) -> Plan[Any]:
    """
    Do for plans what try, except, else and finally do for statements.

    Parameters
    ----------
    plan : plan
    except_plan : callable, optional
        Takes the exception and gives a plan.
    else_plan : callable, optional
        Gives the plan to run when all went well.
    final_plan : callable, optional
        Gives the plan to run in any case, except a halt.
    pause_for_debug : bool
        Pause first, after an error.
    auto_raise : bool
        Raise the exception again after ``except_plan``; otherwise its result is returned.
    """
    clean = True
    try:
        result = yield from plan
    except GeneratorExit:
        clean = False
        raise
    except Exception as error:
        if pause_for_debug:
            yield Msg("pause", None, defer=False)
        if except_plan is None:
            raise
        result = yield from except_plan(error)
        if auto_raise:
            raise
        return result
    else:
        if else_plan is not None:
            yield from else_plan()
        return result
    finally:
        if clean and final_plan is not None:
            yield from final_plan()


def rewindable_wrapper(plan: Iterable[Any], rewindable: bool) -> Plan[Any]:
    """
    Forbid rewinding while a plan runs.

    Parameters
    ----------
    plan : plan
    rewindable : bool
        True changes nothing.
    """
    if rewindable:
        return (yield from plan)
    before = yield Msg("rewindable", None, None)
    if before is False:
        return (yield from plan)
    yield Msg("rewindable", None, False)
    return (yield from finalize_wrapper(plan, [Msg("rewindable", None, before)]))


contingency_decorator = make_decorator(contingency_wrapper)
