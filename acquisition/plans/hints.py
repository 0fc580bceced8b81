"""From type hints to what a form can ask for."""

import enum
import inspect
import types
import typing
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence, Set
from typing import Annotated, Any, Literal, TypedDict, Union, get_args, get_origin

from acquisition.plans.annotations import Bounds, Groups, Points, PositionOf, Required, Unit
from acquisition.plans.errors import DescriptionError


class Spec(TypedDict, total=False):
    """
    What one value may be; JSON-able.

    ``type`` is one of device, devices, number, integer, string, boolean, array, object, enum, group.
    """

    type: str
    protocol: str | None
    units: str | None
    minimum: float | None
    maximum: float | None
    nullable: bool
    choices: list[Any] | None
    items: "Spec | None"
    length: int | None
    also: list["Spec"]
    axis: str | None
    relative: bool
    exponent: bool
    points: bool
    required: bool
    repeat: list[Any] | None
    product: bool
    names_devices: bool


_PROTOCOLS = {
    name: name
    for name in (
        "Readable", "Movable", "Flyable", "Triggerable", "Stageable", "Locatable", "Configurable",
        "Collectable", "EventCollectable", "EventPageCollectable", "Preparable", "Subscribable",
        "Stoppable", "Pausable", "Checkable", "WritesExternalAssets", "WritesStreamAssets",
    )
} | {"NamedMovable": "Movable"}  # fmt: skip
_BY_METHOD = (("kickoff", "Flyable"), ("set", "Movable"), ("read", "Readable"), ("trigger", "Triggerable"))
_SCALARS: dict[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    Mapping: "object",
    object: "object",
    Any: "object",
}
_LISTS = {list, tuple, set, frozenset, Sequence, Iterable, Set, typing.Collection, typing.Iterator}
_NOT_GIVEN_BY_PEOPLE = {Callable, Generator, type}
_collections_abc_names = {"Collection", "Iterator", "MutableSequence"}


def spec_of(hint: Any) -> Spec | None:
    """
    Give what a type hint allows, or None for what a person cannot type in, such as a function.

    Parameters
    ----------
    hint : type hint
        With markers of :mod:`acquisition.plans.annotations`, if any.

    Raises
    ------
    DescriptionError
        For a hint that is not known.
    """
    origin = get_origin(hint)
    if origin is Annotated:
        base, *markers = get_args(hint)
        return _marked(spec_of(base), markers)
    if origin in (Union, types.UnionType):
        return _union(get_args(hint))
    if origin is Literal:
        return Spec(type="enum", choices=list(get_args(hint)))
    if isinstance(hint, typing.TypeVar):
        return spec_of(hint.__bound__ or Any)
    if hasattr(hint, "__supertype__"):
        return spec_of(hint.__supertype__)
    return _plain_spec(hint, origin)


def _plain_spec(hint: Any, origin: Any) -> Spec | None:
    base = origin or hint
    if base in _NOT_GIVEN_BY_PEOPLE or base is inspect.Parameter.empty:
        return None
    if base in _LISTS or getattr(base, "__name__", "") in _collections_abc_names:
        return _list_spec(get_args(hint))
    if base in _SCALARS:
        return Spec(type=_SCALARS[base], names_devices=base in (Any, object))
    if isinstance(base, type) and issubclass(base, enum.Enum):
        return Spec(type="enum", choices=[member.name for member in base])
    if typing.is_typeddict(base):
        return Spec(type="object")
    protocol = protocol_of(base)
    if protocol is None:
        raise DescriptionError(f"the type hint {hint!r} is not known")
    return Spec(type="device", protocol=protocol)


def protocol_of(cls: Any) -> str | None:
    """Give the protocol that a class of devices keeps, by its name or its methods; None if none."""
    name = getattr(cls, "__name__", "")
    if name in _PROTOCOLS:
        return _PROTOCOLS[name]
    if not isinstance(cls, type):
        return None
    return next((protocol for method, protocol in _BY_METHOD if callable(getattr(cls, method, None))), None)


def _list_spec(args: tuple[Any, ...]) -> Spec | None:
    fixed = args and Ellipsis not in args and len(args) > 1
    items = spec_of(args[0]) if args else Spec(type="object", names_devices=True)
    if items is None:
        return None
    if items["type"] == "device":
        return Spec(type="devices", protocol=items["protocol"])
    return Spec(type="array", items=items, length=len(args) if fixed else None)


def _union(hints: Sequence[Any]) -> Spec | None:
    specs: list[Spec] = []
    for hint in hints:
        if hint is types.NoneType or hint is Any:
            continue
        spec = spec_of(hint)
        if spec is not None and spec not in specs:
            specs.append(spec)
    if not specs:
        return spec_of(Any) if Any in hints else None
    main = specs[0]
    if len(specs) > 1:
        main["also"] = specs[1:]
    if types.NoneType in hints:
        main["nullable"] = True
    return main


def _marked(spec: Spec | None, markers: Iterable[Any]) -> Spec | None:
    if spec is None:
        return None
    for marker in markers:
        match marker:
            case Groups():
                spec = _group_spec(marker)
            case Unit():
                spec["units"] = marker.symbol
            case Bounds():
                _set_bounds(spec, marker)
            case PositionOf():
                spec["axis"], spec["relative"], spec["exponent"] = (
                    marker.axis,
                    marker.relative,
                    marker.exponent,
                )
            case Points():
                spec["points"] = True
            case Required():
                spec["required"] = True
    return spec


def _set_bounds(spec: Spec, bounds: Bounds) -> None:
    for each in (spec, *spec.get("also", [])):
        for target in (each, each.get("items") or each):
            if target["type"] in {"number", "integer"}:
                target["minimum"], target["maximum"] = bounds.minimum, bounds.maximum


def _group_spec(groups: Groups) -> Spec:
    members = []
    for member in groups.members:
        spec = spec_of(member.hint)
        if spec is None:
            raise DescriptionError(f"{member.name} in a group cannot be given by a person: {member.hint!r}")
        members.append({"name": member.name, "doc": member.doc, **spec})
    return Spec(type="group", repeat=members, product=groups.product, required=True)
