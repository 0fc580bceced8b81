"""Pause, stop and abort while the database does not answer: an ASGI gate in front of the ordinary route.

The ordinary route is tried first and, while the database answers, decides. When it says nothing for 0.4 s, or
that the database is away, the order goes past the database (`acquisition.queue.urgent`) for whoever was seen
lately with the right to stop here (`accounts.lately`). A person's browser sends the CSRF token all the same.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from accounts import json_gate, lately
from accounts.errors import InvalidError
from accounts.requests import actor_of, address_of
from acquisition.api import serializers as shapes
from acquisition.queue import urgent

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]

PATIENCE_S: Final = 0.4
MAX_BODY: Final = 16_384
HERE: Final = re.compile(r"/api/v1/beamlines/(?P<beamline>[-\w]+)/")
ROUTE: Final = re.compile(HERE.pattern + r"engine/(?P<action>pause|stop|abort)\Z")
UID: Final = "beamport.command_uid"


def uid_of(request: Any) -> uuid.UUID | None:
    """Give the uid that the gate gave to the wish of a request, if it came through the gate."""
    found: uuid.UUID | None = getattr(request._request, "scope", {}).get(UID)
    return found


def credential_of(request: HttpRequest) -> str:
    """Give the API key or the session key of a request; empty when it has none."""
    scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "apikey":
        return text.strip()
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


class LatelySeenMiddleware:
    """Note, behind an answer of a beamline's route, who may stop that beamline."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then note."""
        response = self.get_response(request)
        found = HERE.match(request.path)
        credential = credential_of(request) if found and response.status_code < 400 else ""
        if found and credential:
            lately.note(credential, actor_of(request), found["beamline"])
        return response


class EmergencyGate:
    """Let the three orders through when the ordinary road is blocked."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._left: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass everything else on as it is."""
        found = ROUTE.match(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self.application(scope, receive, send)
            return
        uid = uuid.uuid4()
        body, is_whole = await _body_of(receive)
        ordinary = _Ordinary(self.application, {**scope, UID: uid}, body, receive)
        task = asyncio.create_task(ordinary.run())
        await asyncio.wait({task}, timeout=PATIENCE_S)
        if is_whole and (not task.done() or ordinary.status == 503):
            order = await asyncio.to_thread(_order, scope, body, found["beamline"], found["action"], uid)
            if order is not None and await asyncio.to_thread(_is_sent, order):
                self._left.add(task)  # it may still write the row, when the database wakes up
                task.add_done_callback(self._forget)
                await _answer(send, order)
                return
        await task
        for message in ordinary.said:
            await send(message)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._left.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("the ordinary road of an urgent order ended with %r", error)


@dataclass
class _Ordinary:
    """The request on its ordinary road, its answer kept back."""

    application: Application
    scope: Any
    body: Message
    receive: Any
    said: list[Message] = field(default_factory=list)
    is_read: bool = False

    @property
    def status(self) -> int | None:
        """The status that it answered with."""
        return next((m["status"] for m in self.said if m["type"] == "http.response.start"), None)

    async def run(self) -> None:
        await self.application(self.scope, self._hear, self._say)

    async def _hear(self) -> Message:
        if not self.is_read:
            self.is_read = True
            return self.body
        heard: Message = await self.receive()
        return heard

    async def _say(self, message: Message) -> None:
        self.said.append(message)


async def _body_of(receive: Any) -> tuple[Message, bool]:
    """Give what was sent as one message, and whether that is all of it."""
    parts = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message, False
        parts += message.get("body", b"")
        more = message.get("more_body", False)
        if not more or len(parts) > MAX_BODY:
            return {"type": "http.request", "body": parts, "more_body": more}, not more


def _order(scope: Any, body: Message, beamline: str, action: str, uid: uuid.UUID) -> urgent.Order | None:
    """Give the order of a request that may go past the database, without asking the database."""
    request = ASGIRequest(scope, io.BytesIO(body["body"]))
    credential = credential_of(request)
    known = lately.recall(credential, beamline) if credential else None
    asked = _asked(body["body"])
    if known is None or asked is None or (known.kind != "key" and _is_forged(request)):
        return None
    return urgent.Order(
        uid=str(uid),
        beamline=beamline,
        action=action,
        username=known.username,
        user_id=known.user_id,
        kind=known.kind,
        key_prefix=known.key_prefix,
        address=address_of(request),
        **asked,
    )


def _asked(body: bytes) -> dict[str, Any] | None:
    try:
        form = shapes.EngineAction(data=json_gate.parse(body) if body else {})
    except InvalidError:
        return None
    return dict(form.validated_data) if form.is_valid() else None


def _is_forged(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    check.process_request(request)
    return check.process_view(request, HttpResponse, (), {}) is not None


def _is_sent(order: urgent.Order) -> bool:
    try:
        urgent.send(order)
    except urgent.UndeliveredError as error:
        logger.error("%s by %s: %s", order.action, order.username, error)
        return False
    return True


async def _answer(send: Any, order: urgent.Order) -> None:
    told = {
        "uid": order.uid,
        "action": order.action,
        "outcome": "",
        "detail": "The database does not answer; the order went straight to the worker.",
    }
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})
