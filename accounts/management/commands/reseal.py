"""`manage.py reseal`: seal what is kept encrypted under the secret key in use; the one before can go then."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.door import second_factor
from accounts.errors import BeamportError


class Command(BaseCommand):
    """Reseal the secrets of second factors, all or none."""

    help = "Seal kept secrets under the secret key in use. BEAMPORT_SECRET_KEY_BEFORE can then be taken away."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reseal, tell how many."""
        try:
            count = second_factor.reseal()
        except BeamportError as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        self.stdout.write(f"Resealed: {count}.")
