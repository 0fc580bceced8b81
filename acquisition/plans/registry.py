"""The plans of a beamline: loaded from modules, described, checked, and called."""

import enum
import functools
import importlib
import inspect
import traceback
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from acquisition.plans.binding import BoundParameters, bind
from acquisition.plans.description import PlanDescription, describe_plan
from acquisition.plans.errors import DescriptionError, ParameterError, PlanError
from acquisition.plans.resolving import resolve
from acquisition.plans.wording import near

__all__ = [
    "BoundParameters",
    "DescriptionError",
    "ParameterError",
    "PlanDescription",
    "PlanFault",
    "PlanRegistry",
    "UnknownPlanError",
    "bind",
    "describe_plan",
    "resolve",
]


class UnknownPlanError(PlanError, KeyError):
    """No plan has this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class PlanFault:
    """
    Something that kept a plan, or a module of plans, from being offered.

    Parameters
    ----------
    module : str
        The module.
    plan : str
        The plan, or nothing when the whole module could not be loaded.
    file : str
        Where the fault is, as far as it is known.
    line : int, optional
        Line of the file.
    message : str
        What is wrong.
    """

    module: str
    plan: str
    file: str
    line: int | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Give the fault as JSON-able dict."""
        return {name: getattr(self, name) for name in ("module", "plan", "file", "line", "message")}


class PlanRegistry:
    """
    Plans by name.

    A module offers the public generator functions that it defines; with ``__plans__`` or ``__all__``
    it names them itself. A plan of a later module takes the place of an earlier one of that name.
    """

    def __init__(self) -> None:
        self._plans: dict[str, Callable[..., Any]] = {}
        self._described: dict[str, PlanDescription] = {}
        self.faults: list[PlanFault] = []

    def load(self, modules: Iterable[str]) -> None:
        """
        Load plans; what cannot be loaded is added to ``faults``, and the rest is offered.

        Parameters
        ----------
        modules : iterable of str
            Dotted names.
        """
        for name in modules:
            try:
                module = importlib.import_module(name)
            except (Exception, SystemExit) as error:  # noqa: BLE001  (user code may raise anything)
                self.faults.append(_module_fault(name, error))
            else:
                self.add_module(module)

    def add_module(self, module: ModuleType) -> None:
        """Offer the plans of a module that is loaded."""
        for name, func in plans_of(module):
            try:
                self.add(func, name)
            except DescriptionError as error:
                self.faults.append(_plan_fault(module, name, func, error))

    def add(self, func: Callable[..., Any], name: str | None = None) -> PlanDescription:
        """
        Offer one plan.

        Raises
        ------
        DescriptionError
            If it cannot be described.
        """
        description = describe_plan(func, name)
        self._described[description.name] = description
        self._plans[description.name] = _with_enum_members(func)
        return description

    def descriptions(self) -> dict[str, dict[str, Any]]:
        """Give the descriptions of all plans by name, JSON-able."""
        return {name: description.as_dict() for name, description in sorted(self._described.items())}

    def description(self, name: str) -> PlanDescription:
        """Give the description of one plan; UnknownPlanError if there is none."""
        self.plan(name)
        return self._described[name]

    def plan(self, name: str) -> Callable[..., Any]:
        """
        Give the function of a plan.

        Raises
        ------
        UnknownPlanError
            If there is none of that name.
        """
        try:
            return self._plans[name]
        except KeyError:
            raise UnknownPlanError(f"no plan is called {name!r}.{near(name, self._plans)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._plans

    def __len__(self) -> int:
        return len(self._plans)


def is_plan(value: object) -> bool:
    """Tell whether a value is a plan function: a generator function, or marked as one by its package."""
    return inspect.isgeneratorfunction(value) or (inspect.isfunction(value) and hasattr(value, "_is_plan_"))


def plans_of(module: ModuleType) -> list[tuple[str, Callable[..., Any]]]:
    """Give names and functions of the plans that a module offers, aliases left out."""
    chosen = getattr(module, "__plans__", None) or getattr(module, "__all__", None)
    found: dict[str, Callable[..., Any]] = {}
    for name in chosen if chosen is not None else vars(module):
        value = getattr(module, name, None)
        if name.startswith("_") or value is None or not is_plan(value) or value.__name__ != name:
            continue
        if chosen is not None or value.__module__ == module.__name__:
            found[name] = value
    return list(found.items())


def _module_fault(name: str, error: BaseException) -> PlanFault:
    if isinstance(error, SyntaxError):
        return PlanFault(name, "", error.filename or "", error.lineno, f"syntax error: {error.msg}")
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename
    ]
    file, line = (frames[-1].filename, frames[-1].lineno) if len(frames) > 1 else ("", None)
    return PlanFault(name, "", file, line, f"{type(error).__name__}: {error}")


def _plan_fault(module: ModuleType, name: str, func: Callable[..., Any], error: Exception) -> PlanFault:
    code = getattr(inspect.unwrap(func), "__code__", None)
    file = code.co_filename if code else str(getattr(module, "__file__", ""))
    return PlanFault(module.__name__, name, file, code.co_firstlineno if code else None, str(error))


def _with_enum_members(func: Callable[..., Any]) -> Callable[..., Any]:
    """Let a plan with enum parameters be called with names of members, as descriptions give them."""
    enums = {
        name: kind
        for name, hint in typing.get_type_hints(inspect.unwrap(func), include_extras=False).items()
        if (kind := _enum_of(hint)) is not None
    }
    if not enums:
        return func
    signature = inspect.signature(func)

    @functools.wraps(func)
    def called(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        for name, kind in enums.items():
            value = bound.arguments.get(name)
            if isinstance(value, str) and not isinstance(value, enum.Enum) and value in kind.__members__:
                bound.arguments[name] = kind[value]
        return func(*bound.args, **bound.kwargs)

    return called


def _enum_of(hint: Any) -> type[enum.Enum] | None:
    for candidate in (hint, *typing.get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, enum.Enum):
            return candidate
    return None
