"""Search over HTTP beside tiled: `python -m bench search --runs 100000 [--peer-runs 10000]`.

Fills an own PostgreSQL from a seeded generator, starts the web server as `make run` does, and asks it by HTTP
with an API key, on one connection, one request after another. tiled gets the same start and stop documents in
its SQLite catalogue and its own process. With `--profile` the statements of each request are printed.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import _seeded_runs as seeded

REPEATS = 40
GOALS_MS = {100_000: 15, 1_000_000: 30}
WEEK_S = 7 * 86_400

# tiled 0.2.20 with PostgreSQL, p50 ms at 100,000 and 1,000,000 runs, measured on a machine of this kind.
PEER_FIGURES = {
    "latest 20 by time": "174 / 2,027",
    "plan and week": "120 / 847",
    "scan_id": "110 / 965",
    "partial uid": "162 / 1,660",
    "facets": "76 / 4,144",
    "two words": "error 500",
    "substring": "174 / 1,806",
    "regular expression": "error 400",
    "metadata key": "75 / 101",
    "deep page": "60 / 175",
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--peer-runs", type=int, default=5_000)
    parser.add_argument("--profile", action="store_true")
    options, _ = parser.parse_known_args()
    ours = _ours(options.runs, options.profile)
    peer = _peer(options.peer_runs) if options.peer_runs else {}
    _print(options, ours, peer)


def questions(count: int) -> dict[str, dict[str, str]]:
    """Give the parameters of each question, for a catalogue of `count` runs."""
    picked = list(seeded.starts(count))[count // 3] if count <= 100_000 else _start_at(count, count // 3)
    since, until = str(picked["time"]), str(picked["time"] + WEEK_S)
    words = picked["purpose"].split()
    return {
        "latest 20 by time": {},
        "plan and week": {"plan": "scan", "since": since, "until": until},
        "scan_id": {"scan_id": str(picked["scan_id"])},
        "partial uid": {"q": picked["uid"][:8]},
        "two words": {"q": f"{words[4]} {words[5]}"},
        "rare word": {"q": picked["operator_note"]},
        "common word": {"q": "det"},
        "substring": {"q": f"sample:*{picked['sample']['name'][2:8]}*"},
        "regular expression": {"q": f"sample:/^{picked['sample']['name'][:-1]}\\d$/"},
        "regular expression, much": {"q": f"sample:/^{picked['sample']['name'][:3]}.*4$/"},
        "or": {"q": f"scan_id:{picked['scan_id']} or {picked['operator_note']} or plan:nothing"},
        "metadata key": {"q": f"sample.name:{picked['sample']['name']}"},
        "number of events": {"q": f"num_events:>100 operator_note:{picked['operator_note']}"},
        "a duration": {"q": "duration:1.05..1.15"},
        "a key that is there": {"q": "edge:* scan_id:<100"},
        "a key that nobody has": {"q": "nosuchkey:*"},
        "range of a key": {"q": f"energy:{picked['energy'] - 0.05:.2f}..{picked['energy'] + 0.05:.2f}"},
        "wide range of a key": {"q": "energy:7keV..9keV"},
        "nothing to be found": {"q": "sample:*nosuchthing* plan:scan"},
        "sorted by scan_id": {"sort": "-scan_id"},
    }


def _start_at(count: int, wanted: int) -> dict[str, Any]:
    for n, start in enumerate(seeded.starts(count)):
        if n == wanted:
            return start
    raise LookupError(wanted)


class Caller:
    """Asks one server on one connection."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = headers

    def get(self, path: str, parameters: dict[str, str]) -> tuple[int, Any]:
        """Give status and body."""
        self.connection.request("GET", f"{path}?{urlencode(parameters, doseq=True)}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, body


def measured(
    ask: Callable[[], int], repeats: int = REPEATS, cpu: Callable[[], float] = float
) -> dict[str, Any]:
    """Ask again and again; give the last status, p50 and p95, and what `cpu` counts, in milliseconds."""
    taken = []
    status = ask()
    cpu_began = cpu()
    for _ in range(repeats):
        began = time.perf_counter()
        status = ask()
        taken.append((time.perf_counter() - began) * 1000)
    spent = (cpu() - cpu_began) * 1000 / repeats
    taken.sort()
    p95 = taken[int(len(taken) * 0.95)]
    return {"status": status, "p50": statistics.median(taken), "p95": p95, "cpu": spent}


def cpu_of(pid: int) -> float:
    """Give the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ours(count: int, is_profiled: bool) -> dict[str, dict[str, Any]]:
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    seconds = seeded.fill(count)
    print(f"Beamport: {count:,} runs in {seconds:.0f} s", flush=True)
    _print_sizes()
    keys = _keys()
    if is_profiled:
        _profile(count)
    found = {}
    with served() as (port, pid):
        for who, key in keys.items():
            caller = Caller(port, {"Authorization": f"ApiKey {key}", "Accept": "application/json"})
            prefix = "" if who == "admin" else f"{who}: "
            for name, parameters in _asked(caller, count).items():
                if who == "admin" or name in ("latest 20 by time", "facets", "two words"):
                    route = parameters.pop("_route", "/api/v1/runs")
                    ask = lambda r=route, p=parameters, c=caller: c.get(r, p)[0]  # noqa: E731
                    found[prefix + name] = measured(ask, cpu=lambda: cpu_of(pid))
    return found


def _asked(caller: Caller, count: int) -> dict[str, dict[str, str]]:
    asked = {name: {"limit": "20", **parameters} for name, parameters in questions(count).items()}
    asked["deep page"] = {"limit": "20", "cursor": _deep_cursor(count)}
    for name, extra in {
        "facets": {"_route": "/api/v1/runs/facets"},
        "facets of a week": {"_route": "/api/v1/runs/facets", "since": str(seeded.LAST - WEEK_S)},
        "facets of a plan": {"_route": "/api/v1/runs/facets", "plan": "scan"},
        "histogram by day": {"_route": "/api/v1/runs/histogram", "by": "day"},
        "values with a prefix": {"_route": "/api/v1/runs/values", "key": "sample", "prefix": "per"},
    }.items():
        asked[name] = extra
    return asked


def _deep_cursor(count: int) -> str:
    """Give the cursor of the page in the middle of all runs."""
    from catalog.models import Run
    from catalog.queries import RunQuery
    from catalog.selectors.cursors import Position, digest_of, write_cursor

    row = Run.objects.order_by("-time")[count // 2]
    return write_cursor(Position(("-time",), [row.time, row.pk], count, digest_of(RunQuery())))


def _keys() -> dict[str, str]:
    """Give API keys of a facility administrator, of a member of one proposal, and of staff."""
    from accounts.actor import Actor, system_actor
    from accounts.models import Membership, Proposal
    from accounts.services import assign_staff, create_key, create_user

    system = system_actor("bench")
    keys = {}
    for name in ("admin", "member", "staff"):
        user = create_user(
            actor=system, username=name, password="correct-horse-battery-9", is_facility_admin=name == "admin"
        )
        if name == "member":
            Membership.objects.create(user=user, proposal=Proposal.objects.get(number="GUP-3"), role="member")
        if name == "staff":
            assign_staff(actor=system, beamline="one", username="staff")
        actor = Actor(kind="person", user_id=user.pk, username=name, is_facility_admin=name == "admin")
        keys[name] = create_key(actor=actor, scopes=["run:read"], note="bench")[0]
    return keys


def _print_sizes() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) / 1048576.0, pg_indexes_size(oid) / 1048576.0"
            " FROM pg_class WHERE relname LIKE 'catalog%%' AND relkind = 'r' ORDER BY 2 DESC LIMIT 4"
        )
        for name, total, indexes in cursor.fetchall():
            print(f"   {name:24} {total:8.0f} MB, of these indexes {indexes:8.0f} MB", flush=True)


@contextlib.contextmanager
def served(environment: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Start the web server as `make run` does; give its port and the key of its process."""
    from config.embedded import free_port

    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(port), "--lifespan", "off", "--no-access-log"),
    ]
    with tempfile.TemporaryFile() as log, _running(command, port, log, environment) as process:
        yield port, process.pid


@contextlib.contextmanager
def _running(
    command: list[str], port: int, log: Any, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
    try:
        _until_it_answers(process, port, log)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _until_it_answers(process: subprocess.Popen[bytes], port: int, log: Any) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError):
            connection.request("GET", "/api/v1/")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"no server on port {port}: {log.read()[-2000:]!r}")


def _profile(count: int) -> None:
    """Print the statements of each question and their times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.actor import system_actor
    from catalog import selectors
    from catalog.queries import RunQuery
    from catalog.search import run_query

    for name, asked in questions(count).items():
        texts = {key: asked.get(key, "") for key in ("q", "since", "until")}
        query = RunQuery(
            plan=asked.get("plan", ""),
            scan_id=int(asked["scan_id"]) if "scan_id" in asked else None,
            sort=tuple(filter(None, asked.get("sort", "").split(","))),
            limit=20,
        )
        query = run_query(texts["q"], since=texts["since"], until=texts["until"], query=query)
        for _ in range(3):
            with CaptureQueriesContext(connection) as statements:
                began = time.perf_counter()
                page = selectors.runs(system_actor("bench"), query)
                whole = (time.perf_counter() - began) * 1000
        print(f"\n-- {name}: {whole:.1f} ms, {page.count}{'+' if page.is_capped else ''} runs")
        for statement in statements:
            print(f"   {float(statement['time']) * 1000:6.1f} ms  {statement['sql'][-300:]}")


def _peer(count: int) -> dict[str, dict[str, Any]]:
    """Measure tiled on the same documents, in its SQLite catalogue."""
    from bench._tiled_runs import serving

    found = {}
    began = time.perf_counter()
    with serving(count, _running) as (caller_of, seconds):
        print(f"tiled: {count:,} runs in {seconds:.0f} s (whole start {time.perf_counter() - began:.0f} s)")
        caller = caller_of(Caller)
        for name, (path, parameters) in _peer_questions(count).items():
            found[name] = measured(lambda p=path, q=parameters: caller.get(p, q)[0], repeats=15)
    return found


def _peer_questions(count: int) -> dict[str, tuple[str, dict[str, str]]]:
    asked = questions(count)
    picked = _start_at(count, count // 3)
    search, distinct = "/api/v1/search/", "/api/v1/distinct/"
    page = {"page[limit]": "20"}

    def eq(key: str, value: Any) -> dict[str, str]:
        return {"filter[eq][condition][key]": key, "filter[eq][condition][value]": json.dumps(value)}

    week = {
        "filter[comparison][condition][operator]": ["ge", "lt"],
        "filter[comparison][condition][key]": ["start.time", "start.time"],
        "filter[comparison][condition][value]": [
            asked["plan and week"]["since"],
            asked["plan and week"]["until"],
        ],
    }
    return {
        "latest 20 by time": (search, {**page, "sort": "-start.time"}),
        "plan and week": (search, {**page, **eq("start.plan_name", "scan"), **week, "sort": "-start.time"}),
        "scan_id": (search, {**page, **eq("start.scan_id", picked["scan_id"])}),
        "partial uid": (
            search,
            {
                **page,
                "filter[like][condition][key]": "start.uid",
                "filter[like][condition][pattern]": json.dumps(picked["uid"][:8] + "%"),
            },
        ),
        "two words": (search, {**page, "filter[fulltext][condition][text]": asked["two words"]["q"]}),
        "rare word": (search, {**page, "filter[fulltext][condition][text]": asked["rare word"]["q"]}),
        "common word": (search, {**page, "filter[fulltext][condition][text]": "det"}),
        "substring": (
            search,
            {
                **page,
                "filter[contains][condition][key]": "start.sample.name",
                "filter[contains][condition][value]": json.dumps(picked["sample"]["name"][2:8]),
            },
        ),
        "regular expression": (
            search,
            {
                **page,
                "filter[regex][condition][key]": "start.sample.name",
                "filter[regex][condition][pattern]": "^LaB",
            },
        ),
        "metadata key": (search, {**page, **eq("start.sample.name", picked["sample"]["name"])}),
        "deep page": (search, {**page, "page[offset]": str(count // 2)}),
        "facets": (distinct, {"metadata": "start.plan_name", "counts": "true"}),
    }


def _print(options: Any, ours: dict[str, dict[str, Any]], peer: dict[str, dict[str, Any]]) -> None:
    goal = next((ms for runs, ms in sorted(GOALS_MS.items()) if options.runs <= runs), 30)
    load = os.getloadavg()[0]
    print(f"\np50, p95, processor time of the web process: ms a request over HTTP; load {load:.1f}")
    print(f"goal p50 {goal} ms, p95 100 ms")
    print(
        f"{'question':32} {'Beamport ' + format(options.runs, ','):>24}   "
        f"{'tiled ' + format(options.peer_runs, ','):>24} {'ratio':>7}   tiled 10^5 / 10^6"
    )
    for name, figures in ours.items():
        other = peer.get(name)
        beside = ""
        if other is not None:
            ratio = f"{other['p50'] / figures['p50']:6.1f}x" if other["status"] == 200 else "      -"
            beside = f"{_cell(other)} {ratio}"
        mark = " " if figures["p50"] <= goal and figures["p95"] <= 100 and figures["status"] == 200 else "!"
        print(f"{name:32} {_cell(figures)} {mark} {beside:33} {PEER_FIGURES.get(name, '')}")


def _cell(figures: dict[str, Any]) -> str:
    if figures["status"] != 200:
        return f"{'error ' + str(figures['status']):>24}"
    cpu = f"{figures['cpu']:6.1f}" if figures["cpu"] else " " * 6
    return f"{figures['p50']:8.1f} {figures['p95']:7.1f} {cpu} "


if __name__ == "__main__":
    main()
