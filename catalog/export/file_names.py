"""File names that we make ourselves, and the header that suggests them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_NO_START: Mapping[str, Any] = MappingProxyType({})
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


def file_name(uid: str, ending: str, part: str = "", start: Mapping[str, Any] = _NO_START) -> str:
    """Name a download by the scan number and sample of its run, and its uid; words are made plain.

    Examples
    --------
    >>> file_name("7f3a-1", "csv", "primary/../x", {"scan_id": 12, "sample": "iron foil"})
    'scan_12_iron_foil_7f3a-1_primary_x.csv'
    >>> file_name("7f3a-1", "csv")
    'run_7f3a-1.csv'
    """
    number, sample = start.get("scan_id"), start.get("sample")
    told = sample.get("name") if isinstance(sample, Mapping) else sample
    about = f"scan_{number}" if isinstance(number, int) else "run"
    words = (
        about[:30],
        _plain(told if isinstance(told, str) else ""),
        _NOT_PLAIN.sub("_", uid),
        _plain(part),
    )
    return "_".join(filter(None, words)) + f".{ending}"


def _plain(word: str) -> str:
    return _NOT_PLAIN.sub("_", word[:40]).strip("_")


def content_disposition(name: str) -> str:
    """Suggest a file name that `file_name` made."""
    return f'attachment; filename="{name}"'
