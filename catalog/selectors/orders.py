"""Orders of runs: several keys, each up or down, ended by the row's key so that no two runs are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from accounts.errors import InvalidError
from catalog.models import DocumentField
from catalog.queries import Pair, shortened
from catalog.selectors.conditions import DURATION, NUM_EVENTS
from catalog.selectors.metadata_tests import path_of

MAX_KEYS = 5

_COLUMNS: dict[str, Any] = {
    "time": F("time"),
    "stop_time": F("stop_time"),
    "scan_id": F("scan_id"),
    "plan": F("plan_name"),
    "plan_name": F("plan_name"),
    "status": F("exit_status"),
    "exit_status": F("exit_status"),
    "user": F("username"),
    "beamline": F("beamline__name"),
    "proposal": F("proposal__number"),
    "uid": F("uid"),
    "duration": DURATION,
    "num_events": NUM_EVENTS,
}
_NEVER_NULL = frozenset({"time", "plan", "plan_name", "status", "exit_status", "user", "beamline", "uid"})
_LATEST = ("-time",)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order. Runs without a value come last when it goes down, first when it goes up."""

    name: str
    value: Any
    is_down: bool
    is_nullable: bool
    is_json: bool = False

    def ordering(self) -> Any:
        """Give what `order_by` takes."""
        if not self.is_nullable:
            return self.value.desc() if self.is_down else self.value.asc()
        return self.value.desc(nulls_last=True) if self.is_down else self.value.asc(nulls_first=True)

    def is_same(self, value: Any) -> Q:
        """Give the condition that a run has this value."""
        return Q(self._is_null(True)) if value is None else Q(Exact(self.value, self._compared(value)))

    def is_after(self, value: Any) -> Q:
        """Give the condition that a run comes after those with this value."""
        if value is None:
            return Q(pk__in=[]) if self.is_down else Q(self._is_null(False))
        beyond = Q((LessThan if self.is_down else GreaterThan)(self.value, self._compared(value)))
        return beyond | Q(self._is_null(True)) if self.is_down and self.is_nullable else beyond

    def _compared(self, value: Any) -> Any:
        return Value(value, output_field=DocumentField()) if self.is_json else value

    def _is_null(self, expected: bool) -> Any:
        return IsNull(self.value, expected)


@dataclass(frozen=True, slots=True)
class Order:
    """The keys of an order, the weightiest first; the last is the row's own."""

    names: tuple[str, ...]
    keys: tuple[Key, ...]

    @property
    def is_latest(self) -> bool:
        """Tell whether it is the order of lists that ask for none: the newest run first."""
        return self.names == _LATEST

    def reckoned(self) -> dict[str, Any]:
        """Give the values of the keys to read with each run, by the names that `values_of` knows."""
        return {f"order_{place}": key.value for place, key in enumerate(self.keys)}

    def values_of(self, row: Any) -> list[Any]:
        """Give the values of a run that was read with `reckoned`."""
        return [getattr(row, name) for name in self.reckoned()]

    def orderings(self) -> list[Any]:
        """Give what `order_by` takes."""
        return [key.ordering() for key in self.keys]

    def after(self, values: list[Any]) -> Q:
        """Give the condition of the runs that come after the one with these values."""
        found = Q()
        same = Q()
        for key, value in zip(self.keys, values, strict=True):
            found |= same & key.is_after(value)
            same &= key.is_same(value)
        if self.keys[0].is_nullable:
            return found
        return _not_before(self.keys[0], values[0]) & found


def _not_before(key: Key, value: Any) -> Q:
    """Bound an index scan: the first key alone says where it begins."""
    return Q((LessThanOrEqual if key.is_down else GreaterThanOrEqual)(key.value, value))


def order_of(names: tuple[str, ...]) -> Order:
    """Give the order of names such as ``-time``, ``plan`` or ``sample.name``; ties are broken by time.

    Raises
    ------
    InvalidError
        More than five names, one twice, or one that is no key.
    """
    names = names or _LATEST
    if len(names) > MAX_KEYS:
        raise _refused(f"{len(names)} keys are too many to sort by; {MAX_KEYS} at most.")
    plain = [name.removeprefix("-") for name in names]
    if len(set(plain)) < len(plain):
        raise _refused("a key stands twice.")
    keys = [_key(name) for name in names]
    last_is_down = keys[-1].is_down
    if "time" not in plain:
        keys.append(Key("time", F("time"), last_is_down, is_nullable=False))
    keys.append(Key("pk", F("pk"), last_is_down, is_nullable=False))
    return Order(tuple(names), tuple(keys))


def _key(name: str) -> Key:
    plain = name.removeprefix("-")
    is_down = name.startswith("-")
    if plain in _COLUMNS:
        return Key(plain, _COLUMNS[plain], is_down, is_nullable=plain not in _NEVER_NULL)
    try:
        path = path_of(Pair(plain, ""))
    except InvalidError as error:
        raise _refused(f"{shortened(plain)!r} is no key to sort by.") from error
    value: Any = F("start")
    for step in path:
        value = KeyTransform(step, value)
    known = Func(value, template="NULLIF(%(expressions)s, 'null'::jsonb)", output_field=DocumentField())
    return Key(plain, known, is_down, is_nullable=True, is_json=True)


def _refused(message: str) -> InvalidError:
    return InvalidError("The runs cannot be sorted so.", fields={"sort": [message]})
