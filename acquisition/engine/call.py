"""What belongs to one call of the engine and goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from acquisition.engine.messages import Plan


class Frame:
    """One plan on the stack, with the answer it will be sent next.

    Attributes
    ----------
    wants_answer : bool
        The message this plan waits for was cut off; the answer is what the plan on top of it returns.
    """

    __slots__ = ("answer", "plan", "wants_answer")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.answer: Any = None
        self.wants_answer = False


@dataclass(eq=False)
class Call:
    """State of one call: plans, objects touched, runs opened, outcome.

    Attributes
    ----------
    plan : object
        The plan as it was given, for its name and type.
    metadata : dict
        Metadata given with the call, for all its runs.
    stack : list of Frame
        Plans in progress, the one taking messages last.
    seen, touched, staged : dict
        Objects of any message, objects that were set, objects not yet unstaged; as keys, in order.
    temporary_tokens : set of int
        Subscriptions that end with the call.
    was_rewindable : bool
        What the engine's `rewindable` was when the call began; a halted plan cannot set it back.
    is_ended, is_over : bool
        The plan is done and only clean-up is left; clean-up is done too.
    """

    plan: Any
    metadata: dict[str, Any] = field(default_factory=dict)
    stack: list[Frame] = field(default_factory=list)
    seen: set[Any] = field(default_factory=set)
    touched: dict[Any, None] = field(default_factory=dict)
    staged: dict[Any, None] = field(default_factory=dict)
    temporary_tokens: set[int] = field(default_factory=set)
    run_start_uids: list[str] = field(default_factory=list)
    exit_status: str = "success"
    reason: str = ""
    exception: BaseException | None = None
    interrupted: bool = False
    is_pause_deferred: bool = False
    ending: BaseException | None = None
    was_cancelled: bool = False
    was_rewindable: bool = True
    is_ended: bool = False
    is_over: bool = False

    def push(self, plan: Plan) -> None:
        """Put a plan on top."""
        self.stack.append(Frame(plan))
