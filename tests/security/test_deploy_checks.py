"""`manage.py check --deploy` says what an installation must not be run with."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from accounts.checks import check_database_role, check_settings
from accounts.database_roles import set_up
from tests.support.database_role import acting_as
from tests.support.house_rules import ROOT

GOOD = {
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "STAFF_SECOND_FACTOR": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "TRUSTED_PROXY_COUNT": 1,
    "BROKER_URL": "rediss://:secret@broker.example.org:6379/0",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "EMAIL_HOST": "",
    "EMAIL_USE_TLS": False,
}
WEAK = {
    "W002": {"CSRF_COOKIE_NAME": "csrftoken"},
    "W003": {"STAFF_SECOND_FACTOR": False},
    "W004": {"TRUSTED_PROXY_COUNT": 0},
    "W005": {"BROKER_URL": "redis://broker.example.org:6379/0"},
    "W007": {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]},
    "W008": {"EMAIL_HOST": "mail.example.org"},
}


@pytest.fixture
def good(settings, tmp_path):
    for name, value in GOOD.items():
        setattr(settings, name, value)
    settings.VAR_DIR = tmp_path
    return settings


def found():
    return [message.id for message in check_settings()]


def test_a_good_installation_is_told_nothing(good):
    assert found() == []


@pytest.mark.parametrize("number", WEAK)
def test_each_weakness_is_named(good, number):
    for name, value in WEAK[number].items():
        setattr(good, name, value)
    assert found() == [f"beamport.{number}"]


def test_a_database_over_the_network_needs_a_checked_certificate(good):
    usual = dict(good.DATABASES["default"])
    good.DATABASES["default"].update(HOST="db.example.org", OPTIONS={"sslmode": "require"})
    try:
        assert found() == ["beamport.W005"]
        good.DATABASES["default"]["OPTIONS"] = {"sslmode": "verify-full"}
        assert found() == []
    finally:
        good.DATABASES["default"].update(usual)


def test_a_secret_that_others_can_read_is_named(good, tmp_path):
    secret = tmp_path / "secret_key"
    secret.write_text("x")
    secret.chmod(0o644)
    assert found() == ["beamport.W006"]
    secret.chmod(0o600)
    assert found() == []


def test_the_owner_of_the_audit_log_is_too_strong_and_the_web_role_is_not(db):
    assert [message.id for message in check_database_role(databases=["default"])] == ["beamport.E001"]
    with acting_as(set_up().web):
        assert check_database_role(databases=["default"]) == []
    assert check_database_role() == []


def test_the_checks_are_among_those_of_manage_py(good, db):
    good.STAFF_SECOND_FACTOR = False
    told = {message.id for message in run_checks(include_deployment_checks=True, databases=["default"])}
    assert {"beamport.W003", "beamport.E001"} <= told


def test_production_settings_pass_every_check(tmp_path):
    secret = tmp_path / "key"
    secret.write_text("".join(chr(33 + number % 90) for number in range(64)))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BEAMPORT_")},
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATABASE_URL": "postgresql://beamport_web@db.example.org/beamport?sslmode=verify-full",
        "BROKER_URL": "rediss://:secret@broker.example.org:6379/0",
        "BEAMPORT_SECRET_KEY_FILE": str(secret),
        "BEAMPORT_HOSTS": "beamport.example.org",
        "BEAMPORT_PROXIES": "1",
        "BEAMPORT_VAR": str(tmp_path / "var"),
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert told.returncode == 0, told.stderr
