import contextlib
import stat

from django.contrib.auth import authenticate
from django.core.management import call_command

from accounts import selectors
from accounts.access import Scope, scopes
from accounts.demo import ensure_demo
from accounts.models import Proposal, User
from tests.support.people import SYSTEM


def test_the_demo_is_made_once_and_tells_its_passwords_once(db):
    made = ensure_demo(actor=SYSTEM)
    assert set(made["credentials"]) == {"admin", "staff", "user"}
    assert len(set(made["credentials"].values())) == 3
    for username, password in made["credentials"].items():
        assert authenticate(None, username=username, password=password)
    again = ensure_demo(actor=SYSTEM)
    assert again == {"beamline": "demo", "proposals": ["2026-0001", "2026-0002"], "credentials": {}}


def test_the_demo_people_have_their_roles(db):
    ensure_demo(actor=SYSTEM)
    place = {"beamline": "demo", "proposal_id": Proposal.objects.get(number="2026-0001").pk}
    admin, staff, user = (selectors.actor_for_username(name) for name in ("admin", "staff", "user"))
    assert Scope.ACCOUNT_ADMIN in scopes(admin, **place)
    assert Scope.ENVIRONMENT in scopes(staff, **place)
    assert Scope.ACCOUNT_ADMIN not in scopes(staff, **place)
    assert {Scope.QUEUE_WRITE, Scope.PROPOSAL_ADMIN} <= scopes(user, **place)
    assert [proposal.number for proposal in selectors.proposals(user)] == ["2026-0001"]


def test_an_account_taken_away_comes_back_alone(db):
    ensure_demo(actor=SYSTEM)
    User.objects.get(username="user").delete()
    assert set(ensure_demo(actor=SYSTEM)["credentials"]) == {"user"}


def test_the_command_writes_a_private_file_and_prints_on_creation_only(db, tmp_path, capsys):
    path = tmp_path / "var" / "credentials.txt"
    call_command("ensure_demo", credentials_file=path)
    told = capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = dict(line.split(" ") for line in path.read_text().splitlines())
    assert set(lines) == {"admin", "staff", "user"}
    assert all(password in told for password in lines.values())
    call_command("ensure_demo", credentials_file=path)
    assert capsys.readouterr().out == ""
    assert len(path.read_text().splitlines()) == 3


def test_no_account_is_made_when_its_password_cannot_be_written_down(db, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with contextlib.suppress(OSError):
        call_command("ensure_demo", credentials_file=link)
    assert not User.objects.exists()
