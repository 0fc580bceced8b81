"""Check and fill the options of an exporter by its schema."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from catalog.export.errors import OptionsError
from catalog.export.protocol import Exporter

_WORDS = {
    "true": True,
    "1": True,
    "on": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "no": False,
}


def checked_options(exporter: Exporter, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give `given` with the defaults of what it leaves out.

    Raises
    ------
    OptionsError
        An option is unknown or its value does not fit; every fault is told by the option's name.
    """
    properties = exporter.options.get("properties", {})
    unknown = {key: [_unknown(properties)] for key in given if key not in properties}
    if unknown:
        raise OptionsError(fields=unknown)
    filled = {key: given.get(key, schema.get("default")) for key, schema in properties.items()}
    faults: dict[str, list[str]] = {}
    for key in given:
        for error in jsonschema_rs.Draft202012Validator(properties[key]).iter_errors(given[key]):
            faults.setdefault(key, []).append(error.message[:300])
    if faults:
        raise OptionsError(fields=faults)
    return filled


def options_of_text(exporter: Exporter, given: Mapping[str, str]) -> dict[str, Any]:
    """Give options that came as text, such as those of an address: each read as its schema says.

    Raises
    ------
    OptionsError
        See `checked_options`.
    """
    properties = exporter.options.get("properties", {})
    read: dict[str, Any] = {}
    for key, text in given.items():
        kind = properties.get(key, {}).get("type", "string")
        read[key] = _read(kind, text)
    return checked_options(exporter, read)


def _unknown(properties: Mapping[str, Any]) -> str:
    return f"There is no such option; there are: {', '.join(properties) or 'none'}."


def _read(kind: Any, text: str) -> Any:
    kinds = kind if isinstance(kind, list) else [kind]
    if "null" in kinds and text == "":
        return None
    if "boolean" in kinds:
        return _WORDS.get(text.lower(), text)
    if "array" in kinds:
        return _list(text)
    if "integer" in kinds or "number" in kinds:
        return _number(text, is_whole="number" not in kinds)
    return text


def _list(text: str) -> Any:
    """Read a JSON list, or words with commas between."""
    if not text.startswith("["):
        return [word for word in text.split(",") if word]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(text: str, *, is_whole: bool) -> Any:
    try:
        value = int(text[:400]) if is_whole else float(text)
    except ValueError:
        return text
    return value if is_whole or math.isfinite(value) else text
