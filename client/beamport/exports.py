"""Downloads into files: whole or not at all, gone on with where the server can."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from beamport.errors import BeamportError, UnavailableError

if TYPE_CHECKING:
    from beamport.connection import Client

TRIES = 4
Progress = Callable[[int, int | None], None]


def formats(client: Client) -> list[dict[str, Any]]:
    """Give the formats that runs can be had in, with what each takes and loses."""
    return list(client.get("exports/formats")["results"])


def download(
    client: Client, route: str, path: str | Path, options: Mapping[str, Any], progress: Progress | None
) -> Path:
    """Fetch a route into a file and give its path; a broken connection is gone on with, or begun anew.

    The file gets its name when it is whole; until then it is ``<name>.part``.
    """
    wanted = _Download(client, f"/api/v1/{route}", Path(path), dict(options), progress)
    for number in range(TRIES):
        try:
            return wanted.go_on()
        except UnavailableError:
            if number == TRIES - 1:
                raise
            time.sleep(0.2 * 2**number)
    raise AssertionError("the last try ends or raises")


class _Download:
    def __init__(
        self, client: Client, route: str, path: Path, options: dict[str, Any], progress: Progress | None
    ) -> None:
        self.client = client
        self.route = route
        self.path = path
        self.options = {name: str(value) for name, value in options.items() if value is not None}
        self.progress = progress or (lambda done, total: None)
        self.part: Path | None = None
        self.etag = ""

    def go_on(self) -> Path:
        """Fetch what is missing."""
        done = self.part.stat().st_size if self.part is not None and self.part.exists() else 0
        headers = {"Range": f"bytes={done}-", "If-Range": self.etag} if done and self.etag else {}
        with self.client.stream(self.route, self.options, headers) as answer:
            target = self.path / _name(answer, self.route) if self.path.is_dir() else self.path
            self.part = target.with_name(target.name + ".part")
            is_rest = answer.status_code == httpx.codes.PARTIAL_CONTENT
            self.etag = answer.headers.get("ETag", "")
            self._write(answer, self.part, done if is_rest else 0)
        self.part.replace(target)
        return target

    def _write(self, answer: httpx.Response, part: Path, done: int) -> None:
        length = answer.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() and "Content-Encoding" not in answer.headers else None
        with part.open("ab" if done else "wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
                done += len(piece)
                self.progress(done, total)
        if total is not None and done != total:
            raise BeamportError(f"{done} bytes came where {total} were told.")


def _name(answer: httpx.Response, route: str) -> str:
    found = re.search(r'filename="?([^";]+)"?', answer.headers.get("Content-Disposition", ""))
    name = found[1] if found else route.rsplit("/", 1)[-1]
    return re.sub(r"[^\w.+-]", "_", name).lstrip(".") or "download"
