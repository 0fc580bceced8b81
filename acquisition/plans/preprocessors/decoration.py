"""Make a decorator for plan functions of a wrapper of plans."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

PlanFunction: TypeAlias = Callable[..., Any]


def make_decorator(wrapper: PlanFunction) -> Callable[..., Callable[[PlanFunction], PlanFunction]]:
    """
    Give the decorator of a wrapper.

    Parameters
    ----------
    wrapper : callable
        Takes a plan and further arguments, and gives a plan.

    Returns
    -------
    callable
        Takes the further arguments, and gives a decorator for plan functions.
    """

    @wraps(wrapper)
    def with_arguments(*args: Any, **kwargs: Any) -> Callable[[PlanFunction], PlanFunction]:
        def decorate(plan_function: PlanFunction) -> PlanFunction:
            @wraps(plan_function)
            def decorated(*plan_args: Any, **plan_kwargs: Any) -> Any:
                return (yield from wrapper(plan_function(*plan_args, **plan_kwargs), *args, **kwargs))

            return decorated

        return decorate

    return with_arguments
