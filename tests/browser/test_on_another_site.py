"""Run search, live plot and run figure in a page of another site: with a key, and no rule broken."""

import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.archive import sent
from tests.browser.conftest import ARTEFACTS, LAPTOP, NARROW, OTHER_SITE, OTHER_SITE_URL, PHONE
from tests.browser.test_accessible import FITS, assert_none, breaches
from tests.support.catalog_runs import scan

SEEN_WITHIN_MS = 20_000
FAULT = {"code": "internal", "detail": "Something went wrong on the server."}
PICTURES = ARTEFACTS / "screenshots"
COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""
ELEMENTS = ("beamport-run-search", "beamport-live-plot", "beamport-run-figure")


class _Portal(BaseHTTPRequestHandler):
    """A page of another site that shows the three components; its question goes into their attributes."""

    beamport = ""
    key = ""

    def do_GET(self):
        asked = dict(parse_qsl(urlsplit(self.path).query))
        live = f'run="{asked["live"]}"' if "live" in asked else 'beamline="demo"'
        text = (
            '<!doctype html><html lang="en"><title>Portal</title>'
            '<link rel="icon" href="data:,">'
            '<meta name="viewport" content="width=device-width">'
            '<meta name="color-scheme" content="light dark">'
            "<style>body { color: CanvasText; background: Canvas }</style>"
            f'<script type="module" src="{self.beamport}/static/embed.js"></script>'
            f'<beamport-run-search api-key="{self.key}" q="{asked.get("q", "")}"></beamport-run-search>'
            f'<beamport-live-plot api-key="{self.key}" {live}></beamport-live-plot>'
            f'<beamport-run-figure api-key="{self.key}" run="{asked["run"]}"></beamport-run-figure></html>'
        )
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def portal(beamport):
    _Portal.beamport, _Portal.key = beamport.url, beamport.key("user")
    server = ThreadingHTTPServer(OTHER_SITE.getsockname(), _Portal, bind_and_activate=False)
    server.socket.close()
    server.socket = OTHER_SITE.dup()
    Thread(target=server.serve_forever, daemon=True).start()
    yield lambda **asked: f"{OTHER_SITE_URL}/?{urlencode(asked)}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium):
    """Give a window of somebody who is not signed in, and what it complains about."""
    context = chromium.new_context(viewport=LAPTOP)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def test_a_page_of_another_site_searches_follows_and_draws_runs_with_a_key(portal, page, scanned):
    page.goto(portal(run=scanned, live=scanned))
    expect(page.locator("beamport-run-search tbody tr").first).to_be_visible(timeout=SEEN_WITHIN_MS)
    expect(page.locator("beamport-live-plot figcaption")).to_contain_text("points", timeout=SEEN_WITHIN_MS)
    assert page.locator("beamport-live-plot canvas").evaluate(COLOURS) > 1, "the map has its colours"
    figure = page.locator("beamport-run-figure img")
    expect(figure).to_be_visible(timeout=SEEN_WITHIN_MS)
    assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1
    refused = page.evaluate(
        "address => fetch(address, {credentials: 'include'}).then(() => 'read', () => 'refused')",
        f"{_Portal.beamport}/api/v1/beamlines",
    )
    assert refused == "refused"
    assert [text for text in page.complaints if "CORS" not in text and "ERR_FAILED" not in text] == []
    assert_none({"at work": _looked_at(page, "work")})


def test_components_with_nothing_to_show_say_so_and_break_no_rule(portal, page, beamport):
    begun, *_, ended = scan(1, time=time.time(), uid=str(uuid.uuid4()), scan_id=9777)
    with beamport.rest("user") as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
    with beamport.signed_in("staff") as staff:
        bare = sent(staff, proposal, [begun, ended])
    page.goto(portal(run=bare, live=bare, q="plan:nothing_like_this"))
    search, live, figure = (page.locator(name) for name in ELEMENTS)
    expect(search.get_by_role("status")).to_have_text("No run answers this.", timeout=SEEN_WITHIN_MS)
    expect(live).to_contain_text("No point was taken", timeout=SEEN_WITHIN_MS)
    expect(figure.get_by_role("alert")).to_contain_text("has no events", timeout=SEEN_WITHIN_MS)
    assert_none({"empty": _looked_at(page, "empty")})


def test_components_whose_server_fails_say_so_and_ask_again_on_request(portal, page, scanned):
    page.route(
        f"{_Portal.beamport}/api/v1/**",
        lambda route: route.fulfill(
            status=500, json=FAULT, headers={"Access-Control-Allow-Origin": OTHER_SITE_URL}
        ),
    )
    page.goto(portal(run=scanned, live=scanned))
    search, live, figure = (page.locator(name) for name in ELEMENTS)
    for one in (search, figure):
        expect(one).to_contain_text(FAULT["detail"], timeout=SEEN_WITHIN_MS)
    expect(live.locator("figcaption")).to_contain_text("points", timeout=SEEN_WITHIN_MS)  # by its socket
    assert_none({"error": _looked_at(page, "error")})
    page.unroute(f"{_Portal.beamport}/api/v1/**")
    figure.get_by_role("button", name="Try again").click()
    expect(figure.locator("img")).to_be_visible(timeout=SEEN_WITHIN_MS)


def _looked_at(page, state):
    """Return what axe finds in both themes and three windows, and where the page scrolls sideways."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for window in (LAPTOP, PHONE, NARROW):
            page.set_viewport_size(window)
            place = f"{theme} {window['width']}"
            page.screenshot(path=PICTURES / f"embed-{state}-{theme}-{window['width']}.png", full_page=True)
            if not page.evaluate(FITS):
                found.append(f"{place}: sideways")
            found += [f"{place}: {line}" for line in breaches(page)]
    return found
