"""Text of people in tables that spreadsheets open: none of it is run as a formula."""

from __future__ import annotations

from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""What a cell begins with that some spreadsheet computes (OWASP, CSV injection)."""


def guarded(text: str) -> str:
    """Give the text with ``'`` before it, if a spreadsheet might take it for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("a=1")
    ("'=1+1", 'a=1')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
