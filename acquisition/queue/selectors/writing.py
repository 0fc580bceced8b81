"""How moments and uids are written and read."""

import uuid
from datetime import datetime


def stamp(moment: datetime | None) -> str | None:
    """Give a moment as ISO 8601, with its zone."""
    return moment.isoformat() if moment else None


def as_uuid(text: object) -> uuid.UUID | None:
    """Give the uid that is written, or None where none is."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
