"""A beamline to try things on: one place, two proposals, three people."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import services
from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.models import (
    Beamline,
    Membership,
    Proposal,
    ProposalRole,
    StaffAssignment,
    StaffRole,
    User,
)

BEAMLINE = "demo"
BEAMLINE_TITLE = "Demo beamline"
PROPOSALS = {"2026-0001": "Mapping a test sample", "2026-0002": "Commissioning"}
USERS_PROPOSAL = "2026-0001"
PASSWORD_BYTES = 15  # 120 random bits, 20 characters


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One account of the demo."""

    username: str
    first_name: str
    last_name: str
    is_facility_admin: bool = False


PEOPLE = (
    DemoPerson("admin", "Demo", "Administrator", is_facility_admin=True),
    DemoPerson("staff", "Demo", "Staff"),
    DemoPerson("user", "Demo", "Experimenter"),
)


@transaction.atomic
def ensure_demo(*, actor: Actor) -> dict[str, Any]:
    """Make what is missing of the demo; what is there already is left as it is.

    Returns
    -------
    dict
        ``beamline`` (name), ``proposals`` (numbers) and ``credentials`` (username to password, only of
        accounts made by this call: passwords are kept nowhere).
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    if not Beamline.objects.filter(name=BEAMLINE).exists():
        services.create_beamline(actor=actor, name=BEAMLINE, title=BEAMLINE_TITLE)
    for number, title in PROPOSALS.items():
        if not Proposal.objects.filter(number=number).exists():
            services.create_proposal(actor=actor, number=number, title=title, beamlines=[BEAMLINE])
    credentials = {person.username: password for person in PEOPLE if (password := _ensure(actor, person))}
    _ensure_roles(actor)
    return {"beamline": BEAMLINE, "proposals": list(PROPOSALS), "credentials": credentials}


@transaction.atomic
def ensure_beamline(*, actor: Actor, name: str, title: str, time_zone: str = "UTC") -> None:
    """Let the people of the demo use another beamline: `staff` runs it, the demo's proposals have time on it.

    What is there already is left as it is; each thing that is made is audited.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    if not Beamline.objects.filter(name=name).exists():
        services.create_beamline(actor=actor, name=name, title=title, time_zone=time_zone)
    if not StaffAssignment.objects.filter(beamline__name=name, user__username="staff").exists():
        services.assign_staff(
            actor=actor, beamline=name, username="staff", role=StaffRole.BEAMLINE_STAFF.value
        )
    for number in PROPOSALS:
        services.allocate_beamline(actor=actor, proposal=number, beamline=name)


def _ensure(actor: Actor, person: DemoPerson) -> str | None:
    if User.objects.filter(username__iexact=person.username).exists():
        return None
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    services.create_user(
        actor=actor,
        username=person.username,
        password=password,
        first_name=person.first_name,
        last_name=person.last_name,
        is_facility_admin=person.is_facility_admin,
    )
    return password


def _ensure_roles(actor: Actor) -> None:
    if not StaffAssignment.objects.filter(beamline__name=BEAMLINE, user__username="staff").exists():
        services.assign_staff(
            actor=actor, beamline=BEAMLINE, username="staff", role=StaffRole.BEAMLINE_STAFF.value
        )
    if not Membership.objects.filter(proposal__number=USERS_PROPOSAL, user__username="user").exists():
        services.add_member(
            actor=actor,
            proposal=USERS_PROPOSAL,
            username="user",
            role=ProposalRole.PRINCIPAL_INVESTIGATOR.value,
        )
