"""What the table of rights is played on: rows that every route can find, and one caller per column."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import h5py
import numpy as np
from django.apps import apps
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.access import Scope, with_implied
from accounts.models import APIKey
from accounts.rule_services import add_rule, create_group
from accounts.sample_services import create_sample
from accounts.selectors import actor_for_username
from accounts.visit_services import create_visit
from acquisition.plans.registry import PlanRegistry
from catalog import services
from catalog.documents.compose import RunComposer
from catalog.ingest import Origin, Record, store
from catalog.jobs.services import order_export
from catalog.search.saved import save_search
from frontend.dashboards.services import save_dashboard
from logbook import services as logbook
from tests.security.access_table import Row
from tests.support.catalog_runs import records_of, scan
from tests.support.known_beamline import motor
from tests.support.people import ROLES, SYSTEM, Facility, make_facility

PLANS = "tests.security.plans"
KEY_COLUMNS = ("key", "keyless", "expired", "revoked")


@dataclass(frozen=True)
class Stage:
    """The facility, and what the parts of a path stand for."""

    facility: Facility
    parts: dict[str, str]
    others: dict[str, str] = field(default_factory=dict)

    def path(self, row: Row) -> str:
        """Give the address of a row."""
        path = row.route
        for part, value in self.parts_of(row).items():
            path = path.replace(f"<{part}>", value)
        return f"/api/v1/{path}"

    def call(self, row: Row, column: str) -> HttpResponse:
        """Send the request of a row as the caller of a column."""
        client, headers = Client(), {"Accept": "application/json"}
        if column in KEY_COLUMNS:
            headers["Authorization"] = f"ApiKey {self._key(row, column)}"
        elif column != "anonymous":
            client.force_login(self.facility.users[column])
        query = {key: text.replace("<uid>", self.parts_of(row)["uid"]) for key, text in row.query.items()}
        data: Any = query
        path = self.path(row)
        if row.method != "GET":
            data = json.dumps(row.body or {}).replace("<uid>", self.parts_of(row)["uid"])
            data = data.replace("<other>", self.parts["other"])
            path += f"?{urlencode(query)}" if query else ""
        send = getattr(client, row.method.lower())
        return send(path, data, headers=headers, content_type="application/json")

    def with_part(self, part: str, value: str) -> Stage:
        """Give the same stage where a part of paths stands for something else."""
        return Stage(self.facility, self.parts, {part: value})

    def parts_of(self, row: Row) -> dict[str, str]:
        """Give what the parts of the row's path stand for."""
        return {**self._usual_parts_of(row), **self.others}

    def _usual_parts_of(self, row: Row) -> dict[str, str]:
        if "/staff/" in row.route:
            return {**self.parts, "username": "contact"}
        if row.route.startswith("quarantine/"):
            return {**self.parts, "uid": "bad-run"}
        if row.route.startswith("runs/"):
            return {**self.parts, "uid": self.parts["run"]}
        if row.route.startswith("searches/"):
            return {**self.parts, "uid": self.parts["search"]}
        if "engine/commands" in row.route:
            return {**self.parts, "uid": self.parts["command"]}
        if "/environment/" in row.route:
            return {**self.parts, "action": "destroy"}
        if row.route.endswith(("/approve", "/deny")):
            return {**self.parts, "uid": self.parts["proposed"]}
        if "/rules" in row.route:
            return {**self.parts, "uid": self.parts["access_rule"]}
        if "/log/" in row.route:
            return {**self.parts, "uid": self.parts["entry"]}
        if "/presets" in row.route:
            return {**self.parts, "uid": self.parts["preset"]}
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
        "device": "sx",
        "slug": "status",
    }
    parts |= _facility(facility) | _acquisition(facility) | _catalog() | _search(facility) | _rules(facility)
    parts |= _logbook(facility)
    return Stage(facility, parts | {"job": _export_job(facility, parts["run"]), "token": "none"})


def _facility(facility: Facility) -> dict[str, str]:
    """Let the people of P-1 come for a visit that is on."""
    now = timezone.now()
    visit = create_visit(
        actor=facility.actor("admin"),
        proposal="P-1",
        beamline="alpha",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
        members=[{"username": name, "role": role} for name, role in ROLES.items()],
    )
    sample = create_sample(actor=facility.actor("member"), proposal="P-1", name="Proposal P-1's own")
    return {"visit": visit.number, "sample": str(sample.uid)}


def _acquisition(facility: Facility) -> dict[str, str]:
    """Open the beamline, run one item and leave one waiting."""
    model = apps.get_model
    beamline = model("accounts", "Beamline").objects.get(name="alpha")
    registry = PlanRegistry()
    registry.load([PLANS])
    model("acquisition", "Environment").objects.create(
        beamline=beamline,
        plans=registry.descriptions(),
        modules=[PLANS],
        devices={"sx": motor()},
        is_open=True,
        fencing=1,
        opened_at=timezone.now(),
    )
    model("acquisition", "EngineSnapshot").objects.create(beamline=beamline)
    model("acquisition", "Lease").objects.create(
        beamline=beamline, holder="a worker", fencing=1, expires_at=timezone.now() + timedelta(hours=1)
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
    proposed = items.create(**common, state="proposed", position=2)
    preset = model("acquisition", "Preset").objects.create(
        beamline=beamline,
        proposal=facility.proposals["P-1"],
        author="pi",
        title="a moment",
        plan_name="wait_a_moment",
    )
    rows = {"uid": waiting, "command": command, "proposed": proposed, "preset": preset}
    return {name: str(row.uid) for name, row in rows.items()}


def _rules(facility: Facility) -> dict[str, str]:
    """Keep a group that no rule uses, and a rule about nothing of the stage."""
    here = {"actor": facility.actor("staff"), "beamline": "alpha"}
    create_group(**here, name="beginners", members=["observer"])
    row = add_rule(**here, group="everyone", kind="plan", effect="forbid", pattern="no_such_plan")
    return {"group": "beginners", "access_rule": str(row.uid)}


def _logbook(facility: Facility) -> dict[str, str]:
    """Write an entry with a file, by the principal investigator."""
    here = {"actor": facility.actor("pi"), "beamline": "alpha"}
    entry = logbook.write(**here, proposal="P-1", text="the sample is in")
    file = logbook.attach(**here, uid=str(entry.uid), name="a.txt", media_type="text/plain", content=[b"a"])
    board = {"slug": "status", "title": "Status", "widgets": []}
    save_dashboard(actor=facility.actor("staff"), beamline="alpha", **board)
    return {"entry": str(entry.uid), "file": str(file.uid)}


def _search(facility: Facility) -> dict[str, str]:
    """Keep a search of the investigator, shared with P-1."""
    row = save_search(actor=facility.actor("pi"), name="shared", question={"q": "plan:scan"}, proposal="P-1")
    return {"search": str(row.uid)}


def _catalog() -> dict[str, str]:
    """Store a run of P-1 on alpha, with one frame in a file."""
    documents = list(_run_with_a_frame())
    origin = Origin("alpha", "P-1", "pi")
    store(actor=SYSTEM, origin=origin, records=records_of(documents))
    parts = {"stream": "primary", "field": "camera", "index": "0", "form": "jsonl"}
    parts |= _annotations(documents[0][1]["uid"])
    return {"run": documents[0][1]["uid"], **parts}


def _export_job(facility: Facility, run: str) -> str:
    """Order an export as the investigator."""
    job = order_export(actor=facility.actor("pi"), runs=[run], format="jsonl", options={})
    return str(job.uid)


def _annotations(uid: str) -> dict[str, str]:
    """Add one of everything to a run, by its principal investigator."""
    run = apps.get_model("catalog", "Run").objects.get(uid=uid)
    documents = list(scan(1))
    store(actor=SYSTEM, origin=Origin("alpha", "P-1", "pi"), records=records_of(documents))
    other = documents[0][1]["uid"]
    refused = [Record("bad-run", 0, "start", {"uid": "bad-run", "time": "now"})]
    store(actor=SYSTEM, origin=Origin("alpha", "P-1", "pi"), records=refused)
    author = actor_for_username("pi")
    changes = {"sample": "LaB6"}
    services.revise_metadata(actor=author, run_uid=uid, changes=changes, reason="forgotten")
    services.add_tag(actor=author, run_uid=uid, name="checked")
    note = services.add_note(actor=author, run_uid=uid, text="looks well")
    file = {"name": "a.txt", "media_type": "text/plain", "content": [b"text"]}
    attachment = services.attach(actor=author, run_uid=uid, **file)
    link = services.add_link(actor=author, run_uid=uid, target=other, relation="reference")
    rule = apps.get_model("catalog", "RetentionRule").objects.create(
        beamline=run.beamline, days=3650, author="pi"
    )
    rows = {"note": note, "attachment": attachment, "link": link, "rule": rule}
    parts = {name: str(row.uid) for name, row in rows.items()}
    return {**parts, "other": other, "name": "checked", "revision": "0"}


def _run_with_a_frame() -> Iterator[tuple[str, dict[str, Any]]]:
    keys = {
        "det": {"source": "sim:det", "dtype": "number", "shape": [], "object_name": "det"},
        "camera": {
            "source": "sim:camera",
            "dtype": "array",
            "shape": [1, 2, 3],
            "external": "STREAM:",
            "object_name": "camera",
        },
    }
    run = RunComposer({"plan_name": "count", "scan_id": 1, "num_points": 1, "detectors": ["det"]})
    yield "start", run.start
    stream = run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
    yield "descriptor", stream.descriptor
    file = _frame_file()
    resource = run.stream_resource(
        f"file://localhost{file}", "application/x-hdf5", "camera", {"dataset": "/frames"}
    )
    yield "stream_resource", resource
    yield "stream_datum", stream.stream_datum(resource, (1, 2), (0, 1), number=0)
    yield "event", stream.event({"det": 1.0}, {"det": 1.0})
    yield "stop", run.stop("success")


def _frame_file() -> Path:
    folder = Path(settings.BEAMPORT_ASSET_ROOTS[0])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.h5"
    with h5py.File(path, "w") as file:
        file["frames"] = np.zeros((1, 2, 3), dtype="uint8")
    return path
