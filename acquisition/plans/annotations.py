"""
What a plan may say of its parameters beyond their type, as markers in :data:`typing.Annotated`.

Examples
--------
>>> from typing import Annotated
>>> Exposure = Annotated[float, Unit("s"), Bounds(minimum=0)]
"""

from dataclasses import dataclass
from typing import Any

MAX_POINTS = 1_000_000
"""Most points of one run, unless a plan states another number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number, as it is written after it."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and greatest value of a number, both allowed; None for no bound."""

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class PositionOf:
    """
    A number (or a list of numbers) is a position of a device, which has limits and units.

    Parameters
    ----------
    axis : str
        Name of the parameter, or of the member of the group, that gives the device.
    relative : bool
        Counted from where the device is.
    exponent : bool
        The position is ten to the power of the number.
    """

    axis: str
    relative: bool = False
    exponent: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """The number counts points of the run; several of a group multiply."""


@dataclass(frozen=True, slots=True)
class Required:
    """The parameter must be given, though the function has a default for it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One value of a group: its name, its type hint, and what it is."""

    name: str
    hint: Any
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """
    ``*args`` come in groups, such as motor, start, stop.

    Parameters
    ----------
    members : tuple of Member
        What one group is made of, in order.
    product : bool
        The lists of the groups multiply to the points of the run; otherwise they go in step.
    """

    members: tuple[Member, ...]
    product: bool = False
