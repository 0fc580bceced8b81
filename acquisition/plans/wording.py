"""Show values that people gave in messages to them: short, safe, with units."""

import difflib
import math
from collections.abc import Iterable
from typing import Any

_LONGEST = 60


def show(value: Any) -> str:
    """
    Give a value as short text, whatever it is.

    Examples
    --------
    >>> show("sx"), show(1.5), show([1, 2]), show(None), show({})
    ("'sx'", '1.5', 'a list of 2', 'nothing', 'an object of 0')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST else value[:_LONGEST] + "...")
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 128 else "a whole number of very many digits"
    if isinstance(value, float):
        return f"{value:g}" if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    return f"a {type(value).__name__}"


def with_units(number: float, units: str | None) -> str:
    """Give a number with its units, if it has any."""
    return f"{show(number)} {units}" if units else show(number)


def near(name: str, names: Iterable[str]) -> str:
    """
    Give a hint at names that look like one that is not known.

    Examples
    --------
    >>> near("sx1", ["sx", "sy", "theta"])
    " Did you mean 'sx' or 'sy'?"
    """
    every = sorted(names)
    found = difflib.get_close_matches(name[:_LONGEST], every, n=3, cutoff=0.4)
    if found:
        return f" Did you mean {' or '.join(map(repr, found))}?"
    if not every:
        return " There is none to choose from."
    shown = ", ".join(every[:10]) + (" ..." if len(every) > 10 else "")
    return f" There are: {shown}."
