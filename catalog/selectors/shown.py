"""Values of a run's metadata that a list shows in columns of a person's choice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from catalog.models import Run

MOST_KEYS = 12
LONGEST_TEXT = 200


def shown(row: Run, keys: Sequence[str]) -> dict[str, Any]:
    """Give the value of each dotted key, None where there is none; ``tags`` are those put on the run.

    Text is cut to 200 characters; lists and objects are given as JSON text.
    """
    return {key: _tags(row) if key == "tags" else _brief(_value(row.start, key)) for key in keys}


def _tags(row: Run) -> str:
    return ", ".join(sorted(tag.name for tag in row.tags.all()))


def _value(start: Any, key: str) -> Any:
    """Walk down a dotted key; a key that holds dots itself goes before."""
    if isinstance(start, dict) and key in start:
        return start[key]
    for part in key.split("."):
        if not isinstance(start, dict) or part not in start:
            return None
        start = start[part]
    return start


def _brief(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
