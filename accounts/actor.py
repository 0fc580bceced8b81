"""Who acts: the value that every service and selector takes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "key", "worker", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Name who acts, from where and with which narrowing; rights are looked up in `accounts.access`.

    An actor holds no rights itself: those are read from the rows at each question, so a closed account or
    a revoked key ends at once, however long the actor lives (sockets, queued items).
    """

    kind: ActorKind
    user_id: int | None
    username: str
    is_facility_admin: bool = False
    address: str = ""  # network address of the request, for the audit log
    key_prefix: str | None = None
    key_scopes: frozenset[str] | None = None  # None: not narrowed
    key_proposal_id: int | None = None
    key_beamline_id: int | None = None
    on_behalf_of: str = ""  # username of the person for whom a worker acts
    worker_beamline: str = ""  # the one beamline that a worker serves
    impersonated_by: str = ""  # username of the administrator who looks as this person

    @property
    def account_pk(self) -> int:
        """Give the account's primary key for a query; one that no row has when there is no account.

        `None` in a query would ask for missing rows, which is another question.
        """
        return -1 if self.user_id is None else self.user_id

    @property
    def is_signed_in(self) -> bool:
        """Tell whether anybody stands behind this actor."""
        return self.kind != "anonymous"


ANONYMOUS = Actor(kind="anonymous", user_id=None, username="")


def anonymous_actor(address: str = "") -> Actor:
    """Give the actor of a request with no session and no key."""
    return Actor(kind="anonymous", user_id=None, username="", address=address)


def worker_actor(beamline: str, *, on_behalf_of: str = "") -> Actor:
    """Give the actor of the worker process that serves `beamline`, and no other beamline."""
    return Actor(
        kind="worker",
        user_id=None,
        username=f"worker:{beamline}",
        on_behalf_of=on_behalf_of,
        worker_beamline=beamline,
    )


def system_actor(name: str = "system") -> Actor:
    """Give the actor of the installation itself (management commands); never made from a request."""
    return Actor(kind="system", user_id=None, username=name)
