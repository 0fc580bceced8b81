"""Serve the demo beamline over Channel Access, on the loopback address only.

Run as ``python -m acquisition.devices.sim.ioc --prefix DEMO: --frames-dir DIR``. The port is that of
``EPICS_CA_SERVER_PORT``. Prints ``ready`` when it serves; SIGTERM and SIGINT end it at once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from caproto.asyncio.server import Context

from acquisition.devices.sim.demo_beamline import DemoBeamline

LOOPBACK = "127.0.0.1"
PARENT_CHECK_S = 0.5


class LoopbackContext(Context):  # type: ignore[misc]  # caproto has no types
    """A server without beacons: nothing of it is heard outside of its own port.

    Its answers leave at once: caproto's sockets wait for the acknowledgement of the packet before, which
    makes two answers in a row cost 40 ms.
    """

    async def tcp_handler(self, client: Any, addr: Any) -> None:
        """Serve one client."""
        client.writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await super().tcp_handler(client, addr)

    async def broadcast_beacon_loop(self) -> None:
        """Send nothing."""
        await asyncio.Event().wait()


def claim_port(port: int) -> None:
    """Raise OSError if another server has the port: two on one port would mix their answers."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, port))


def loopback_only(environment: Any) -> None:
    """Set what keeps a Channel Access server to the loopback address."""
    environment["EPICS_CAS_INTF_ADDR_LIST"] = LOOPBACK
    environment["EPICS_CAS_AUTO_BEACON_ADDR_LIST"] = "NO"
    environment["EPICS_CAS_BEACON_ADDR_LIST"] = LOOPBACK


async def serve(
    beamline: DemoBeamline, prefix: str, *, with_parent: bool, pva_port: int | None = None
) -> None:
    """Serve until a signal comes, or the parent process is gone."""
    loop = asyncio.get_running_loop()

    def leave() -> None:
        beamline.close()
        os._exit(0)  # at once: whatever a client still wants is not worth a second

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)
    if with_parent:
        loop.create_task(_leave_with(os.getppid(), leave))  # noqa: RUF006  lives as long as the process

    channels, mirrored = beamline.channels(prefix), []
    if pva_port is not None:
        from acquisition.devices.sim.pv_access import Mirror  # its library takes a while to load

        mirrored.append(Mirror(channels, pva_port))

    async def started(_: Any) -> None:
        print("ready", flush=True)  # noqa: T201  the sign that the starter waits for
        await beamline.run()

    await LoopbackContext(channels, [LOOPBACK]).run(startup_hook=started)


async def _leave_with(parent: int, leave: Any) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_CHECK_S)
    leave()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the demo beamline; leave with code 1 if it cannot start."""
    parser = argparse.ArgumentParser(description="Serve the demo beamline over Channel Access on 127.0.0.1.")
    parser.add_argument("--prefix", default="DEMO:", help="what every PV name begins with (%(default)s)")
    parser.add_argument("--frames-dir", type=Path, required=True, help="where the camera writes its files")
    parser.add_argument("--seed", type=int, help="makes the noise repeatable")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="factor on the speed of all motors (%(default)s)"
    )
    parser.add_argument(
        "--limits", type=float, nargs=2, default=(-10.0, 10.0), help="of sx and sy in mm (%(default)s)"
    )
    parser.add_argument("--pva-port", type=int, help="serve over PV Access too, on this port of 127.0.0.1")
    parser.add_argument("--with-parent", action="store_true", help="end when the starting process is gone")
    options = parser.parse_args(arguments)
    loopback_only(os.environ)
    port = int(os.environ.get("EPICS_CA_SERVER_PORT", "5064"))
    try:
        claim_port(port)
    except OSError as error:
        parser.exit(
            1, f"cannot serve on {LOOPBACK}:{port}: {error}. Set EPICS_CA_SERVER_PORT to a free port.\n"
        )
    options.frames_dir.mkdir(parents=True, exist_ok=True)
    beamline = DemoBeamline(
        frames_dir=options.frames_dir, seed=options.seed, speed=options.speed, limits=tuple(options.limits)
    )
    asyncio.run(serve(beamline, options.prefix, with_parent=options.with_parent, pva_port=options.pva_port))


if __name__ == "__main__":
    main()
