"""While one has the beamline in hand, nobody else writes to it by any route; to stop needs no control."""

import pytest

from acquisition.queue.control import take_control
from tests.security.access_table import TABLE, B
from tests.security.stage import set_stage

NEEDS_NONE = {
    f"POST {B}/devices/<device>/read": "reads",
    f"POST {B}/devices/<device>/stop": "stops",
    f"POST {B}/engine/<action>": "stops: pause, stop, abort (resume and halt ask for control)",
    f"POST {B}/queue/proposed": "only proposes",
    f"POST {B}/presets": "no queue",
    f"DELETE {B}/presets/<uid>": "no queue",
    f"POST {B}/dry-run": "touches nothing",
    f"POST {B}/queue/table": "only checks, without `submit`",
    f"POST {B}/control/request": "asks for it",
    f"DELETE {B}/control/request": "asks for it",
    f"POST {B}/environment/<action>": "stops: destroy (open, close and update ask for control)",
    f"POST {B}/control/release": "does nothing for who does not hold it",
}
"""Routes that write nothing to queue, engine or devices, and those that bring to rest."""


@pytest.fixture
def stage(db):
    stage = set_stage()
    take_control(actor=stage.facility.actor("pi"), beamline="alpha")
    return stage


NOT_THE_BEAMLINE = ("groups", "rules", "staff", "visits", "log", "notice", "dashboards")
"""Routes about who may do what, what people write down and tell, and what boards show."""


def writes():
    """Give the rows that write at a beamline."""
    here = [row for row in TABLE if row.route.startswith(f"{B}/") and row.method != "GET"]
    return [row for row in here if row.route.split("/")[2] not in NOT_THE_BEAMLINE]


def test_who_does_not_have_control_writes_by_no_route(stage):
    found = {}
    for row in writes():
        who = "staff" if row.owner == "staff" else "member"
        response = stage.call(row, who)
        if response.status_code != 403:
            found[row.name] = response.json()["code"] if response.status_code == 409 else response.status_code
    refused = {name for name, answer in found.items() if answer in ("control_held", "control_lost")}
    assert {name: found[name] for name in set(found) - refused - set(NEEDS_NONE)} == {}
    assert refused.isdisjoint(NEEDS_NONE)
