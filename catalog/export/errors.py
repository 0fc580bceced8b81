"""Why something is not exported.

::

    accounts.errors.BeamportError
    ├── InvalidError 400
    │   └── OptionsError         invalid_options   an option is unknown or its value does not fit
    ├── NotFoundError 404
    │   ├── UnknownFormatError   unknown_format    no exporter has this name
    │   └── NoStreamError        no_stream         the run has no such stream
    └── ConflictError 409
        ├── NothingToExportError nothing_to_export the run has nothing that this format could hold
        └── NoArrayError         no_array          the files of an array cannot be read
"""

from __future__ import annotations

from accounts.errors import ConflictError, InvalidError, NotFoundError


class OptionsError(InvalidError):
    """An option is unknown, or its value does not fit its schema."""

    code = "invalid_options"
    default_detail = "These options cannot be used."


class UnknownFormatError(NotFoundError):
    """No exporter has this name."""

    code = "unknown_format"


class NoStreamError(NotFoundError):
    """The run has no such stream."""

    code = "no_stream"


class NothingToExportError(ConflictError):
    """The run has nothing that this format could hold."""

    code = "nothing_to_export"


class NoArrayError(ConflictError):
    """The files of an array are not there, or not of a kind that is read."""

    code = "no_array"
