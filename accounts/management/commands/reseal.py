"""`manage.py reseal`: seal what is kept encrypted under the secret key in use; the one before can go then."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.door.models import SecondFactor
from accounts.door.sealing import resealed
from accounts.errors import BeamportError


class Command(BaseCommand):
    """Reseal the secrets of second factors, all or none."""

    help = "Seal kept secrets under the secret key in use. BEAMPORT_SECRET_KEY_BEFORE can then be taken away."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Reseal, tell how many."""
        rows = list(SecondFactor.objects.select_for_update())
        try:
            for row in rows:
                row.sealed_secret = resealed(row.sealed_secret)
        except BeamportError as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        SecondFactor.objects.bulk_update(rows, ["sealed_secret"], batch_size=500)
        self.stdout.write(f"Resealed: {len(rows)}.")
