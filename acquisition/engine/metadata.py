"""Where a run's metadata come from when the user says nothing else."""

from __future__ import annotations

import functools
from collections.abc import MutableMapping
from importlib import metadata
from typing import Any


def default_scan_id_source(md: MutableMapping[str, Any]) -> int:
    """Give the scan_id after the last one."""
    return int(md.get("scan_id", 0)) + 1


def check_sample(md: dict[str, Any]) -> None:
    """Refuse metadata whose ``sample`` could not be searched."""
    if "sample" in md and not (hasattr(md["sample"], "keys") or isinstance(md["sample"], str)):
        raise ValueError(
            "Metadata 'sample' must be a string or a dictionary so that it can be searched; got "
            f"{md['sample']!r}."
        )


@functools.cache
def installed_versions() -> dict[str, str]:
    """Give the versions of the field's packages that are installed."""
    found = {}
    for name in ("ophyd", "ophyd_async", "bluesky", "event_model"):
        try:
            found[name] = metadata.version(name.replace("_", "-"))
        except metadata.PackageNotFoundError:
            continue
    return found
