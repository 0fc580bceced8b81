"""Refusals become exceptions that say what the server said."""

import httpx
import pytest

import beamport
from beamport.errors import error_of
from beamport.keys import Access


@pytest.mark.parametrize(
    ("status", "kind", "builtin"),
    [
        (400, beamport.InvalidError, ValueError),
        (401, beamport.NotSignedInError, Exception),
        (403, beamport.ForbiddenError, Exception),
        (404, beamport.NotFoundError, KeyError),
        (410, beamport.NotFoundError, KeyError),
        (409, beamport.ConflictError, Exception),
        (413, beamport.TooLargeError, Exception),
        (429, beamport.TooManyError, Exception),
        (500, beamport.ServerError, Exception),
        (503, beamport.UnavailableError, ConnectionError),
    ],
)
def test_each_status_has_its_exception(status, kind, builtin):
    body = {"code": "x", "detail": "No.", "fields": {"num": ["too many"]}, "hint": "Take less."}
    error = error_of(status, body)
    assert type(error) is kind
    assert isinstance(error, builtin)
    assert (error.code, error.fields, error.hint) == ("x", {"num": ["too many"]}, "Take less.")
    assert str(error) == "No. (num: too many) Take less."
    assert str(error_of(status, "<html>")) == f"The server answered {status}."


def test_what_only_reads_is_tried_again_and_what_changes_is_not(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    asked = []

    def answer(request):
        asked.append(request.method)
        is_good = len(asked) == 4
        return httpx.Response(200 if is_good else 503, json={"detail": "busy", "x": 1})

    with beamport.Client(Access("http://nowhere", "bp_x")) as client:
        client._http.close()
        client._http = httpx.Client(base_url="http://nowhere", transport=httpx.MockTransport(answer))
        assert client.get("me")["x"] == 1
        assert asked == ["GET"] * 4
        with pytest.raises(beamport.UnavailableError, match="busy"):
            client.post("x")
        assert asked == ["GET"] * 4 + ["POST"]
