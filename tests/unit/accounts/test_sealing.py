"""Secrets that are kept to be read again: opened by their key as they were, and by no other."""

import base64

import pytest

from accounts.door.sealing import seal, unseal
from accounts.errors import UnavailableError

TEXT = "JBSWY3DPEHPK3PXP"


def test_what_was_sealed_is_opened_and_looks_different_each_time():
    assert unseal(seal(TEXT)) == TEXT
    assert seal(TEXT) != seal(TEXT)
    assert TEXT not in seal(TEXT)


@pytest.mark.parametrize("at", [0, 9, 20, 30, -1])
def test_what_was_changed_is_not_opened(at):
    sealed = bytearray(base64.urlsafe_b64decode(seal(TEXT)))
    sealed[at] ^= 1
    with pytest.raises(UnavailableError):
        unseal(base64.urlsafe_b64encode(bytes(sealed)).decode())


def test_a_new_secret_key_opens_what_the_old_one_sealed_while_it_is_told(settings):
    sealed, old = seal(TEXT), settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(UnavailableError):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == TEXT
    assert unseal(seal(TEXT)) == TEXT
