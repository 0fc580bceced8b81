"""Measurements that the staff prepared, from the beamline's manifest."""

import logging
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}\Z")


def presets(beamline: str) -> list[dict[str, Any]]:
    """Give name, title, plan and parameters of each preset; none when there is no manifest on this host.

    The worker checks the manifest whole; here a preset that cannot be read is left out.
    """
    path = Path(settings.BEAMPORT_MANIFEST_DIR) / f"{beamline}.toml"
    if not NAME.match(beamline) or not path.is_file():
        return []
    return [dict(preset) for preset in _read(path, path.stat().st_mtime_ns)]


@lru_cache(maxsize=64)
def _read(path: Path, _modified_ns: int) -> tuple[dict[str, Any], ...]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("presets")
    except (OSError, ValueError) as error:
        logger.warning("No presets for the pages: %s: %s", path.name, error)
        return ()
    given = found.items() if isinstance(found, dict) else ()
    return tuple(_preset(name, preset) for name, preset in given if _is_preset(preset))


def _is_preset(preset: Any) -> bool:
    return isinstance(preset, dict) and isinstance(preset.get("plan"), str)


def _preset(name: str, preset: dict[str, Any]) -> dict[str, Any]:
    parameters = preset.get("parameters")
    return {
        "name": name,
        "title": str(preset.get("title") or name),
        "plan": preset["plan"],
        "parameters": parameters if isinstance(parameters, dict) else {},
    }
