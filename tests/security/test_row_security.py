"""The database's own wall: what the selectors would forget to cut, a reader's role does not see either."""

import sys

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from accounts import access, row_security
from accounts.actor import system_actor
from accounts.database_roles import SECRETS, Roles, set_up
from accounts.models import AuditEntry, Beamline, User
from accounts.standing import standing_of
from tests.security.access_table import TABLE
from tests.security.stage import set_stage
from tests.support.database_role import acting_as

ROWS_OF_RUNS = (
    "Run",
    "RunFacts",
    "Document",
    "EventPage",
    "EventColumn",
    "RunTag",
    "RunRevision",
    "RunNote",
    "RunAttachment",
    "RunLink",
    "Quarantine",
)


@pytest.fixture
def stage(db):
    """Give the stage, with a column stored beside a page as those of large pages are."""
    stage = set_stage()
    page = apps.get_model("catalog", "EventPage").objects.first()
    apps.get_model("catalog", "EventColumn").objects.create(page=page, part=1, key="x", floats=[1.0])
    return stage


@pytest.fixture
def roles(db) -> Roles:
    return set_up()


def shown():
    """Count the rows of each table that holds what belongs to a run, without any cut of ours."""
    return {name: apps.get_model("catalog", name).objects.count() for name in ROWS_OF_RUNS}


@pytest.fixture
def no_cut(monkeypatch):
    """Plant the fault that the wall is for: the cut of the selectors lets everything through."""

    def everything(actor, queryset, **_):
        standing_of(actor)
        return queryset

    def every_place(_, actor):
        standing_of(actor)

    for name, module in list(sys.modules.items()):
        if name.startswith("catalog.") and hasattr(module, "visible"):
            monkeypatch.setattr(module, "visible", everything)
    monkeypatch.setattr("accounts.visibility.PreparedVisible.of", every_place)


def test_without_a_reader_nothing_is_shown(stage, roles):
    assert all(shown().values())
    with acting_as(roles.web):
        assert not any(shown().values())


@pytest.mark.parametrize("who", ["observer", "member", "pi", "staff", "admin"])
def test_who_may_read_the_run_sees_its_rows(stage, roles, who):
    actor, whole = stage.facility.actor(who), shown()
    with acting_as(roles.web):
        access.scopes(actor)
        assert shown() == whole


@pytest.mark.parametrize("who", ["stranger", "outsider", "other_staff"])
def test_others_see_no_row(stage, roles, who):
    actor = stage.facility.actor(who)
    with acting_as(roles.web):
        access.scopes(actor)
        assert not any(shown().values())


def test_a_closed_account_names_no_reader(stage, roles):
    actor = stage.facility.actor("pi")
    User.objects.filter(username="pi").update(is_active=False)
    with acting_as(roles.web):
        access.scopes(actor)
        assert not any(shown().values())


def test_published_data_are_shown_to_those_they_are_published_for(stage, roles):
    proposal = stage.facility.proposals["P-1"]
    stranger = stage.facility.actor("stranger")
    for audience, signed_in, nobody in (("signed_in", True, False), ("everyone", True, True)):
        type(proposal).objects.filter(pk=proposal.pk).update(audience=audience)
        with acting_as(roles.web):
            assert bool(shown()["Document"]) is nobody
            access.scopes(stranger)
            assert bool(shown()["Document"]) is signed_in
    type(proposal).objects.filter(pk=proposal.pk).update(embargo_until="2999-01-01T00:00Z")
    with acting_as(roles.web):
        assert not any(shown().values())


def test_the_reader_is_forgotten_when_the_request_has_ended(stage, roles):
    with acting_as(roles.web):
        access.scopes(stage.facility.actor("pi"))
        assert any(shown().values())
        row_security.on_request_finished()
        assert not any(shown().values())


def test_the_installation_itself_reads_everything(stage, roles):
    with acting_as(roles.web):
        access.scopes(system_actor("test"))
        assert all(shown().values())


def test_selectors_that_forget_to_cut_show_outsiders_nothing(stage, roles, no_cut):
    for row in TABLE:
        if row.method == "GET" and row.route.startswith("runs"):
            for who in ("stranger", "outsider"):
                with acting_as(roles.web), transaction.atomic():
                    response = stage.call(row, who)
                    transaction.set_rollback(True)
                names_a_run = "<uid>" in row.route or "<uid>" in row.query.values()
                assert response.status_code == (404 if names_a_run else 200), (row.name, who)
                if response.status_code == 200:
                    assert stage.parts["run"] not in response.content.decode(), (row.name, who)


def test_the_applications_roles_cannot_change_the_audit_log_nor_the_tables(stage, roles):
    refused = (
        "UPDATE accounts_auditentry SET action = 'nothing'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
        "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
        "DROP TABLE catalog_run CASCADE",
        "ALTER TABLE catalog_run DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    )
    for role in (roles.web, roles.worker):
        for statement in refused:
            with (
                acting_as(role),
                pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        with acting_as(role):
            access.scopes(stage.facility.actor("admin"))
            assert AuditEntry.objects.exists()


def test_a_worker_reads_accounts_without_secrets_and_changes_none(stage, roles):
    with acting_as(roles.worker):
        assert all(shown().values())
        assert Beamline.objects.exists()
        for statement in (
            *(f"SELECT * FROM {table}" for table in SECRETS),
            "DELETE FROM accounts_membership",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)


def test_setting_the_roles_up_again_changes_nothing(roles):
    def rights():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, relacl::text FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
            )
            return cursor.fetchall()

    before = rights()
    assert set_up() == roles
    assert rights() == before
