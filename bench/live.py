"""From an event to the socket that gets it: `python -m bench.live [--seconds S]`.

A writer takes events as an engine would, ships them every 50 ms or 100 events, and rings; uvicorn serves the
sockets; a third process follows the run and notes when each event arrives. One line for each number of
sockets and rate: latency from the event to the client, frames a second, CPU of server and writer.
A missing or doubled event ends the benchmark with an error.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

SHIP_S = 0.05
SHIP_EVENTS = 100
FIELDS = 10
READY_S = 30.0
QUIET_S = 10.0


def main() -> None:
    """Print the table, or serve as the process of the clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--sockets", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--rates", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument(
        "--follow", nargs=4, metavar=("URL", "TOPIC", "SOCKETS", "EVENTS"), help=argparse.SUPPRESS
    )
    options, _ = parser.parse_known_args()
    if options.follow:
        url, topic, sockets, events = options.follow
        asyncio.run(_follow_all(url, topic, int(sockets), int(events)))
        return
    _measure_all(options)


def _measure_all(options: argparse.Namespace) -> None:
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    place, key = _place_and_key()
    os.environ["BENCH_KEY"] = key
    port = _free_port()
    server = _start_server(port)
    try:
        _wait_for(port)
        print("sockets  events/s   p50 ms   p95 ms   max ms  frames/s  server CPU  writer CPU")
        for sockets in options.sockets:
            for rate in options.rates:
                _measure(place, port, server.pid, sockets, rate, options.seconds)
    finally:
        server.terminate()
        server.wait(10)


def _place_and_key() -> tuple[Any, str]:
    from accounts.services import create_key
    from tests.support.catalog_runs import make_place

    place = make_place("bench", "B-1")
    text, _ = create_key(actor=place.member, scopes=["run:read"], note="bench")
    return place, text


def _free_port() -> int:
    from config.embedded import free_port

    return free_port()


def _start_server(port: int) -> subprocess.Popen[bytes]:
    command = [
        *(
            sys.executable,
            "-m",
            "uvicorn",
            "config.asgi:application",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ),
        *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--ws-max-size", "65536"),
        *("--lifespan", "off", "--no-access-log", "--log-level", "warning"),
    ]
    log = Path(os.environ["BEAMPORT_VAR"]) / "bench-web.log"
    with log.open("ab") as out:
        return subprocess.Popen(command, stdout=out, stderr=out)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/me", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"uvicorn did not answer on port {port} in {READY_S:g} s")


def _measure(place: Any, port: int, server: int, sockets: int, rate: int, seconds: float) -> None:
    writer = _Writer(place)
    events = max(1, int(rate * seconds))
    with tempfile.TemporaryFile("w+") as answer:
        follow = ["--follow", f"ws://127.0.0.1:{port}/ws/", f"run:{writer.uid}", str(sockets), str(events)]
        client = subprocess.Popen(
            [sys.executable, "-m", "bench.live", *follow],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=answer,
            text=True,
        )
        assert client.stdout is not None
        if client.stdout.readline().strip() != "ready":
            answer.seek(0)
            raise RuntimeError(f"the clients did not come up: {answer.read()[-500:]}")
        before, cpu, began = _cpu_s(server), time.process_time(), time.monotonic()
        writer.take(events, rate)
        took = time.monotonic() - began
        server_cpu, writer_cpu = (_cpu_s(server) - before) / took, (time.process_time() - cpu) / took
        out, _ = client.communicate(timeout=60)
    found = json.loads(out)
    if found["fault"]:
        raise RuntimeError(f"{sockets} sockets, {rate} events/s: {found['fault']}")
    p50, p95, most = (found[name] * 1000 for name in ("p50", "p95", "max"))
    frames = found["frames"] / sockets / took
    print(
        f"{sockets:7} {rate:9} {p50:8.0f} {p95:8.0f} {most:8.0f} {frames:9.1f} "
        f"{server_cpu:11.0%} {writer_cpu:11.0%}",
        flush=True,
    )


class _Writer:
    """Takes events at a rate and ships them as the worker does."""

    def __init__(self, place: Any) -> None:
        from catalog.documents.compose import RunComposer

        self.place = place
        self.run = RunComposer({"plan_name": "bench"})
        self.uid = self.run.start["uid"]
        key = {"source": "sim", "dtype": "number", "shape": []}
        self.names = [f"value_{n}" for n in range(FIELDS)]
        self.stream = self.run.descriptor("primary", dict.fromkeys(self.names, key))
        self.ordinal = 0
        self.waiting: list[Any] = []
        self._add("start", self.run.start)
        self._add("descriptor", self.stream.descriptor)
        self._ship()

    def take(self, events: int, rate: int) -> None:
        """Take the events, then close the run."""
        began = shipped = time.monotonic()
        for n in range(events):
            if (early := began + n / rate - time.monotonic()) > 0:
                if self.waiting and shipped + SHIP_S < began + n / rate:
                    time.sleep(max(0.0, shipped + SHIP_S - time.monotonic()))
                    shipped = self._ship()
                time.sleep(max(0.0, min(early, began + n / rate - time.monotonic())))
            now = time.time()
            data = {name: n + number / 7 for number, name in enumerate(self.names)}
            self._add("event", self.stream.event(data, dict.fromkeys(data, now), time=now))
            if len(self.waiting) >= SHIP_EVENTS or time.monotonic() - shipped >= SHIP_S:
                shipped = self._ship()
        self._add("stop", self.run.stop("success"))
        self._ship()

    def _add(self, name: str, doc: Any) -> None:
        from catalog.ingest import Record

        self.waiting.append(Record(self.uid, self.ordinal, name, doc))
        self.ordinal += 1

    def _ship(self) -> float:
        from tests.support.catalog_runs import keep

        batch, self.waiting = self.waiting, []
        keep(self.place, batch)
        return time.monotonic()


def _cpu_s(pid: int) -> float:
    """Give the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _follow_all(url: str, topic: str, sockets: int, events: int) -> None:
    ready = [asyncio.Event() for _ in range(sockets)]
    followers = [asyncio.create_task(_follow(url, topic, events, event)) for event in ready]
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in ready)), READY_S)
    print("ready", flush=True)
    found = await asyncio.gather(*followers)
    late = sorted(latency for latencies, _, _ in found for latency in latencies)
    print(
        json.dumps(
            {
                "p50": statistics.median(late),
                "p95": late[int(0.95 * (len(late) - 1))],
                "max": late[-1],
                "frames": sum(frames for _, frames, _ in found),
                "fault": next((fault for _, _, fault in found if fault), ""),
            }
        )
    )


async def _follow(url: str, topic: str, events: int, ready: asyncio.Event) -> tuple[list[float], int, str]:
    """Follow the run to its stop; give latencies, number of frames, and what was wrong with the order."""
    from websockets.asyncio.client import connect

    latencies: list[float] = []
    frames, expected, fault = 0, 0, ""
    headers = {"Authorization": f"ApiKey {os.environ['BENCH_KEY']}"}
    async with connect(url, additional_headers=headers, compression=None, max_size=2**20) as socket:
        await socket.send(json.dumps({"type": "subscribe", "topic": topic, "since": -1}))
        while True:
            text = await asyncio.wait_for(socket.recv(), QUIET_S)
            now = time.time()
            message = json.loads(text)
            if message["type"] == "subscribed":
                ready.set()
            if message["type"] != "message":
                continue
            frames += 1
            payload = message["payload"]
            if payload["first"] != expected:
                fault = f"frame begins at {payload['first']}, not at {expected}"
            expected = payload["last"] + 1
            for batch in payload["events"]:
                latencies += [now - at for at in batch["time"]]
            if any(name == "stop" for _, name, _ in payload["documents"]):
                break
    if len(latencies) != events:
        fault = f"{len(latencies)} of {events} events"
    return latencies, frames, fault


if __name__ == "__main__":
    main()
