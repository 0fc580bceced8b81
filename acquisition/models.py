"""Where Django looks for the models of the app."""

from acquisition.qserver.models import ClientDesk
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
    "ClientDesk",
    "ConsoleLine",
    "ControlCommand",
    "ControlLease",
    "EngineSnapshot",
    "Environment",
    "Lease",
    "QueueItem",
]
