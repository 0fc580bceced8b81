"""The colours that a browser asked for, written into each page, so that it is drawn right at once."""

from typing import Final

from django.http import HttpRequest

COOKIES: Final = ("__Host-theme", "theme")
"""Over TLS and without: as `frontend/spa/src/features/frame/theme.ts` writes them."""
CHOICES: Final = ("light", "dark")


def theme(request: HttpRequest) -> dict[str, str]:
    """Give templates the theme: that of the cookie, or ``auto``."""
    chosen = next((request.COOKIES[name] for name in COOKIES if name in request.COOKIES), "")
    return {"theme": chosen if chosen in CHOICES else "auto"}
