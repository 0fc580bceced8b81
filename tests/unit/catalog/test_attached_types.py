"""A file is shown by a browser only as what its bytes are."""

import pytest

from catalog.api.attached_files import SHOWN
from catalog.services.attachments import BEGINNINGS, PLAIN_BYTES, agreed_media_type

BYTES = {
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/gif": b"GIF89a\x01\0",
    "image/webp": b"RIFF\x0a\n\0\0WEBPVP8 ",
    "application/pdf": b"%PDF-1.7\n",
    "text/plain": "a line\nµm".encode(),
}
"""How a file of each kind begins."""


def test_every_kind_that_is_shown_is_looked_at():
    assert SHOWN == {*BEGINNINGS, "text/plain"} == set(BYTES)


@pytest.mark.parametrize("told", BYTES)
@pytest.mark.parametrize("held", [*BYTES, "nothing"])
def test_what_is_told_must_be_what_is_held(tmp_path, told, held):
    file = tmp_path / "x"
    file.write_bytes(BYTES.get(held, b"\x7fELF\0"))
    # Bytes without NUL are text, whatever else they are: a browser shows them as such.
    is_so = told == held or (told == "text/plain" and b"\0" not in file.read_bytes())
    assert agreed_media_type(told, file) == (told if is_so else PLAIN_BYTES)


def test_other_kinds_are_kept_as_told_and_never_shown(tmp_path):
    (tmp_path / "x").write_bytes(b"\x89HDF\r\n")
    assert agreed_media_type("application/x-hdf5", tmp_path / "x") == "application/x-hdf5"
