"""Codes that a person reads from one place and types in another: groups of four letters and digits."""

from __future__ import annotations

from typing import Final

GROUP: Final = 4


def in_groups(code: str) -> str:
    """Give a code as it is shown.

    >>> in_groups("ABCDEFGHIJ")
    'ABCD-EFGH-IJ'
    """
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def as_made(typed: str) -> str:
    """Give a typed code as it was made, however its groups and letters were typed.

    >>> as_made(" abcd efgh-ij ")
    'ABCDEFGHIJ'
    """
    return "".join(typed.split()).replace("-", "").upper()
