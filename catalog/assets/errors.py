"""Why a frame cannot be given.

::

    accounts.errors.BeamportError
    ├── NotFoundError 404
    │   ├── AssetNotAllowedError  asset_not_allowed   outside the folders that may be read
    │   └── NoFrameError          no_frame            the documents name no such frame, or it cannot be read
    └── AssetGoneError 410        asset_gone          the file was there and is not
"""

from __future__ import annotations

from accounts.errors import BeamportError, NotFoundError


class AssetNotAllowedError(NotFoundError):
    """The file lies outside the folders that may be read."""

    code = "asset_not_allowed"


class NoFrameError(NotFoundError):
    """The documents name no such frame, or it is of a kind that is not read."""

    code = "no_frame"


class AssetGoneError(BeamportError):
    """The file that the documents name is gone."""

    status = 410
    code = "asset_gone"
