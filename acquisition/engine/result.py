"""What a call of the engine gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class RunEngineResult:
    """Outcome of one call.

    Attributes
    ----------
    run_start_uids : tuple of str
        Runs opened in this call, in order.
    plan_result : object
        What the plan returned, or the engine's ``NO_PLAN_RETURN``.
    exit_status : str
        ``success``, ``abort`` or ``fail``.
    interrupted : bool
        Whether the call was paused, stopped, aborted or halted.
    reason : str
        Why it was aborted.
    exception : BaseException or None
        What ended the plan, if an exception did.
    """

    run_start_uids: tuple[str, ...]
    plan_result: Any
    exit_status: str
    interrupted: bool
    reason: str
    exception: BaseException | None
