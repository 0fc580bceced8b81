"""Items that wait are judged again at their start: by the visits as they are then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import visit_services
from accounts.errors import ForbiddenError
from acquisition.queue import selectors, services
from acquisition.worker.item import ItemRefusedError, standing_of
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db

COUNT = {"plan": "count", "parameters": {"detectors": ["det"], "num": 3}}
HOUR = timedelta(hours=1)


@pytest.fixture
def visit(facility):
    now = timezone.now()
    return visit_services.create_visit(
        actor=SYSTEM,
        proposal="P-1",
        beamline="alpha",
        starts_at=now - HOUR,
        ends_at=now + HOUR,
        members=[{"username": "member", "role": "member"}, {"username": "pi", "role": "observer"}],
        local_contact="contact",
    )


def submit(facility, who):
    return services.submit_item(actor=facility.actor(who), beamline="alpha", proposal="P-1", **COUNT)


def end(visit):
    visit_services.change_visit(actor=SYSTEM, number=visit.number, ends_at=timezone.now())


def cancel_and_plan_another(visit):
    visit_services.cancel_visit(actor=SYSTEM, number=visit.number)
    visit_services.create_visit(
        actor=SYSTEM,
        proposal="P-1",
        beamline="alpha",
        starts_at=timezone.now() + HOUR,
        ends_at=timezone.now() + 2 * HOUR,
    )


def look_only(visit):
    visit_services.set_visit_member(actor=SYSTEM, number=visit.number, username="member", role="observer")


@pytest.mark.parametrize("change", [end, cancel_and_plan_another, look_only], ids=lambda act: act.__name__)
def test_what_changed_while_the_item_waited_holds_at_its_start(facility, visit, change):
    item = submit(facility, "member")
    assert standing_of(item, "alpha")[0]
    change(visit)
    with pytest.raises(ItemRefusedError, match="member may not run items of proposal P-1"):
        standing_of(item, "alpha")
    with pytest.raises(ForbiddenError, match="queue:write"):
        submit(facility, "member")


def test_only_the_people_of_the_visit_queue_items(facility, visit):
    submit(facility, "member")
    submit(facility, "staff")
    for who in ("pi", "observer"):
        with pytest.raises(ForbiddenError, match="queue:write"):
            submit(facility, who)


def test_why_tells_of_the_visit(facility, visit):
    ask = {"plan": "count", "device": "sx"}
    told = {
        name: selectors.why(facility.actor("staff"), "alpha", user=name, **ask)
        for name in ("member", "pi", "observer")
    }
    assert told["member"]["is_allowed"]
    assert "in the visit P-1-v1" in told["member"]["reasons"][0]
    assert told["member"]["visits"][0]["visit"] == "P-1-v1"
    assert not told["pi"]["is_allowed"]
    assert "pi is observer of P-1 in the visit P-1-v1" in told["pi"]["reasons"][0]
    assert not told["observer"]["is_allowed"]
    assert "none with observer is on or to come" in told["observer"]["reasons"][0]
