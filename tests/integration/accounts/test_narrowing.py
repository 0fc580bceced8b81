"""Whatever a key is made for, it never has or sees more than its owner, at any place."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import selectors, services
from accounts.access import Scope, scopes, visible, with_implied
from accounts.models import APIKey, Beamline, Membership, Proposal
from tests.support.people import SYSTEM

PEOPLE = ("admin", "staff", "contact", "other_staff", "pi", "member", "observer", "outsider", "stranger")
NUMBERS = (None, "P-1", "P-2", "P-3")
BEAMLINES = (None, "alpha", "beta")


def key_of(facility, name, wanted, proposal, beamline):
    """Give the actor of a key as it stands, also for places that its owner could not name."""
    _, row = facility.key(name, "run:read")
    ids = {row.number: row.pk for row in Proposal.objects.all()}
    places = {row.name: row.pk for row in Beamline.objects.all()}
    return replace(
        facility.actor(name),
        kind="key",
        key_prefix=row.prefix,
        key_scopes=frozenset(wanted),
        key_proposal_id=ids.get(proposal),
        key_beamline_id=places.get(beamline),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(PEOPLE),
    wanted=st.sets(st.sampled_from([scope.value for scope in Scope]), min_size=1),
    proposal=st.sampled_from(NUMBERS),
    beamline=st.sampled_from(BEAMLINES),
    at_proposal=st.sampled_from(NUMBERS),
    at_beamline=st.sampled_from(BEAMLINES),
)
def test_a_key_never_has_more_than_its_owner(
    facility, name, wanted, proposal, beamline, at_proposal, at_beamline
):
    owner, key = facility.actor(name), key_of(facility, name, wanted, proposal, beamline)
    place = {
        "beamline": at_beamline,
        "proposal_id": facility.proposal_id(at_proposal) if at_proposal else None,
    }
    found = scopes(key, **place)
    assert found <= scopes(owner, **place)
    assert found <= with_implied(wanted)
    if at_proposal and proposal not in (None, at_proposal):
        assert found == frozenset()
    if at_beamline and beamline not in (None, at_beamline):
        assert found == frozenset()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(PEOPLE),
    proposal=st.sampled_from(NUMBERS),
    beamline=st.sampled_from(BEAMLINES),
    scope=st.none() | st.sampled_from(Scope),
)
def test_a_key_never_sees_more_than_its_owner(facility, name, proposal, beamline, scope):
    owner = facility.actor(name)
    key = key_of(facility, name, [item.value for item in Scope], proposal, beamline)
    for rows, path in (
        (Proposal.objects.all(), {"proposal": "pk", "beamline": None}),
        (Beamline.objects.all(), {"proposal": None, "beamline": "pk"}),
        (Membership.objects.all(), {"proposal": "proposal", "beamline": None}),
    ):
        seen = set(visible(key, rows, scope=scope, **path).values_list("pk", flat=True))
        assert seen <= set(visible(owner, rows, scope=scope, **path).values_list("pk", flat=True))
    numbers = set(selectors.proposals(key).values_list("number", flat=True))
    assert numbers <= set(selectors.proposals(owner).values_list("number", flat=True))
    assert proposal is None or numbers <= {proposal}
    names = set(selectors.beamlines(key).values_list("name", flat=True))
    assert beamline is None or names <= {beamline}


def test_a_key_follows_its_owner_when_the_role_grows(facility):
    key = key_of(facility, "observer", ["queue:write"], None, None)
    place = {"beamline": "alpha", "proposal_id": facility.proposal_id("P-1")}
    assert Scope.QUEUE_WRITE not in scopes(key, **place)
    services.add_member(actor=SYSTEM, proposal="P-1", username="observer", role="member")
    assert Scope.QUEUE_WRITE in scopes(key, **place)


def test_the_two_questions_agree_about_data(facility):
    """A row of a beamline and a proposal is seen with a data scope exactly when the scope is had there."""
    rows = {}
    for beamline in ("alpha", "beta"):
        for proposal in ("P-1", "P-2", "P-3"):
            _, row = services.create_key(
                actor=facility.actor("admin"), scopes=["run:read"], beamline=beamline, proposal=proposal
            )
            rows[row.pk] = {"beamline": beamline, "proposal_id": facility.proposal_id(proposal)}
    things = APIKey.objects.filter(pk__in=rows)
    actors = [facility.actor(name) for name in PEOPLE]
    every = [scope.value for scope in Scope]
    for name in ("admin", "staff", "pi"):
        actors += [key_of(facility, name, every, number, None) for number in NUMBERS]
        actors += [key_of(facility, name, ["run:export"], None, beamline) for beamline in BEAMLINES]
    for actor in actors:
        for scope in (Scope.RUN_READ, Scope.RUN_EXPORT, Scope.RUN_ANNOTATE):
            had = {pk for pk, place in rows.items() if scope in scopes(actor, **place)}
            assert set(visible(actor, things, scope=scope).values_list("pk", flat=True)) == had, (
                actor,
                scope,
            )
