from accounts.access import ALL_SCOPES, IMPLIED, READING_SCOPES, ROLE_SCOPES, Scope, with_implied
from accounts.models import ProposalRole, StaffRole

# One row a scope: who holds it. A change of rights must change this table too.
HOLDERS = {
    Scope.RUN_READ: "beamline_staff local_contact principal_investigator member observer",
    Scope.RUN_EXPORT: "beamline_staff local_contact principal_investigator member",
    Scope.RUN_ANNOTATE: "beamline_staff local_contact principal_investigator member",
    Scope.RUN_ADD: "beamline_staff local_contact",
    Scope.QUEUE_READ: "beamline_staff local_contact principal_investigator member observer",
    Scope.RUN_DELETE: "beamline_staff",
    Scope.QUEUE_PROPOSE: "beamline_staff local_contact principal_investigator member",
    Scope.QUEUE_APPROVE: "beamline_staff local_contact principal_investigator",
    Scope.QUEUE_WRITE: "beamline_staff local_contact principal_investigator member",
    Scope.ENGINE_CONTROL: "beamline_staff local_contact principal_investigator member",
    Scope.ENGINE_STOP: "beamline_staff local_contact principal_investigator member observer",
    Scope.DEVICE_READ: "beamline_staff local_contact principal_investigator member observer",
    Scope.DEVICE_MOVE: "beamline_staff local_contact principal_investigator member",
    Scope.CONSOLE_READ: "beamline_staff local_contact principal_investigator member observer",
    Scope.CONTROL_TAKE: "beamline_staff local_contact principal_investigator member",
    Scope.CONTROL_FORCE: "beamline_staff local_contact",
    Scope.ENVIRONMENT: "beamline_staff",
    Scope.PROPOSAL_ADMIN: "principal_investigator",
    Scope.ACCOUNT_ADMIN: "",
    Scope.AUDIT_READ: "beamline_staff",
}
PEOPLES_ROLES = [*StaffRole.values, *ProposalRole.values]


def test_every_scope_is_held_by_exactly_the_roles_of_the_table():
    assert set(HOLDERS) == set(Scope)
    for scope, holders in HOLDERS.items():
        found = {role for role in PEOPLES_ROLES if scope in ROLE_SCOPES[role]}
        assert found == set(holders.split()), scope


def test_administrators_hold_everything_and_observers_read_and_stop():
    assert ROLE_SCOPES["facility_admin"] == ALL_SCOPES
    assert ROLE_SCOPES["observer"] <= READING_SCOPES | {Scope.ENGINE_STOP}


def test_what_a_key_may_change_it_may_see_and_nothing_else_comes_along():
    assert with_implied(["queue:write"]) == {Scope.QUEUE_WRITE, Scope.QUEUE_PROPOSE, Scope.QUEUE_READ}
    assert with_implied(["run:export"]) == {Scope.RUN_EXPORT, Scope.RUN_READ}
    assert with_implied(["run:read", "no:scope"]) == {Scope.RUN_READ}
    for scope, brought in IMPLIED.items():
        assert not brought & {Scope.ACCOUNT_ADMIN, Scope.PROPOSAL_ADMIN, Scope.AUDIT_READ}
        for role, given in ROLE_SCOPES.items():
            assert scope not in given or brought <= given, (role, scope)
        assert with_implied(brought) <= brought, "what is brought along brings nothing more"
