"""Patterns that people type, within bounds."""

from __future__ import annotations

import re

MAX_REGEX_CHARACTERS = 200
MAX_REPEATS = 1000

_COUNT = re.compile(r"\{(\d*)(?:,(\d*))?\}")
_REFUSED = (
    (re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]"), "it refers back to a group, which can take for ever"),
    (re.compile(r"\(\?(?!:)"), "only (?: may follow a parenthesis; to ignore case write /…/i"),
    (re.compile(r"\A\*\*\*"), "it begins with ***"),
)
_SPECIAL = re.compile(r"([^\w\s])", re.ASCII)


def wildcard_regex(pattern: str) -> str:
    """Give the regular expression of a pattern in which ``*`` stands for any text.

    Examples
    --------
    >>> wildcard_regex("LaB6 (*)")
    '^LaB6 \\\\(.*\\\\)$'
    """
    return "^" + ".*".join(_SPECIAL.sub(r"\\\1", part) for part in pattern.split("*")) + "$"


def wildcard_like(pattern: str) -> str:
    """Give the LIKE pattern of one in which ``*`` stands for any text.

    Examples
    --------
    >>> wildcard_like("50%*")
    '50\\\\%%'
    """
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def fault_of_regex(pattern: str) -> str:
    """Say why a regular expression is not run; empty when it is.

    What stays is matched by PostgreSQL without going back, in time linear in the text.
    """
    if len(pattern) > MAX_REGEX_CHARACTERS:
        return f"it has {len(pattern)} characters, {MAX_REGEX_CHARACTERS} at most"
    for refused, why in _REFUSED:
        if refused.search(pattern):
            return why
    repeats = 1
    for lowest, highest in _COUNT.findall(pattern):
        repeats *= max(1, *(int(n) for n in (lowest, highest) if n and len(n) < 9), 0)
        if repeats > MAX_REPEATS or max(len(lowest), len(highest)) > 4:
            return f"its counts in braces multiply to more than {MAX_REPEATS}"
    return ""


def is_line_bound(pattern: str) -> bool:
    """Tell whether a regular expression means the same when its text is a line among others."""
    return not re.search(r"\\[AZ]", pattern)
