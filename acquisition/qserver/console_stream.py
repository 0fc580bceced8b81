"""The console as one answer that does not end: a JSON object a line, as the lines come."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Final

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.http import StreamingHttpResponse
from rest_framework.request import Request

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import BeamportError
from accounts.requests import actor_of
from acquisition.qserver.reading import console_message
from acquisition.qserver.views import QServerView
from acquisition.queue import selectors
from acquisition.queue.doorbell import group_of

LOOK_S: Final = 5.0
LONGEST_S: Final = 3600.0


class StreamView(QServerView):
    """The console, followed."""

    def get(self, request: Request, beamline: str) -> StreamingHttpResponse:
        """Stream console messages from now on."""
        actor = actor_of(request)
        require(actor, Scope.CONSOLE_READ, beamline=beamline)
        since = selectors.console(actor, beamline, limit=1)["last"]
        return StreamingHttpResponse(_lines(actor, beamline, since), content_type="text/plain; charset=utf-8")


async def _lines(actor: Actor, beamline: str, since: int) -> AsyncIterator[bytes]:
    """Give the lines behind `since` as they come; ends when the actor may not read them any more."""
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(group_of(f"console:{beamline}"), channel)
    look = sync_to_async(selectors.console)
    end = time.monotonic() + LONGEST_S
    try:
        while time.monotonic() < end:
            try:
                found = await look(actor, beamline, since=since)
            except BeamportError:
                return
            since = found["last"]
            for line in found["lines"]:
                yield json.dumps(console_message(line)).encode() + b"\n"
            if not found["lines"]:
                await _news(layer, channel)
    finally:
        await layer.group_discard(group_of(f"console:{beamline}"), channel)


async def _news(layer: object, channel: str) -> None:
    try:
        await asyncio.wait_for(layer.receive(channel), LOOK_S)  # type: ignore[attr-defined]  # layers have no base
    except TimeoutError:
        return
