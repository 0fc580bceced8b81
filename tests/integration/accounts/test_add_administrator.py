import io
import sys

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts import selectors
from accounts.access import ALL_SCOPES, scopes
from accounts.models import AuditEntry, User
from tests.support.people import PASSWORD


def run(monkeypatch, password, username="ada"):
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    call_command("add_administrator", username)


def test_the_first_administrator_is_added_by_hand_and_may_do_everything(db, monkeypatch, capsys):
    run(monkeypatch, PASSWORD)
    assert authenticate(None, username="ada", password=PASSWORD)
    assert scopes(selectors.actor_for_username("ada")) == ALL_SCOPES
    assert PASSWORD not in capsys.readouterr().out
    assert AuditEntry.objects.get(action="user.created").actor_kind == "system"


def test_a_weak_password_or_a_taken_name_adds_nobody(db, monkeypatch):
    with pytest.raises(CommandError, match="too weak"):
        run(monkeypatch, "short")
    assert not User.objects.exists()
    run(monkeypatch, PASSWORD)
    with pytest.raises(CommandError, match="ADA"):
        run(monkeypatch, PASSWORD, username="ADA")
    assert User.objects.count() == 1
