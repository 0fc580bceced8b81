"""Log lines as JSON objects, one a line, with the item and the run that were at work."""

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JSONFormatter(logging.Formatter):
    """Write a record as one JSON object.

    What a logger is given by ``extra`` (``item``, ``run``, ``beamline``) stands beside the message,
    and who asked from where.
    """

    EXTRA = ("beamline", "item", "run", "username", "address")

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            "thread": record.threadName,
        }
        told |= {name: value for name in self.EXTRA if (value := getattr(record, name, ""))}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)
