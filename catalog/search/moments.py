"""Read moments and spans of time as people type them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from accounts.errors import InvalidError

_LENGTHS = {"min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_SPELLED = {
    **dict.fromkeys(("minute", "minutes", "mins"), "min"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
    **{name: name for name in _LENGTHS},
}
_UNIT = "|".join(sorted(_SPELLED, key=len, reverse=True))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_DAYS_BACK = {"today": 0, "yesterday": 1}


@dataclass(frozen=True, slots=True)
class Span:
    """From ``lower`` (included) to ``upper`` (not included), POSIX seconds; both the same for an instant."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, POSIX seconds, and the zone in which days begin."""

    now: float
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """Give the date in the zone."""
        return datetime.fromtimestamp(self.now, self.zone).date()

    def midnight(self, day: date) -> float:
        """Give the POSIX seconds at which a day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()

    def days(self, first: date, after: date) -> Span:
        """Give the span from the begin of one day to that of another."""
        return Span(self.midnight(first), self.midnight(after))


def moment(
    text: str, *, now: float, is_end: bool = False, name: str = "q", zone: tzinfo | None = None
) -> float:
    """Give the POSIX seconds of a moment.

    Parameters
    ----------
    text
        What `span` reads.
    now
        POSIX seconds that ages are counted from.
    is_end
        A day, month or year stands for its end.
    name
        The field that a refusal names.
    zone
        Zone of times that name none, UTC by default.

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
    found = span(text, Clock(now, zone or UTC), name=name)
    is_age = _AGE.fullmatch(text.strip().lower()) is not None
    return found.upper if is_end and not is_age else found.lower


def span(text: str, clock: Clock, *, name: str = "q") -> Span:
    """Give the span of time that a text means.

    Parameters
    ----------
    text
        ``2026``, ``2026-11``, ``2026-11-22``, ``2026-W47``, ``2026-11-22T14:00``, ``14:30``, ``22 Nov 2026``,
        ``now``, ``today``, ``yesterday``, ``monday``, ``this week``, ``last month``, ``2 hours ago``; an age
        such as ``90min``, ``24h``, ``7d``, ``2w`` is the time since then; or POSIX seconds.
    clock
        The present, and the zone of times that name none.

    Raises
    ------
    InvalidError
        The text is no moment.

    Examples
    --------
    >>> span("1970-02", Clock(0.0))
    Span(lower=2678400.0, upper=5097600.0)
    >>> span("2h", Clock(7200.0))
    Span(lower=0.0, upper=7200.0)
    """
    typed = " ".join(text.lower().split())
    try:
        for pattern, read in _FORMS:
            found = pattern.fullmatch(typed)
            if found is not None:
                return _finite(read(found, clock))
        return _finite(_iso(typed, clock))
    except (ValueError, OverflowError) as error:
        advice = (
            f"{text[:40]!r} is no moment: write 2026-11-22, 2026-11-22T14:00, 2026-11, today, monday, "
            '24h, 7d or "last week".'
        )
        raise InvalidError("A moment cannot be read.", fields={name: [advice]}) from error


def _finite(found: Span) -> Span:
    if not (math.isfinite(found.lower) and math.isfinite(found.upper)):
        raise ValueError("not finite")
    return found


def _age(found: re.Match[str], clock: Clock) -> Span:
    return Span(clock.now - int(found[1]) * _LENGTHS[_SPELLED[found[2]]], clock.now)


def _ago(found: re.Match[str], clock: Clock) -> Span:
    then = _age(found, clock).lower
    return Span(then, then)


def _named_day(found: re.Match[str], clock: Clock) -> Span:
    day = clock.today - timedelta(days=_DAYS_BACK[found[0]])
    return clock.days(day, day + timedelta(days=1))


def _weekday(found: re.Match[str], clock: Clock) -> Span:
    """Read a day of the week: the latest one, today included; with ``last`` not today."""
    is_before_today = found[1] is not None
    today = clock.today - timedelta(days=int(is_before_today))
    back = (today.weekday() - _WEEKDAYS.index(found[2])) % 7
    day = today - timedelta(days=back)
    return clock.days(day, day + timedelta(days=1))


def _period(found: re.Match[str], clock: Clock) -> Span:
    first, after = _around(clock.today, found[2])
    if found[1] == "last":
        first, after = _around(first - timedelta(days=1), found[2])
    return clock.days(first, after)


def _around(day: date, period: str) -> tuple[date, date]:
    """Give the first day of the period around a day, and the first day after it."""
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    if period == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1)
    return day.replace(month=1, day=1), date(day.year + 1, 1, 1)


def _year(found: re.Match[str], clock: Clock) -> Span:
    return clock.days(*_around(date(int(found[0]), 1, 1), "year"))


def _year_and_month(found: re.Match[str], clock: Clock) -> Span:
    return clock.days(*_around(date(int(found[1]), int(found[2]), 1), "month"))


def _year_and_week(found: re.Match[str], clock: Clock) -> Span:
    return clock.days(*_around(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week"))


def _day(found: re.Match[str], clock: Clock) -> Span:
    day = date.fromisoformat(found[0])
    return clock.days(day, day + timedelta(days=1))


def _day_with_month(found: re.Match[str], clock: Clock) -> Span:
    month = _MONTHS.index(found["month"]) + 1
    day = date(int(found["year"] or clock.today.year), month, int(found["day"]))
    if found["year"] is None and day > clock.today:
        day = day.replace(year=day.year - 1)
    return clock.days(day, day + timedelta(days=1))


def _dotted_day(found: re.Match[str], clock: Clock) -> Span:
    day = date(int(found[3]), int(found[2]), int(found[1]))
    return clock.days(day, day + timedelta(days=1))


def _clock_time(found: re.Match[str], clock: Clock) -> Span:
    return _instant(datetime.fromisoformat(f"{clock.today.isoformat()}T{found[0]:0>5}"), clock)


def _seconds(found: re.Match[str], clock: Clock) -> Span:
    return Span(float(found[0]), float(found[0]))


def _now(found: re.Match[str], clock: Clock) -> Span:
    return Span(clock.now, clock.now)


def _iso(text: str, clock: Clock) -> Span:
    return _instant(datetime.fromisoformat(text.upper()), clock)


def _instant(read: datetime, clock: Clock) -> Span:
    if read.tzinfo is None:
        read = read.replace(tzinfo=clock.zone)
    return Span(read.timestamp(), read.timestamp())


_AGE = re.compile(rf"(?:last |past )?(\d{{1,6}}) ?({_UNIT})")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Clock], Span]], ...] = (
    (re.compile("now"), _now),
    (_AGE, _age),
    (re.compile(rf"(\d{{1,6}}) ?({_UNIT}) ago"), _ago),
    (re.compile("|".join(_DAYS_BACK)), _named_day),
    (re.compile(rf"(last )?({'|'.join(_WEEKDAYS)})"), _weekday),
    (re.compile("(this|last) (week|month|year)"), _period),
    (re.compile(r"(?:19[7-9]\d|2\d{3})"), _year),
    (re.compile(r"(\d{4})-(\d{2})"), _year_and_month),
    (re.compile(r"(\d{4})-?w(\d{2})"), _year_and_week),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), _day),
    (re.compile(rf"(?P<day>\d{{1,2}})\.? {_MONTH}(?: (?P<year>\d{{4}}))?"), _day_with_month),
    (re.compile(rf"{_MONTH} (?P<day>\d{{1,2}})(?:,? (?P<year>\d{{4}}))?"), _day_with_month),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"), _dotted_day),
    (re.compile(r"\d{1,2}:\d{2}(:\d{2})?"), _clock_time),
    (re.compile(r"-?\d{1,30}(\.\d{1,30})?"), _seconds),
)
