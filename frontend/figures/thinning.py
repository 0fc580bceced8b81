"""Fewer points with the same look."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def kept_rows(lines: Sequence[Values], most: int) -> npt.NDArray[np.intp]:
    """Choose the rows of long lines that keep every peak.

    The rows are cut into stretches of equal length; of each stretch, the rows of the least and the greatest
    value of every line stay.

    Parameters
    ----------
    lines
        Arrays of one length; NaN where there is no value.
    most
        Roughly how many rows may stay, at least 4; all stay when there are not more.

    Returns
    -------
    ndarray of int
        Row numbers, ascending, with the first and the last row among them.

    Examples
    --------
    >>> kept_rows([np.array([0.0, 1.0, 9.0, 1.0, 0.0, 0.0, 0.0, 0.0])], 4).tolist()
    [0, 2, 4, 7]
    """
    count = len(lines[0]) if lines else 0
    if count <= most:
        return np.arange(count)
    stretches = max(1, most // (2 * len(lines)))
    borders = np.linspace(0, count, stretches + 1).astype(int)
    kept = {0, count - 1}
    for begin, end in pairwise(borders):
        for line in lines:
            part = line[begin:end]
            if part.size and not np.isnan(part).all():
                kept.add(int(begin + np.nanargmin(part)))
                kept.add(int(begin + np.nanargmax(part)))
    return np.array(sorted(kept), dtype=np.intp)
