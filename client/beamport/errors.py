"""What the server refuses, and what is missing here.

::

    BeamportError
    ├── InvalidError          400   the question is wrong            (also ValueError)
    │   └── AmbiguousError          several runs begin so
    ├── NotSignedInError      401   no key, or one that has ended
    ├── ForbiddenError        403   the key's owner, or the key, may not
    ├── NotFoundError         404   there is none that you can see   (also KeyError)
    ├── ConflictError         409   the present state does not allow it
    ├── TooLargeError         413   ask for less at once
    ├── TooManyError          429   wait, then again
    ├── ServerError           5xx   a fault of the server
    ├── UnavailableError      503   away, also: not reached at all   (also ConnectionError)
    └── MissingPackageError         a package that is needed here is not installed  (also ImportError)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BeamportError(Exception):
    """A refusal, as the server told it.

    Attributes
    ----------
    detail
        One sentence.
    code
        A word that does not change, such as ``control_held``.
    fields
        Faults by the name of the field that has them.
    hint
        What to do.
    status
        HTTP status; 0 when no server was asked.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str = "",
        fields: Mapping[str, list[str]] | None = None,
        hint: str = "",
        status: int = 0,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.fields = dict(fields or {})
        self.hint = hint
        self.status = status

    def __str__(self) -> str:
        faults = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in self.fields.items())
        return " ".join(part for part in (self.detail, f"({faults})" if faults else "", self.hint) if part)


class InvalidError(BeamportError, ValueError):
    """The question itself is wrong."""


class AmbiguousError(InvalidError):
    """Several runs begin with these characters."""


class NotSignedInError(BeamportError):
    """No key was sent, or one that is unknown, expired or revoked."""


class ForbiddenError(BeamportError):
    """The key, or its owner, may not do this here."""


class NotFoundError(BeamportError, KeyError):
    """There is no such thing, or none that the key's owner can see."""


class ConflictError(BeamportError):
    """The present state does not allow it."""


class TooLargeError(BeamportError):
    """It is too much at once."""


class TooManyError(BeamportError):
    """Too many requests; wait."""


class ServerError(BeamportError):
    """The server failed."""


class UnavailableError(BeamportError, ConnectionError):
    """The server, or a part of it, is away."""


class MissingPackageError(BeamportError, ImportError):
    """Something needs a package that is not installed.

    Parameters
    ----------
    package
        Its name.
    extra
        The extra of this package that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"This needs the package {package}, which is not installed.",
            hint=f"pip install 'beamport[{extra}]'",
        )


_BY_STATUS: dict[int, type[BeamportError]] = {
    400: InvalidError,
    401: NotSignedInError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    413: TooLargeError,
    429: TooManyError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def error_of(status: int, body: Any) -> BeamportError:
    """Give the exception of an answer.

    Examples
    --------
    >>> str(error_of(404, {"code": "not_found", "detail": "There is no run 'x'."}))
    "There is no run 'x'."
    """
    told = body if isinstance(body, Mapping) else {}
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else BeamportError)
    if kind is InvalidError and "runs begin with" in str(told.get("detail", "")):
        kind = AmbiguousError
    return kind(
        str(told.get("detail") or f"The server answered {status}."),
        code=str(told.get("code") or ""),
        fields=told.get("fields") or {},
        hint=str(told.get("hint") or ""),
        status=status,
    )
