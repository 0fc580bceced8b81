"""Browser sessions in PostgreSQL that know their person, address, device and when they were last seen.

A session of a person is over at the age of ``SESSION_COOKIE_AGE``, counted from the sign-in and put off by
nothing, and after ``SESSION_IDLE_S`` without a request.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

ADDRESS = "door.address"
DEVICE = "door.device"
BEGAN_AT = "door.began_at"
PERSON = "_auth_user_id"  # where Django keeps who is signed in


class SessionStore(DatabaseStore):
    """Django's store over `accounts.door.models.Session`."""

    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        """Give the model of the rows."""
        from accounts.door.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        """Read the row, and keep when it was last seen; one that was silent too long opens nothing."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # missing in the stubs of Django
        if row is None:
            return {}
        if row.user_id is not None and (row.seen_at is None or row.seen_at < silent_since()):
            self._session_key = None
            return {}
        self.seen_at = row.seen_at
        return self.decode(row.session_data)

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """Give when the session ends: the age counts from the sign-in, not from the last change."""
        usual, began_at = super().get_expiry_date(**kwargs), self.get(BEGAN_AT)
        if not began_at:
            return usual
        return min(usual, datetime.fromisoformat(began_at) + timedelta(seconds=settings.SESSION_COOKIE_AGE))

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Give how many seconds are left."""
        return int((self.get_expiry_date(**kwargs) - timezone.now()).total_seconds())

    def create_model_instance(self, data: Any) -> Any:
        """Give the row to write: the session's data, and beside them what its owner is shown."""
        row: Any = super().create_model_instance(data)
        began_at, person = data.get(BEGAN_AT), data.get(PERSON)
        row.user_id = int(person) if person else None
        row.address = data.get(ADDRESS, "")
        row.device = data.get(DEVICE, "")
        row.began_at = datetime.fromisoformat(began_at) if began_at else None
        row.seen_at = self.seen_at = timezone.now()
        return row


def silent_since() -> datetime:
    """Give the moment since which a session must have been seen to be good still."""
    return timezone.now() - timedelta(seconds=settings.SESSION_IDLE_S)
