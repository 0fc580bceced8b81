"""What access costs: so many questions for every request, however much there is to ask about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import access_rows, services
from accounts.access import scopes
from accounts.sample_services import create_sample
from accounts.visit_services import create_visit
from catalog.ingest import Origin, store
from tests.security.access_table import TABLE, Row
from tests.security.stage import Stage, set_stage
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM

QUESTIONS = ("key_row", "owner_of", "place_of", "tenant_of", "memberships_at")
MOST_QUESTIONS = 17
"""A question is one statement; `require` asks three at most, a write asks for place, item and control."""
MORE = 6
"""So many proposals, runs, items and samples are added before it is asked again."""


@pytest.fixture
def stage(db, settings) -> Stage:
    settings.REQUEST_RATES = dict.fromkeys(settings.REQUEST_RATES, (60_000.0, 60_000))
    return set_stage()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Give the questions of access as they are asked."""
    names: list[str] = []
    for name in QUESTIONS:
        monkeypatch.setattr(access_rows, name, _told(names, name, getattr(access_rows, name)))
    return names


def _told(names, name, ask):
    def told(*args, **kwargs):
        names.append(name)
        return ask(*args, **kwargs)

    return told


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows_for(column: str) -> list[Row]:
    return [row for row in TABLE if row.expected().get(column, 400) < 400]


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:Limit for query logging")
def test_no_request_asks_more_than_a_bounded_number_of_questions(stage, asked):
    found = {}
    for row in rows_for("key"):
        asked.clear()
        with undone():
            assert stage.call(row, "key").status_code < 400, row.name
        found[row.name] = len(asked)
    assert {name: count for name, count in found.items() if count > MOST_QUESTIONS} == {}
    assert {name for name, count in found.items() if not count} == set()


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:Limit for query logging")
def test_what_is_read_costs_as_many_statements_when_there_is_more_of_it(stage):
    reading = [row for row in rows_for("pi") if row.method == "GET"]
    before = {row.name: statements(stage, row) for row in reading}
    add_more(stage)
    after = {row.name: statements(stage, row) for row in reading}
    grown = {name: (count, after[name]) for name, count in before.items() if after[name] > count}
    assert grown == {}


@pytest.mark.parametrize("who", ["pi", "staff", "admin"])
def test_who_one_is_costs_as_many_statements_at_many_beamlines_as_at_one(stage, who):
    me = next(row for row in TABLE if row.name == "GET me")
    add_beamlines(who, range(2))
    before = statements(stage, me, who)
    add_beamlines(who, range(2, MORE + 2))
    assert statements(stage, me, who) == before
    told = stage.call(me, who).json()["beamlines"]
    actor = stage.facility.actor(who)
    assert len(told) > MORE
    for place in told:
        assert place["scopes"] == sorted(scopes(actor, beamline=place["name"])), place["name"]


def statements(stage: Stage, row: Row, who: str = "pi") -> int:
    with undone():
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as context:
            b"".join(stage.call(row, who))
    return len(context)


def add_more(stage: Stage) -> None:
    """Give the investigator more proposals here, and the first proposal more of everything that is listed."""
    alpha = apps.get_model("accounts", "Beamline").objects.get(name="alpha")
    items = apps.get_model("acquisition", "QueueItem").objects
    for number in range(MORE):
        services.create_proposal(actor=SYSTEM, number=f"M-{number}", title="more", beamlines=["alpha"])
        services.add_member(
            actor=SYSTEM, proposal=f"M-{number}", username="pi", role="principal_investigator"
        )
        store(actor=SYSTEM, origin=Origin("alpha", f"M-{number}", "pi"), records=records_of(list(scan(1))))
        store(actor=SYSTEM, origin=Origin("alpha", "P-1", "pi"), records=records_of(list(scan(1))))
        create_sample(actor=stage.facility.actor("member"), proposal="P-1", name=f"sample {number}")
        items.create(
            beamline=alpha,
            proposal=stage.facility.proposals["P-1"],
            submitted_by="pi",
            plan_name="wait_a_moment",
            state="queued",
            position=10 + number,
        )


def add_beamlines(who: str, numbers: range) -> None:
    """Give somebody beamlines: as staff, in visits that are on or over, two of them to a proposal."""
    now = timezone.now()
    for number in numbers:
        place, name = f"place-{number}", f"N-{number // 2}"
        services.create_beamline(actor=SYSTEM, name=place, title=place)
        if not number % 2:
            services.create_proposal(actor=SYSTEM, number=name, title=name, beamlines=[place])
        services.allocate_beamline(actor=SYSTEM, proposal=name, beamline=place)
        if not number % 2:
            services.add_member(actor=SYSTEM, proposal=name, username=who, role="member")
        if number % 4 == 1:
            services.assign_staff(actor=SYSTEM, beamline=place, username=who, role="local_contact")
        if number % 3:
            begins = now - timedelta(hours=number % 3 * 2)
            role = ("principal_investigator", "observer")[number % 2]
            create_visit(
                actor=SYSTEM,
                proposal=name,
                beamline=place,
                starts_at=begins,
                ends_at=begins + timedelta(hours=3),
                members=[{"username": who, "role": role}],
            )
