"""Read moments as people type them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from accounts.errors import InvalidError

_AGO = re.compile(r"(\d{1,6})\s*(min|h|d|w)\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_UNITS = {"min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_WORDS = {"today": 0, "yesterday": 1}


def moment(text: str, *, now: float, is_end: bool = False, name: str = "q") -> float:
    """Give the POSIX seconds of a moment.

    Parameters
    ----------
    text
        ISO 8601 date or time (UTC unless it says otherwise), ``today``, ``yesterday``, an age such as
        ``90min``, ``24h``, ``7d``, ``2w``, or POSIX seconds.
    now
        POSIX seconds that ages are counted from.
    is_end
        A day stands for its end.
    name
        The field that a refusal names.

    Raises
    ------
    InvalidError
        The text is no moment.

    Examples
    --------
    >>> moment("1970-01-02", now=0.0)
    86400.0
    >>> moment("1h", now=7200.0)
    3600.0
    """
    text = text.strip().lower()
    ago = _AGO.match(text)
    if ago is not None:
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        return _day_or_time(text, now, is_end)
    except (ValueError, OverflowError) as error:
        advice = f"{text[:40]!r} is no moment: write 2026-11-22, 2026-11-22T14:00, today, 24h or 7d."
        raise InvalidError("A moment cannot be read.", fields={name: [advice]}) from error


def _day_or_time(text: str, now: float, is_end: bool) -> float:
    if text in _WORDS:
        today = datetime.fromtimestamp(now, UTC).date()
        text = (today - timedelta(days=_WORDS[text])).isoformat()
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and not _DAY.match(text) and len(text) < 32:
        seconds = float(text)
    else:
        moment_read = datetime.fromisoformat(text.upper())
        if moment_read.tzinfo is None:
            moment_read = moment_read.replace(tzinfo=UTC)
        if is_end and _DAY.match(text):
            moment_read += timedelta(days=1)
        seconds = moment_read.timestamp()
    if not math.isfinite(seconds):
        raise ValueError("not finite")
    return seconds
