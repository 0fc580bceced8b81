"""The test run: fast hashing, the services of tests/conftest.py."""

from config.settings.base import *  # noqa: F403  settings are layered by star import, as Django's documentation does

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405  from base
WHITENOISE_AUTOREFRESH = True  # no collected files in a test run
