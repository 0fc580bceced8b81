"""Notice a plan that was made and never run: the forgotten ``yield from``."""

import sys
import warnings
from collections.abc import Callable, Generator
from functools import wraps
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from acquisition.plans.msg import Msg, Plan

P = ParamSpec("P")
T = TypeVar("T")


class PlanCall(Generator[Msg, Any, Any]):
    """
    A plan that warns when it is thrown away unused.

    Iterating gives the generator itself, so a message costs nothing more.
    """

    __slots__ = ("_code", "_generator", "_line", "_unused")

    def __init__(self, generator: Plan[Any]) -> None:
        self._generator = generator
        self._unused = True
        caller = sys._getframe(2)
        self._code = caller.f_code
        self._line = caller.f_lineno

    def __iter__(self) -> Plan[Any]:
        self._unused = False
        return self._generator

    def __next__(self) -> Msg:
        self._unused = False
        return next(self._generator)

    def send(self, value: Any) -> Msg:
        """Answer the last message, and give the next."""
        self._unused = False
        return self._generator.send(value)

    def throw(
        self, typ: Any, val: BaseException | object | None = None, tb: TracebackType | None = None
    ) -> Msg:
        """Raise an exception in the plan."""
        self._unused = False
        if isinstance(typ, BaseException):
            return self._generator.throw(typ)
        return self._generator.throw(typ, val, tb) if val is not None else self._generator.throw(typ())

    def close(self) -> None:
        """End the plan."""
        self._unused = False
        self._generator.close()

    @property
    def __name__(self) -> str:
        return str(getattr(self._generator, "__name__", "plan"))

    def __del__(self) -> None:
        if self._unused:
            warnings.warn_explicit(
                f"plan {self.__name__} was made and never run: is a `yield from` missing?",
                RuntimeWarning,
                self._code.co_filename,
                self._line,
            )


def plan(func: Callable[P, Plan[T]]) -> Callable[P, Plan[T]]:
    """
    Have a plan function warn when its plan is never run.

    Parameters
    ----------
    func : generator function

    Examples
    --------
    >>> @plan
    ... def settle():
    ...     yield Msg("sleep", None, 0.1)
    >>> [msg.command for msg in settle()]
    ['sleep']
    """

    @wraps(func)
    def call(*args: P.args, **kwargs: P.kwargs) -> Plan[T]:
        return PlanCall(func(*args, **kwargs))

    call._is_plan_ = True  # type: ignore[attr-defined]  # the field's mark of a plan function
    return call
