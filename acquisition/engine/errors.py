"""Errors that the engine raises or throws into a plan.

::

    Exception
    ├── RunEngineInterrupted            the call was paused, stopped, aborted or halted
    ├── RunEngineControlException
    │   ├── RequestAbort                thrown into the plan by ``abort``
    │   └── RequestStop                 thrown into the plan by ``stop``
    ├── FailedPause                     a pause without a rewind point
    ├── FailedStatus                    a device's status failed
    ├── IllegalMessageSequence          e.g. ``save`` without ``create``
    ├── NoReplayAllowed                 raised by a device's ``pause``: do not replay
    ├── InvalidCommand (KeyError)       a message with an unknown command
    ├── NotSupportedError (TypeError, AssertionError)   a device lacks what a message needs
    ├── InvalidMessageError (TypeError) a plan yielded something that is no message
    ├── BadReadingError (RuntimeError)  a device answered with something unusable
    ├── TransitionError (RuntimeError)  the state machine refuses the move
    └── WaitForTimeoutError (TimeoutError)
    GeneratorExit
    └── PlanHalt                        thrown into the plan by ``halt``

When the bluesky package is installed its classes are used, because plans, devices and preprocessors
written for it catch them by identity; otherwise the equal classes below are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = [
    "BadReadingError",
    "FailedPause",
    "FailedStatus",
    "IllegalMessageSequence",
    "InvalidCommand",
    "InvalidMessageError",
    "NoReplayAllowed",
    "NotSupportedError",
    "PlanHalt",
    "RequestAbort",
    "RequestStop",
    "RunEngineControlException",
    "RunEngineInterrupted",
    "TransitionError",
    "WaitForTimeoutError",
]


class _Own:
    """The classes used where bluesky is not installed."""

    class RunEngineInterrupted(Exception):
        """The call ended, or rests, before its plan did."""

    class RunEngineControlException(Exception):
        """A request by the user that the plan sees as an exception."""

    class RequestAbort(RunEngineControlException):
        """The user asked to abort."""

        exit_status = "abort"

    class RequestStop(RunEngineControlException):
        """The user asked to stop."""

        exit_status = "success"

    class PlanHalt(GeneratorExit):
        """The user asked to halt: no clean-up by the plan."""

    class FailedPause(Exception):
        """A pause or suspension where the plan cannot be rewound."""

    class FailedStatus(Exception):
        """A status object of a device reports failure."""

    class IllegalMessageSequence(Exception):
        """A message that makes no sense after the ones before it."""

    class InvalidCommand(KeyError):
        """A message whose command is not in the registry."""

    class NoReplayAllowed(Exception):
        """A device refuses that messages are replayed."""

    class TransitionError(RuntimeError):
        """A move that the state machine does not have."""

    class WaitForTimeoutError(TimeoutError):
        """A wait took longer than the plan allows."""


if TYPE_CHECKING:
    RunEngineInterrupted = _Own.RunEngineInterrupted
    RunEngineControlException = _Own.RunEngineControlException
    RequestAbort = _Own.RequestAbort
    RequestStop = _Own.RequestStop
    PlanHalt = _Own.PlanHalt
    FailedPause = _Own.FailedPause
    FailedStatus = _Own.FailedStatus
    IllegalMessageSequence = _Own.IllegalMessageSequence
    InvalidCommand = _Own.InvalidCommand
    NoReplayAllowed = _Own.NoReplayAllowed
    TransitionError = _Own.TransitionError
    WaitForTimeoutError = _Own.WaitForTimeoutError
else:
    try:
        import bluesky.run_engine as _run_engine
        import bluesky.utils as _utils
    except ImportError:
        _run_engine = _utils = _Own
    for _name in __all__:
        if hasattr(_Own, _name):
            globals()[_name] = getattr(_utils, _name, None) or getattr(_run_engine, _name)


class NotSupportedError(TypeError, AssertionError):
    """A message names an object that lacks a method the command needs."""


class InvalidMessageError(TypeError):
    """A plan yielded something that has not the five fields of a message."""


class BadReadingError(RuntimeError):
    """A device answered with something that cannot become a document."""
