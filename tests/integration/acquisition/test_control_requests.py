"""Asking for control, giving it, and what everybody sees of it."""

import pytest
from django.apps import apps
from django.utils import timezone

from accounts import services as accounts_services
from accounts.errors import ConflictError, ForbiddenError, NotFoundError
from acquisition.queue import asking, control, selectors
from acquisition.queue.control_requests import MOST, STANDS_FOR
from acquisition.queue.models import ControlLease
from acquisition.queue.status import status_of, without_item
from tests.support.people import SYSTEM

AuditEntry = apps.get_model("accounts", "AuditEntry")


@pytest.fixture
def held(facility):
    """Let the investigator have the beamline in hand."""
    control.take_control(actor=facility.actor("pi"), beamline="alpha")
    return facility


def ask(facility, who, reason=""):
    return asking.request_control(actor=facility.actor(who), beamline="alpha", reason=reason)


def waiting(facility, reader="observer"):
    told = selectors.control(facility.actor(reader), "alpha")["requests"]
    assert told == selectors.status(facility.actor(reader), "alpha")["control"]["requests"]
    assert told == without_item(status_of("alpha"))["control"]["requests"]
    return [(one["username"], one["reason"]) for one in told]


def test_everybody_sees_who_asks_and_why(held):
    ask(held, "member", "alignment")
    ask(held, "staff")
    assert waiting(held) == [("member", "alignment"), ("staff", "")]
    assert [entry.action for entry in AuditEntry.objects.filter(action="control.request")] == 2 * [
        "control.request"
    ]
    assert selectors.control(held.actor("observer"), "alpha")["holder"] == "pi"


def test_asking_again_renews_and_withdrawing_ends(held):
    ask(held, "member", "alignment")
    ask(held, "staff")
    ask(held, "member", "still")
    assert waiting(held) == [("staff", ""), ("member", "still")]
    asking.withdraw_request(actor=held.actor("member"), beamline="alpha")
    asking.withdraw_request(actor=held.actor("member"), beamline="alpha")
    assert waiting(held) == [("staff", "")]
    assert AuditEntry.objects.filter(action="control.withdraw").count() == 1


def test_the_holder_gives_control_to_who_asked(held):
    ask(held, "member", "alignment")
    asking.give_control(actor=held.actor("pi"), beamline="alpha", to="member")
    assert selectors.control(held.actor("pi"), "alpha")["holder"] == "member"
    assert waiting(held) == []
    with pytest.raises(ConflictError, match="do not hold"):
        control.keep_control(actor=held.actor("pi"), beamline="alpha")
    control.keep_control(actor=held.actor("member"), beamline="alpha")
    entry = AuditEntry.objects.get(action="control.give")
    assert (entry.username, entry.before, entry.after) == ("pi", {"holder": "pi"}, {"holder": "member"})


@pytest.mark.parametrize("to", ["staff", "nobody-here", "", "pi"])
def test_control_goes_to_nobody_who_did_not_ask(held, to):
    ask(held, "member")
    with pytest.raises(ConflictError) as refused:
        asking.give_control(actor=held.actor("pi"), beamline="alpha", to=to)
    assert refused.value.code == "not_requested"


def test_only_the_holder_gives(held):
    ask(held, "member")
    for who in ("member", "staff", "admin"):
        with pytest.raises(ConflictError):
            asking.give_control(actor=held.actor(who), beamline="alpha", to="member")
    with pytest.raises(ForbiddenError):
        asking.give_control(actor=held.actor("observer"), beamline="alpha", to="member")
    with pytest.raises(NotFoundError):
        asking.give_control(actor=held.actor("outsider"), beamline="alpha", to="member")


def test_who_has_left_the_proposal_meanwhile_does_not_get_control(held):
    ask(held, "member")
    accounts_services.remove_member(actor=SYSTEM, proposal="P-1", username="member")
    with pytest.raises(ConflictError) as refused:
        asking.give_control(actor=held.actor("pi"), beamline="alpha", to="member")
    assert refused.value.code == "may_not_take"


def test_there_must_be_somebody_else_to_ask(facility):
    with pytest.raises(ConflictError) as free:
        ask(facility, "member")
    control.take_control(actor=facility.actor("member"), beamline="alpha")
    with pytest.raises(ConflictError) as own:
        ask(facility, "member")
    assert (free.value.code, own.value.code) == ("control_free", "control_yours")
    for who, error in (("observer", ForbiddenError), ("outsider", NotFoundError)):
        with pytest.raises(error):
            ask(facility, who)


def test_who_takes_control_waits_no_more_and_the_others_still_do(held):
    ask(held, "member")
    ask(held, "staff")
    control.take_control(actor=held.actor("staff"), beamline="alpha", reason="beam dump")
    assert waiting(held) == [("member", "")]


def test_a_request_lapses(held):
    ask(held, "member")
    lease = ControlLease.objects.get()
    lease.requests[0]["since"] = (timezone.now() - STANDS_FOR).isoformat()
    lease.save()
    assert waiting(held) == []
    with pytest.raises(ConflictError):
        asking.give_control(actor=held.actor("pi"), beamline="alpha", to="member")


def test_the_list_of_who_waits_is_bounded(held):
    lease = ControlLease.objects.get()
    now = timezone.now().isoformat()
    lease.requests = [{"username": f"u{n}", "since": now, "reason": ""} for n in range(MOST)]
    lease.save()
    with pytest.raises(ConflictError, match="wait for control"):
        ask(held, "member")
