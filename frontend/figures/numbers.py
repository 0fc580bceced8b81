"""Columns as they are stored, read as floats."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from frontend.figures.thinning import Values

NON_FINITE = "$numberDouble"


def as_numbers(column: Iterable[Any]) -> Values:
    """Give a column as floats, NaN where there is no number.

    Examples
    --------
    >>> as_numbers([1, "two", None, {"$numberDouble": "Infinity"}, 10**400]).tolist()
    [1.0, nan, nan, inf, nan]
    """
    return np.array([_number(value) for value in column], dtype=float)


def _number(value: Any) -> float:
    if isinstance(value, Mapping):
        value = value.get(NON_FINITE)
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
