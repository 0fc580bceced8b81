"""What goes wrong between the page and the beamline is told as it is, and nothing is lost by it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import WebSocketRoute, expect

HERE = "beamlines/demo"
POINTS = 60
PATIENCE_MS = 60_000


class Link:
    """The socket of a page, with a hand on it: cut, silent, or held back and let go."""

    def __init__(self, page: Any) -> None:
        self.is_held = False
        self.held: list[str | bytes] = []
        self.opened = 0
        self.ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(r"/ws/$"), self._open)

    def _open(self, end: WebSocketRoute) -> None:
        self.opened += 1
        self.ends.append(end)
        server = end.connect_to_server()
        server.on_message(lambda message: self._hear(end, message))

    def _hear(self, end: WebSocketRoute, message: str | bytes) -> None:
        if self.is_held:
            self.held.append(message)
        else:
            end.send(message)

    def let_go(self) -> None:
        """Deliver what was held back, all at once, and the rest as it comes."""
        self.is_held = False
        for message in self.held:
            self.ends[-1].send(message)
        self.held.clear()


def start(beamport: Any, points: int = POINTS) -> None:
    with beamport.rest() as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        plan = {"plan": "count", "parameters": {"detectors": ["det"], "num": points, "delay": 0.1}}
        rest.post(f"{HERE}/queue/run-now", json={**plan, "proposal": proposal}).raise_for_status()


def watching(person: Any) -> Any:
    """Follow the run on the live page until it has points; give the place of their number."""
    person.open("/live")
    person.state_is("running")
    points = person.page.get_by_test_id("live-points")
    expect(points).not_to_have_text("0", timeout=PATIENCE_MS)
    return points


def whole(person: Any, points: Any, count: int = POINTS) -> None:
    expect(points).to_have_text(str(count), timeout=PATIENCE_MS)
    numbers = person.page.get_by_role("region", name="Points of the run").locator("tbody td:first-child")
    last = [int(text) for text in numbers.all_inner_texts()]
    assert last == list(range(count, count - len(last), -1))


def test_a_dropped_socket_comes_back_and_brings_what_was_missed(visit, idle):
    person = visit(expected=(r"WebSocket",))
    link = Link(person.page)
    person.sign_in("user")
    start(idle)
    points = watching(person)
    before = link.opened
    link.ends[-1].close(code=4503)
    whole(person, points)
    assert link.opened > before
    expect(person.page.locator(".connection-text")).to_have_text("live")
    expect(person.page.get_by_test_id("link-banner")).to_have_count(0)


def test_a_silent_link_is_told_and_a_slow_one_loses_nothing(visit, idle):
    person = visit(expected=(r"WebSocket",))
    link = Link(person.page)
    person.sign_in("user")
    start(idle)
    points = watching(person)
    link.is_held = True
    banner = person.page.get_by_test_id("link-banner")
    expect(banner).to_contain_text("may be out of date", timeout=PATIENCE_MS)
    person.picture("link-silent")
    stale = points.inner_text()
    expect(points).to_have_text(stale)
    link.let_go()
    whole(person, points)
    expect(banner).to_have_count(0, timeout=PATIENCE_MS)


def test_a_killed_worker_is_a_failed_run_and_never_a_success(visit, idle):
    person = visit()
    page = person.page
    person.sign_in("user")
    start(idle, 600)
    watching(person)
    worker = idle.process("celery")
    assert worker is not None
    worker.kill()
    badge = page.locator(".page-actions .badge")
    expect(badge).to_have_text("fail", timeout=PATIENCE_MS)
    expect(page.locator(".live-side dl").first).to_contain_text("Reason")
    person.picture("live-worker-killed")
    expect(page.get_by_test_id("engine-state")).to_have_text("idle", timeout=PATIENCE_MS)


def test_an_ended_session_keeps_the_page_and_what_was_typed(visit, idle):
    person = visit(expected=(r"WebSocket", r"status of 40[13]"))
    page = person.page
    person.sign_in("user")
    start(idle, 900)
    person.state_is("running")
    person.open("/acquire/count")
    number = page.get_by_label(re.compile("^(Number|num)", re.IGNORECASE)).first
    number.fill("17")
    other = page.context.new_page()
    other.goto(person.url + "/account")
    other.get_by_role("button", name="Sign out").first.click()
    other.wait_for_url(re.compile("/login"))
    banner = page.get_by_test_id("link-banner")
    expect(banner).to_contain_text("You are signed out", timeout=PATIENCE_MS)
    person.picture("session-ended")
    expect(number).to_have_value("17")
    other.get_by_label("User name").fill("user")
    other.get_by_label("Password").fill(person.password_of("user"))
    other.get_by_role("button", name="Sign in").click()
    expect(page.locator(".connection-text")).to_have_text("live", timeout=PATIENCE_MS)
    expect(banner).to_have_count(0)
    expect(number).to_have_value("17")
    person.state_is("running")
