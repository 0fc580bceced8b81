"""Names the item and the run at work in every log record of the worker's process."""

import logging
from dataclasses import dataclass


@dataclass(slots=True)
class AtWork:
    """What the one engine of this process works on; empty where it rests."""

    beamline: str = ""
    item: str = ""
    run: str = ""


AT_WORK = AtWork()


class WorkFilter(logging.Filter):
    """Adds what is at work to each record; it never drops one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add beamline, item and run."""
        for name in ("beamline", "item", "run"):
            if not hasattr(record, name):
                setattr(record, name, getattr(AT_WORK, name))
        return True
