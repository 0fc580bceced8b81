"""Documents for binary formats that know floats, but neither huge integers nor half of a surrogate pair.

What such a format cannot hold is written as under the rule of `catalog.documents.encoding`, whose
`restore_object` reads it back; floats and NUL stand for themselves.
"""

from __future__ import annotations

from typing import Any

from catalog.documents.encoding import escape_keys, from_storable, restore_object, to_storable

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def escaped(doc: Any) -> Any:
    """Give a document of plain values, each of which a binary format holds."""
    return _escaped(from_storable(to_storable(doc)))


def restored(value: Any) -> Any:
    """Give back what `escaped` was given."""
    if isinstance(value, list):
        return [restored(item) for item in value]
    if isinstance(value, dict):
        return restore_object({key: restored(item) for key, item in value.items()})
    return int(value) if type(value) is not bool and isinstance(value, int) else value


def _escaped(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        return value if _LOWEST <= value <= _HIGHEST else to_storable(value)
    if kind is str:
        return value if _is_unicode(value) else to_storable(value)
    if kind is list:
        return [_escaped(item) for item in value]
    if kind is dict:
        return escape_keys({key: _escaped(item) for key, item in value.items()})
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
