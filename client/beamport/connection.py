"""A connection to one Beamport: requests, retries, refusals as exceptions."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from beamport import encoding, keys
from beamport.errors import BeamportError, UnavailableError, error_of

if TYPE_CHECKING:
    from beamport.catalog import Catalog
    from beamport.queue import Beamline
    from beamport.sending import Sender

API = "/api/v1"
TRIES = 5
_AGAIN = frozenset({429, 502, 503, 504})


class Client:
    """A Beamport; see `connect`.

    Attributes
    ----------
    url
        Its address.
    catalog
        The runs that the key's owner may see.
    """

    def __init__(self, access: keys.Access, *, timeout_s: float = 30.0) -> None:
        self.url = access.url
        self._key = access.api_key
        self._http = httpx.Client(
            base_url=access.url,
            headers={"Authorization": f"ApiKey {access.api_key}", "User-Agent": "beamport-python"},
            timeout=timeout_s,
            follow_redirects=True,
        )

    def __repr__(self) -> str:
        return f"<Beamport {self.url}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    @property
    def catalog(self) -> Catalog:
        """The runs that you may see."""
        from beamport.catalog import Catalog

        return Catalog(self)

    def beamline(self, name: str) -> Beamline:
        """Give a beamline: its queue, engine, plans and devices."""
        from beamport.queue import Beamline

        return Beamline(self, name)

    def beamlines(self) -> list[dict[str, Any]]:
        """Give the beamlines that you may see."""
        found = self.get("beamlines")
        return list(found["results"] if isinstance(found, dict) else found)

    def sender(self, *, beamline: str = "", proposal: str = "") -> Sender:
        """Give a callback that sends the documents of an engine elsewhere to this Beamport."""
        from beamport.sending import Sender

        return Sender(self, beamline=beamline, proposal=proposal)

    def me(self) -> dict[str, Any]:
        """Tell who the key acts for."""
        return dict(self.get("me"))

    @property
    def socket_address(self) -> str:
        """The address of the live socket."""
        return self.url.replace("http", "ws", 1) + "/ws/"

    @property
    def headers(self) -> dict[str, str]:
        """The header that a socket is opened with."""
        return {"Authorization": f"ApiKey {self._key}"}

    def get(self, path: str, **params: Any) -> Any:
        """Read JSON of a route under ``/api/v1/``; documents in it are as they were emitted.

        What fails because the server is away or busy is tried again, five times in all.
        """
        return encoding.read(self.fetch(f"{API}/{path}", **params).content)

    def post(self, path: str, body: Any = None) -> Any:
        """Send JSON to a route under ``/api/v1/``, once."""
        return self.send_json("POST", path, {} if body is None else body)

    def send_json(self, method: str, path: str, body: Any) -> Any:
        """Send JSON to a route under ``/api/v1/`` by another method, once."""
        answer = self.send(method, path, encoding.write(body))
        return encoding.read(answer.content) if answer.content else None

    def delete(self, path: str) -> None:
        """Delete what is at a route under ``/api/v1/``."""
        self.send("DELETE", path, None)

    def send(
        self, method: str, path: str, content: bytes | None, *, kind: str = "application/json"
    ) -> httpx.Response:
        """Send a request that changes something: once, for nobody knows what became of one that failed."""
        headers = {"Content-Type": kind} if content is not None else {}
        try:
            answer = self._http.request(method, f"{API}/{path}", content=content, headers=headers)
        except httpx.TransportError as error:
            raise _unreached(self.url, error) from error
        return _checked(answer)

    def fetch(self, path: str, *, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        """Read a whole answer, with tries again."""
        given = {name: value for name, value in params.items() if value is not None}
        for wait_s in _waits():
            try:
                answer = self._http.get(path, params=given, headers=dict(headers or {}))
                if answer.status_code not in _AGAIN or wait_s is None:
                    return _checked(answer)
                wait_s = _asked_wait(answer, wait_s)
            except httpx.TransportError as error:
                if wait_s is None:
                    raise _unreached(self.url, error) from error
            time.sleep(wait_s)
        raise AssertionError("the last wait is None")

    @contextmanager
    def stream(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """Open an answer that is read while it comes."""
        try:
            with self._http.stream("GET", path, params=dict(params), headers=dict(headers or {})) as answer:
                if answer.is_error:
                    answer.read()
                yield _checked(answer)
        except httpx.TransportError as error:
            raise _unreached(self.url, error) from error


def connect(url: str | None = None, *, api_key: str | None = None, timeout_s: float = 30.0) -> Client:
    """Connect to a Beamport.

    Parameters
    ----------
    url, api_key
        Its address and a key of yours. What is left out comes from ``BEAMPORT_URL`` and
        ``BEAMPORT_API_KEY``, else from the file that ``beamport login`` wrote.
    timeout_s
        How long to wait for an answer.

    Raises
    ------
    BeamportError
        There is no address or no key.
    """
    return Client(keys.find(url, api_key), timeout_s=timeout_s)


def _waits() -> Iterator[float | None]:
    """Give the seconds to wait after each try that failed; None after the last one."""
    for number in range(TRIES - 1):
        yield 0.1 * 2**number * random.uniform(0.5, 1.5)  # noqa: S311  spreads tries, hides nothing
    yield None


def _asked_wait(answer: httpx.Response, wait_s: float) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), 10.0) if asked.isdigit() else wait_s


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_error:
        return answer
    try:
        body = answer.json()
    except ValueError:
        body = None
    raise error_of(answer.status_code, body)


def _unreached(url: str, error: httpx.TransportError) -> BeamportError:
    return UnavailableError(
        f"{url} cannot be reached: {error}.", hint="Is the address right, and the server running?"
    )
