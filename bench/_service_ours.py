"""Beamport as a service with one soft axis, for `bench.service`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.service import Figures, Service, timed, until

MANIFEST = """
name = "soft"
title = "One soft axis"
plans = ["acquisition.plans.scans"]

[devices.x]
class = "acquisition.devices.sim.axis.SoftAxis"
"""
HERE = "beamlines/soft/"


@contextmanager
def running(figures: Figures) -> Iterator[Service]:
    """Start Beamport with the soft beamline; give how to speak to it."""
    from tests.support.installation import installation

    with tempfile.TemporaryDirectory(prefix="beamport-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "soft.toml").write_text(MANIFEST)
        more = {"BEAMPORT_BEAMLINE": "soft", "BEAMPORT_MANIFESTS": str(folder)}
        data = folder / "data"
        data.mkdir()
        with installation(data, more=more) as site:
            figures["first start, with all tables, s"] = site.seconds_to_start
        with installation(data, more=more) as site, site.rest() as client:
            figures["start of the service, s"] = site.seconds_to_start
            until(lambda: _status(client)["worker"] == "ready", "the worker is ready", 60)
            with site.signed_in("staff") as staff:
                _told(staff, client, "close", "closed")
                with timed(figures, "environment open, s"):
                    _told(staff, client, "open", "ready")
            yield _service(site)


def _told(staff: httpx.Client, client: httpx.Client, action: str, state: str) -> None:
    """Have staff, signed in as in a browser, open or close the environment; wait until it is."""
    headers = {"X-CSRFToken": staff.cookies["csrftoken"], "Referer": str(staff.base_url)}
    staff.post(f"/api/v1/{HERE}environment/{action}", json={}, headers=headers).raise_for_status()
    until(lambda: _status(client)["worker"] == state, f"the environment is {state}", 30)


def _service(site: Any) -> Service:
    return Service(
        client=site.rest,
        status=HERE + "status",
        add=_add,
        batch=_batch,
        clear=lambda client: _posted(client, "queue/clear"),
        start=lambda client: _posted(client, "queue/start"),
        is_done=lambda client: _is_done(_status(client)),
        runs=_runs,
        pause=lambda client: _posted(client, "engine/pause"),
        is_paused=lambda client: _status(client)["engine_state"] == "paused",
        is_running=lambda client: _status(client)["engine_state"] == "running",
        abort=lambda client: _posted(client, "engine/abort"),
        has_ended=lambda client: _status(client)["item"] is None,
    )


def _status(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(HERE + "status").raise_for_status().json()
    return found


def _is_done(status: dict[str, Any]) -> bool:
    return not status["queue"]["length"] and status["item"] is None


def _posted(client: httpx.Client, path: str) -> None:
    client.post(HERE + path, json={}).raise_for_status()


def _item(delay: float) -> dict[str, Any]:
    num = 100 if delay else 1
    return {"plan": "count", "parameters": {"detectors": ["x"], "num": num, "delay": delay / num}}


def _add(client: httpx.Client, delay: float) -> None:
    body = {**_item(delay), "proposal": "2026-0001"}
    client.post(HERE + "queue/items", json=body).raise_for_status()


def _batch(client: httpx.Client, count: int) -> None:
    body = {"proposal": "2026-0001", "items": [_item(0.0)] * count}
    client.post(HERE + "queue/batch", json=body, timeout=60.0).raise_for_status()


def _runs(client: httpx.Client) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    cursor = ""
    while cursor is not None:
        page = client.get("runs", params={"limit": 100, "cursor": cursor}).raise_for_status().json()
        found += [(row["time"], row["stop_time"]) for row in page["results"] if row["stop_time"]]
        cursor = page["next"]
    return sorted(found)
