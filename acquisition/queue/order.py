"""Positions of waiting items: whole numbers with gaps, so that an insertion writes one row.

Pure arithmetic on a sorted list of positions; the caller holds the queue's row lock.
"""

from collections.abc import Sequence

GAP = 1 << 20


class NoGapError(ValueError):
    """Two neighbours stand side by side: the caller spreads all positions and asks again."""


def between(positions: Sequence[int], index: int, count: int = 1) -> list[int]:
    """Give `count` positions, rising, before the item that stands at `index` (len = at the back).

    Examples
    --------
    >>> between([], 0), between([GAP], 0), between([GAP], 1) == [2 * GAP]
    ([1048576], [0], True)
    >>> between([0, GAP], 1, 3)
    [262144, 524288, 786432]
    """
    index = max(0, min(index, len(positions)))
    if index == len(positions):
        last = positions[-1] if positions else 0
        return [last + GAP * n for n in range(1, count + 1)]
    if index == 0:
        return [positions[0] - GAP * n for n in range(count, 0, -1)]
    before, after = positions[index - 1], positions[index]
    step = (after - before) // (count + 1)
    if step == 0:
        raise NoGapError(f"{count} whole numbers do not lie between {before} and {after}")
    return [before + step * n for n in range(1, count + 1)]


def spread(count: int, room: int = 1) -> list[int]:
    """Give `count` positions with full gaps, each wide enough for `room` more items."""
    gap = max(GAP, room + 1)
    return [gap * (n + 1) for n in range(count)]


def place(position: str | int, length: int) -> int:
    """Turn "front", "back" or a number (negative from the back, -1 = last) into an index.

    Examples
    --------
    >>> place("front", 4), place("back", 4), place(2, 4), place(-1, 4), place(-2, 4), place(99, 4)
    (0, 4, 2, 4, 3, 4)
    """
    if position == "front":
        return 0
    if position == "back":
        return length
    if isinstance(position, bool) or not isinstance(position, int):
        raise ValueError(f'position is {position!r}: give "front", "back" or a whole number')
    index = position if position >= 0 else length + 1 + position
    return max(0, min(index, length))
