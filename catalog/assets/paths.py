"""From the address in a document to a file that may be read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from catalog.assets.errors import AssetGoneError, AssetNotAllowedError


def file_of(uri: str, roots: Iterable[Path]) -> Path:
    """Give the file of a ``file:`` address, links followed, if it lies below one of `roots`.

    Raises
    ------
    AssetNotAllowedError
        The address is of another kind or machine, or lies outside `roots`.
    AssetGoneError
        There is no file any more.
    """
    parts = urlsplit(uri)
    text = unquote(parts.path)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "\0" in text:
        raise AssetNotAllowedError("The frames are not in a file of this machine.")
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts:
        raise AssetNotAllowedError("The address of the frames is not a plain path.")
    allowed = [root.resolve() for root in roots]
    real = path.resolve()
    if not any(real.is_relative_to(root) for root in allowed):
        raise AssetNotAllowedError(
            "The frames lie outside the folders that may be read.",
            hint="An administrator can add the folder to BEAMPORT_ASSET_ROOTS.",
        )
    if not real.is_file():
        raise AssetGoneError(f"The file {real.name} is gone.", hint="It may have been moved to an archive.")
    return real
