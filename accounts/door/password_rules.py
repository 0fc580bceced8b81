"""Passwords that are easy to guess: common ones in disguise, words of the place, and those that have leaked.

No kind of character is asked for or forbidden: a long sentence, digits alone or any script will do.
"""

from __future__ import annotations

import hashlib
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

#: Words that every installation has in common; a facility adds its own by BEAMPORT_PASSWORD_WORDS.
PLACE_WORDS: Final = (
    *("beamport", "beamline", "synchrotron", "undulator", "storage", "facility", "proposal", "experiment"),
    *("bluesky", "epics", "scientist", "administrator", "admin", "staff", "user"),
)
LEAST_BESIDE_WORDS: Final = 8
LONGEST_REPEATED: Final = 4
LONGEST_PADDING: Final = 8
LEAST_NAME: Final = 4
LOOKALIKES: Final[tuple[dict[int, int], ...]] = (
    {},
    str.maketrans("0134578@$!|", "oleastbasil"),
    str.maketrans("0134578@$!|", "oieastbasil"),
)
PADDING: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
DIGEST_LENGTH: Final = 40


class GuessablePasswordValidator(CommonPasswordValidator):
    """Refuse what is common in some disguise, and what is mostly words of the place."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse the password, or pass."""
        super().validate(password)
        plain = password.casefold()
        if any(self._is_common(form) for form in _read(plain) | _without_padding(plain)):
            raise ValidationError("This password is too common.", code="password_too_common")
        if any(_is_mostly(_words(user), form) for form in _read(plain)):
            raise ValidationError(
                f"Besides names, and words of this place, it needs {LEAST_BESIDE_WORDS} letters or digits.",
                code="password_of_the_place",
            )

    def _is_common(self, form: str) -> bool:
        unit = _repeated(form)
        is_short_repeated = unit != form and len(unit) <= LONGEST_REPEATED
        return is_short_repeated or _is_run(form) or unit in self.passwords


class BreachedPasswordValidator:
    """Refuse a password whose SHA-1 stands in the file that ``BEAMPORT_BREACHED_PASSWORDS`` names.

    The file has one digest a line in hexadecimal, in order, each with ``:count`` behind it or not: as breach
    collections are given out. Nothing is asked over the network.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse the password, or pass."""
        file: Path | None = settings.BREACHED_PASSWORDS
        if file is None:
            return
        digest = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        with file.open("rb") as opened:
            if _stands_in(opened, digest.encode()):
                raise ValidationError(
                    "This password has leaked from another site, and is tried by those who guess.",
                    code="password_leaked",
                )

    def get_help_text(self) -> str:
        """Say the rule."""
        return "Your password can't be one that has leaked." if settings.BREACHED_PASSWORDS else ""


def _read(text: str) -> set[str]:
    """Give the text as it is, and with look-alikes read as the letters that they stand for."""
    return {text.translate(table) for table in LOOKALIKES}


def _without_padding(text: str) -> set[str]:
    """Give what is left without digits and signs around it; many digits are more than padding."""
    bare = [PADDING.sub("", form) for form in (text, *_read(text))]
    forms = {form for core in bare for form in _read(core)}
    return {form for form in forms if _digits(text) - _digits(form) <= LONGEST_PADDING}


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _words(user: AbstractBaseUser | None) -> list[str]:
    names = " ".join(
        str(getattr(user, name, "")) for name in ("username", "first_name", "last_name", "email")
    )
    own = [name for name in re.split(r"[\W_]+", names) if len(name) >= LEAST_NAME]
    return [word.casefold() for word in (*PLACE_WORDS, *settings.PASSWORD_WORDS, *own)]


def _is_mostly(words: list[str], form: str) -> bool:
    named = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    rest, count = named.subn("", form)
    return count > 0 and sum(character.isalnum() for character in rest) < LEAST_BESIDE_WORDS


def _repeated(text: str) -> str:
    """Give the shortest text of which this one is a repetition: itself when it is none."""
    at = (text + text).find(text, 1)
    return text[:at] if text else text


def _is_run(text: str) -> bool:
    """Tell whether almost every character is the one before, or its neighbour in the alphabet."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    surprises = sum(step not in (-1, 0, 1) for step in steps)
    return len(text) >= 6 and surprises <= len(steps) // 10


def _stands_in(opened: IO[bytes], digest: bytes) -> bool:
    """Search the ordered lines by halves; only some dozens of lines are read."""
    low, high = 0, opened.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        opened.seek(middle)
        if middle > low:
            opened.seek(middle - 1)
            opened.readline()
        begin = opened.tell()
        line = opened.readline()[:DIGEST_LENGTH].lower()
        if begin >= high or line > digest or not line:
            high = middle
        elif line == digest:
            return True
        else:
            low = opened.tell()
    return False
