import re

from accounts import keys


def test_key_has_the_documented_form_and_only_its_hash_matches():
    new, other = keys.generate(), keys.generate()
    assert re.fullmatch(r"bp_[A-Za-z0-9]{8}_[A-Za-z0-9]{43}", new.text), "the Tiled client takes words only"
    assert keys.prefix_of(new.text) == new.prefix
    assert keys.matches(new.text, new.hashed)
    assert not keys.matches(other.text, new.hashed)
    assert not keys.matches(new.text, keys.NO_HASH)


def test_prefix_of_anything_else_is_none():
    text = keys.generate().text
    for wrong in ("", "bp_", text[:-1], text + "x", text.replace("bp_", "pb_"), text + "\n", "é" * 55):
        assert keys.prefix_of(wrong) is None


def test_a_key_is_found_inside_longer_text():
    assert keys.looks_like_key(f"next=/x?k={keys.generate().text}&y")
    assert not keys.looks_like_key("bp_short_key")
