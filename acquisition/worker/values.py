"""The status board: a few signals watched all the time, told at most ten times a second.

Every frame holds what changed; the whole board stays in the cache for who comes later. A signal that cannot
be watched is shown as stale, not left out.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.core.cache import cache

from acquisition.queue.doorbell import ring
from acquisition.queue.value_history import ValueRecorder
from catalog.documents.encoding import to_storable

logger = logging.getLogger(__name__)

FRAME_S: Final = 0.1
REFRESH_S: Final = 5.0
CACHE_S: Final = 15


class ValueBoard:
    """Watches the signals of the status board.

    Parameters
    ----------
    names
        Names of devices or dotted names of signals (``ring.current``).
    tell
        Called with each frame; sends it and keeps the snapshot.
    """

    def __init__(
        self,
        beamline: str,
        devices: Mapping[str, Any],
        names: Iterable[str],
        *,
        tell: Callable[[str, dict[str, Any], dict[str, Any]], None] | None = None,
    ) -> None:
        self._beamline = beamline
        self._devices = devices
        self._names = tuple(names)
        self._tell = tell or tell_everyone
        self._history = ValueRecorder(beamline)
        self._lock = threading.Lock()
        self._board: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()
        self._watched: list[tuple[str, Any, Callable[..., None]]] = []
        self._seq = int(time.time() * 10)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="values", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        for name in self._names:
            self._watch(name)
        self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop watching."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        for _, device, callback in self._watched:
            with contextlib.suppress(Exception):
                device.clear_sub(callback)

    def _watch(self, name: str) -> None:
        self._note(name, {"value": None, "timestamp": None, "alarm": None, "units": "", "stale": True})
        try:
            device = find(self._devices, name)
            units = units_of(device)

            def callback(readings: Mapping[str, Mapping[str, Any]]) -> None:
                reading = next(iter(readings.values()))
                self._note(name, _as_value(reading, units))

            device.subscribe(callback)
            self._watched.append((name, device, callback))
        except Exception:
            logger.exception("the status board cannot watch %s", name)

    def _note(self, name: str, value: dict[str, Any]) -> None:
        with self._lock:
            self._board[name] = value
            self._changed.add(name)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(REFRESH_S)
            self._wake.clear()
            self._mark_disconnected()
            frame, board = self._take()
            try:
                self._tell(self._beamline, frame, board)
                self._history.note(board["values"], time.time())
            except Exception as error:  # noqa: BLE001  broker or cache may be away in any way; the next frame tells all
                logger.debug("the status board was not told: %s", error)
            self._stopping.wait(FRAME_S)

    def _mark_disconnected(self) -> None:
        with self._lock:
            for name, device, _ in self._watched:
                stale = not getattr(device, "is_connected", True)
                if self._board[name]["stale"] != stale and (stale or self._board[name]["value"] is not None):
                    self._board[name] = {**self._board[name], "stale": stale}
                    self._changed.add(name)

    def _take(self) -> tuple[dict[str, Any], dict[str, Any]]:
        with self._lock:
            changed, self._changed = self._changed, set()
            self._seq += 1
            frame = {"seq": self._seq, "values": {name: self._board[name] for name in sorted(changed)}}
            return frame, {"seq": self._seq, "values": dict(self._board)}


def tell_everyone(beamline: str, frame: dict[str, Any], board: dict[str, Any]) -> None:
    """Send a frame to who listens and keep the whole board in the cache."""
    cache.set(f"pv:{beamline}", board, CACHE_S)
    if frame["values"]:
        ring(f"pv:{beamline}", frame)


def find(devices: Mapping[str, Any], dotted: str) -> Any:
    """Give the device or signal of a dotted name.

    Raises
    ------
    KeyError
        A part of the name is unknown.
    """
    first, *rest = dotted.split(".")
    found = devices[first]
    for part in rest:
        children = getattr(found, "children", None)
        found = children[part] if isinstance(children, Mapping) else getattr(found, part)
    return found


def units_of(device: Any) -> str:
    """Give the units of a device's main value, empty when it has none."""
    try:
        source = getattr(device, "primary", None) or device
        keys = source.describe()
    except Exception:  # noqa: BLE001  devices of other libraries fail in their own ways; a board without units still serves
        return ""
    name = getattr(source, "name", "")
    key = keys.get(name) or next(iter(keys.values()), None) or {}
    return str(key.get("units") or "")


def _as_value(reading: Mapping[str, Any], units: str) -> dict[str, Any]:
    return {
        "value": to_storable(reading.get("value")),
        "timestamp": reading.get("timestamp"),
        "alarm": reading.get("alarm_severity"),
        "units": units,
        "stale": False,
    }
