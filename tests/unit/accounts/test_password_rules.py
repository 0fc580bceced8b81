"""Which passwords are refused as easy to guess, and that no kind of character is asked for or forbidden."""

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.door.password_rules import BreachedPasswordValidator, GuessablePasswordValidator
from accounts.models import User

PERSON = User(username="k.lonsdale", first_name="Kathleen", last_name="Lonsdale", email="kl@example.org")


def refused(password):
    try:
        validate_password(password, PERSON)
    except ValidationError as error:
        return {fault.code for fault in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "1q2w3e4r5t6y",
        "password2026!",
        "P4$$w0rd-2026",
        "2026...letmein...",
        "passwordpassword",
        "qwertyqwerty1",
        "123456789012",
        "abcdefghijklm",
        "zyxwvutsrqpon",
        "aaaaaaaaaaaa",
        "xyxyxyxyxyxyxy",
        "111222333444",
    ],
)
def test_common_passwords_are_refused_in_disguise_too(password):
    assert "password_too_common" in refused(password)


@pytest.mark.parametrize(
    "password",
    ["beamport-2026", "Synchrotron1234", "beamline.beamport", "8eaml1ne!!proposal", "Facility-X12!"],
)
def test_words_of_the_place_do_not_make_a_password(password):
    assert refused(password)


def test_a_facility_adds_words_of_its_own(settings):
    assert not refused("diffraction-4242")
    settings.PASSWORD_WORDS = ["Diffraction"]
    assert refused("diffraction-4242") == {"password_of_the_place"}
    assert not refused("two diffraction papers by Friday")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "my beamline has 4 green doors",
        "830417295561",
        "830417295561-password",
        "830417295561-admin",
        "ŋþøđæßĸłʒəɣħ",
        "        a b c d e",
        "x" * 3 + "Kq7" * 3 + "v" * 80,
        "только буквы тут",
    ],
)
def test_any_characters_will_do_and_long_ones_too(password):
    assert refused(password) == set()


def test_one_s_own_name_does_not():
    assert refused("k.lonsdale.k.lonsdale")


@pytest.fixture
def leaked(settings, tmp_path):
    """Let the site know a thousand passwords that leaked, as ordered digests with counts."""
    words = [f"leaked passphrase {number}" for number in range(1000)]
    digests = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    settings.BREACHED_PASSWORDS = tmp_path / "digests.txt"
    settings.BREACHED_PASSWORDS.write_text("".join(f"{digest}:{len(digest)}\r\n" for digest in digests))
    return words, digests


def test_every_leaked_password_is_found_and_no_other(leaked):
    words, _ = leaked
    check = BreachedPasswordValidator().validate
    for word in words:
        with pytest.raises(ValidationError, match="leaked"):
            check(word)
    for number in range(1000, 1400):
        check(f"leaked passphrase {number}")


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_lines_without_counts_and_a_file_of_one_line_are_read(leaked, settings, ending):
    digest = hashlib.sha1(b"the only one of all").hexdigest()
    settings.BREACHED_PASSWORDS.write_text(digest + ending)
    with pytest.raises(ValidationError):
        BreachedPasswordValidator().validate("the only one of all")
    BreachedPasswordValidator().validate("another one of all")


def test_without_a_file_nothing_is_looked_up(settings):
    settings.BREACHED_PASSWORDS = None
    BreachedPasswordValidator().validate("anything at all")
    assert BreachedPasswordValidator().get_help_text() == ""


def test_the_rules_are_told():
    assert "commonly used" in GuessablePasswordValidator().get_help_text()
