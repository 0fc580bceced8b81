"""Tell motors to stop, whatever else is the matter."""

import inspect
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from acquisition.engine.event_loop import call_in_bluesky_event_loop

logger = logging.getLogger(__name__)

STOP_S: Final = 1.0


def stop_everything(devices: Mapping[str, Any], *, timeout_s: float = STOP_S) -> list[str]:
    """Tell every device that can be stopped to stop, all at the same time; give the failures.

    A device that does not answer within `timeout_s` is a failure too, and keeps no other from being told.
    """
    failures: dict[str, str] = {}
    threads = {
        name: threading.Thread(target=_stop, args=(name, device, failures), name=f"stop-{name}", daemon=True)
        for name, device in devices.items()
        if callable(getattr(device, "stop", None))
    }
    for thread in threads.values():
        thread.start()
    deadline = time.monotonic() + timeout_s
    for name, thread in threads.items():
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            failures[name] = f"{name}: not told to stop within {timeout_s:g} s"
            logger.error(failures[name])
    return [failures[name] for name in sorted(failures)]


def _stop(name: str, device: Any, failures: dict[str, str]) -> None:
    try:
        answer = device.stop()
        if inspect.isawaitable(answer):
            call_in_bluesky_event_loop(answer, timeout=STOP_S)
    except Exception as error:
        logger.exception("%s could not be told to stop", name)
        failures[name] = f"{name}: {type(error).__name__}: {error}"
