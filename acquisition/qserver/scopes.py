"""The queue server's names of rights, and ours."""

from collections.abc import Iterable
from typing import Final

from accounts.access import Scope, scopes
from accounts.actor import Actor
from accounts.errors import InvalidError

#: Name of a right at the queue server's routes: the scope of ours that it needs.
SCOPES: Final[dict[str, Scope]] = {
    "read:status": Scope.QUEUE_READ,
    "read:queue": Scope.QUEUE_READ,
    "read:history": Scope.QUEUE_READ,
    "read:resources": Scope.QUEUE_READ,
    "read:config": Scope.QUEUE_READ,
    "read:monitor": Scope.QUEUE_READ,
    "read:lock": Scope.QUEUE_READ,
    "read:console": Scope.CONSOLE_READ,
    "write:queue:edit": Scope.QUEUE_WRITE,
    "write:history:edit": Scope.CONTROL_FORCE,
    "write:queue:control": Scope.ENGINE_CONTROL,
    "write:execute": Scope.ENGINE_CONTROL,
    "write:plan:control": Scope.ENGINE_STOP,
    "write:lock": Scope.CONTROL_TAKE,
    "write:manager:control": Scope.ENVIRONMENT,
    "admin:read:principals": Scope.ACCOUNT_ADMIN,
}
#: A key with all rights of its owner.
INHERIT: Final = "inherit"


def names_at(actor: Actor, beamline: str) -> list[str]:
    """Give the names of what the actor may do at a beamline."""
    held = scopes(actor, beamline=beamline)
    return sorted(name for name, scope in SCOPES.items() if scope in held)


def names_of(ours: Iterable[str]) -> list[str]:
    """Give the names under which a key's scopes are told.

    Examples
    --------
    >>> names_of(["console:read"])
    ['read:console']
    """
    held = set(ours)
    if held == {scope.value for scope in Scope}:
        return [INHERIT]
    return sorted(name for name, scope in SCOPES.items() if scope.value in held)


def scopes_of(names: Iterable[str] | None) -> list[str]:
    """Give our scopes for names of either kind; all of them for None or "inherit".

    Raises
    ------
    InvalidError
        A name is of neither kind.
    """
    wanted = list(names) if names is not None else [INHERIT]
    if INHERIT in wanted:
        return sorted(scope.value for scope in Scope)
    known = {**{scope.value: scope for scope in Scope}, **SCOPES}
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise InvalidError(f"There is no scope {', '.join(unknown)}; known are {', '.join(sorted(SCOPES))}.")
    return sorted({known[name].value for name in wanted})
