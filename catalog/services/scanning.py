"""Have files that people send looked at by a virus scanner of the facility (ClamAV's daemon) first.

A scanner that is set and does not answer lets nothing pass: who sends a file is told to try again.
"""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import closing
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.errors import InvalidError, UnavailableError

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 30.0
PIECE: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096


def require_clean(path: Path) -> None:
    """Pass a file in which the scanner finds nothing, or any when the site has none (``BEAMPORT_CLAMD``).

    Raises
    ------
    InvalidError
        The scanner found something.
    UnavailableError
        The scanner does not answer, or not about this file.
    """
    place: str = settings.BEAMPORT_CLAMD
    if not place:
        return
    try:
        answer = _asked(place, path)
    except OSError as error:
        logger.error("the virus scanner at %s does not answer: %s", place, error)
        raise _unknown() from error
    if answer.endswith("FOUND"):
        logger.warning("the virus scanner refuses a file: %s", answer)
        raise InvalidError("The virus scanner found something in this file; it is not kept.", code="infected")
    if not answer.endswith("OK"):
        logger.error("the virus scanner at %s says: %s", place, answer)
        raise _unknown()


def _asked(place: str, path: Path) -> str:
    """Send the file in pieces, each after its length, and give the scanner's answer."""
    with closing(_connection(place)) as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            line.sendall(struct.pack("!I", len(piece)) + piece)
        line.sendall(struct.pack("!I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (part := line.recv(PIECE)):
            answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _connection(place: str) -> socket.socket:
    if place.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(TIMEOUT_S)
        try:
            line.connect(place.removeprefix("unix:"))
        except OSError:
            line.close()
            raise
        return line
    host, _, port = place.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT_S)


def _unknown() -> UnavailableError:
    return UnavailableError("The file could not be scanned for viruses.", hint="Try again in a moment.")
