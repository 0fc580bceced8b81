from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from accounts import keys, selectors, services
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from accounts.models import APIKey, AuditEntry, Membership, User
from accounts.requests import actor_of_key
from tests.support.people import PASSWORD, SYSTEM


def last_entry():
    return AuditEntry.objects.order_by("-id").first()


def test_only_administrators_make_accounts_beamlines_and_proposals(facility):
    admin = facility.actor("admin")
    makers = {
        "user.created": lambda actor: services.create_user(actor=actor, username="new", password=PASSWORD),
        "beamline.created": lambda actor: services.create_beamline(actor=actor, name="gamma", title="Gamma"),
        "proposal.created": lambda actor: services.create_proposal(
            actor=actor, number="P-9", beamlines=["alpha"]
        ),
        "staff.assigned": lambda actor: services.assign_staff(
            actor=actor, beamline="beta", username="stranger"
        ),
        "staff.unassigned": lambda actor: services.unassign_staff(
            actor=actor, beamline="beta", username="stranger"
        ),
        "user.closed": lambda actor: services.set_active(actor=actor, username="stranger", is_active=False),
        "proposal.closed": lambda actor: services.set_closed(actor=actor, proposal="P-1", is_closed=True),
    }
    for action, make in makers.items():
        for name in ("pi", "staff"):
            with pytest.raises(ForbiddenError):
                make(facility.actor(name))
        make(admin)
        assert (last_entry().action, last_entry().username) == (action, "admin")


def test_weak_passwords_are_refused_with_every_fault(facility):
    for weak in ("short", "password1234", "123456789012345"):
        with pytest.raises(InvalidError) as refusal:
            services.create_user(actor=SYSTEM, username="new", password=weak)
        assert refusal.value.fields["password"]
    assert services.create_user(actor=SYSTEM, username="new", password=PASSWORD).pk


def test_names_differ_by_more_than_their_case(facility):
    with pytest.raises((InvalidError, ConflictError)):
        services.create_user(actor=SYSTEM, username="ADMIN")


@pytest.mark.parametrize("number", ["../x", "a/b", "", ".hidden", "a\x00b", "P 1", "x" * 65])
def test_proposal_numbers_fit_into_addresses(facility, number):
    with pytest.raises(InvalidError) as refusal:
        services.create_proposal(actor=SYSTEM, number=number)
    assert "number" in refusal.value.fields


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_kept_is_refused_with_its_field(facility, text):
    for make, field in (
        (lambda: services.create_user(actor=SYSTEM, username="new", first_name=text), "first_name"),
        (lambda: services.create_beamline(actor=SYSTEM, name="new", title=text), "title"),
        (lambda: services.create_proposal(actor=SYSTEM, number="P-9", title=text), "title"),
    ):
        with pytest.raises(InvalidError) as refusal:
            make()
        assert field in refusal.value.fields


def test_the_audit_entry_and_the_act_are_one(facility, monkeypatch):
    def fail(**_):
        raise RuntimeError("no log")

    before = Membership.objects.count()
    monkeypatch.setattr(services.audit, "record", fail)
    with pytest.raises(RuntimeError):
        services.add_member(actor=facility.actor("pi"), proposal="P-1", username="stranger")
    assert Membership.objects.count() == before


def test_investigators_and_administrators_change_members_and_nobody_else(facility):
    for name, error in (
        ("member", ForbiddenError),
        ("observer", ForbiddenError),
        ("staff", ForbiddenError),
        ("outsider", NotFoundError),
        ("stranger", NotFoundError),
    ):
        with pytest.raises(error):
            services.add_member(actor=facility.actor(name), proposal="P-1", username="stranger")
    for name in ("pi", "admin"):
        services.add_member(actor=facility.actor(name), proposal="P-1", username="stranger", role="observer")
        services.remove_member(actor=facility.actor(name), proposal="P-1", username="stranger")
    assert (last_entry().action, last_entry().proposal) == ("membership.removed", "P-1")


def test_a_proposal_keeps_an_investigator(facility):
    pi = facility.actor("pi")
    with pytest.raises(ConflictError):
        services.remove_member(actor=pi, proposal="P-1", username="pi")
    with pytest.raises(ConflictError):
        services.add_member(actor=pi, proposal="P-1", username="pi", role="member")
    services.add_member(actor=pi, proposal="P-1", username="member", role="principal_investigator")
    services.remove_member(actor=pi, proposal="P-1", username="pi")


def test_a_key_opens_until_it_is_revoked_expires_or_its_owner_is_closed(facility):
    revoked, ran_out, orphaned = (facility.key("pi", "run:read") for _ in range(3))
    for text, _ in (revoked, ran_out, orphaned):
        assert actor_of_key(text).username == "pi"
    services.revoke_key(actor=facility.actor("pi"), prefix=revoked[1].prefix)
    APIKey.objects.filter(pk=ran_out[1].pk).update(expires_at=timezone.now())
    with pytest.raises(NotSignedInError) as of_revoked:
        actor_of_key(revoked[0])
    with pytest.raises(NotSignedInError) as of_expired:
        actor_of_key(ran_out[0])
    with pytest.raises(NotSignedInError) as of_unknown:
        actor_of_key(keys.generate().text)
    assert of_revoked.value.detail == of_expired.value.detail == of_unknown.value.detail
    services.set_active(actor=SYSTEM, username="pi", is_active=False)
    with pytest.raises(NotSignedInError):
        actor_of_key(orphaned[0])


def test_only_the_hash_of_a_key_is_kept_and_the_log_never_holds_it(facility):
    text, row = facility.key("pi", "run:read")
    row.refresh_from_db()
    assert row.hashed == keys.digest(text)
    secret = text.rsplit("_", 1)[1]
    assert not any(secret in str(entry.after) for entry in AuditEntry.objects.all())


def test_a_key_with_the_right_prefix_and_a_wrong_secret_does_not_open(facility):
    text, _ = facility.key("pi", "run:read")
    with pytest.raises(NotSignedInError):
        actor_of_key(text[:-4] + ("AAAA" if not text.endswith("AAAA") else "BBBB"))


def test_use_of_a_key_is_noted_at_most_once_a_minute(facility, django_assert_num_queries):
    text, row = facility.key("pi", "run:read")
    actor_of_key(text)
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        actor_of_key(text)
    APIKey.objects.filter(pk=row.pk).update(last_used_at=first - timedelta(minutes=2))
    actor_of_key(text)
    row.refresh_from_db()
    assert row.last_used_at >= first


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["run:read", "root"]}, "scopes"),
        ({"scopes": ["run:read"], "expires_at": "past"}, "expires_at"),
        ({"scopes": ["run:read"], "expires_at": "far"}, "expires_at"),
        ({"scopes": ["run:read"], "note": "x" * 201}, "note"),
        ({"scopes": ["run:read"], "note": "a\x00b"}, "note"),
        ({"scopes": ["run:read"], "note": "\ud800"}, "note"),
    ],
)
def test_a_bad_order_for_a_key_names_its_field(facility, order, field):
    times = {"past": timezone.now() - timedelta(1), "far": timezone.now() + timedelta(days=400)}
    if "expires_at" in order:
        order = order | {"expires_at": times[order["expires_at"]]}
    with pytest.raises(InvalidError) as refusal:
        services.create_key(actor=facility.actor("pi"), **order)
    assert field in refusal.value.fields
    assert services.create_key(actor=facility.actor("pi"), scopes=["run:read"])


def test_a_key_cannot_be_for_a_place_its_owner_does_not_see(facility):
    with pytest.raises(NotFoundError):
        services.create_key(actor=facility.actor("pi"), scopes=["run:read"], proposal="P-2")
    with pytest.raises(NotFoundError):
        services.create_key(actor=facility.actor("pi"), scopes=["run:read"], beamline="beta")


def test_keys_do_not_make_list_or_revoke_keys_and_do_not_change_passwords(facility):
    text, row = facility.key("admin", *["account:manage", "run:read"])
    actor = actor_of_key(text)
    for act in (
        lambda: services.create_key(actor=actor, scopes=["run:read"]),
        lambda: services.revoke_key(actor=actor, prefix=row.prefix),
        lambda: services.change_password(actor=actor, username="admin", password=PASSWORD),
        lambda: selectors.keys(actor),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_keys_of_others_are_unknown_but_administrators_can_end_them(facility):
    _, row = facility.key("pi", "run:read")
    for name in ("member", "staff", "stranger"):
        with pytest.raises(NotFoundError):
            services.revoke_key(actor=facility.actor(name), prefix=row.prefix)
        assert not selectors.keys(facility.actor(name)).filter(prefix=row.prefix).exists()
    assert services.revoke_key(actor=facility.actor("admin"), prefix=row.prefix).revoked_at
    count = AuditEntry.objects.count()
    services.revoke_key(actor=facility.actor("pi"), prefix=row.prefix)
    assert AuditEntry.objects.count() == count


def test_one_changes_ones_own_password_and_administrators_anybodys(facility):
    new = "another-long-passphrase-7"
    with pytest.raises(ForbiddenError):
        services.change_password(actor=facility.actor("member"), username="pi", password=new)
    services.change_password(actor=facility.actor("pi"), username="pi", password=new)
    assert User.objects.get(username="pi").check_password(new)
    services.change_password(actor=facility.actor("admin"), username="member", password=new)
    assert authenticate(None, username="member", password=new)
    assert not any(new in str(entry.after) for entry in AuditEntry.objects.all())


def test_nobody_closes_the_own_account(facility):
    with pytest.raises(ConflictError):
        services.set_active(actor=facility.actor("admin"), username="admin", is_active=False)


def test_audit_entries_are_cut_to_ones_beamlines(facility):
    admin, staff = facility.actor("admin"), facility.actor("staff")
    assert selectors.audit_entries(admin).count() == AuditEntry.objects.count()
    assert set(selectors.audit_entries(staff).values_list("beamline", flat=True)) == {"alpha"}
    for name in ("contact", "pi", "stranger"):
        with pytest.raises(ForbiddenError):
            selectors.audit_entries(facility.actor(name))
    assert {entry.action for entry in selectors.audit_entries(admin, action="user.created")} == {
        "user.created"
    }
    assert not selectors.audit_entries(admin, since=timezone.now() + timedelta(days=1)).exists()


def test_me_tells_places_roles_and_scopes(facility):
    me = selectors.me(facility.actor("pi"))
    assert me["username"] == "pi"
    assert [(place["number"], place["role"]) for place in me["proposals"]] == [
        ("P-1", "principal_investigator")
    ]
    assert [place["name"] for place in me["beamlines"]] == ["alpha"]
    assert "queue:write" in me["beamlines"][0]["scopes"]
    with pytest.raises(NotFoundError):
        selectors.actor_for_username("nobody")
