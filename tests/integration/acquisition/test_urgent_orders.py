"""An order that goes past the database is obeyed only when it is genuine, and written down once."""

import time
import uuid

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core import signing
from django.db import OperationalError

from accounts import lately
from accounts.access import Scope
from accounts.actor import worker_actor
from accounts.broker import broker
from accounts.models import AuditEntry
from acquisition.api.emergency import EmergencyGate
from acquisition.queue import leases, services, urgent
from acquisition.queue.models import ControlCommand, QueueItem
from acquisition.worker.control import ControlThread
from acquisition.worker.urgent import UrgentOrders
from tests.integration.acquisition.test_queue_services import submit
from tests.support.people import PASSWORD

ROUTE = "/api/v1/beamlines/alpha/engine/"


def order(**changes):
    facts = {
        "uid": str(uuid.uuid4()),
        "beamline": "alpha",
        "action": "stop",
        "username": "member",
        "user_id": 1,
    }
    return urgent.Order(**{**facts, **changes})


class TestOpening:
    def test_a_genuine_order_is_read_back(self):
        asked = order(reason="smoke")
        assert urgent.opened(urgent.sealed(asked), "alpha") == asked

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not signed at all",
            urgent.sealed(order()) + "x",
            signing.dumps({"uid": "1"}, salt=urgent.SALT),
            signing.dumps(["a list"], salt=urgent.SALT),
        ],
        ids=["nothing", "unsigned", "changed", "of other fields", "a list"],
    )
    def test_what_is_not_ours_is_not_obeyed(self, text):
        assert urgent.opened(text, "alpha") is None

    def test_an_order_for_elsewhere_or_of_another_kind_is_not_obeyed(self):
        assert urgent.opened(urgent.sealed(order(beamline="beta")), "alpha") is None
        for action in ("resume", "halt", "move", "destroy"):
            assert urgent.opened(urgent.sealed(order(action=action)), "alpha") is None
        assert urgent.opened(urgent.sealed(order(uid="no uid")), "alpha") is None

    def test_an_old_order_is_not_obeyed(self, monkeypatch):
        text = urgent.sealed(order())
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + urgent.VALID_S + 1)
        assert urgent.opened(text, "alpha") is None

    def test_a_text_signed_for_something_else_is_not_obeyed(self):
        from dataclasses import asdict

        assert urgent.opened(signing.dumps(asdict(order()), salt="beamport.lately"), "alpha") is None


@pytest.fixture
def grant(facility):
    return leases.acquire(actor=worker_actor("alpha"), beamline="alpha", holder="test")


@pytest.mark.django_db
class TestOnce:
    def test_by_whatever_roads_it_comes_it_is_obeyed_once(self, grant):
        obeyed = []
        control = ControlThread(grant, lambda command: "unused")
        orders = UrgentOrders(grant, lambda command: obeyed.append(command.action) or "ok", control.is_first)
        text = urgent.sealed(order())
        orders.take(text)
        orders.take(text.encode())
        assert obeyed == ["stop"]
        assert not control.is_first(uuid.UUID(urgent.opened(text, "alpha").uid))

    def test_it_is_written_and_audited_once(self, grant, facility):
        asked = order(reason="smoke", user_id=facility.users["member"].pk)
        for _ in range(2):
            urgent.record(grant=grant, order=asked, outcome="done", detail="the engine is stopping")
        (row,) = ControlCommand.objects.filter(uid=asked.uid)
        assert (row.outcome, row.requested_by, row.reason) == ("done", "member", "smoke")
        (entry,) = AuditEntry.objects.filter(action="engine.stop")
        assert (entry.username, entry.after["road"]) == ("member", "past the database")

    def test_the_ordinary_road_that_wakes_up_later_adds_nothing(self, grant, facility):
        QueueItem.objects.filter(pk=submit(facility).pk).update(state="running")
        asked = order()
        urgent.record(grant=grant, order=asked, outcome="done", detail="")
        command = services.request_engine_action(
            actor=facility.actor("member"), beamline="alpha", action="stop", uid=uuid.UUID(asked.uid)
        )
        assert command.outcome == "done"
        assert AuditEntry.objects.filter(action="engine.stop").count() == 1


@pytest.mark.django_db
class TestSeenLately:
    def test_who_may_stop_is_known_and_who_may_not_is_not(self, facility):
        for name, is_known in (("member", True), ("staff", True), ("outsider", False), ("stranger", False)):
            lately.note(f"session of {name}", facility.actor(name), "alpha")
            assert (lately.recall(f"session of {name}", "alpha") is not None) is is_known
            assert lately.recall(f"session of {name}", "beta") is None

    def test_a_key_without_the_scope_is_not_known(self, client, facility):
        for scopes, is_known in (((Scope.QUEUE_READ,), False), ((Scope.QUEUE_READ, Scope.ENGINE_STOP), True)):
            text, _ = facility.key("member", *scopes)
            client.get("/api/v1/beamlines/alpha/status", headers={"Authorization": f"ApiKey {text}"})
            assert (lately.recall(text, "alpha") is not None) is is_known

    def test_another_process_knows_by_the_broker_and_a_forged_note_is_not_believed(self, facility):
        lately.note("a session", facility.actor("member"), "alpha")
        name = lately._name("a session", "alpha")
        lately._known.clear()
        assert lately.recall("a session", "alpha").username == "member"
        broker().set(f"{lately.SALT}:{name}", "forged")
        assert lately.recall("a session", "alpha") is None

    def test_it_ends_by_itself(self, facility, monkeypatch):
        lately.note("short", facility.actor("member"), "alpha")
        name = lately._name("short", "alpha")
        broker().delete(f"{lately.SALT}:{name}")
        lately._known[name] = (time.monotonic() - lately.KEPT_S - 1, lately._known[name][1])
        assert lately.recall("short", "alpha") is None


async def post(headers, body=b"{}", action="stop"):
    """Give the status of a post through the gate, in front of an application whose database is away."""

    async def away(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{ROUTE}{action}",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
    communicator = ApplicationCommunicator(EmergencyGate(away), scope)
    await communicator.send_input({"type": "http.request", "body": body})
    return (await communicator.receive_output(10))["status"]


@pytest.mark.django_db
class TestGate:
    @pytest.fixture
    def sent(self, monkeypatch):
        sent = []
        monkeypatch.setattr(urgent, "send", sent.append)
        return sent

    @pytest.fixture
    def session(self, client, facility, settings):
        """Give the cookies of a member who has looked at the beamline, and the token."""
        assert client.login(username="member", password=PASSWORD)
        assert client.get("/api/v1/beamlines/alpha/status").status_code == 200
        token = "a" * 32
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}".encode(), token.encode()

    async def test_a_person_with_the_token_goes_past_the_database(self, session, sent):
        cookie, token = session
        headers = [(b"cookie", cookie), (b"x-csrftoken", token), (b"content-type", b"application/json")]
        assert await post(headers, b'{"reason": "smoke"}') == 202
        assert [(one.action, one.username, one.reason) for one in sent] == [("stop", "member", "smoke")]

    async def test_without_the_token_or_with_another_actions_name_it_does_not(self, session, sent):
        cookie, token = session
        assert await post([(b"cookie", cookie)]) == 503
        assert await post([(b"cookie", cookie), (b"x-csrftoken", token)], action="resume") == 503
        assert await post([(b"cookie", cookie), (b"x-csrftoken", token)], body=b'{"defer": "NaN"}') == 503
        assert await post([(b"cookie", cookie), (b"x-csrftoken", token)], body=b"{" * 20_000) == 503
        assert await post([(b"x-csrftoken", token)]) == 503
        assert sent == []


def test_a_database_that_is_away_is_an_operational_error():
    """What the gate leans on: the ordinary route tells it as 503."""
    from accounts.api.errors import exception_handler

    assert exception_handler(OperationalError("gone"), {}).status_code == 503
