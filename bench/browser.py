"""The goals of the live page in a headless Chromium: `python -m bench browser [--seconds S] [--only G2 ...]`.

A whole Beamport is started; documents come in over `POST /api/v1/documents` at a rate, as from an engine
elsewhere, and a page follows them. Each line is a goal, its bound, and what was measured.

G2  event to paint: from the event's own time to the second animation frame after the page shows its point
G3  frames a second and the longest task of the page meanwhile
G4  compressed scripts before the first figure, and seconds until the page is usable at 10 Mbit/s
G5  from the press on Pause to the page that says it pauses (acknowledged) and to `paused` (it stands), from
    Abort in its question to `idle`, each in the page to the second animation frame; G11 to a second window
G6  repaints a second of a 200 x 200 map that fills, and of previews of 2048 x 2048 frames
G9  seconds from a silent link to the banner, and from its return to the last missing point
G10 a search on /runs among 100,000 (`--runs N`): from Enter until list and facets are painted; scrolling
G13 growth of the heap at 100 events/s, from collected heaps, for 30 minutes at the same slope
G14 most announcements of live regions in any 5 s
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import httpx
import numpy as np

BATCH_S = 0.05
SIDE = 2048
FRAMES = 24
GRID = 200
VIEWERS = 50
PRESSES = 10
MEGABIT = 125_000

WATCH = """() => {
  const seen = window.__seen = {points: [], tasks: [], said: [], frames: 0, captions: 0};
  let last = -1, caption = "";
  const look = () => {
    seen.frames += 1;
    const shown = Number(document.querySelector('[data-testid=live-points]')?.textContent ?? -1);
    if (shown !== last) {
      last = shown;
      requestAnimationFrame(() => seen.points.push([Date.now() / 1000, shown]));
    }
    const now = document.querySelector('[data-testid=frame-caption]')?.textContent ?? "";
    if (now !== caption) { caption = now; seen.captions += 1; }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver(list => list.getEntries().forEach(one => seen.tasks.push(one.duration)))
    .observe({type: "longtask"});
  const live = "[aria-live],[role=status],[role=alert]";
  new MutationObserver(list => {
    const spoken = list.some(({target}) => {
      const place = (target.nodeType === 3 ? target.parentElement : target)?.closest?.(live);
      return place && place.textContent.trim();
    });
    if (spoken) seen.said.push(performance.now() / 1000);
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


PRESSED = """() => {
  const seen = window.__pressed = {};
  const look = () => {
    const strip = document.querySelector("section.strip")?.textContent ?? "";
    const badge = document.querySelector("[data-testid=engine-state]")?.textContent ?? "";
    for (const [what, is] of [["asked", strip.includes("Pausing") || badge === "paused"], [badge, true]]) {
      if (!is || what in seen || !("at" in seen)) continue;
      seen[what] = null;
      requestAnimationFrame(() => requestAnimationFrame(() => { seen[what] = performance.now() - seen.at; }));
    }
  };
  addEventListener("click", event => { seen.at = event.timeStamp; }, {capture: true, once: true});
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def main() -> None:
    """Print a line for each goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--runs", type=int, default=100_000)
    words = [word for word in sys.argv[1:] if word != "browser"]
    options, _ = parser.parse_known_args(words)
    with _stage() as stage:
        stage.runs = options.runs
        for goals, measure in MEASURES.items():
            if not options.only or set(goals.split()) & set(options.only):
                measure(stage, options.seconds)


class Stage:
    """A running Beamport, a browser, and a key that may add documents."""

    def __init__(self, beamport: Any, browser: Any) -> None:
        self.beamport, self.browser, self.runs = beamport, browser, 0
        with beamport.signed_in("staff") as client:
            order = {"note": "bench", "scopes": ["run:add", "run:read"]}
            guard = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": beamport.url}
            answer = client.post("/api/v1/keys", json=order, headers=guard).raise_for_status()
        self.key = answer.json()["key"]
        headers = {"Authorization": f"ApiKey {self.key}"}
        self.rest = httpx.Client(base_url=f"{beamport.url}/api/v1/", headers=headers, timeout=60)
        with beamport.rest() as rest:
            self.proposal = rest.get("proposals").json()["results"][0]["number"]

    @contextmanager
    def page(self, username: str = "user") -> Iterator[Any]:
        """Open a window that has signed in."""
        context = self.browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.goto(self.beamport.url + "/login")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(self.beamport.credentials()[username])
        page.get_by_role("button", name="Sign in").click()
        page.locator("main h1").wait_for()
        yield page
        context.close()


class Source:
    """Sends the documents of one run."""

    def __init__(self, stage: Stage, start: dict[str, Any], keys: dict[str, Any]) -> None:
        from catalog.documents.compose import RunComposer

        self.stage = stage
        self.run = RunComposer({"plan_name": "bench", "motors": ["sx"], **start}, time=time.time())
        self.uid = self.run.start["uid"]
        self.stream = self.run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
        self.ordinal = 0
        self.times: list[float] = []
        self.send([("start", self.run.start), ("descriptor", self.stream.descriptor)])

    def send(self, documents: list[tuple[str, Any]]) -> None:
        """Send documents that follow the last ones."""
        body = {
            "beamline": "demo",
            "proposal": self.stage.proposal,
            "run": self.uid,
            "first": self.ordinal,
            "documents": [list(one) for one in documents],
        }
        self.stage.rest.post("documents", json=body).raise_for_status()
        self.ordinal += len(documents)

    def take(self, rate: float, seconds: float, data: Callable[[int], dict[str, Any]]) -> float:
        """Take events at a rate and send each 50 ms; give the rate that was reached."""
        began, total = time.time(), int(rate * seconds)
        done = 0
        while done < total:
            time.sleep(max(0.0, min(BATCH_S, began + (done + 1) / rate - time.time())))
            due = min(total, max(done + 1, int((time.time() - began) * rate)))
            batch = []
            for _ in range(done, due):
                at = time.time()
                values = data(len(self.times))
                self.times.append(at)
                batch.append(("event", self.stream.event(values, dict.fromkeys(values, at), time=at)))
            self.send(batch)
            done = due
        return total / (time.time() - began)

    def close(self) -> None:
        """End the run."""
        self.send([("stop", self.run.stop("success"))])


NUMBER = {"source": "bench", "dtype": "number", "shape": [], "object_name": "det"}
LINE = {"sx": NUMBER, "det": NUMBER}
ALONG = {"hints": {"dimensions": [[["sx"], "primary"]]}}


def _point(number: int) -> dict[str, float]:
    return {"sx": number / 100, "det": 100 + number % 37}


def _report(goal: str, what: str, bound: str, measured: str) -> None:
    print(f"{goal:4} {what:54} {bound:>14} {measured:>22}", flush=True)


def _live(stage: Stage, page: Any, source: Source) -> None:
    page.goto(stage.beamport.url + "/live")
    page.locator(f'a[href="/runs/{source.uid}"]').wait_for()
    page.evaluate(WATCH)


def _in_background(act: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def _until_over(page: Any, thread: threading.Thread) -> None:
    while thread.is_alive():
        page.wait_for_timeout(200)


def _paint(stage: Stage, seconds: float) -> None:
    for rate in (10, 100, 1000):
        with stage.page() as page:
            _paint_at(stage, page, rate, seconds)
    with stage.page() as page:
        _paint_at(stage, page, 100, seconds, viewers=VIEWERS)


def _paint_at(stage: Stage, page: Any, rate: int, seconds: float, viewers: int = 1) -> None:
    source = Source(stage, ALONG, LINE)
    _live(stage, page, source)
    reached: list[float] = []
    with _others(stage, source.uid, viewers - 1, int(rate * seconds)):
        began = time.time()
        _until_over(page, _in_background(lambda: reached.append(source.take(rate, seconds, _point))))
        _wait_points(page, len(source.times))
        took = time.time() - began
        seen = page.evaluate("window.__seen")
        source.close()
    late = [1000 * age for age in _lateness(source.times, seen["points"])]
    p95 = late[int(0.95 * (len(late) - 1))]
    crowd = f", {viewers} viewers" if viewers > 1 else ""
    what = f"event to paint, p50 and p95 at {rate}/s (got {reached[0]:.0f}){crowd}"
    bound = f"p95 <= {150 if viewers == 1 else 250} ms"
    _report("G2", what, bound, f"{statistics.median(late):.0f}, {p95:.0f} ms")
    longest = max(seen["tasks"], default=0.0)
    measured = f"{seen['frames'] / took:.0f} /s, {longest:.0f} ms"
    _report("G3", f"frames a second, longest task at {rate}/s{crowd}", ">= 20, 100 ms", measured)


@contextmanager
def _others(stage: Stage, run: str, sockets: int, events: int) -> Iterator[None]:
    """Let others follow the run too, each by a socket of its own, to its end."""
    if not sockets:
        yield
        return
    address = stage.beamport.url.replace("http", "ws", 1) + "/ws/"
    command = ["-m", "bench.live", "--follow", address, f"run:{run}", str(sockets), str(events)]
    environment = {**os.environ, "BENCH_KEY": stage.key}
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, env=environment) as others:
        assert others.stdout is not None
        assert others.stdout.readline().strip() == b"ready", "the other viewers did not come up"
        yield
        fault = json.loads(others.communicate(timeout=60)[0])["fault"]
    assert not fault, f"another viewer: {fault}"


def _wait_points(page: Any, count: int) -> None:
    page.get_by_test_id("live-points").filter(has_text=re.compile(f"^{count}$")).wait_for()


def _lateness(times: list[float], points: list[list[float]]) -> list[float]:
    """Give the age of each event when the page showed it first, sorted."""
    late, row = [], 0
    for number, at in enumerate(times, 1):
        while row < len(points) and points[row][1] < number:
            row += 1
        if row < len(points):
            late.append(points[row][0] - at)
    return sorted(late)


def _light(stage: Stage, _: float) -> None:
    with stage.page() as page:
        scripts: dict[str, int] = {}
        page.on("response", lambda one: one.url.endswith(".js") and scripts.update({one.url: _weight(one)}))
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        speed = {"downloadThroughput": 10 * MEGABIT, "uploadThroughput": 10 * MEGABIT}
        wire.send("Network.emulateNetworkConditions", {"offline": False, "latency": 20, **speed})
        began = time.monotonic()
        page.goto(stage.beamport.url + "/live", wait_until="commit")
        page.locator("main h1").wait_for()
        usable = time.monotonic() - began
        page.wait_for_load_state("networkidle")
        plotly = any("plotly" in url for url in scripts)
        _report("G4", "scripts of the live page, gzip", "<= 200 kB", f"{sum(scripts.values()) / 1000:.0f} kB")
        _report("G4", "Plotly before the first figure", "no", "yes" if plotly else "no")
        _report("G4", "live page usable at 10 Mbit/s", "<= 1.5 s", f"{usable:.2f} s")


def _weight(response: Any) -> int:
    return len(gzip.compress(response.body()))


def _map(stage: Stage, seconds: float) -> None:
    start = {
        "motors": ["sy", "sx"],
        "shape": [GRID, GRID],
        "extents": [[0, 1], [0, 1]],
        "hints": {"dimensions": [[["sy"], "primary"], [["sx"], "primary"]]},
    }

    def cell(number: int) -> dict[str, float]:
        row, column = divmod(number % GRID**2, GRID)
        return {"sy": row / (GRID - 1), "sx": column / (GRID - 1), "det": float((row * column) % 97)}

    with stage.page() as page:
        source = Source(stage, start, {"sy": NUMBER, **LINE})
        source.take(1e9, 2e-5, cell)
        _live(stage, page, source)
        began = time.time()
        reached: list[float] = []
        _until_over(page, _in_background(lambda: reached.append(source.take(1000, seconds, cell))))
        took = time.time() - began
        repaints = len(page.evaluate("window.__seen.points")) / took
        what = f"repaints of a {GRID} x {GRID} map (got {reached[0]:.0f} points/s)"
        _report("G6", what, ">= 5 /s", f"{repaints:.1f} /s")
        source.close()


def _frames(stage: Stage, _: float) -> None:
    path = Path(stage.beamport.var) / "frames" / f"bench-{uuid.uuid4().hex[:8]}.h5"
    path.parent.mkdir(exist_ok=True)
    with h5py.File(path, "w") as file:
        noise = np.random.default_rng(1).poisson(50, (SIDE, SIDE)).astype("<u2")
        data = file.create_dataset("frames", (FRAMES, SIDE, SIDE), "<u2", chunks=(1, SIDE, SIDE))
        for number in range(FRAMES):
            data[number] = np.roll(noise, 37 * number, axis=1)
    camera = {
        "source": "bench",
        "dtype": "array",
        "shape": [1, SIDE, SIDE],
        "dtype_numpy": "<u2",
        "external": "STREAM:",
        "object_name": "camera",
    }
    with stage.page() as page:
        source = Source(stage, {}, {"camera": camera, "det": NUMBER})
        resource = source.run.stream_resource(
            path.as_uri(), "application/x-hdf5", "camera", {"dataset": "/frames"}
        )
        source.send([("stream_resource", resource)])
        _live(stage, page, source)

        def send() -> None:
            for n in range(FRAMES):
                datum = source.stream.stream_datum(resource, (n + 1, n + 2), (n, n + 1), number=n)
                source.send([("stream_datum", datum)])
                time.sleep(0.1)

        began = time.time()
        _until_over(page, _in_background(send))
        page.get_by_test_id("frame-caption").filter(has_text=f"Frame {FRAMES} of {FRAMES}").wait_for()
        took = time.time() - began
        shown = page.evaluate("window.__seen.captions")
        _report("G6", f"previews of {SIDE} x {SIDE} frames (10 /s come)", ">= 5 /s", f"{shown / took:.1f} /s")
        source.close()
    path.unlink()


NOTE_BANNER = """() => {
  const isTold = () => document.querySelector("[data-testid=link-banner]") !== null;
  const note = () => { if (isTold()) window.__toldAt ??= Date.now(); };
  new MutationObserver(note).observe(document.body, {childList: true, subtree: true});
}"""


def _cut(stage: Stage, _: float) -> None:
    with stage.page() as page:
        held: list[Any] = []
        ends: list[Any] = []
        is_held = threading.Event()

        def opened(end: Any) -> None:
            ends.append(end)
            server = end.connect_to_server()
            server.on_message(lambda text: held.append(text) if is_held.is_set() else end.send(text))

        page.route_web_socket(re.compile(r"/ws/$"), opened)
        source = Source(stage, ALONG, LINE)
        _live(stage, page, source)
        source.take(50, 2, _point)
        _wait_points(page, len(source.times))
        page.evaluate(NOTE_BANNER)
        is_held.set()
        cut = time.time()
        page.get_by_test_id("link-banner").wait_for()
        told = page.evaluate("window.__toldAt") / 1000 - cut
        source.take(50, 2, _point)
        is_held.clear()
        back = time.monotonic()
        ends[-1].close(code=4503)
        _wait_points(page, len(source.times))
        filled = time.monotonic() - back
        _report("G9", "silent link to banner", "<= 3 s", f"{told:.1f} s")
        _report("G9", "return to no missing point", "<= 5 s", f"{filled:.1f} s")
        source.close()


FILL = "import django; django.setup(); from bench import _seeded_runs; _seeded_runs.fill({count})"
SEARCHES = (
    *(
        "plan:scan",
        "ka*",
        "status:fail",
        "energy:7keV..8keV",
        "plan:count status:success",
        "motor:sx detector:camera",
    ),
    *(
        "sample:LaB6*",
        "temperature:100..120",
        '"Fe K"',
        "-status:success plan:fly",
        "user:user007",
        "num_points:41",
    ),
)


def _search(stage: Stage, _: float) -> None:
    environment = {**stage.beamport.environment, "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    fill = [sys.executable, "-c", FILL.format(count=stage.runs)]
    subprocess.run(fill, env=environment, check=True)
    with stage.page("admin") as page:
        page.goto(stage.beamport.url + "/runs")
        box = page.get_by_role("combobox", name="Search runs").or_(page.get_by_label("Search runs")).first
        box.wait_for()
        web = stage.beamport.process("uvicorn")
        before = _processor_s(web)
        took = sorted(_searched(page, box, line) for line in 2 * SEARCHES)
        busy = 1000 * (_processor_s(web) - before) / len(took)
        p95 = took[int(0.95 * (len(took) - 1))]
        what = f"search and facets over {stage.runs:,} runs, p50 and p95"
        _report("G10", what, "p95 <= 500 ms", f"{1000 * statistics.median(took):.0f}, {1000 * p95:.0f} ms")
        _report("G10", "processor time of the web server a search", "", f"{busy:.0f} ms")
        page.goto(stage.beamport.url + "/runs")
        page.locator("tbody tr").nth(20).wait_for()
        page.evaluate(WATCH)
        began = time.monotonic()
        for step in range(60):
            page.mouse.wheel(0, 120 if step < 30 else -120)
            page.wait_for_timeout(16)
        rate = page.evaluate("window.__seen.frames") / (time.monotonic() - began)
        longest = max(page.evaluate("window.__seen.tasks"), default=0.0)
        _report(
            "G10",
            "frames a second while it scrolls, longest task",
            ">= 20, 100 ms",
            f"{rate:.0f} /s, {longest:.0f} ms",
        )


def _processor_s(process: Any) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


def _searched(page: Any, box: Any, line: str) -> float:
    box.fill(line)
    with (
        page.expect_response(re.compile(r"/runs\?.*q=")),
        page.expect_response(re.compile(r"/runs/facets\?.*q=")),
    ):
        began = time.monotonic()
        box.press("Enter")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.monotonic() - began


def _heap(stage: Stage, seconds: float) -> None:
    with stage.page() as page:
        wire = page.context.new_cdp_session(page)
        source = Source(stage, ALONG, LINE)
        _live(stage, page, source)
        source.take(100, 2, _point)
        before = _heap_bytes(wire)
        length = max(30.0, 4 * seconds)
        _until_over(page, _in_background(lambda: source.take(100, length, _point)))
        _wait_points(page, len(source.times))
        grown = (_heap_bytes(wire) - before) / 1e6
        _report("G13", f"heap growth at 100/s in {length:.0f} s", "", f"{grown:+.1f} MB")
        _report("G13", "the same slope for 30 minutes", "<= 50 MB", f"{grown * 1800 / length:+.0f} MB")
        said = page.evaluate("window.__seen.said")
        most = max((sum(at <= one < at + 5 for one in said) for at in said), default=0)
        _report("G14", f"announcements in any 5 s, of {length:.0f} s", "<= 1", str(most))
        source.close()


def _heap_bytes(wire: Any) -> float:
    wire.send("HeapProfiler.enable")
    wire.send("HeapProfiler.collectGarbage")
    wire.send("HeapProfiler.collectGarbage")
    return float(wire.send("Runtime.getHeapUsage")["usedSize"])


def _steer(stage: Stage, _: float) -> None:
    plan = {"plan": "count", "parameters": {"detectors": ["det"], "num": 5000, "delay": 0.05}}
    with stage.page() as page, stage.page() as other, stage.beamport.rest() as rest:
        began = time.monotonic()
        page.get_by_role("button", name="Take control").click()
        other.get_by_text("you are in control").wait_for()
        _report("G11", "control taken to a second window", "<= 1 s", f"{time.monotonic() - began:.2f} s")
        now = {**plan, "proposal": stage.proposal}
        rest.post("beamlines/demo/queue/run-now", json=now).raise_for_status()
        badge = page.get_by_test_id("engine-state")
        badge.filter(has_text="running").wait_for()
        asked, paused = [], []
        for _turn in range(PRESSES):
            seen = _pressed(page, "paused", lambda: page.get_by_role("button", name="Pause").click())
            asked.append(seen["asked"])
            paused.append(seen["paused"])
            page.get_by_role("button", name="Resume").click()
            badge.filter(has_text="running").wait_for()
        page.get_by_role("button", name="Abort").click()
        end = page.get_by_role("dialog").get_by_role("button", name="Abort")
        aborted = _pressed(page, "idle", lambda: end.click())["idle"]
        page.get_by_role("button", name="Release control").click()
        told = f"median and longest of {PRESSES}"
        _report("G5", f"press to Pausing, {told}", "<= 300 ms", _middle_and_longest(asked))
        _report("G5", f"press to `paused`, {told}", "<= 200 ms", _middle_and_longest(paused))
        _report("G5", "press on Abort to `idle`, all cleaned up", "", f"{aborted:.0f} ms")


def _pressed(page: Any, state: str, press: Callable[[], None]) -> dict[str, float]:
    """Give the milliseconds from a press to what the page paints of it, up to a state of the engine."""
    page.evaluate(PRESSED)
    press()
    page.wait_for_function("state => window.__pressed[state] > 0", arg=state)
    seen: dict[str, float] = page.evaluate("window.__pressed")
    return seen


def _middle_and_longest(taken: list[float]) -> str:
    return f"{statistics.median(taken):.0f}, {max(taken):.0f} ms"


@contextmanager
def _stage() -> Iterator[Stage]:
    from playwright.sync_api import sync_playwright

    from tests.support.chromium import FLAGS, executable
    from tests.support.installation import installation

    with (
        tempfile.TemporaryDirectory(prefix="bench-browser-") as folder,
        installation(Path(folder)) as beamport,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        print(f"{'goal':4} {'what':54} {'bound':>14} {'measured':>22}", flush=True)
        yield Stage(beamport, browser)
        browser.close()


MEASURES: dict[str, Callable[[Stage, float], None]] = {
    "G4": _light,
    "G2 G3": _paint,
    "G5 G11": _steer,
    "G6": _map,
    "G6 frames": _frames,
    "G9": _cut,
    "G10": _search,
    "G13 G14": _heap,
}


if __name__ == "__main__":
    main()
