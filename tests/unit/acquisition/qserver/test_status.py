"""What the manager is said to be doing, for each thing that a beamline can do."""

import pytest

from acquisition.qserver.status import Moment

IDLE = {
    "worker": "ready",
    "engine": "idle",
    "item": "",
    "pending": frozenset(),
    "keeps_closed": False,
    "has_due": False,
}


@pytest.mark.parametrize(
    ("change", "manager", "environment", "exists"),
    [
        ({}, "idle", "idle", True),
        ({"has_due": True}, "starting_queue", "idle", True),
        ({"item": "u", "engine": "running"}, "executing_queue", "executing_plan", True),
        ({"item": "u", "engine": "pausing"}, "executing_queue", "executing_plan", True),
        ({"item": "u", "engine": "paused"}, "paused", "executing_plan", True),
        ({"worker": "starting"}, "creating_environment", "initializing", False),
        ({"worker": "closed", "keeps_closed": True}, "idle", "closed", False),
        ({"keeps_closed": True}, "closing_environment", "closing", False),
        ({"pending": {"close"}}, "closing_environment", "closing", True),
        ({"pending": {"destroy"}, "item": "u"}, "destroying_environment", "closing", True),
        ({"pending": {"update"}}, "executing_task", "executing_task", True),
        ({"worker": "absent", "engine": "worker absent"}, "idle", "closed", False),
        ({"worker": "lost", "engine": "worker lost"}, "idle", "closed", False),
        ({"worker": "lost", "item": "u"}, "destroying_environment", "closing", False),
    ],
)
def test_the_manager_says_what_the_beamline_does(change, manager, environment, exists):
    moment = Moment(**{**IDLE, **change})
    assert moment.manager_state == manager
    assert moment.environment_state == environment
    assert moment.environment_exists is exists
