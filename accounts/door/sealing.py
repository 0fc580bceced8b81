"""Secrets that must be read again are kept encrypted, under a key drawn from the site's secret key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.errors import UnavailableError

SALT = "accounts.door.sealing"


def seal(text: str) -> str:
    """Give `text` encrypted and authenticated."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Give the text that `seal` took.

    Raises
    ------
    UnavailableError
        It was sealed under another secret key, and `SECRET_KEY_FALLBACKS` does not hold that one.
    """
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise UnavailableError(
            "A kept secret cannot be read: the installation's secret key has changed.",
            hint="A facility administrator can reset your second factor.",
        ) from error


def resealed(sealed: str) -> str:
    """Give the same text sealed under the secret key in use; raises as `unseal` does."""
    return seal(unseal(sealed))


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    drawn = (salted_hmac(SALT, "key", secret=secret, algorithm="sha256").digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in drawn])
