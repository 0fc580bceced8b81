"""An attribute of the engine that is kept in its context."""

from __future__ import annotations

from typing import Any


class Setting:
    """Descriptor that reads and writes an attribute of the owner's context.

    Parameters
    ----------
    doc : str
        What the attribute is.
    name : str, optional
        Name in the context, if it is another.
    """

    def __init__(self, doc: str, *, name: str = "") -> None:
        self.__doc__ = doc
        self._name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = self._name or name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return getattr(instance._ctx, self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        context = instance._ctx
        setattr(context, self._name, value)
        context.look_for_watchers()
