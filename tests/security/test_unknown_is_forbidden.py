"""What may not be seen and what is not there are one answer: status, words, headers, and the work behind it.

The work is compared by the statements that the database is asked, in order and without their values: the same
statements are the same class of time, without a clock in the test.
"""

import re
import uuid

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts import services
from tests.security.access_table import TABLE, Row
from tests.security.stage import Stage, set_stage
from tests.support.people import SYSTEM

NOT_THERE = {"beamline": "gamma", "number": "P-7", "prefix": "aaaaaaaa", "revision": "77", "name": "no-such"}
VALUES = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+(?:\.\d+)?\b|\b(?:true|false|NULL)\b", re.IGNORECASE)
SAVEPOINTS = re.compile(r'"?s\d+_x\d+"?')


@pytest.fixture
def stage(db) -> Stage:
    """Give the stage; `stranger` is in a proposal of alpha of which no row tells."""
    stage = set_stage()
    services.add_member(actor=SYSTEM, proposal="P-3", username="stranger", role="principal_investigator")
    return stage


def resource_rows() -> list[Row]:
    return [row for row in TABLE if "<" in row.route and row.expected().get("outsider") == 404]


def without_names(text: str, *names: str) -> str:
    for name in names:
        text = text.replace(name, "NAME")
    return text


def asked(stage: Stage, row: Row, who: str) -> tuple[HttpResponse, list[str]]:
    """Give the answer and the statements behind it; nothing of it stays."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as statements:
            response = stage.call(row, who)
        transaction.set_rollback(True)
    shapes = [SAVEPOINTS.sub("SAVEPOINT", VALUES.sub("VALUE", one["sql"])) for one in statements]
    return response, shapes


def differences(stage: Stage, row: Row, who: str, part: str) -> list[str]:
    """Say in what the answer about something hidden differs from that about nothing."""
    real = stage.parts_of(row)[part]
    other = NOT_THERE.get(part, str(uuid.uuid4()))
    there, work_there = asked(stage, row, who)
    nowhere, work_nowhere = asked(stage.with_part(part, other), row, who)
    bodies = [without_names(one.content.decode(), real, other) for one in (there, nowhere)]
    pairs = {
        "status": (there.status_code, nowhere.status_code),
        "words": tuple(bodies),
        "headers": (sorted(there.headers), sorted(nowhere.headers)),
        "work": (work_there, work_nowhere),
    }
    found = [f"{row.name}: {what} {one!r} / {two!r}" for what, (one, two) in pairs.items() if one != two]
    return found if there.status_code == 404 else [*found, f"{row.name}: {there.status_code}"]


def test_an_outsider_cannot_tell_a_place_or_a_run_from_none(stage):
    found = []
    for row in resource_rows():
        found += differences(stage, row, "outsider", re.search(r"<(\w+)>", row.route)[1])
    assert found == []


HIDDEN = (
    "beamlines/<beamline>/queue/items/<uid>",
    "beamlines/<beamline>/queue/items/<uid>/export",
    "beamlines/<beamline>/queue/items/<uid>/approve",
    "beamlines/<beamline>/presets/<uid>",
)


def test_who_sees_the_beamline_cannot_tell_an_item_of_another_proposal_from_none(stage):
    rows = [row for row in TABLE if row.route in HIDDEN]
    assert {row.route for row in rows} == set(HIDDEN)
    assert [told for row in rows for told in differences(stage, row, "stranger", "uid")] == []
