"""A whole Beamport and a headless Chromium; a page that complains on its console fails its test."""

import atexit
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.archive import last_months_runs
from tests.support.chromium import FLAGS, executable
from tests.support.house_rules import ROOT
from tests.support.installation import Installation, installation, wait_for

ARTEFACTS = ROOT / "var" / "test-artifacts"
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
OTHER_SITE = socket.create_server(("127.0.0.1", 0))
"""Where a test serves a page of another site; held from the start: Beamport is told of it when it starts."""
atexit.register(OTHER_SITE.close)
OTHER_SITE_URL = f"http://127.0.0.1:{OTHER_SITE.getsockname()[1]}"
NO_COMPLAINTS: tuple[str, ...] = ()


@dataclass
class Visitor:
    """A person at a browser window of their own."""

    page: Page
    url: str
    password_of: Callable[[str], str]
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = NO_COMPLAINTS

    def sign_in(self, username: str, password: str | None = None) -> None:
        """Sign in and wait until the overview stands."""
        self.open("/login")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password or self.password_of(username))
        self.page.get_by_role("button", name="Sign in").click()
        self.stands("/")

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.url + path)

    def stands(self, path: str) -> None:
        """Wait until the page of `path` is drawn and hears the server."""
        self.page.wait_for_url(self.url + path)
        expect(self.page.locator("main h1")).to_be_visible()
        expect(self.page.locator(".connection-text")).to_have_text("live")

    def state_is(self, text: str) -> None:
        """Wait until the engine-state badge says `text`."""
        expect(self.page.get_by_test_id("engine-state")).to_have_text(text, timeout=20_000)

    def take_control(self) -> None:
        """Take the free control."""
        self.page.get_by_role("button", name="Take control").click()
        expect(self.page.get_by_text("you are in control")).to_be_visible()

    def picture(self, name: str) -> None:
        """Keep a picture of the window among the artefacts."""
        folder = ARTEFACTS / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def listen(self) -> None:
        """Write down what the page complains about."""
        self.page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        self.page.on("console", lambda message: self._hear(message))

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not any(re.search(known, message.text) for known in self.expected):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture(scope="package")
def beamport() -> Iterator[Installation]:
    """Start the whole system for all browser tests."""
    with installation(more={"BEAMPORT_EMBED_ORIGINS": OTHER_SITE_URL}) as running:
        yield running


@pytest.fixture(scope="package")
def scanned(beamport: Installation) -> str:
    """Take a small map with the camera once; give the uid of its run."""
    grid = {"detectors": ["det", "camera"], "args": [["sy", -1, 0, 2], ["sx", 0, 2, 3]]}
    with beamport.rest("user") as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
        body = {"plan": "grid_scan", "parameters": grid, "proposal": proposal}
        item = rest.post("beamlines/demo/queue/run-now", json=body).raise_for_status().json()["uid"]

        def run() -> str | None:
            found = rest.get(f"beamlines/demo/queue/items/{item}").json()
            return found["run_uids"][0] if found["state"] == "completed" else None

        return wait_for("the map is taken", run, deadline_s=60)


@pytest.fixture(scope="package")
def archive(beamport: Installation) -> dict[str, str]:
    """Keep runs of last month, one of them failed; give their uids by name."""
    return last_months_runs(beamport)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let fixtures see whether the test itself failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, beamport: Installation, chromium: Browser
) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a window; afterwards no window may have complained."""
    contexts: list[tuple[BrowserContext, Visitor]] = []

    def open_window(viewport: dict[str, int] = LAPTOP, *, expected: tuple[str, ...] = ()) -> Visitor:
        context = chromium.new_context(viewport=viewport, accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=beamport.url)
        visitor = Visitor(
            context.new_page(), beamport.url, lambda name: beamport.credentials()[name], expected=expected
        )
        visitor.listen()
        contexts.append((context, visitor))
        return visitor

    yield open_window
    failed = request.node.stash.get(FAILED, True)
    for number, (context, visitor) in enumerate(contexts):
        if failed:
            visitor.picture(f"failed-{request.node.name}-{number}")
        context.close()
    if failed:
        _keep_logs(request.node.name, beamport)
    assert [visitor.complaints for _, visitor in contexts if visitor.complaints] == []


def _keep_logs(name: str, beamport: Installation) -> None:
    path = Path(ARTEFACTS) / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(beamport.logs())


@pytest.fixture
def idle(beamport: Installation) -> Iterator[Installation]:
    """Give the beamline with nothing running, nothing waiting and control free; leave it so."""
    _clear(beamport)
    yield beamport
    _clear(beamport)


def _clear(beamport: Installation) -> None:
    here = "beamlines/demo"
    with beamport.rest("staff") as staff, beamport.rest("user") as user:
        if beamport.beamline_status()["item"] is not None:
            staff.post(f"{here}/engine/abort", json={"reason": "end of a test"})
        wait_for("the beamline is idle", lambda: beamport.beamline_status()["item"] is None)
        for holder in (user, staff):
            holder.post(f"{here}/control/release", json={}).raise_for_status()
        for act in ("clear", "hold"):
            staff.post(f"{here}/queue/{act}", json={}).raise_for_status()
