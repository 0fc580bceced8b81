from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import selectors, services
from accounts.access import ALL_SCOPES, READING_SCOPES, Scope, require, scopes, visible
from accounts.actor import ANONYMOUS, system_actor, worker_actor
from accounts.errors import ForbiddenError, NotFoundError, NotSignedInError
from accounts.models import Beamline, Proposal
from tests.support.people import SYSTEM

OK, NO, HIDDEN = "ok", ForbiddenError, NotFoundError

# scope -> (place, {actor: outcome}). P-1 is on alpha, the visit is on.
BOTH = {"beamline": "alpha", "proposal": "P-1"}
ALPHA = {"beamline": "alpha"}
TABLE = [
    (Scope.RUN_READ, BOTH, "admin staff contact pi member observer", "", "outsider other_staff stranger"),
    (Scope.RUN_EXPORT, BOTH, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (Scope.RUN_ANNOTATE, BOTH, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (Scope.RUN_ADD, BOTH, "admin staff contact", "pi member observer", "outsider other_staff stranger"),
    (Scope.RUN_DELETE, BOTH, "admin staff", "contact pi member observer", "outsider other_staff stranger"),
    (Scope.QUEUE_READ, ALPHA, "admin staff contact pi member observer", "", "outsider stranger other_staff"),
    (Scope.QUEUE_WRITE, BOTH, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (
        Scope.ENGINE_CONTROL,
        ALPHA,
        "admin staff contact pi member",
        "observer",
        "outsider other_staff stranger",
    ),
    (Scope.QUEUE_PROPOSE, BOTH, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (Scope.QUEUE_APPROVE, BOTH, "admin staff contact pi", "member observer", "outsider other_staff stranger"),
    (Scope.ENGINE_STOP, ALPHA, "admin staff contact pi member observer", "", "outsider other_staff stranger"),
    (Scope.DEVICE_READ, ALPHA, "admin staff contact pi member observer", "", "outsider other_staff stranger"),
    (Scope.DEVICE_MOVE, ALPHA, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (
        Scope.CONSOLE_READ,
        ALPHA,
        "admin staff contact pi member observer",
        "",
        "outsider other_staff stranger",
    ),
    (Scope.CONTROL_TAKE, ALPHA, "admin staff contact pi member", "observer", "outsider other_staff stranger"),
    (
        Scope.CONTROL_FORCE,
        ALPHA,
        "admin staff contact",
        "pi member observer",
        "outsider other_staff stranger",
    ),
    (Scope.ENVIRONMENT, ALPHA, "admin staff", "contact pi member observer", "outsider other_staff stranger"),
    (
        Scope.PROPOSAL_ADMIN,
        {"proposal": "P-1"},
        "admin pi",
        "staff member observer",
        "outsider other_staff stranger",
    ),
    (Scope.ACCOUNT_ADMIN, {}, "admin", "staff contact pi member observer outsider stranger", ""),
    (Scope.AUDIT_READ, ALPHA, "admin staff", "contact pi member observer", "outsider other_staff stranger"),
]


def place_of(facility, place):
    number = place.get("proposal")
    return {
        "beamline": place.get("beamline"),
        "proposal_id": facility.proposal_id(number) if number else None,
    }


def outcome(actor, scope, place):
    try:
        require(actor, scope, **place)
    except (ForbiddenError, NotFoundError, NotSignedInError) as error:
        return type(error)
    return OK


@pytest.mark.parametrize(("scope", "place", "allowed", "refused", "hidden"), TABLE, ids=lambda v: str(v)[:20])
def test_each_actor_gets_what_the_table_says(facility, scope, place, allowed, refused, hidden):
    where = place_of(facility, place)
    expected = dict.fromkeys(allowed.split(), OK)
    expected |= dict.fromkeys(refused.split(), NO) | dict.fromkeys(hidden.split(), HIDDEN)
    found = {name: outcome(facility.actor(name), scope, where) for name in expected}
    assert found == expected
    assert outcome(ANONYMOUS, scope, where) is NotSignedInError


def test_the_table_has_every_scope():
    assert {row[0] for row in TABLE} == set(Scope)


def test_unknown_and_hidden_places_look_the_same(facility):
    actor = facility.actor("stranger")
    with pytest.raises(NotFoundError) as hidden:
        require(actor, Scope.QUEUE_READ, beamline="alpha")
    with pytest.raises(NotFoundError) as unknown:
        require(actor, Scope.QUEUE_READ, beamline="omega")
    assert hidden.value.detail.replace("alpha", "omega") == unknown.value.detail
    with pytest.raises(NotFoundError) as hidden:
        require(actor, Scope.RUN_READ, proposal_id=facility.proposal_id("P-1"))
    with pytest.raises(NotFoundError) as unknown:
        require(actor, Scope.RUN_READ, proposal_id=10**9)
    assert hidden.value.detail == unknown.value.detail


def test_outside_the_visit_members_read_and_staff_still_act(facility):
    both = place_of(facility, BOTH)
    assert Scope.QUEUE_WRITE in scopes(facility.actor("member"), **both)
    Proposal.objects.filter(number="P-1").update(ends_at=timezone.now() - timedelta(minutes=1))
    member = scopes(facility.actor("member"), **both)
    assert {Scope.RUN_READ, Scope.RUN_EXPORT, Scope.QUEUE_READ} <= member
    assert not member & {Scope.QUEUE_WRITE, Scope.ENGINE_STOP, Scope.DEVICE_MOVE, Scope.CONSOLE_READ}
    assert Scope.QUEUE_WRITE in scopes(facility.actor("staff"), **both)


def test_a_closed_proposal_takes_nothing_new_from_anybody_but_administrators(facility):
    both = place_of(facility, BOTH)
    services.set_closed(actor=SYSTEM, proposal="P-1", is_closed=True)
    for name in ("pi", "member", "staff"):
        assert Scope.RUN_READ in scopes(facility.actor(name), **both)
        assert Scope.QUEUE_WRITE not in scopes(facility.actor(name), **both)
    assert scopes(facility.actor("admin"), **both) == ALL_SCOPES


def test_a_proposal_without_time_on_a_beamline_is_readable_there_but_not_queueable(facility):
    elsewhere = {"beamline": "beta", "proposal_id": facility.proposal_id("P-1")}
    pi = scopes(facility.actor("pi"), **elsewhere)
    assert Scope.RUN_READ in pi
    assert not pi & {Scope.QUEUE_WRITE, Scope.ENGINE_CONTROL, Scope.QUEUE_READ}
    staff = scopes(facility.actor("other_staff"), **elsewhere)
    assert Scope.RUN_READ in staff
    assert Scope.QUEUE_WRITE not in staff


def test_a_question_about_a_beamline_alone_gives_members_no_data_scopes(facility):
    assert Scope.RUN_READ not in scopes(facility.actor("pi"), beamline="alpha")
    assert Scope.RUN_READ in scopes(facility.actor("staff"), beamline="alpha")


def test_a_question_about_a_shared_proposal_alone_gives_staff_of_one_beamline_nothing(facility):
    shared = facility.proposal_id("P-3")
    assert scopes(facility.actor("staff"), proposal_id=shared) == frozenset()
    services.assign_staff(actor=SYSTEM, beamline="beta", username="staff")
    assert Scope.RUN_READ in scopes(facility.actor("staff"), proposal_id=shared)


def test_a_question_without_place_gives_reading_scopes_only(facility):
    for name in ("staff", "contact", "pi", "member", "observer"):
        found = scopes(facility.actor(name))
        assert Scope.RUN_READ in found
        assert found <= READING_SCOPES
    assert scopes(facility.actor("stranger")) == frozenset()
    assert scopes(facility.actor("admin")) == ALL_SCOPES


def test_a_closed_account_has_nothing_at_once_also_as_administrator(facility):
    admin, member = facility.actor("admin"), facility.actor("member")
    where = place_of(facility, BOTH)
    assert scopes(admin, **where)
    assert scopes(member, **where)
    for name in ("admin", "member"):
        services.set_active(actor=SYSTEM, username=name, is_active=False)
    for actor in (admin, member):
        assert scopes(actor, **where) == frozenset()
        assert not visible(actor, Proposal.objects.all(), proposal="pk", beamline=None).exists()
        with pytest.raises(NotSignedInError):
            require(actor, Scope.RUN_READ, **where)


def test_an_actor_that_claims_to_be_administrator_is_not_believed(facility):
    forged = replace(facility.actor("stranger"), is_facility_admin=True)
    assert scopes(forged, beamline="alpha") == frozenset()
    assert not selectors.proposals(forged).exists()


def test_membership_taken_away_is_in_force_at_the_next_question(facility):
    member, where = facility.actor("member"), place_of(facility, BOTH)
    assert Scope.RUN_READ in scopes(member, **where)
    services.remove_member(actor=facility.actor("pi"), proposal="P-1", username="member")
    assert scopes(member, **where) == frozenset()


def numbers(actor):
    return sorted(selectors.proposals(actor).values_list("number", flat=True))


def test_proposals_are_cut_to_what_each_actor_may_see(facility):
    assert numbers(facility.actor("admin")) == ["P-1", "P-2", "P-3"]
    assert numbers(facility.actor("staff")) == ["P-1", "P-3"]
    assert numbers(facility.actor("other_staff")) == ["P-2", "P-3"]
    assert numbers(facility.actor("observer")) == ["P-1"]
    assert numbers(facility.actor("stranger")) == []
    assert numbers(ANONYMOUS) == []
    assert numbers(system_actor()) == ["P-1", "P-2", "P-3"]


def test_beamlines_are_cut_to_what_each_actor_may_see(facility):
    def names(actor):
        return sorted(selectors.beamlines(actor).values_list("name", flat=True))

    assert names(facility.actor("admin")) == ["alpha", "beta"]
    assert names(facility.actor("staff")) == ["alpha"]
    assert names(facility.actor("outsider")) == ["beta"]
    assert names(facility.actor("stranger")) == []
    assert names(worker_actor("beta")) == ["beta"]


def test_visible_asks_for_a_scope_when_told_to(facility):
    rows = Proposal.objects.all()

    def seen(name, scope):
        found = visible(facility.actor(name), rows, proposal="pk", beamline=None, scope=scope)
        return sorted(found.values_list("number", flat=True))

    assert seen("observer", Scope.RUN_READ) == ["P-1"]
    assert seen("observer", Scope.RUN_EXPORT) == []


def test_a_worker_acts_on_its_own_beamline_only(facility):
    worker = worker_actor("alpha")
    assert Scope.DEVICE_MOVE in scopes(worker, beamline="alpha")
    with pytest.raises(NotFoundError):
        require(worker, Scope.RUN_READ, beamline="beta")
    assert Scope.ACCOUNT_ADMIN not in scopes(worker, beamline="alpha")
    assert selectors.proposal_numbered(worker, "P-2").number == "P-2"


def key_actor(facility, name, *wanted, **narrowing):
    from accounts.requests import actor_of_key

    return actor_of_key(facility.key(name, *wanted, **narrowing)[0])


def test_a_key_narrows_its_owner_by_scopes_and_never_adds(facility):
    where = place_of(facility, BOTH)
    narrow = key_actor(facility, "pi", "run:read", "environment:manage")
    assert scopes(narrow, **where) == {Scope.RUN_READ}
    assert outcome(narrow, Scope.QUEUE_WRITE, where) is ForbiddenError
    assert outcome(narrow, Scope.RUN_READ, where) == OK
    everything = key_actor(facility, "observer", *[scope.value for scope in Scope])
    assert scopes(everything, **where) == scopes(facility.actor("observer"), **where)


def test_a_key_of_one_proposal_stops_at_that_proposal(facility):
    services.add_member(actor=SYSTEM, proposal="P-2", username="member")
    key = key_actor(facility, "member", "run:read", "queue:read", "queue:write", proposal="P-1")
    assert numbers(facility.actor("member")) == ["P-1", "P-2"]
    assert numbers(key) == ["P-1"]
    assert Scope.QUEUE_READ in scopes(key, beamline="alpha")
    with pytest.raises(NotFoundError):
        require(key, Scope.QUEUE_READ, beamline="beta")
    with pytest.raises(NotFoundError):
        require(key, Scope.RUN_READ, proposal_id=facility.proposal_id("P-2"))
    assert [b.name for b in selectors.beamlines(key)] == ["alpha"]


def test_a_key_of_one_proposal_gives_staff_no_beamline_wide_scopes(facility):
    key = key_actor(facility, "staff", "queue:read", "run:read", "environment:manage", proposal="P-1")
    with pytest.raises(NotFoundError):
        require(key, Scope.ENVIRONMENT, beamline="alpha")
    assert Scope.RUN_READ in scopes(key, **place_of(facility, BOTH))
    assert numbers(key) == ["P-1"]


def test_a_key_of_one_beamline_stops_at_that_beamline(facility):
    key = key_actor(facility, "admin", "run:read", "queue:write", beamline="alpha")
    assert outcome(key, Scope.QUEUE_WRITE, {"beamline": "alpha"}) == OK
    assert outcome(key, Scope.QUEUE_WRITE, {"beamline": "beta"}) is NotFoundError
    rows = Beamline.objects.all()
    assert [b.name for b in visible(key, rows, proposal=None, beamline="pk")] == ["alpha"]


def test_a_narrowed_key_of_an_administrator_cannot_reach_past_its_place(facility):
    for narrowing in ({"beamline": "alpha"}, {"proposal": "P-1"}):
        key = key_actor(facility, "admin", *[scope.value for scope in Scope], **narrowing)
        assert scopes(key) <= READING_SCOPES
        assert set(selectors.audit_entries(key).values_list("beamline", flat=True)) <= {"alpha"}
        assert outcome(key, Scope.QUEUE_WRITE, place_of(facility, BOTH)) == OK
    with pytest.raises(NotFoundError):
        require(key, Scope.ENVIRONMENT, beamline="alpha")
    whole = key_actor(facility, "admin", "account:manage")
    assert scopes(whole) == {Scope.ACCOUNT_ADMIN}
