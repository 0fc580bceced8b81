"""The channels of the simulated IOC over PV Access too, as IOCs of EPICS 7 serve their records by both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p4p.nt import NTEnum, NTScalar  # type: ignore[import-untyped]  # p4p has no types
from p4p.server import Server, StaticProvider  # type: ignore[import-untyped]  # p4p has no types
from p4p.server.asyncio import SharedPV  # type: ignore[import-untyped]  # p4p has no types

from acquisition.devices.sim.channels import Double, Enum, Integer, String, Text

LOOPBACK = "127.0.0.1"


class Mirror:
    """Serves channels over PV Access, from within a running event loop.

    A value goes out whenever the channel has a new one; a put goes to the channel, with what hangs on it,
    and is answered at the end.

    Parameters
    ----------
    channels
        By the name of their process variable.
    port
        The TCP port; name it to clients by ``EPICS_PVA_NAME_SERVERS=127.0.0.1:PORT``. Searches by broadcast
        are not answered.
    """

    def __init__(self, channels: Mapping[str, Any], port: int) -> None:
        provider = StaticProvider("demo")
        self._shared = []
        for name, channel in channels.items():
            shared = _shared(channel)
            channel.mirrors.append(shared.follow)
            provider.add(name, shared)
            self._shared.append(shared)
        settings = {
            "EPICS_PVAS_INTF_ADDR_LIST": LOOPBACK,
            "EPICS_PVAS_SERVER_PORT": str(port),
            "EPICS_PVAS_BROADCAST_PORT": str(port),
            "EPICS_PVAS_AUTO_BEACON_ADDR_LIST": "NO",
            "EPICS_PVAS_BEACON_ADDR_LIST": LOOPBACK,
        }
        self._server = Server(providers=[provider], conf=settings, useenv=False)

    def close(self) -> None:
        """Serve no more."""
        self._server.stop()


class _Shared(SharedPV):  # type: ignore[misc]  # p4p has no types
    """One channel."""

    def __init__(self, channel: Any, kind: Any) -> None:
        self._channel = channel
        super().__init__(handler=self, nt=kind, initial=self._now())

    def _now(self) -> Any:
        return self._channel.value

    def _wanted(self, value: Any) -> Any:
        return "".join(value)  # a plain text: that of p4p carries the structure it came in

    def follow(self) -> None:
        """Tell clients the value."""
        self.post(self._now())

    async def put(self, _: Any, operation: Any) -> None:
        """Carry out a write of a client."""
        channel = self._channel
        if channel.handler is None:
            operation.done(error="it cannot be written")
            return
        try:
            await channel.write(self._wanted(operation.value()))
            await channel.handler(channel.value)
        except Exception as error:  # noqa: BLE001  whatever a handler refuses is told to the client
            operation.done(error=str(error) or type(error).__name__)
        else:
            operation.done()


class _Number(_Shared):
    def _now(self) -> Any:
        channel = self._channel
        limits = {"limitLow": channel.lower_ctrl_limit, "limitHigh": channel.upper_ctrl_limit}
        units = channel.units.decode() if isinstance(channel.units, bytes) else str(channel.units)
        return {"value": channel.value, "display": {"units": units, **limits}, "control": limits}

    def _wanted(self, value: Any) -> Any:
        if hasattr(value, "tolist"):
            return value.tolist()
        return float(value) if isinstance(self._channel, Double) else int(value)


class _Choice(_Shared):
    def _now(self) -> Any:
        words = list(self._channel.enum_strings)
        return {"value": {"index": words.index(str(self._channel.value)), "choices": words}}

    def _wanted(self, value: Any) -> Any:
        return "".join(value) if isinstance(value, str) else self._channel.enum_strings[int(value)]

    def follow(self) -> None:
        """Tell clients the value; the words stay."""
        self.post(list(self._channel.enum_strings).index(str(self._channel.value)))


def _shared(channel: Any) -> _Shared:
    match channel:
        case Enum():
            return _Choice(channel, NTEnum())
        case Double() | Integer():
            code = "d" if isinstance(channel, Double) else "i"
            is_array = channel.max_length > 1
            return _Number(channel, NTScalar(f"a{code}" if is_array else code, display=True, control=True))
        case String() | Text():
            return _Shared(channel, NTScalar("s"))
        case _:
            raise TypeError(f"{type(channel).__name__} has no form in PV Access")
