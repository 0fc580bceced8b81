"""The types of the pages are those of the server."""

import pytest

from config import typescript


def test_the_generated_types_are_what_the_server_says():
    stale = [f"{path.parent.name}/{path.name}" for path in typescript.stale_files()]
    assert stale == [], "run python -m config.typescript"


def test_a_change_of_the_server_is_noticed(monkeypatch):
    from realtime import protocol

    monkeypatch.setitem(protocol.MESSAGES, "pong", protocol.Unsubscribed)
    assert typescript.SOCKET in typescript.stale_files()


def test_only_what_pages_use_is_written_with_all_that_is_in_it():
    shapes = {"A": {"items": {"$ref": "#/components/schemas/B"}}, "B": {}, "C": {}}
    assert sorted(typescript.reachable(shapes, {"A"})) == ["A", "B"]
    assert "FitResult" in typescript.names_used()
    with pytest.raises(KeyError):
        typescript.reachable(shapes, {"D"})
