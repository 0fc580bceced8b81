"""What the table of rights is played on: rows that every route can find, and one caller per column."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.access import Scope, with_implied
from accounts.models import APIKey
from acquisition.plans import stubs
from acquisition.plans.registry import PlanRegistry
from tests.security.access_table import Row
from tests.support.people import Facility, make_facility

KEY_COLUMNS = ("key", "keyless", "expired", "revoked")


def wait_a_moment(delay: float = 1.0):
    """Wait.

    Parameters
    ----------
    delay
        How long (s).
    """
    yield from stubs.sleep(delay)


@dataclass(frozen=True)
class Stage:
    """The facility, and what the parts of a path stand for."""

    facility: Facility
    parts: dict[str, str]

    def path(self, row: Row) -> str:
        """Give the address of a row."""
        path = row.route
        for part, value in self._parts_of(row).items():
            path = path.replace(f"<{part}>", value)
        return f"/api/v1/{path}"

    def call(self, row: Row, column: str) -> HttpResponse:
        """Send the request of a row as the caller of a column."""
        client, headers = Client(), {}
        if column in KEY_COLUMNS:
            headers["Authorization"] = f"ApiKey {self._key(row, column)}"
        elif column != "anonymous":
            client.force_login(self.facility.users[column])
        data: Any = row.query
        if row.method != "GET":
            data = json.dumps(row.body or {})
        send = getattr(client, row.method.lower())
        return send(self.path(row), data, headers=headers, content_type="application/json")

    def _parts_of(self, row: Row) -> dict[str, str]:
        if "engine/commands" in row.route:
            return {**self.parts, "uid": self.parts["command"]}
        return self.parts

    def _key(self, row: Row, column: str) -> str:
        wanted = row.scopes
        if column == "keyless":
            wanted = frozenset(scope.value for scope in Scope if not with_implied([scope]) & row.scopes)
        text, key = self.facility.key(row.owner, *wanted)
        if column == "expired":
            APIKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        if column == "revoked":
            APIKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
        return text


def set_stage() -> Stage:
    """Make the rows."""
    facility = make_facility()
    _, key = facility.key("pi", "run:read")
    parts = {
        "number": "P-1",
        "username": "observer",
        "prefix": key.prefix,
        "beamline": "alpha",
        "plan": "wait_a_moment",
        "action": "stop",
    }
    return Stage(facility, parts | _acquisition(facility))


def _acquisition(facility: Facility) -> dict[str, str]:
    """Open the beamline, run one item and leave one waiting."""
    model = apps.get_model
    beamline = model("accounts", "Beamline").objects.get(name="alpha")
    registry = PlanRegistry()
    registry.add(wait_a_moment)
    model("acquisition", "Environment").objects.create(
        beamline=beamline, plans=registry.descriptions(), is_open=True, opened_at=timezone.now()
    )
    common = {
        "beamline": beamline,
        "proposal": facility.proposals["P-1"],
        "submitted_by": "pi",
        "plan_name": "wait_a_moment",
    }
    items = model("acquisition", "QueueItem").objects
    items.create(**common, state="running")
    waiting = items.create(**common, state="queued", position=1)
    command = model("acquisition", "ControlCommand").objects.create(
        beamline=beamline, action="pause", requested_by="pi"
    )
    return {"uid": str(waiting.uid), "command": str(command.uid)}
