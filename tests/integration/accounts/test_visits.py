"""Visits: time of a proposal on a beamline, for the people who come."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit, selectors, services, visit_services
from accounts.access import DATA_SCOPES, WATCH_SCOPES, Scope, scopes
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.models import AuditEntry, Membership, VisitMember
from accounts.requests import actor_of_key
from accounts.rule_services import add_rule
from accounts.rules import bound_by, standing_of
from accounts.visit_selectors import visit_dict, visits
from tests.support.people import SYSTEM

HOUR = timedelta(hours=1)


def make_visit(begins=-HOUR, ends=HOUR, members=(("member", "member"),), **rest):
    now = timezone.now()
    return visit_services.create_visit(
        actor=SYSTEM,
        **{"proposal": "P-1", "beamline": "alpha"} | rest,
        starts_at=now + begins,
        ends_at=now + ends,
        members=[{"username": name, "role": role} for name, role in members],
    )


def at_alpha(facility, name):
    pk = facility.proposal_id("P-1")
    return scopes(facility.actor(name), beamline="alpha", proposal_id=pk), scopes(
        facility.actor(name), beamline="alpha"
    )


def test_only_the_people_of_a_visit_that_is_on_have_control(facility):
    make_visit()
    for of_proposal, of_place in (at_alpha(facility, "pi"),):
        assert of_proposal <= DATA_SCOPES | WATCH_SCOPES
        assert of_place <= WATCH_SCOPES
    for given in at_alpha(facility, "member"):
        assert {Scope.QUEUE_WRITE, Scope.DEVICE_MOVE} <= given
    assert Scope.QUEUE_WRITE in at_alpha(facility, "staff")[0]


def test_a_visit_is_moved_to_another_beamline_and_control_goes_with_it(facility):
    visit = make_visit(local_contact="staff")
    moved = visit_services.change_visit(actor=SYSTEM, number=visit.number, beamline="beta", reason="leak")
    assert (moved.beamline.name, moved.local_contact) == ("beta", None)
    pk = facility.proposal_id("P-1")
    given = scopes(facility.actor("member"), beamline="beta", proposal_id=pk)
    assert {Scope.QUEUE_WRITE, Scope.DEVICE_MOVE} <= given
    entry = AuditEntry.objects.get(action="visit.changed")
    assert (entry.before["beamline"], entry.after["beamline"], entry.reason) == ("alpha", "beta", "leak")
    for beamline in ("gamma", ""):
        with pytest.raises(NotFoundError):
            visit_services.change_visit(actor=SYSTEM, number=visit.number, beamline=beamline)


@pytest.mark.parametrize(("begins", "ends"), [(HOUR, 2 * HOUR), (-2 * HOUR, -HOUR)])
def test_before_and_after_the_visit_nobody_of_the_proposal_has_control(facility, begins, ends):
    make_visit(begins, ends)
    for given in at_alpha(facility, "member"):
        assert given <= DATA_SCOPES | WATCH_SCOPES
        assert Scope.QUEUE_READ in given


def test_a_change_holds_at_the_next_question(facility):
    visit = make_visit()
    actor, pk = facility.actor("member"), facility.proposal_id("P-1")
    visit_services.change_visit(actor=SYSTEM, number=visit.number, ends_at=timezone.now())
    assert Scope.QUEUE_WRITE not in scopes(actor, beamline="alpha", proposal_id=pk)
    visit_services.change_visit(actor=SYSTEM, number=visit.number, ends_at=timezone.now() + HOUR)
    assert Scope.QUEUE_WRITE in scopes(actor, beamline="alpha", proposal_id=pk)
    visit_services.remove_visit_member(actor=SYSTEM, number=visit.number, username="member")
    assert Scope.QUEUE_WRITE not in scopes(actor, beamline="alpha", proposal_id=pk)
    visit_services.cancel_visit(actor=SYSTEM, number=visit.number)
    assert Scope.QUEUE_WRITE in scopes(actor, beamline="alpha", proposal_id=pk)  # no visits: its own dates


def test_the_role_for_the_visit_acts_and_the_role_in_the_proposal_has_the_data(facility):
    make_visit(members=[("observer", "member"), ("pi", "observer")])
    observer, _ = at_alpha(facility, "observer")
    assert {Scope.QUEUE_WRITE, Scope.RUN_READ} <= observer
    assert Scope.RUN_EXPORT not in observer
    investigator, _ = at_alpha(facility, "pi")
    assert {Scope.RUN_EXPORT, Scope.PROPOSAL_ADMIN, Scope.ENGINE_STOP} <= investigator
    assert Scope.QUEUE_WRITE not in investigator


def test_visits_of_another_beamline_say_nothing_of_this_one(facility):
    services.add_member(actor=SYSTEM, proposal="P-3", username="member")
    make_visit(proposal="P-3", beamline="beta", members=[])
    actor, pk = facility.actor("member"), facility.proposal_id("P-3")
    assert Scope.QUEUE_WRITE in scopes(actor, beamline="alpha", proposal_id=pk)
    assert Scope.QUEUE_WRITE not in scopes(actor, beamline="beta", proposal_id=pk)


def test_who_left_the_proposal_has_nothing_left_of_the_visit(facility):
    make_visit()
    services.remove_member(actor=SYSTEM, proposal="P-1", username="member")
    assert at_alpha(facility, "member") == (frozenset(), frozenset())
    assert not VisitMember.objects.filter(user=facility.users["member"]).exists()


def test_a_narrowed_key_stays_narrowed(facility):
    make_visit()
    text, _ = facility.key("member", "queue:write", proposal="P-1")
    key = actor_of_key(text)
    assert scopes(key, beamline="alpha") <= {Scope.QUEUE_WRITE, Scope.QUEUE_READ, Scope.QUEUE_PROPOSE}
    assert Scope.QUEUE_WRITE in scopes(key, beamline="alpha")


def test_access_checks_cost_as_many_queries_with_visits_as_without(facility, django_assert_num_queries):
    actor, pk = facility.actor("member"), facility.proposal_id("P-1")
    with django_assert_num_queries(3):
        scopes(actor, beamline="alpha", proposal_id=pk)
    for day in range(5):
        make_visit(day * 24 * HOUR, (day * 24 + 1) * HOUR)
    with django_assert_num_queries(3):
        scopes(actor, beamline="alpha", proposal_id=pk)
    with django_assert_num_queries(3):
        scopes(actor, beamline="alpha")


def test_a_visit_brings_people_and_time_into_the_proposal_and_audits_each(facility):
    visit = make_visit(proposal="P-2", beamline="alpha", members=[("stranger", "member")])
    assert visit.number == "P-2-v1"
    assert Membership.objects.get(proposal__number="P-2", user__username="stranger").role == "member"
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-3:]
    assert actions == ["proposal.beamline_allocated", "membership.set", "visit.created"]
    told = AuditEntry.objects.get(action="visit.created")
    assert told.after["members"] == [{"username": "stranger", "display_name": "stranger", "role": "member"}]
    assert audit.verify().broken_at is None


def test_what_cannot_be_is_refused_with_its_field_and_leaves_nothing(facility):
    for fault, field in (
        ({"members": [("nobody", "member")]}, "members"),
        ({"members": [("pi", "king")]}, "members"),
        ({"members": [("pi", "member"), ("pi", "observer")]}, "members"),
        ({"local_contact": "pi"}, "local_contact"),
        ({"begins": HOUR, "ends": HOUR}, "ends_at"),
        ({"note": "x" * 400}, "note"),
    ):
        with pytest.raises(InvalidError) as refused:
            make_visit(**fault)
        assert list(refused.value.fields) == [field]
    with pytest.raises(InvalidError) as refused:
        make_visit(members=[("nobody", "member"), ("pi", "member"), ("no\x00one", "member")])
    assert refused.value.fields["members"] == ["no account 'nobody'", "no account 'no\\x00one'"]
    assert list(visits(SYSTEM)) == []
    services.set_closed(actor=SYSTEM, proposal="P-1", is_closed=True)
    with pytest.raises(ConflictError):
        make_visit()


def test_investigators_say_who_comes_and_nothing_else(facility):
    visit = make_visit(local_contact="contact")
    pi = {"actor": facility.actor("pi"), "number": visit.number}
    visit_services.set_visit_member(**pi, username="pi", role="member")
    visit_services.remove_visit_member(**pi, username="member")
    with pytest.raises(ForbiddenError):
        visit_services.change_visit(**pi, note="mine")
    with pytest.raises(ForbiddenError):
        visit_services.cancel_visit(**pi)
    with pytest.raises(ForbiddenError):
        visit_services.set_visit_member(
            actor=facility.actor("member"), number=visit.number, username="pi", role="member"
        )
    with pytest.raises(NotFoundError):
        visit_services.cancel_visit(actor=facility.actor("outsider"), number=visit.number)
    assert [member["username"] for member in visit_dict(visits(SYSTEM).get(pk=visit.pk))["members"]] == ["pi"]


def test_one_sees_the_visits_of_ones_proposals_and_beamlines(facility):
    make_visit()
    make_visit(HOUR, 2 * HOUR, proposal="P-2", beamline="beta", members=[])
    seen = {
        name: [visit.number for visit in visits(facility.actor(name)).order_by("number")]
        for name in ("member", "staff", "outsider", "stranger", "admin")
    }
    assert seen == {
        "member": ["P-1-v1"],
        "staff": ["P-1-v1"],
        "outsider": ["P-2-v1"],
        "stranger": [],
        "admin": ["P-1-v1", "P-2-v1"],
    }
    assert [visit.number for visit in visits(SYSTEM, when="coming")] == ["P-2-v1"]
    assert [visit.number for visit in visits(SYSTEM, username="member")] == ["P-1-v1"]


def test_rules_for_members_bind_by_the_role_for_the_visit(facility):
    staff = facility.actor("staff")
    add_rule(
        actor=staff,
        beamline="alpha",
        group="observer",
        kind="device",
        act="move",
        pattern="sx",
        effect="forbid",
    )
    make_visit(members=[("observer", "member"), ("member", "observer")])
    bound = {
        name: bound_by(facility.actor(name), "alpha", proposal_id=facility.proposal_id("P-1")).alternatives
        for name in ("observer", "member")
    }
    assert bound["observer"] == ((),)
    assert [rule.pattern for rule in bound["member"][0]] == ["sx"]
    standing = standing_of(facility.actor("pi"), "alpha")
    assert [(visit.is_on, visit.lacks_visit) for visit in standing.visits] == [(False, True)]
    assert selectors.me(facility.actor("member"))["beamlines"][0]["scopes"]


def test_the_administration_shows_visits_and_samples(facility):
    visit = make_visit()
    client = Client()
    client.force_login(facility.users["admin"])
    for page in ("visit/", f"visit/{visit.pk}/change/", "sample/"):
        assert client.get(f"/admin/accounts/{page}").status_code == 200
    assert client.get("/admin/accounts/visit/add/").status_code == 403
