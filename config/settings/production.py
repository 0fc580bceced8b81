"""A facility's installation: TLS, `__Host-` cookies, servers named by URL."""

import os

from django.core.exceptions import ImproperlyConfigured

from accounts.door import configuration as sign_in
from config.settings.base import *  # noqa: F403  settings are layered by star import, as Django's documentation does

for name in ("DATABASE_URL", "BROKER_URL", "BEAMPORT_HOSTS", "BEAMPORT_SECRET_KEY"):
    if not (os.environ.get(name) or os.environ.get(f"{name}_FILE")):
        raise ImproperlyConfigured(
            f"{name} is not set: production takes no default (docs/reference/settings.md)."
        )

STAFF_SECOND_FACTOR = sign_in.switch("BEAMPORT_STAFF_SECOND_FACTOR", default="on")
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"
