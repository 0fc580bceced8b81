"""Tell motors to stop, whatever else is the matter."""

import logging
from collections.abc import Mapping
from typing import Any

logger = logging.getLogger(__name__)


def stop_everything(devices: Mapping[str, Any]) -> list[str]:
    """Tell every device that can be stopped to stop, without waiting for it; give the failures."""
    failures = []
    for name, device in devices.items():
        stop = getattr(device, "stop", None)
        if not callable(stop):
            continue
        try:
            stop()
        except Exception as error:
            logger.exception("%s could not be told to stop", name)
            failures.append(f"{name}: {type(error).__name__}: {error}")
    return failures
