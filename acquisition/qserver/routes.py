"""The table of routes: method and path, the right and the lock that bind it, the function that answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.access import Scope
from accounts.actor import Actor

Answer = dict[str, Any]
Action = Callable[[Actor, str, Mapping[str, Any]], Answer]

#: Sent by some clients with every write; the server finds both out by itself.
IGNORED: Final = frozenset({"user", "user_group"})
NOTHING: Final[frozenset[str]] = frozenset()
ENVIRONMENT: Final = frozenset({"environment"})
QUEUE: Final = frozenset({"queue"})
BOTH: Final = ENVIRONMENT | QUEUE


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path.

    Parameters
    ----------
    scope
        What the actor must have at the beamline; without it the answer is 401.
    action
        Gives the answer, or raises what is told as ``success: false``.
    needs, takes
        Parameters that must and that may be given.
    locks
        What of the clients' lock binds the route.
    refused
        What a refusal holds besides ``success`` and ``msg``.
    """

    method: str
    path: str
    scope: Scope
    action: Action
    needs: frozenset[str] = NOTHING
    takes: frozenset[str] = NOTHING
    locks: frozenset[str] = NOTHING
    refused: Callable[[Mapping[str, Any]], Answer] = lambda asked: {}

    @property
    def known(self) -> frozenset[str]:
        """Every parameter that may be given."""
        key = {"lock_key"} if self.locks else NOTHING
        return self.needs | self.takes | IGNORED | key


ROUTES: Final[list[Route]] = []


def route(
    method: str,
    path: str,
    scope: Scope,
    *,
    needs: str = "",
    takes: str = "",
    locks: frozenset[str] = NOTHING,
    refused: Callable[[Mapping[str, Any]], Answer] = lambda asked: {},
) -> Callable[[Action], Action]:
    """Put a function into the table; `needs` and `takes` are names of parameters, with spaces between."""

    def note(action: Action) -> Action:
        needed, taken = frozenset(needs.split()), frozenset(takes.split())
        ROUTES.append(Route(method, path, scope, action, needed, taken, locks, refused))
        return action

    return note


def done(**more: Any) -> Answer:
    """Give the answer of what succeeded."""
    return {"success": True, "msg": "", **more}


def refusal(msg: str, **more: Any) -> Answer:
    """Give the answer of what was refused."""
    return {"success": False, "msg": msg, **more}
