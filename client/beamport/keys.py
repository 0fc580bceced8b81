"""Where the address and the API key come from: arguments, environment, a file that only its owner reads."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beamport.errors import BeamportError

ADDRESS = "BEAMPORT_URL"
KEY = "BEAMPORT_API_KEY"
FILE = "BEAMPORT_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Access:
    """The address of a Beamport and a key for it."""

    url: str
    api_key: str


def key_file() -> Path:
    """Give the path of the file that `save` writes."""
    named = os.environ.get(FILE)
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(named) if named else folder / "beamport" / "access.json"


def find(url: str | None = None, api_key: str | None = None) -> Access:
    """Give what is told, else what the environment says, else what the file holds.

    Raises
    ------
    BeamportError
        There is no address or key anywhere, or others can read the file.
    """
    url = url or os.environ.get(ADDRESS)
    api_key = api_key or os.environ.get(KEY)
    if url and api_key:
        return Access(url.rstrip("/"), api_key)
    kept = _kept()
    url = (url or str(kept.get("url", ""))).rstrip("/")
    api_key = api_key or kept.get("keys", {}).get(url)
    if not url or not api_key:
        missing = "address" if not url else f"API key for {url}"
        raise BeamportError(
            f"There is no {missing}.",
            hint=f"Give it, set {ADDRESS} and {KEY}, or run: beamport login <address>",
        )
    return Access(url, api_key)


def save(access: Access) -> Path:
    """Keep a key in the file, readable by its owner alone, and make its address the default."""
    path = key_file()
    kept = _kept() if path.exists() else {}
    keys = {**kept.get("keys", {}), access.url.rstrip("/"): access.api_key}
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({"url": access.url.rstrip("/"), "keys": keys}, indent=1)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path


def _kept() -> dict[str, Any]:
    path = key_file()
    if not path.exists():
        return {}
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BeamportError(f"Others can read the keys in {path}.", hint=f"chmod 600 {path}")
    try:
        kept = json.loads(path.read_text())
    except ValueError as error:
        raise BeamportError(f"{path} cannot be read: {error}.", hint="Run beamport login again.") from error
    return kept if isinstance(kept, dict) else {}
