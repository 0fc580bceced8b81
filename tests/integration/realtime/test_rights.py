"""Rights are asked for at each subscription and again while the socket lives."""

import pytest

from accounts import services
from catalog import ingest
from realtime import store
from realtime.consumers import socket as consumer
from realtime.protocol import CloseCode
from tests.integration.realtime.sockets import connected, key_headers, session_headers
from tests.security.page_table import TOPICS
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM

PERSONS = ("stranger", "outsider", "observer", "member", "pi", "staff", "contact", "other_staff", "admin")
SEES = {name: {kind for kind, followers in TOPICS.items() if name in followers} for name in PERSONS}
PEOPLE = ("notices", "log", "presence")


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(consumer, "RECHECK_S", 0.05)


def stored_run():
    records = records_of(scan(3, stop=None))
    ingest.store(actor=SYSTEM, origin=ingest.Origin("alpha", "P-1", "member"), records=records)
    return records[0].run


@pytest.mark.parametrize("name", SEES)
async def test_each_topic_is_followed_by_exactly_those_who_may(facility, name):
    uid = await store.call(stored_run)
    headers = await store.call(session_headers, facility.users[name])
    async with connected(headers) as socket:
        allowed = set()
        for kind in TOPICS:
            answer = await socket.subscribe(f"{kind}:{uid if kind == 'run' else 'alpha'}")
            if answer["type"] == "subscribed":
                allowed.add(kind)
            else:
                assert answer["code"] == "not_found"
        assert allowed == SEES[name]


@pytest.mark.parametrize(
    ("scope", "kinds"),
    [
        ("run:read", {"run"}),
        ("queue:read", {"live", "queue", "engine", *PEOPLE}),
        ("device:read", {"pv"}),
        ("console:read", {"console"}),
        ("run:export", {"run"}),  # may take away, so may see
    ],
)
async def test_a_key_follows_what_its_scope_gives(facility, scope, kinds):
    uid = await store.call(stored_run)
    text, _ = await store.call(facility.key, "member", scope)
    async with connected(key_headers(text)) as socket:
        allowed = set()
        for kind in ("run", "live", "queue", "engine", "pv", "console", *PEOPLE):
            answer = await socket.subscribe(f"{kind}:{uid if kind == 'run' else 'alpha'}")
            allowed |= {kind} if answer["type"] == "subscribed" else set()
        assert allowed == kinds


async def test_an_account_closed_in_mid_life_ends_its_sockets(facility, often):
    headers = await store.call(session_headers, facility.users["member"])
    other = await store.call(session_headers, facility.users["pi"])
    async with connected(headers) as socket, connected(other) as neighbour:
        await socket.subscribe("queue:alpha")
        await store.call(services.set_active, actor=SYSTEM, username="member", is_active=False, reason="left")
        code, last = await socket.closing()
        assert (code, last["code"]) == (CloseCode.NOT_SIGNED_IN, "not_signed_in")
        assert (await neighbour.subscribe("queue:alpha"))["type"] == "subscribed"


async def test_logging_out_ends_the_sockets_of_the_session(facility, often):
    headers = await store.call(session_headers, facility.users["member"])

    def end_session():
        from accounts.models import Session

        Session.objects.all().delete()

    async with connected(headers) as socket:
        await store.call(end_session)
        code, _ = await socket.closing()
        assert code == CloseCode.NOT_SIGNED_IN


async def test_revoking_a_key_ends_its_sockets(facility, often):
    text, row = await store.call(facility.key, "member", "queue:read")
    async with connected(key_headers(text)) as socket:
        await socket.subscribe("queue:alpha")
        await store.call(services.revoke_key, actor=SYSTEM, prefix=row.prefix, reason="lost")
        code, _ = await socket.closing()
        assert code == CloseCode.NOT_SIGNED_IN


async def test_a_membership_removed_in_mid_life_ends_the_topics_it_gave(facility, often):
    uid = await store.call(stored_run)
    headers = await store.call(session_headers, facility.users["member"])
    async with connected(headers) as socket:
        for topic in (f"run:{uid}", "queue:alpha"):
            assert (await socket.subscribe(topic))["type"] == "subscribed"
        await store.call(
            services.remove_member, actor=SYSTEM, proposal="P-1", username="member", reason="moved"
        )
        ended = {(await socket.until(type="error", code="not_found"))["topic"] for _ in range(2)}
        assert ended == {f"run:{uid}", "queue:alpha"}
        await socket.send(type="ping", n=1)
        assert (await socket.until(type="pong"))["n"] == 1
