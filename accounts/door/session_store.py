"""Browser sessions in PostgreSQL that know their person, address, device and when they were last seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
        """Read the row, and keep when it was last seen."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # missing in the stubs of Django
        if row is None:
            return {}
        self.seen_at = row.seen_at
        return self.decode(row.session_data)

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
