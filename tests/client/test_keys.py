"""Where address and key come from."""

import pytest

import beamport
from beamport import keys


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    for name in (keys.ADDRESS, keys.KEY):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(keys.FILE, str(tmp_path / "folder" / "access.json"))


def test_arguments_go_before_the_environment_and_that_before_the_file(monkeypatch):
    keys.save(keys.Access("https://kept/", "bp_kept"))
    assert keys.find() == keys.Access("https://kept", "bp_kept")
    monkeypatch.setenv(keys.ADDRESS, "https://named")
    monkeypatch.setenv(keys.KEY, "bp_named")
    assert keys.find() == keys.Access("https://named", "bp_named")
    assert keys.find("https://told", api_key="bp_told") == keys.Access("https://told", "bp_told")


def test_each_address_has_its_key_and_the_last_is_the_default():
    keys.save(keys.Access("https://one", "bp_1"))
    keys.save(keys.Access("https://two", "bp_2"))
    assert keys.find("https://one").api_key == "bp_1"
    assert keys.find().url == "https://two"
    with pytest.raises(beamport.BeamportError, match="API key for https://three"):
        keys.find("https://three")


def test_the_file_is_for_its_owner_alone():
    path = keys.save(keys.Access("https://one", "bp_1"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(beamport.BeamportError, match="Others can read"):
        keys.find()


def test_without_any_the_message_says_what_to_do():
    with pytest.raises(beamport.BeamportError, match="beamport login"):
        beamport.connect()
