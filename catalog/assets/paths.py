"""From the address in a document to a file that may be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from catalog.assets.errors import AssetGoneError, AssetNotAllowedError


@dataclass(frozen=True)
class Roots:
    """The folders that may be read, and what the folders of other machines are called here.

    Parameters
    ----------
    allowed
        Files are read only below these, links followed.
    moved
        Pairs of a folder as documents name it, and the same folder as this machine names it. The first
        that fits is taken.

    Examples
    --------
    >>> roots = Roots((Path("/data"),), ((PurePosixPath("/ioc/data"), PurePosixPath("/data")),))
    >>> roots.here("/ioc/data/2026/a.h5")
    PosixPath('/data/2026/a.h5')
    """

    allowed: tuple[Path, ...]
    moved: tuple[tuple[PurePosixPath, PurePosixPath], ...] = ()

    @classmethod
    def of(cls, allowed: Iterable[Path | str], moved: Sequence[str] = ()) -> Roots:
        """Make it from folders, and from pairs written ``there=here``.

        Raises
        ------
        ValueError
            A pair has no ``=``, or is not of absolute paths.
        """
        return cls(tuple(Path(root) for root in allowed), tuple(_pair(text) for text in moved))

    def here(self, text: str) -> Path:
        """Give the path by which this machine knows what documents call `text`.

        Raises
        ------
        AssetNotAllowedError
            It is no plain absolute path.
        """
        path = PurePosixPath(text)
        if "\0" in text or not path.is_absolute() or ".." in path.parts:
            raise AssetNotAllowedError("The address of the file is not a plain path.")
        for there, here in self.moved:
            if path.is_relative_to(there):
                return Path(here / path.relative_to(there))
        return Path(path)

    def file(self, text: str) -> Path:
        """Give the file of a path as documents name it, links followed.

        Raises
        ------
        AssetNotAllowedError
            It lies outside the folders.
        AssetGoneError
            There is no such file (any more, or yet).
        """
        real = self.here(text).resolve()
        if not any(real.is_relative_to(root.resolve()) for root in self.allowed):
            raise AssetNotAllowedError(
                f"The file {real.name[:100]!r} lies outside the folders that may be read.",
                hint="An administrator can add its folder to BEAMPORT_ASSET_ROOTS, or say in "
                "BEAMPORT_ASSET_ROOT_MAP where that folder is here.",
            )
        if not real.is_file():
            raise AssetGoneError(
                f"The file {real.name} is gone.",
                hint="It may have been moved to an archive, or not be written yet.",
            )
        return real


def path_of(uri: str) -> str:
    """Give the path in a ``file:`` address of this machine.

    Raises
    ------
    AssetNotAllowedError
        The address is of another kind or machine.
    """
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise AssetNotAllowedError("The address of the file cannot be understood.") from error
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise AssetNotAllowedError("The data are not in a file of this machine.")
    return unquote(parts.path)


def _pair(text: str) -> tuple[PurePosixPath, PurePosixPath]:
    there, separator, here = text.partition("=")
    pair = (PurePosixPath(there.strip()), PurePosixPath(here.strip()))
    if not separator or not all(path.is_absolute() for path in pair):
        raise ValueError(f"{text!r} should be two absolute folders: /there=/here")
    return pair
