"""What can be refused, and how it is told.

One tree for the whole Django side; every class carries the HTTP status and the stable code of the answer::

    BeamportError           500  error
    ├── InvalidError        400  invalid          (also ValueError)
    ├── NotSignedInError    401  not_signed_in
    ├── ForbiddenError      403  forbidden
    ├── NotFoundError       404  not_found        (also LookupError)
    ├── ConflictError       409  conflict
    ├── TooLargeError       413  too_large
    ├── TooManyError        429  too_many
    └── UnavailableError    503  unavailable

A row that is unknown and a row that is hidden both raise `NotFoundError`; `ForbiddenError` is for places
the person can see, but where this act is not theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class BeamportError(Exception):
    """Say who was refused what, and what to do about it.

    Parameters
    ----------
    detail
        One sentence for a person.
    fields
        Faults by the name of the field that has them.
    hint
        What to do next, when there is something to do.
    code
        A finer code than that of the class, such as ``"queue_version"``.
    """

    status = 500
    code = "error"
    default_detail = "Something went wrong on our side."

    def __init__(
        self,
        detail: str = "",
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        hint: str = "",
        code: str = "",
    ) -> None:
        self.detail = detail or self.default_detail
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        self.hint = hint
        if code:
            self.code = code
        super().__init__(self.detail)

    def __str__(self) -> str:
        faults = "; ".join(f"{name}: {', '.join(messages)}" for name, messages in self.fields.items())
        return f"{self.detail} ({faults})" if faults else self.detail


class InvalidError(BeamportError, ValueError):
    """The request itself is wrong; sending it again will not help."""

    status = 400
    code = "invalid"
    default_detail = "The request is not valid."


class NotSignedInError(BeamportError):
    """Nobody is signed in, or the session, account or key has ended."""

    status = 401
    code = "not_signed_in"
    default_detail = "Sign in, or send an API key, to use this."


class ForbiddenError(BeamportError):
    """The place is visible, but this act is not allowed there."""

    status = 403
    code = "forbidden"
    default_detail = "You may not do this here."


class NotFoundError(BeamportError, LookupError):
    """No such thing, or none that this person may know of."""

    status = 404
    code = "not_found"
    default_detail = "There is no such thing here."


class ConflictError(BeamportError):
    """The request is right, but the present state does not allow it."""

    status = 409
    code = "conflict"
    default_detail = "The present state does not allow this."


class TooLargeError(BeamportError):
    """The request or the answer passes a limit of size."""

    status = 413
    code = "too_large"
    default_detail = "This is too large."


class TooManyError(BeamportError):
    """Too many tries; wait before the next one.

    Parameters
    ----------
    retry_after_s
        Seconds until a try is looked at again.
    """

    status = 429
    code = "too_many"
    default_detail = "Too many tries; wait a moment."

    def __init__(self, detail: str = "", *, retry_after_s: int = 0, hint: str = "") -> None:
        super().__init__(detail, hint=hint)
        self.retry_after_s = retry_after_s


class UnavailableError(BeamportError):
    """A part that is needed is away for now; the same request may go through later."""

    status = 503
    code = "unavailable"
    default_detail = "A part of the service is away; try again in a moment."
