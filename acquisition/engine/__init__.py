"""The RunEngine: carries out the messages of plans and emits documents."""

from acquisition.engine.dispatcher import Dispatcher
from acquisition.engine.errors import (
    FailedPause,
    FailedStatus,
    IllegalMessageSequence,
    InvalidCommand,
    InvalidMessageError,
    NoReplayAllowed,
    NotSupportedError,
    PlanHalt,
    RequestAbort,
    RequestStop,
    RunEngineControlException,
    RunEngineInterrupted,
    TransitionError,
    WaitForTimeoutError,
)
from acquisition.engine.event_loop import (
    autoawait_in_bluesky_event_loop,
    call_in_bluesky_event_loop,
    get_bluesky_event_loop,
    in_bluesky_event_loop,
    set_bluesky_event_loop,
)
from acquisition.engine.metadata import default_scan_id_source
from acquisition.engine.result import RunEngineResult
from acquisition.engine.run_engine import PAUSE_MSG, RunEngine
from acquisition.engine.sigint import SigintHandler
from acquisition.engine.states import RunEngineStateMachine

__all__ = [
    "PAUSE_MSG",
    "Dispatcher",
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
    "RunEngine",
    "RunEngineControlException",
    "RunEngineInterrupted",
    "RunEngineResult",
    "RunEngineStateMachine",
    "SigintHandler",
    "TransitionError",
    "WaitForTimeoutError",
    "autoawait_in_bluesky_event_loop",
    "call_in_bluesky_event_loop",
    "default_scan_id_source",
    "get_bluesky_event_loop",
    "in_bluesky_event_loop",
    "set_bluesky_event_loop",
]
