"""Where Django looks for the models of the app; they live with the queue."""

from acquisition.queue.models import (
    BeamlineQueue,
    ConsoleLine,
    ControlCommand,
    ControlLease,
    EngineSnapshot,
    Environment,
    Lease,
    QueueItem,
)

__all__ = [
    "BeamlineQueue",
    "ConsoleLine",
    "ControlCommand",
    "ControlLease",
    "EngineSnapshot",
    "Environment",
    "Lease",
    "QueueItem",
]
