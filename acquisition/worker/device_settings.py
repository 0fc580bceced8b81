"""What devices are set to when the beamline is opened: dry runs reckon with velocities and exposures."""

import logging
import math
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)


def with_settings(
    descriptions: Mapping[str, Mapping[str, Any]], devices: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Give the descriptions with ``value`` at each component that is a number of the configuration.

    A device that cannot tell its configuration now keeps its description as it is.
    """
    return {
        name: {**described, "components": _with_values(described, _numbers(name, devices.get(name)))}
        for name, described in descriptions.items()
    }


def _with_values(described: Mapping[str, Any], numbers: Mapping[str, float]) -> dict[str, Any]:
    return {
        name: {**component, "value": numbers[component["readback"]]}
        if component.get("readback") in numbers
        else component
        for name, component in (described.get("components") or {}).items()
    }


def _numbers(name: str, device: Any) -> dict[str, float]:
    read = getattr(device, "read_configuration", None)
    if not callable(read):
        return {}
    try:
        readings = read()
    except Exception:
        logger.exception("the configuration of %s cannot be read", name)
        return {}
    if not isinstance(readings, Mapping):
        return {}  # an asynchronous device: it tells only inside its event loop
    values = {key: reading["value"] for key, reading in readings.items()}
    return {
        key: float(value)
        for key, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }
