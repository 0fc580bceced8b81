"""The description of a plan: JSON-able, all that a form, a client or the queue needs to know of it."""

import enum
import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from acquisition.plans.docstrings import ParameterDoc, read_docstring
from acquisition.plans.errors import DescriptionError
from acquisition.plans.guesses import complete, group_by_convention, spec_by_convention
from acquisition.plans.hints import Spec, spec_of
from acquisition.plans.schema import parameters_schema

GIVEN_BY_THE_SYSTEM = frozenset({"md"})

_KINDS: dict[Any, str] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional",
    inspect.Parameter.VAR_POSITIONAL: "var_positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
}
_EMPTY: dict[str, Any] = {
    "title": "",
    "doc": "",
    "required": False,
    "default": None,
    "type": "object",
    "protocol": None,
    "units": None,
    "minimum": None,
    "maximum": None,
    "nullable": False,
    "choices": None,
    "items": None,
    "length": None,
    "also": [],
    "axis": None,
    "relative": False,
    "exponent": False,
    "points": False,
    "repeat": None,
    "product": False,
    "names_devices": False,
}


@dataclass(frozen=True, slots=True)
class PlanDescription:
    """
    What is known of a plan.

    Parameters
    ----------
    name : str
        Name that queue items give.
    title : str
        First line of its docstring.
    doc : str
        The rest of its docstring up to the parameters.
    module : str
        Where it was loaded from.
    parameters : tuple of dict
        In the order of the signature; JSON-able. Numbers have ``minimum``, ``maximum``, ``units``; a
        position has the name of the ``axis`` parameter that it belongs to and whether it is
        ``relative``; a var_positional parameter has ``repeat``, the members of one group.
    """

    name: str
    title: str
    doc: str
    module: str
    parameters: tuple[dict[str, Any], ...]

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the parameters of an item."""
        return parameters_schema(self.title, self.parameters)

    def as_dict(self) -> dict[str, Any]:
        """Give the description as JSON-able dict."""
        return {
            "name": self.name,
            "title": self.title,
            "doc": self.doc,
            "module": self.module,
            "parameters": [dict(parameter) for parameter in self.parameters],
            "schema": self.schema,
        }


def describe_plan(func: Callable[..., Any], name: str | None = None) -> PlanDescription:
    """
    Describe a plan function from its type hints, its docstring and its signature.

    Parameters
    ----------
    func : callable
        A generator function, or any function that gives a plan.
    name : str, optional
        Name of the plan, if not the function's.

    Raises
    ------
    DescriptionError
        If a parameter must be given but cannot be by a person, or its hint is not known.
    """
    name = name or func.__name__
    doc = read_docstring(func.__doc__)
    hints = _hints(func, name)
    parameters = []
    for parameter in inspect.signature(func).parameters.values():
        if parameter.name in GIVEN_BY_THE_SYSTEM or parameter.kind is parameter.VAR_KEYWORD:
            continue
        about = doc.parameters.get(parameter.name, ParameterDoc())
        spec = _spec(name, parameter, hints.get(parameter.name, parameter.empty), about)
        if spec is not None:
            parameters.append(_entry(parameter, spec, about))
    complete(name, parameters)
    return PlanDescription(name, doc.title or name, doc.text, func.__module__, tuple(parameters))


def _hints(func: Callable[..., Any], name: str) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(inspect.unwrap(func), include_extras=True)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        raise DescriptionError(f"plan {name}: a type hint cannot be resolved: {error}") from error


def _spec(plan: str, parameter: inspect.Parameter, hint: Any, about: ParameterDoc) -> Spec | None:
    """Give what a parameter may be; None for one that people need not and cannot give."""
    optional = parameter.default is not parameter.empty
    try:
        if hint is parameter.empty:
            spec: Spec | None = spec_by_convention(parameter.name, parameter.default, about)
        else:
            spec = spec_of(hint)
    except DescriptionError as error:
        if optional:
            return None
        raise DescriptionError(f"plan {plan}, parameter {parameter.name}: {error}") from error
    if parameter.kind is parameter.VAR_POSITIONAL:
        if typing.get_origin(hint) is not typing.Annotated and Any in typing.get_args(hint):
            spec = None
        is_group = spec is not None and spec["type"] == "group"
        return spec if is_group else group_by_convention(plan, about, spec)
    if spec is None and not optional:
        raise DescriptionError(
            f"plan {plan}, parameter {parameter.name}: a person cannot give {_show_hint(hint)}, and it has "
            "no default: it can be used in plans only"
        )
    return spec


def _entry(parameter: inspect.Parameter, spec: Spec, about: ParameterDoc) -> dict[str, Any]:
    has_default = parameter.default is not parameter.empty
    entry: dict[str, Any] = {"name": parameter.name, "kind": _KINDS[parameter.kind], **_EMPTY, **spec}
    entry["title"] = parameter.name.replace("_", " ")
    entry["doc"] = about.text
    entry["default"] = _json_default(parameter.default) if has_default else None
    is_group = parameter.kind is parameter.VAR_POSITIONAL
    entry["required"] = bool(spec.get("required")) or not (has_default or is_group)
    entry["nullable"] = not entry["required"] and (bool(spec.get("nullable")) or parameter.default is None)
    if _holds_numbers(entry):
        entry["units"] = entry["units"] or about.unit or None
    if entry["repeat"] is not None:
        entry["repeat"] = [_full(member) for member in entry["repeat"]]
    return entry


def _full(member: Mapping[str, Any]) -> dict[str, Any]:
    full = {**_EMPTY, **member, "required": True}
    full["title"] = str(member["name"]).replace("_", " ")
    return full


def _holds_numbers(entry: Mapping[str, Any]) -> bool:
    inner = entry["items"] or entry
    return inner["type"] in {"number", "integer"}


def _json_default(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, list | tuple):
        return [_json_default(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_default(item) for key, item in value.items()}
    return None


def _show_hint(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint)
