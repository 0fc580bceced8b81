"""A small facility: two beamlines, two proposals, and one person of every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from accounts import selectors, services
from accounts.actor import Actor, system_actor
from accounts.models import APIKey, Proposal, User

SYSTEM = system_actor("test")
PASSWORD = "correct-horse-battery-9"


@dataclass
class Facility:
    """`alpha` has proposals P-1 (visit on) and P-3 (shared with `beta`); `beta` has P-2 and P-3.

    pi, member, observer are in P-1; staff and contact are on alpha; outsider is the investigator of P-2;
    other_staff is on beta; stranger has an account and nothing else.
    """

    proposals: dict[str, Proposal] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Give the actor of a person, as found at this moment."""
        return selectors.actor_for_username(name)

    def proposal_id(self, number: str) -> int:
        """Give a proposal's primary key."""
        return self.proposals[number].pk

    def key(self, name: str, *scopes: str, **narrowing: str) -> tuple[str, APIKey]:
        """Make an API key of a person."""
        return services.create_key(actor=self.actor(name), scopes=scopes, note="test", **narrowing)


ROLES = {"pi": "principal_investigator", "member": "member", "observer": "observer"}


def make_facility() -> Facility:
    """Make the rows of the small facility by the services."""
    facility = Facility()
    for name in ("alpha", "beta"):
        services.create_beamline(actor=SYSTEM, name=name, title=name.title())
    visit = {
        "starts_at": timezone.now() - timedelta(days=1),
        "ends_at": timezone.now() + timedelta(days=1),
    }
    for number, beamlines in {"P-1": ["alpha"], "P-2": ["beta"], "P-3": ["alpha", "beta"]}.items():
        facility.proposals[number] = services.create_proposal(
            actor=SYSTEM, number=number, title=f"Proposal {number}", beamlines=beamlines, **visit
        )
    for name in (
        "admin",
        "staff",
        "contact",
        "other_staff",
        "pi",
        "member",
        "observer",
        "outsider",
        "stranger",
    ):
        facility.users[name] = services.create_user(
            actor=SYSTEM, username=name, password=PASSWORD, is_facility_admin=name == "admin"
        )
    services.assign_staff(actor=SYSTEM, beamline="alpha", username="staff")
    services.assign_staff(actor=SYSTEM, beamline="alpha", username="contact", role="local_contact")
    services.assign_staff(actor=SYSTEM, beamline="beta", username="other_staff")
    for name, role in ROLES.items():
        services.add_member(actor=SYSTEM, proposal="P-1", username=name, role=role)
    services.add_member(actor=SYSTEM, proposal="P-2", username="outsider", role="principal_investigator")
    return facility
