"""Where a page of runs begins: signed, so that only what we gave out comes back."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db.models import Q

from accounts.errors import InvalidError
from catalog.models import Run

_SALT = "catalog.runs"
_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Position:
    """The last run of a page."""

    time: float
    pk: int
    is_oldest_first: bool

    def after(self) -> Q:
        """Give the condition of the runs that come after this one."""
        if self.is_oldest_first:
            return Q(time__gte=self.time) & (Q(time__gt=self.time) | Q(pk__gt=self.pk))
        return Q(time__lte=self.time) & (Q(time__lt=self.time) | Q(pk__lt=self.pk))


def write_cursor(row: Run, is_oldest_first: bool) -> str:
    """Give the cursor of the page after `row`."""
    return signing.dumps([row.time.hex(), row.pk, is_oldest_first], salt=_SALT)


def read_cursor(cursor: str, is_oldest_first: bool) -> Position:
    """Give what a cursor says.

    Raises
    ------
    InvalidError
        It is not one of ours, or of another order.
    """
    try:
        if len(cursor) > _MAX_CHARACTERS or not cursor.isascii():
            raise signing.BadSignature("not one of ours")
        time, pk, order = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise _refused("send what 'next' of the last page said") from error
    if order != is_oldest_first:
        raise _refused("it belongs to another order; begin again without it")
    return Position(float.fromhex(time), pk, order)


def _refused(advice: str) -> InvalidError:
    return InvalidError("This cursor cannot be used.", fields={"cursor": [advice]})
