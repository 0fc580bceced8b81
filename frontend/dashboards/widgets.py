"""What a board is made of. No I/O."""

from collections.abc import Sequence
from typing import Any, Final

KINDS: Final = ("value", "trend", "plot", "image", "engine", "queue", "text")
#: Kinds that show one device of the status board.
OF_DEVICE: Final = frozenset({"value", "trend"})
MOST: Final = 60
WIDEST: Final = 4
LONGEST_TEXT: Final = 4_000
STATUS: Final = "status"


def status_board(names: Sequence[str]) -> list[dict[str, Any]]:
    """Give the board that every beamline has until its staff build another: state, run and key devices.

    Examples
    --------
    >>> [widget["kind"] for widget in status_board(["ring", "sx"])]
    ['engine', 'queue', 'plot', 'trend', 'value', 'value']
    """
    first = [{"kind": "trend", "device": names[0], "width": 2}] if names else []
    values = [{"kind": "value", "device": name, "width": 1} for name in names[:12]]
    return [
        {"kind": "engine", "width": 2},
        {"kind": "queue", "width": 2},
        {"kind": "plot", "width": 2},
        *first,
        *values,
    ]
