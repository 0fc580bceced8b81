"""The acts that are allowed or not, and which of them each role gives."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from accounts.models import ProposalRole, StaffRole


class Scope(StrEnum):
    """The acts that are allowed or not."""

    RUN_READ = "run:read"
    RUN_EXPORT = "run:export"
    RUN_ANNOTATE = "run:annotate"
    RUN_DELETE = "run:delete"
    RUN_ADD = "run:add"
    QUEUE_READ = "queue:read"
    QUEUE_PROPOSE = "queue:propose"
    QUEUE_WRITE = "queue:write"
    QUEUE_APPROVE = "queue:approve"
    ENGINE_CONTROL = "engine:control"
    ENGINE_STOP = "engine:stop"
    DEVICE_READ = "device:read"
    DEVICE_MOVE = "device:move"
    CONSOLE_READ = "console:read"
    CONTROL_TAKE = "control:take"
    CONTROL_FORCE = "control:force"
    ENVIRONMENT = "environment:manage"
    PROPOSAL_ADMIN = "proposal:manage"
    ACCOUNT_ADMIN = "account:manage"
    AUDIT_READ = "audit:read"


Scopes = frozenset[Scope]

ALL_SCOPES: Scopes = frozenset(Scope)
NO_SCOPES: Scopes = frozenset()

# What belongs to a proposal's data: held wherever and whenever the data was taken.
DATA_SCOPES: Scopes = frozenset({Scope.RUN_READ, Scope.RUN_EXPORT, Scope.RUN_ANNOTATE, Scope.PROPOSAL_ADMIN})
# What looks at a beamline without touching it.
WATCH_SCOPES: Scopes = frozenset({Scope.QUEUE_READ, Scope.DEVICE_READ})
# What everybody may do with published data.
PUBLISHED_SCOPES: Scopes = frozenset({Scope.RUN_READ, Scope.RUN_EXPORT})
# What only reads; the rest of the scopes change something, or show what others do.
READING_SCOPES: Scopes = WATCH_SCOPES | {
    Scope.RUN_READ,
    Scope.RUN_EXPORT,
    Scope.CONSOLE_READ,
    Scope.AUDIT_READ,
}

_LOCAL_CONTACT: Scopes = frozenset(
    {
        Scope.RUN_READ,
        Scope.RUN_EXPORT,
        Scope.RUN_ANNOTATE,
        Scope.RUN_ADD,
        Scope.QUEUE_READ,
        Scope.QUEUE_PROPOSE,
        Scope.QUEUE_WRITE,
        Scope.QUEUE_APPROVE,
        Scope.ENGINE_CONTROL,
        Scope.ENGINE_STOP,
        Scope.DEVICE_READ,
        Scope.DEVICE_MOVE,
        Scope.CONSOLE_READ,
        Scope.CONTROL_TAKE,
        Scope.CONTROL_FORCE,
    }
)
# Whoever may watch may stop: who sees that something goes wrong does not look for somebody else first.
_OBSERVER: Scopes = frozenset(
    {Scope.RUN_READ, Scope.QUEUE_READ, Scope.DEVICE_READ, Scope.CONSOLE_READ, Scope.ENGINE_STOP}
)
_MEMBER: Scopes = _OBSERVER | {
    Scope.RUN_EXPORT,
    Scope.RUN_ANNOTATE,
    Scope.QUEUE_PROPOSE,
    Scope.QUEUE_WRITE,
    Scope.ENGINE_CONTROL,
    Scope.DEVICE_MOVE,
    Scope.CONTROL_TAKE,
}

# What a scope of a key brings along: who may change a thing may see it.
IMPLIED: dict[Scope, Scopes] = {
    Scope.RUN_EXPORT: frozenset({Scope.RUN_READ}),
    Scope.RUN_ANNOTATE: frozenset({Scope.RUN_READ}),
    Scope.RUN_DELETE: frozenset({Scope.RUN_READ}),
    Scope.QUEUE_PROPOSE: frozenset({Scope.QUEUE_READ}),
    Scope.QUEUE_WRITE: frozenset({Scope.QUEUE_READ, Scope.QUEUE_PROPOSE}),
    Scope.QUEUE_APPROVE: frozenset({Scope.QUEUE_READ}),
    Scope.ENGINE_CONTROL: frozenset({Scope.ENGINE_STOP, Scope.QUEUE_READ}),
    Scope.DEVICE_MOVE: frozenset({Scope.DEVICE_READ}),
    Scope.CONTROL_TAKE: frozenset({Scope.QUEUE_READ}),
    Scope.CONTROL_FORCE: frozenset({Scope.CONTROL_TAKE, Scope.QUEUE_READ}),
}

FACILITY_ADMIN = "facility_admin"
WORKER = "worker"

ROLE_SCOPES: dict[str, Scopes] = {
    FACILITY_ADMIN: ALL_SCOPES,
    StaffRole.BEAMLINE_STAFF.value: _LOCAL_CONTACT | {Scope.ENVIRONMENT, Scope.AUDIT_READ, Scope.RUN_DELETE},
    StaffRole.LOCAL_CONTACT.value: _LOCAL_CONTACT,
    ProposalRole.PRINCIPAL_INVESTIGATOR.value: _MEMBER | {Scope.PROPOSAL_ADMIN, Scope.QUEUE_APPROVE},
    ProposalRole.MEMBER.value: _MEMBER,
    ProposalRole.OBSERVER.value: _OBSERVER,
    WORKER: _LOCAL_CONTACT | {Scope.ENVIRONMENT},
}


def with_implied(names: Iterable[str]) -> Scopes:
    """Give the scopes that a key with `names` has at most: those, and what each brings along (`IMPLIED`)."""
    known = set(Scope)
    named = {Scope(name) for name in names if name in known}
    return frozenset(named).union(*(IMPLIED.get(scope, NO_SCOPES) for scope in named))
