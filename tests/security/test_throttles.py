"""Who floods the site is told to wait, and others are not; what brings a beamline to rest is not counted."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.limiters import BRINGS_TO_REST, MOST_KNOWN, Limiter
from accounts.rates import NAME, request_rates
from tests.security.access_table import TABLE, B
from tests.security.stage import set_stage

STOPPING = {f"{B}/engine/<action>", f"{B}/devices/<device>/stop"}
RATES = {"person": (1.0, 3), "key": (1.0, 3), "address": (1.0, 1000)}


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
    limiter = Limiter(60, 3, clock=lambda: now[0])
    assert [limiter.wait_s("ada") for _ in range(4)] == [0, 0, 0, 1]
    now[0] = 1.0
    assert [limiter.wait_s("ada") for _ in range(2)] == [0, 1]
    now[0] = 1000.0
    assert [limiter.wait_s("ada") for _ in range(4)] == [0, 0, 0, 1]


def test_senders_are_forgotten_so_that_inventing_them_fills_no_memory():
    limiter = Limiter(60, 1, clock=lambda: 0.0)
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
