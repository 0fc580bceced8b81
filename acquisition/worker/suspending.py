"""Which suspenders of the manifest hold plans now, why, and since when; told as soon as it changes."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.25

Entries = tuple[dict[str, Any], ...]


class SuspenderWatch:
    """Looks at suspenders on a thread of its own: those of other packages cannot tell by themselves.

    Parameters
    ----------
    entries
        The manifest's entries, for the names, in the order of `suspenders`.
    tell
        Called with the state of all of them when it has changed.
    """

    def __init__(
        self,
        entries: Sequence[Mapping[str, Any]],
        suspenders: Sequence[Any],
        tell: Callable[[Entries], None],
    ) -> None:
        self._named = list(zip(entries, suspenders, strict=True))
        self._tell = tell
        self._since: dict[int, float] = {}
        self._told: Entries | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="suspenders", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        if self._named:
            self._thread.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                found = self.look()
            except Exception:
                logger.exception("a suspender cannot be looked at")
                continue
            if found != self._told:
                self._told = found
                self._tell(found)

    def look(self) -> Entries:
        """Give each suspender: class, device, settings, whether it holds plans, why, since when (POSIX s)."""
        return tuple(self._one(n, entry, suspender) for n, (entry, suspender) in enumerate(self._named))

    def _one(self, n: int, entry: Mapping[str, Any], suspender: Any) -> dict[str, Any]:
        is_tripped = bool(suspender.tripped)
        if is_tripped:
            self._since.setdefault(n, time.time())
        else:
            self._since.pop(n, None)
        return {
            "class": str(entry["class"]).rpartition(".")[2],
            "device": entry["device"],
            "settings": {key: value for key, value in entry.items() if key not in {"class", "device"}},
            "is_holding": is_tripped,
            "reason": _reason(suspender) if is_tripped else "",
            "since": self._since.get(n),
        }


def _reason(suspender: Any) -> str:
    """Give why it holds plans; upstream's suspenders say it by the same method."""
    say = getattr(suspender, "_get_justification", None)
    return str(say()).strip() if callable(say) else repr(suspender)


def held_message(entries: Entries) -> str:
    """Give one sentence for people; empty when nothing holds plans.

    Examples
    --------
    >>> held_message(({"is_holding": True, "reason": "no beam", "device": "ring.current"},))
    'Held by ring.current: no beam'
    """
    return "; ".join(f"Held by {e['device']}: {e['reason']}" for e in entries if e["is_holding"])
