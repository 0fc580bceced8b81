"""A beamline with something on every page: a board, a sample, a visit, log entries, items that wait."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.installation import Installation

HERE = "/api/v1/beamlines/demo"
KINDS = ("engine", "queue", "plot", "image", "text")


@dataclass(frozen=True)
class Words:
    """What is written into the fields that people fill."""

    short: str = "Oxide film"
    long: str = "Two of three samples are done; the third needs a new holder."
    metadata: dict[str, Any] = field(default_factory=lambda: {"sample": "Oxide film", "temperature": 295.5})


class Desk:
    """Writes over REST as a person who is signed in."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": str(client.base_url)}

    def send(self, path: str, *, method: str = "POST", **body: Any) -> dict[str, Any]:
        """Post; fail with what was refused."""
        answer = self.client.request(method, path, json=body, headers=self.headers)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        told: dict[str, Any] = answer.json() if answer.content else {}
        return told


PEOPLE = {"user": "principal_investigator", "staff": "member", "admin": "member"}


def furnish(
    beamport: Installation, number: str, words: Words, people: Mapping[str, str] = PEOPLE
) -> dict[str, str]:
    """Make a proposal `number` with everything that pages show; give the names for the table of pages."""
    with beamport.signed_in("admin") as client:
        desk = Desk(client)
        desk.send("/api/v1/proposals", number=number, title=words.short, beamlines=["demo"])
        for name, role in people.items():
            desk.send(f"/api/v1/proposals/{number}/members", username=name, role=role)
        visit = desk.send(
            "/api/v1/visits",
            proposal=number,
            beamline="demo",
            starts_at="2026-01-02T08:00:00Z",
            ends_at="2036-01-05T08:00:00Z",
            members=[{"username": name, "role": role} for name, role in people.items()],
            note=words.short,
        )
        board = _board(desk, number, words)
        sample = desk.send(
            "/api/v1/samples",
            proposal=number,
            name=words.short,
            composition=words.short,
            preparation=words.long,
            hazards=["irritant", words.short],
            holder="cassette 3",
            metadata=words.metadata,
        )
        desk.send(f"{HERE}/log", proposal=number, text=words.long)
        desk.send(f"{HERE}/log", proposal=number, text=f"@admin {words.long}"[:4000])
    return {
        "proposal": number,
        "visit": visit["number"],
        "board": board,
        "sample": sample["uid"],
        "key": beamport.key("user"),
    }


def _board(desk: Desk, number: str, words: Words) -> str:
    widgets: list[dict[str, Any]] = [{"kind": kind, "width": 2} for kind in KINDS]
    widgets[-1] |= {"text": words.long, "title": words.short[:100]}
    widgets += [{"kind": "value", "device": "sx"}, {"kind": "trend", "device": "ring", "width": 2}]
    slug = f"board-{number}"
    desk.send(f"{HERE}/dashboards/{slug}", method="PUT", title=words.short[:200], widgets=widgets)
    return slug


def fill_queue(beamport: Installation, number: str, words: Words, username: str = "user") -> None:
    """Let two items wait and one run for minutes."""
    plan = {"plan": "scan", "parameters": {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 11}}
    with beamport.signed_in(username) as client:
        desk = Desk(client)
        for _ in range(2):
            desk.send(
                f"{HERE}/queue/items",
                **plan,
                proposal=number,
                note=words.long[:1000],
                metadata=words.metadata,
            )
        many = {"detectors": ["det"], "num": 3000, "delay": 0.1}
        desk.send(f"{HERE}/queue/run-now", plan="count", parameters=many, proposal=number)


def newcomer(beamport: Installation) -> tuple[str, str]:
    """Make somebody whose proposal has nothing in it yet; give name and password."""
    name, password = f"newcomer-{uuid.uuid4().hex[:6]}", f"a-door-{uuid.uuid4().hex}"
    with beamport.signed_in("admin") as client:
        desk = Desk(client)
        desk.send("/api/v1/people", username=name, password=password)
        number = f"2031-{uuid.uuid4().hex[:4]}"
        desk.send("/api/v1/proposals", number=number, title="Nothing yet", beamlines=["demo"])
        desk.send(f"/api/v1/proposals/{number}/members", username=name, role="principal_investigator")
    return name, password
