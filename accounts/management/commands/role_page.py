"""`manage.py role_page`: print the page of what each role may do, for `docs/reference/roles.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.role_page import page


class Command(BaseCommand):
    """Print what each role may do, as markdown."""

    help = "Print what each role may do, as markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        self.stdout.write(page(), ending="")
