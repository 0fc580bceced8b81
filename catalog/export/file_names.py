"""File names that we make ourselves, and the header that suggests them."""

from __future__ import annotations

import re

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


def file_name(uid: str, ending: str, part: str = "") -> str:
    """Name a download by the uid of its run; `part` is reduced to plain characters.

    Examples
    --------
    >>> file_name("7f3a-1", "csv", "primary/../x")
    'run_7f3a-1_primary_x.csv'
    """
    plain = _NOT_PLAIN.sub("_", part).strip("_")[:40]
    return "_".join(["run", _NOT_PLAIN.sub("_", uid), *([plain] if plain else [])]) + f".{ending}"


def content_disposition(name: str) -> str:
    """Suggest a file name that `file_name` made."""
    return f'attachment; filename="{name}"'
