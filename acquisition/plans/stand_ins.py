"""Devices of paper: the shape of a beamline's devices, made of their descriptions, for dry runs."""

from collections.abc import Callable, Mapping
from typing import Any

_METHODS: dict[str, tuple[str, ...]] = {
    "Readable": ("read", "describe"),
    "Movable": ("set",),
    "Locatable": ("locate",),
    "Triggerable": ("trigger",),
    "Flyable": ("kickoff", "complete"),
    "Stageable": ("stage", "unstage"),
    "Stoppable": ("stop",),
    "Preparable": ("prepare",),
    "Configurable": ("read_configuration", "describe_configuration"),
    "Collectable": ("describe_collect",),
    "Subscribable": ("subscribe", "clear_sub"),
    "Pausable": ("pause", "resume"),
    "Checkable": ("check_value",),
}


class StandIn:
    """
    A device that only says what it is; asking it to do anything is an error.

    Parameters
    ----------
    name : str
        Name of the device.
    description : mapping
        As ``describe_devices`` gives it.
    parent : StandIn, optional
        The device it is a component of.
    """

    def __init__(self, name: str, description: Mapping[str, Any], parent: "StandIn | None" = None) -> None:
        self.name = name
        self.parent = parent
        fields = description.get("fields")
        self.hints: dict[str, Any] = {"fields": list(fields) if isinstance(fields, list | tuple) else [name]}
        self.component_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"StandIn({self.name!r})"


def stand_ins(descriptions: Mapping[str, Mapping[str, Any]]) -> dict[str, StandIn]:
    """
    Make a device of paper for each description.

    Parameters
    ----------
    descriptions : mapping of str to mapping
        Descriptions of devices by name.
    """
    return {name: _stand_in(name, description, None) for name, description in descriptions.items()}


def _stand_in(name: str, description: Mapping[str, Any], parent: StandIn | None) -> StandIn:
    protocols = description.get("protocols") or ()
    methods = {method: _refusing(method) for key in protocols for method in _METHODS.get(key, ())}
    device: StandIn = type("StandIn", (StandIn,), methods)(name, description, parent)
    components = description.get("components")
    if isinstance(components, Mapping):
        taken = [part for part in components if part.isidentifier() and not hasattr(device, part)]
        for part in taken:
            setattr(device, part, _stand_in(f"{name}_{part}", components[part], device))
        device.component_names = tuple(taken)
    return device


def _refusing(method: str) -> Callable[..., Any]:
    def refuse(self: StandIn, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"{self.name}.{method}() is called by the plan itself, and there is no device in a dry run: "
            f"let the plan yield a message instead"
        )

    return refuse
