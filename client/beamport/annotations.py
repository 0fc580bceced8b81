"""What people add to a run: tags, notes, files, links, and corrections of its metadata."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from beamport.connection import Client


class Annotations:
    """What was added to one run; read anew each time, for others add to it too."""

    def __init__(self, client: Client, run_uid: str) -> None:
        self._client = client
        self._route = f"runs/{run_uid}"

    def __repr__(self) -> str:
        told = self._told()
        counts = [f"{len(told[part])} {part}" for part in ("notes", "attachments", "links")]
        return f"<tags {', '.join(self.tags) or '-'}; {', '.join(counts)}>"

    @property
    def tags(self) -> list[str]:
        """The names of its tags."""
        return [tag["name"] for tag in self._told()["tags"]]

    @property
    def notes(self) -> list[dict[str, Any]]:
        """Its notes: ``uid``, ``text`` (Markdown), ``author``, when."""
        return list(self._told()["notes"])

    @property
    def attachments(self) -> list[dict[str, Any]]:
        """Its attached files: ``uid``, ``name``, ``size``, ``sha256``, ``author``, when."""
        return list(self._told()["attachments"])

    @property
    def links(self) -> list[dict[str, Any]]:
        """Its links, also those that lead here: ``relation``, ``direction``, ``run``, ``note``."""
        return list(self._told()["links"])

    @property
    def revisions(self) -> list[dict[str, Any]]:
        """The corrections of its metadata, each with author, reason and moment."""
        return list(self._client.get(f"{self._route}/revisions")["results"])

    def tag(self, name: str) -> None:
        """Put a tag on the run; ``tag:name`` of a search line finds it."""
        self._client.post(f"{self._route}/tags", {"name": name})

    def untag(self, name: str) -> None:
        """Take a tag off."""
        self._client.delete(f"{self._route}/tags/{quote(name, safe='')}")

    def note(self, text: str) -> None:
        """Write a note, in Markdown."""
        self._client.post(f"{self._route}/notes", {"text": text})

    def attach(self, path: str | Path) -> None:
        """Attach a file."""
        path = Path(path)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        route = f"{self._route}/attachments?name={quote(path.name, safe='')}"
        self._client.send("POST", route, path.read_bytes(), kind=kind)

    def fetch(self, attachment: Mapping[str, Any], path: str | Path = ".") -> Path:
        """Download one of `attachments` into a file or folder."""
        from beamport.exports import download

        return download(self._client, f"{self._route}/attachments/{attachment['uid']}", path, {}, None)

    def link(self, target: str, relation: str, note: str = "") -> None:
        """Link to another run, by its uid: ``reference``, ``calibration``, ``derived_from``, ``repeats``."""
        self._client.post(f"{self._route}/links", {"target": target, "relation": relation, "note": note})

    def correct(self, changes: Mapping[str, Any], *, reason: str) -> None:
        """Correct metadata as a new revision; the start document stays as it was emitted.

        Parameters
        ----------
        changes
            A merge patch (RFC 7396): new values by key, None takes a key away.
        """
        body = {"changes": dict(changes), "reason": reason}
        self._client.send_json("PATCH", f"{self._route}/metadata", body)

    def _told(self) -> dict[str, Any]:
        return dict(self._client.get(f"{self._route}/annotations"))
