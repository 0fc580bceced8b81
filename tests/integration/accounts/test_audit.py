import re
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, InternalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import audit, services
from accounts.actor import Actor
from accounts.models import AuditEntry
from tests.support.database import refuse_emptying_again
from tests.support.people import SYSTEM

ACTOR = Actor(kind="person", user_id=1, username="ada", address="192.0.2.1")


def add(count=3):
    for number in range(count):
        audit.record(
            actor=ACTOR, action="queue_item.moved", object_id=number, before={"at": number}, after={"at": 0.5}
        )


def change(sql, *values):
    """Change the log as somebody who may switch its guard off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")


def test_a_whole_chain_verifies_and_tells_its_head(db):
    assert audit.verify() == audit.Verdict(0, audit.GENESIS)
    add(3)
    verdict = audit.verify()
    assert (verdict.entries, verdict.fault) == (3, "")
    assert verdict.head == AuditEntry.objects.order_by("-id").first().hash


@pytest.mark.parametrize(
    "assignment",
    [
        "username = 'eve'",
        "action = 'x'",
        "before = '{\"at\": 7}'::jsonb",
        "after = NULL",
        "reason = 'because'",
        "at = at + interval '1 microsecond'",
        "address = ''",
        "hash = repeat('0', 64)",
        "previous_hash = repeat('f', 64)",
    ],
)
def test_a_change_of_any_field_is_found_at_its_entry(db, assignment):
    add(3)
    second = AuditEntry.objects.order_by("id")[1]
    change(f"UPDATE accounts_auditentry SET {assignment} WHERE id = %s", second.pk)
    verdict = audit.verify()
    assert verdict.fault
    assert verdict.broken_at == second.pk
    assert verdict.entries == 1


def test_an_entry_taken_out_of_the_middle_is_found(db):
    add(3)
    change("DELETE FROM accounts_auditentry WHERE id = %s", AuditEntry.objects.order_by("id")[1].pk)
    assert "missing" in audit.verify().fault


def test_an_end_cut_off_is_found_by_the_head_noted_before(db):
    add(3)
    head = audit.verify().head
    change("DELETE FROM accounts_auditentry WHERE hash = %s", head)
    assert audit.verify().fault == ""
    assert head in audit.verify(expected_head=head).fault


def test_the_database_refuses_update_delete_and_truncate_but_takes_additions(db):
    add(1)
    refuse_emptying_again()
    for statement in (
        "UPDATE accounts_auditentry SET username = 'eve'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        AuditEntry.objects.all().delete()
    add(1)
    assert audit.verify().entries == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values, text=st.text(st.characters(), max_size=20))
def test_whatever_is_recorded_comes_back_with_a_hash_that_fits(db, value, text):
    audit.record(actor=ACTOR, action="test.tried", object_id=text, before=value, reason=text)
    assert audit.verify().fault == ""


def test_values_that_are_not_json_are_kept_as_text(db):
    audit.record(actor=ACTOR, action="x", after={"set": {2, 1}, "kind": ACTOR, "nan": float("nan"), 3: b"z"})
    after = AuditEntry.objects.get().after
    assert after["set"] == [1, 2]
    assert after["nan"] == "nan"
    assert after["3"] == "b'z'"
    assert audit.verify().fault == ""


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded():
    with pytest.raises(audit.OutsideTransactionError):
        audit.record(actor=ACTOR, action="x")
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_leaves_no_entry():
    with transaction.atomic():
        services.create_beamline(actor=SYSTEM, name="alpha", title="Alpha")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writers_side_by_side_make_one_chain():
    def write():
        try:
            for _ in range(10):
                with transaction.atomic():
                    add(1)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    verdict = audit.verify()
    assert (verdict.entries, verdict.fault) == (40, "")


def test_the_command_prints_the_head_and_fails_on_a_broken_chain(db, capsys):
    add(2)
    call_command("verify_audit")
    told = capsys.readouterr().out
    assert re.search(r"^2 entries hold\. Head: [0-9a-f]{64}$", told, re.MULTILINE)
    change("UPDATE accounts_auditentry SET username = 'eve'")
    with pytest.raises(CommandError, match="broken at entry"):
        call_command("verify_audit")
