"""The commands: their words, and what each does."""

from __future__ import annotations

import argparse
import getpass
import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beamport import keys
from beamport.connection import Client, connect
from beamport.errors import InvalidError, NotFoundError
from beamport.queue import Item
from beamport.run import Run
from beamport.terminal.screen import Screen, moment

_OF_SEARCH = frozenset({"--limit", "--export", "--to"})
"""Options of a search that take a value."""

RUN_COLUMNS = ("uid", "scan", "plan", "began", "status", "points", "sample", "proposal")


def parser() -> argparse.ArgumentParser:
    """Give what reads the command line."""
    top = argparse.ArgumentParser(prog="beamport", description="Runs and queues of a Beamport.")
    top.add_argument("--url", help="address; else BEAMPORT_URL, else that of beamport login")
    top.add_argument("--key", help="API key; better: BEAMPORT_API_KEY, or beamport login")
    top.add_argument("--plain", action="store_true", help="lines with tabs instead of tables")
    top.set_defaults(needs_no_server=False)
    commands = top.add_subparsers(required=True, metavar="command")
    for add in (_catalog_commands, _beamline_commands, _engine_commands):
        add(commands)
    return top


def with_search_apart(words: Sequence[str]) -> list[str]:
    """Put the words of a search behind ``--``, so that ``-plan:count`` is one of them and no option.

    Examples
    --------
    >>> with_search_apart(["--plain", "search", "-plan:count", "or", "--limit", "5", "-1"])
    ['--plain', 'search', '--limit', '5', '--', '-plan:count', 'or', '-1']
    """
    if "search" not in words or "--" in words:
        return list(words)
    place = words.index("search") + 1
    options, line = list(words[:place]), list[str]()
    rest = iter(words[place:])
    for word in rest:
        if word in _OF_SEARCH:
            options += [word, *itertools.islice(rest, 1)]
        else:
            (options if word.startswith("--") or word == "-h" else line).append(word)
    return [*options, "--", *line]


def _catalog_commands(commands: Any) -> None:
    login = _command(commands, "login", log_in, "keep a key for an address, readable by you alone")
    login.add_argument("address")
    login.set_defaults(needs_no_server=True)
    search = _command(commands, "search", search_runs, "list runs, newest first")
    search.add_argument("words", nargs="*", help="a search line: words, key:value, energy:7..8, since:7d")
    search.add_argument("--limit", type=int, default=20)
    search.add_argument("--export", metavar="FORMAT", help="download all of them as one ZIP, 200 at most")
    search.add_argument("--to", default=".", metavar="PATH", help="file or folder of the ZIP")
    show = _command(commands, "show", show_run, "show one run")
    show.add_argument("run", help="begin of the uid, scan_id, or -1 for the newest")
    show.add_argument("--documents", action="store_true", help="its documents, a line of JSON each")
    table = _command(commands, "table", show_table, "show a stream as a table")
    table.add_argument("run")
    table.add_argument("--stream", default="primary")
    table.add_argument("--columns", help="data keys, with commas between")
    export = _command(commands, "export", export_run, "download a run")
    export.add_argument("run")
    export.add_argument("format", help="csv, jsonl, msgpack, ...")
    export.add_argument("path", nargs="?", default=".")
    export.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    watch = _command(commands, "watch", watch_runs, "show what a beamline measures, as it comes")
    watch.add_argument("beamline")
    watch.add_argument("--runs", type=int, default=0, help="end after so many runs")
    watch.add_argument("--timeout", type=float, help="end when nothing has come for so many seconds")


def _beamline_commands(commands: Any) -> None:
    for name, act, help_text in (
        ("status", show_status, "what a beamline does now"),
        ("queue", show_queue, "what waits, what runs"),
        ("history", show_history, "what has run"),
        ("plans", show_plans, "the plans of a beamline"),
        ("devices", show_devices, "its devices"),
        ("values", show_values, "its status board"),
    ):
        _command(commands, name, act, help_text).add_argument("beamline")
    submit = _command(commands, "submit", submit_plan, "queue a plan")
    submit.add_argument("beamline")
    submit.add_argument("plan")
    submit.add_argument("parameters", nargs="*", metavar="NAME=VALUE", help="values are JSON, or text")
    submit.add_argument("--proposal")
    submit.add_argument("--metadata", action="append", default=[], metavar="NAME=VALUE")
    submit.add_argument("--front", action="store_true")
    submit.add_argument("--now", action="store_true", help="to the front, and start the queue")
    submit.add_argument("--wait", action="store_true", help="until it has ended")


def _engine_commands(commands: Any) -> None:
    for action, help_text in (
        ("start", "let the queue run"),
        ("hold", "start no further item"),
        ("pause", "pause the running plan"),
        ("resume", "go on with it"),
        ("stop", "end it; its runs count as good"),
        ("abort", "end it; its runs are marked aborted"),
    ):
        command = _command(commands, action, steer, help_text)
        command.add_argument("beamline")
        command.set_defaults(action=action)
        if action in ("hold", "stop", "abort"):
            command.add_argument("--reason", required=action == "abort", default="")


def _command(commands: Any, name: str, act: Any, help_text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    command.set_defaults(act=act)
    return command


def log_in(asked: argparse.Namespace, screen: Screen) -> None:
    """Ask for a key, try it, and keep it."""
    key = asked.key or os.environ.get(keys.KEY) or getpass.getpass("API key: ")
    access = keys.Access(asked.address.rstrip("/"), key)
    with connect(access.url, api_key=key) as client:
        name = client.me().get("username", "")
    screen.line(f"Signed in as {name}; the key is kept in {keys.save(access)}.")


def search_runs(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """List runs, or download all of them."""
    found = client.catalog.search(" ".join(asked.words))
    if asked.export:
        with screen.download(f"{len(found)} runs as {asked.export}") as progress:
            path = found.export(asked.export, asked.to, progress=progress)
        screen.line(str(path))
        return
    runs = list(itertools.islice(found, asked.limit))
    more = "+" if found.is_capped else ""
    screen.table(f"{len(runs)} of {len(found)}{more} runs", RUN_COLUMNS, map(_run_row, runs))


def show_run(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show a run, or its documents."""
    run = _run(client, asked.run)
    if asked.documents:
        for name, doc in run.documents():
            screen.line(json.dumps([name, doc]))
        return
    facts = run.summary
    names = ("uid", "scan_id", "plan_name", "exit_status", "reason", "beamline", "proposal", "username")
    shown = {name: facts[name] for name in names} | {
        "began": moment(run.time),
        "ended": moment(facts["stop_time"]),
    }
    screen.facts("", {**shown, "sample": facts["sample"], "title": facts["title"]})
    rows = [
        (stream.name, stream.num_events, key, column["dtype"], column["shape"] or "", column["units"])
        for stream in (run[name] for name in run.streams)
        for key, column in stream.keys.items()
    ]
    screen.table("streams", ("stream", "events", "column", "kind", "shape", "units"), rows)


def show_table(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the rows of a stream."""
    stream = _run(client, asked.run)[asked.stream]
    arrays = stream.arrays(asked.columns.split(",") if asked.columns else None)
    heads = [f"{key} ({stream.units[key]})" if key in stream.units else key for key in arrays]
    screen.table("", heads, zip(*(values.tolist() for values in arrays.values()), strict=True))


def export_run(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Download a run."""
    run = _run(client, asked.run)
    with screen.download(f"{run.uid[:8]}.{asked.format}") as progress:
        path = run.export(asked.format, Path(asked.path), progress=progress, **_pairs(asked.option))
    screen.line(str(path))


def watch_runs(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the events of each run as they come."""
    for number, run in enumerate(client.catalog.live(asked.beamline, timeout_s=asked.timeout), 1):
        screen.line(f"{run.uid}  scan_id {run.scan_id}  {run.plan_name}")
        streams: dict[str, str] = {}
        for name, doc in run.follow(timeout_s=asked.timeout):
            if name == "descriptor":
                streams[doc["uid"]] = doc.get("name", "")
            elif name == "event":
                values = "  ".join(
                    f"{key} {value:.6g}" for key, value in doc["data"].items() if _is_number(value)
                )
                screen.line(f"{streams.get(doc['descriptor'], '')} {doc['seq_num']:>5}  {values}")
            elif name == "stop":
                screen.line(f"{doc['exit_status']}  {doc.get('reason') or ''}".rstrip())
        if number == asked.runs:
            return


def show_status(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show what a beamline does."""
    screen.facts(asked.beamline, client.beamline(asked.beamline).status())


def show_queue(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the queue."""
    queue = client.beamline(asked.beamline).queue()
    state = f"held: {queue['hold_reason']}" if queue["is_held"] else "running"
    rows = [item for item in [queue["running"], *queue["items"]] if item is not None]
    _items(screen, f"{asked.beamline}: the queue is {state}", rows)


def show_history(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show what has run."""
    _items(screen, "", client.beamline(asked.beamline).history())


def show_plans(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the plans."""
    plans = client.beamline(asked.beamline).plans()
    rows = [
        (name, plan["title"], ", ".join(_parameter(told) for told in plan["parameters"]))
        for name, plan in sorted(plans.items())
    ]
    screen.table("", ("plan", "does", "parameters"), rows)


def show_devices(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the devices."""
    devices = client.beamline(asked.beamline).devices()
    rows = [
        (name, told.get("title") or "", told.get("units"), told.get("limits"))
        for name, told in sorted(devices.items())
    ]
    screen.table("", ("device", "is", "units", "limits"), rows)


def show_values(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Show the status board."""
    values = client.beamline(asked.beamline).values()
    rows = [(name, told.get("value"), told.get("units"), told.get("alarm")) for name, told in values.items()]
    screen.table("", ("name", "value", "units", "alarm"), rows)


def submit_plan(client: Client, asked: argparse.Namespace, screen: Screen) -> int:
    """Queue a plan, and wait for it when that is asked."""
    item = client.beamline(asked.beamline).add(
        asked.plan,
        _pairs(asked.parameters),
        proposal=asked.proposal,
        metadata=_pairs(asked.metadata),
        position="front" if asked.front else "back",
        now=asked.now,
    )
    if asked.wait:
        item = item.wait()
    _items(screen, "", [item])
    return 0 if item.state in ("proposed", "queued", "running", "completed", "stopped") else 1


def steer(client: Client, asked: argparse.Namespace, screen: Screen) -> None:
    """Start, hold, pause, resume, stop or abort."""
    beamline = client.beamline(asked.beamline)
    reason = getattr(asked, "reason", "")
    told = getattr(beamline, asked.action)(*([reason] if reason else []))
    screen.line(str(told.get("detail") or f"{asked.action}: done"))


def _run(client: Client, text: str) -> Run:
    number = text.removeprefix("-")
    if number.isdecimal() and (text.startswith("-") or len(text) < 8):
        try:
            return client.catalog[int(text)]
        except NotFoundError:
            if text.startswith("-") or len(text) < 4:
                raise
    return client.catalog[text]


def _run_row(run: Run) -> tuple[Any, ...]:
    facts = run.summary
    points = facts["num_events"].get("primary", 0)
    status = run.exit_status or "open"
    return (
        run.uid[:8],
        run.scan_id,
        run.plan_name,
        moment(run.time),
        status,
        points,
        facts["sample"],
        facts["proposal"],
    )


def _items(screen: Screen, title: str, items: list[Item]) -> None:
    rows = [
        (
            item.uid[:8],
            item.plan,
            item.state,
            item.facts.get("submitted_by"),
            item.facts.get("parameters"),
            item.reason,
        )
        for item in items
    ]
    screen.table(title, ("item", "plan", "state", "by", "parameters", "why"), rows)


def _parameter(told: dict[str, Any]) -> str:
    return str(told["name"]) if told.get("required") else f"[{told['name']}]"


def _pairs(texts: list[str]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise InvalidError(f"{text!r} is not NAME=VALUE.")
        try:
            pairs[name] = json.loads(value)
        except ValueError:
            pairs[name] = value
    return pairs


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
