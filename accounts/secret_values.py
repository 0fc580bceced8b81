"""Secrets by environment: the value itself, or a file that holds it, as systemd and containers give them."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret(name: str) -> str:
    """Return environment variable `name`, or what is in the file that `name`_FILE names; empty without both.

    Raises
    ------
    ImproperlyConfigured
        The file cannot be read, or both are set.
    """
    file = os.environ.get(f"{name}_FILE", "")
    if not file:
        return os.environ.get(name, "")
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE: {error}") from error
