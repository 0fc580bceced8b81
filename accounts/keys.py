"""The text of an API key: `bp_<prefix>_<secret>`. The prefix names it in lists and logs, the secret opens."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass

ALPHABET = string.ascii_letters + string.digits  # clients of the field take a key with a hyphen for no key
PREFIX_LENGTH = 8
SECRET_LENGTH = 43  # 256 random bits
PATTERN = re.compile(r"bp_([A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}")
NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `text` is shown once and not kept."""

    text: str
    prefix: str
    hashed: str


def generate() -> NewKey:
    """Make a key of 256 random bits."""
    prefix, secret = (
        "".join(secrets.choice(ALPHABET) for _ in range(length)) for length in (PREFIX_LENGTH, SECRET_LENGTH)
    )
    text = f"bp_{prefix}_{secret}"
    return NewKey(text=text, prefix=prefix, hashed=digest(text))


def prefix_of(text: str) -> str | None:
    """Give the prefix of a well-formed key, None for any other text."""
    match = PATTERN.fullmatch(text)
    return match[1] if match else None


def looks_like_key(text: str) -> bool:
    """Tell whether a key stands anywhere in `text`."""
    return PATTERN.search(text) is not None


def digest(text: str) -> str:
    """Give the SHA-256 of a key as hexadecimal text: what is kept of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def matches(text: str, hashed: str) -> bool:
    """Compare in a time that does not depend on how much of the key is right."""
    return hmac.compare_digest(digest(text), hashed)
