"""A node of the tree that a device is: named, with a parent, with children."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from acquisition.devices.backends.base import Backend


class Kind(enum.Enum):
    """How a component takes part in the documents.

    ``HINTED`` and ``NORMAL`` are read at each point (hinted ones are shown first), ``CONFIG`` once for a
    stream, ``OMITTED`` never.
    """

    HINTED = "hinted"
    NORMAL = "normal"
    CONFIG = "config"
    OMITTED = "omitted"

    @property
    def is_read(self) -> bool:
        """True if it is part of each event."""
        return self in (Kind.HINTED, Kind.NORMAL)


ComponentT = TypeVar("ComponentT", bound="Component")


class Component:
    """Name, title, parent and children.

    Parameters
    ----------
    name
        Name of a device on its own; a child gets its name from its parent.
    kind
        Its part in the documents of its parent.
    title
        What a person should read in place of the name.
    """

    def __init__(self, name: str = "", *, kind: Kind = Kind.NORMAL, title: str = "") -> None:
        self._name = name
        self._parent: Component | None = None
        self._children: dict[str, Component] = {}
        self.attr_name = ""
        self.kind = kind
        self.title = title

    @property
    def name(self) -> str:
        """Full name: that of the parent, an underscore, and its own."""
        return self._name

    @property
    def parent(self) -> Component | None:
        """The device that it is part of."""
        return self._parent

    @property
    def root(self) -> Component:
        """The device at the top."""
        return self if self._parent is None else self._parent.root

    @property
    def dotted_name(self) -> str:
        """Name by which a person reaches it: ``det.exposure_s``."""
        return self.name if self._parent is None else f"{self._parent.dotted_name}.{self.attr_name}"

    @property
    def children(self) -> Mapping[str, Component]:
        """Direct parts, by attribute name."""
        return self._children

    def add(
        self, attr_name: str, child: ComponentT, *, kind: Kind | None = None, name: str | None = None
    ) -> ComponentT:
        """Make ``child`` a part of this one and return it.

        Parameters
        ----------
        attr_name
            Its name here.
        kind
            Its part in the documents, if other than what it says itself.
        name
            Its full name where it is not ``parent_attr``: the main value of a device has the device's name.
        """
        child._parent = self
        child.attr_name = attr_name
        if kind is not None:
            child.kind = kind
        self._children[attr_name] = child
        child.rename(name if name is not None else f"{self.name}_{attr_name}")
        return child

    def rename(self, name: str) -> None:
        """Take another name, and let the children follow."""
        old, self._name = self._name, name
        for attr_name, child in self._children.items():
            child.rename(name if child.name == old else f"{name}_{attr_name}")

    def backends(self) -> Iterator[tuple[str, Backend]]:
        """Yield the backends of all signals below, with their dotted names."""
        for child in self._children.values():
            yield from child.backends()

    def connected(self) -> None:
        """Do what must follow a (first) connection; the parts have done theirs."""
        return

    def tell_connected(self) -> None:
        """Call ``connected`` here and below, the parts first."""
        for child in self._children.values():
            child.tell_connected()
        self.connected()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.dotted_name}>"
