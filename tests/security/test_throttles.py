"""Who floods the site is told to wait, and others are not; what brings a beamline to rest is not counted."""

import re
import time
from functools import partial

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from redis import Redis

from accounts import shared_counts
from accounts.broker import broker
from accounts.limiters import BRINGS_TO_REST
from accounts.own_counts import MOST_KNOWN, OwnLimiter
from accounts.rates import NAME, request_rates
from accounts.shared_counts import PREFIX, SharedLimiter
from config.embedded import free_port
from tests.security.access_table import TABLE, B
from tests.security.stage import set_stage
from tests.support.people import make_facility
from tests.support.web_server import serving

STOPPING = {f"{B}/engine/<action>", f"{B}/devices/<device>/stop"}
RATES = {"person": (1.0, 3), "key": (1.0, 3), "address": (1.0, 1000)}


@pytest.fixture(autouse=True)
def nothing_counted():
    """Let every test begin with full buckets."""
    for name in broker().scan_iter(f"{PREFIX}:*"):
        broker().delete(name)


@pytest.fixture
def stage(db, settings):
    stage = set_stage()
    settings.REQUEST_RATES = dict(RATES)
    return stage


def row(name):
    return next(row for row in TABLE if row.name == name)


def statuses(stage, name, who, times=5):
    return [stage.call(row(name), who).status_code for _ in range(times)]


def test_a_person_is_told_to_wait_and_others_are_not(stage):
    assert statuses(stage, "GET me", "member") == [200, 200, 200, 429, 429]
    assert statuses(stage, "GET me", "pi", 1) == [200]
    refused = stage.call(row("GET me"), "member")
    assert refused.json()["code"] == "too_many"
    assert int(refused["Retry-After"]) >= 1


def test_a_key_is_counted_apart_from_its_owner_and_from_other_keys(stage):
    headers = [{"Authorization": f"ApiKey {stage.facility.key('pi', 'run:read')[0]}"} for _ in range(2)]
    first, second = [
        [Client().get("/api/v1/me", headers=one).status_code for _ in range(4)] for one in headers
    ]
    assert first == second == [200, 200, 200, 429]
    assert statuses(stage, "GET me", "pi", 1) == [200]


@pytest.mark.parametrize("kind", ["person", "address"])
def test_what_brings_to_rest_is_taken_however_many_were_sent(stage, settings, kind):
    settings.REQUEST_RATES = {**RATES, kind: (0.5, 1)}
    while stage.call(row("GET me"), "member").status_code != 429:
        pass
    assert stage.call(row("GET beamlines/<beamline>/status"), "member").status_code == 429
    for route in STOPPING:
        assert set(statuses(stage, f"POST {route}", "member", 3)) == {202}


def test_an_address_is_counted_before_anybody_is_looked_up(stage, settings, django_assert_num_queries):
    settings.REQUEST_RATES = {**RATES, "address": (0.5, 2)}
    client = Client(REMOTE_ADDR="198.51.100.7")
    assert [client.get("/login").status_code for _ in range(3)] == [200, 200, 429]
    with django_assert_num_queries(0):
        refused = client.get("/api/v1/me", headers={"Authorization": "ApiKey bp_guessed"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert "Content-Security-Policy" in refused
    assert Client(REMOTE_ADDR="198.51.100.8").get("/login").status_code == 200


def test_a_bucket_fills_evenly_and_never_over():
    now = [0.0]
    limiter = OwnLimiter(60, 3, clock=lambda: now[0])
    assert [limiter.wait_s("ada") for _ in range(4)] == [0, 0, 0, 1]
    now[0] = 1.0
    assert [limiter.wait_s("ada") for _ in range(2)] == [0, 1]
    now[0] = 1000.0
    assert [limiter.wait_s("ada") for _ in range(4)] == [0, 0, 0, 1]


@pytest.fixture
def broker_is_away(monkeypatch):
    """Let the counts ask a broker that is not there, until the test lets them ask the right one."""
    nobody = Redis(port=free_port(), socket_connect_timeout=0.2)
    monkeypatch.setattr(shared_counts, "_broker", shared_counts._Broker())
    with monkeypatch.context() as away:
        away.setattr(shared_counts, "_take", lambda: nobody.register_script(shared_counts.TAKE))
        yield away
    nobody.close()


@pytest.mark.parametrize("make", [OwnLimiter, partial(SharedLimiter, "person")], ids=["own", "shared"])
def test_a_burst_is_taken_and_then_a_wait_is_told_to_this_sender_only(make):
    limiter = make(1, 3)
    waits = [limiter.wait_s("ada") for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert all(50 < wait_s <= 60 for wait_s in waits[3:])
    assert limiter.wait_s("bob") == 0


def test_two_processes_share_one_limit_however_they_take_turns():
    first, second = (SharedLimiter("person", 1, 250) for _ in range(2))
    taken = sum(limiter.wait_s("ada") == 0 for _ in range(300) for limiter in (first, second))
    assert taken == 250


def test_a_busy_sender_and_a_flood_cost_few_round_trips(monkeypatch):
    asked = []
    take = shared_counts._take()
    monkeypatch.setattr(shared_counts, "_take", lambda: lambda **rest: asked.append(1) or take(**rest))
    limiter = SharedLimiter("address", 1, 500)
    assert sum(limiter.wait_s("ada") == 0 for _ in range(2000)) == 500
    assert len(asked) == shared_counts.PORTIONS + 1


def test_a_bucket_is_not_overdrawn_when_the_clock_of_the_broker_was_set_back():
    name = f"{PREFIX}:person:ada"
    broker().set(name, str(int(time.time() * 1e6 + 3600e6)))
    assert 50 < SharedLimiter("person", 1, 3).wait_s("ada") <= 60


def test_while_the_broker_is_away_each_process_counts_alone_and_says_so(broker_is_away, caplog, client, db):
    limiter = SharedLimiter("person", 1, 3)
    with caplog.at_level("WARNING", "accounts.shared_counts"):
        assert [limiter.wait_s("ada") == 0 for _ in range(5)] == [True, True, True, False, False]
        assert client.get("/status").json()["requests_counted"] == "by each process"
        assert b"each web process alone" in client.get("/status", headers={"Accept": "text/html"}).content
        assert len(caplog.records) == 1
        broker_is_away.undo()
        shared_counts._broker._again_at = 0.0
        assert limiter.wait_s("ada") == 0
    assert "is back" in caplog.records[-1].message
    assert client.get("/status").json()["requests_counted"] == "together"


def test_two_web_processes_keep_one_limit(transactional_db, tmp_path, monkeypatch):
    monkeypatch.setenv(NAME, "key:1")
    facility = make_facility()
    ours, another = [{"Authorization": f"ApiKey {facility.key('pi', 'run:read')[0]}"} for _ in range(2)]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        asked = [(one, ours), (two, ours), (one, ours), (two, another), (one, another)]
        found = [httpx.get(f"{place}/api/v1/me", headers=key, timeout=30) for place, key in asked]
    assert [answer.status_code for answer in found] == [200, 429, 429, 200, 429]
    assert 0 < int(found[1].headers["Retry-After"]) <= 61


def test_senders_are_forgotten_so_that_inventing_them_fills_no_memory():
    limiter = OwnLimiter(60, 1, clock=lambda: 0.0)
    for number in range(MOST_KNOWN + 10):
        limiter.wait_s(f"192.0.2.{number}")
    assert len(limiter._buckets) == MOST_KNOWN


def test_the_words_for_rest_name_the_routes_that_stop():
    stopping = {
        row.route for row in TABLE if BRINGS_TO_REST.search("/" + re.sub(r"<action>", "stop", row.route))
    }
    assert stopping == STOPPING


@pytest.mark.parametrize("text", ["person", "person:many", "robot:5", "key:0", "key:-1"])
def test_a_rate_that_is_none_is_refused_at_start(monkeypatch, text):
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        request_rates()


def test_rates_are_taken_from_the_environment(monkeypatch):
    monkeypatch.setenv(NAME, "person:600, address:60")
    assert request_rates() == {"person": (600.0, 60), "key": (60_000.0, 6000), "address": (60.0, 6)}
