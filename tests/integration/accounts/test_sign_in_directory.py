"""Signing in with a password that an LDAP directory knows, against slapd in a process of its own."""

import gc
import subprocess

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from accounts import sign_in
from accounts.door.configuration import Directory
from accounts.models import AuditEntry, Identity, User
from config.embedded import free_port
from tests.support.directory_server import BASE, PASSWORD, SLAPD, directory
from tests.support.people import PASSWORD as LOCAL

pytestmark = pytest.mark.skipif(SLAPD is None, reason="slapd is not installed")
#: ldap3 leaves the socket of a refused connection behind; it is collected inside the test that made it.
LEAVES_A_SOCKET = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PERSON = "uid={username},ou=people," + BASE


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with directory(tmp_path_factory.mktemp("plain"), "anna", "bert", "admin") as address:
        yield address


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return _certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def another(tmp_path_factory):
    return _certificate(tmp_path_factory.mktemp("another"))


def _certificate(folder):
    pair = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-out", str(pair[0])]
    subprocess.run([*command, "-keyout", str(pair[1]), *subject], check=True, capture_output=True)
    return pair


def configured(address, **changes):
    facts = {"url": address, "person": PERSON, "base": "", "filter": "(uid={username})", "ca_file": ""}
    return Directory(**{**facts, **changes})


def arrive(username="anna", password=PASSWORD):
    client = Client()
    response = client.post("/login", {"username": username, "password": password})
    return (SESSION_KEY in client.session), client, response


def test_the_first_sign_in_makes_an_account_without_any_role(facility, settings, plain):
    settings.DIRECTORY = configured(plain)
    opened, client, _ = arrive()
    assert opened
    me = client.get("/api/v1/me").json()
    assert (me["username"], me["email"], me["beamlines"]) == ("anna", "anna@example.org", [])
    assert not User.objects.get(username="anna").has_usable_password()
    assert arrive()[0]
    assert Identity.objects.count() == 1
    assert AuditEntry.objects.filter(action="sign_in.succeeded").count() == 2


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("anna", "wrong-password-123"),
        ("anna", ""),
        ("nobody", PASSWORD),
        ("anna,ou=people", PASSWORD),
        ("*", PASSWORD),
        ("an*", PASSWORD),
        ("anna)(uid=*", PASSWORD),
        ("anna+cn=anna", PASSWORD),
    ],
)
def test_wrong_passwords_and_names_that_would_mean_more_open_nothing(
    facility, settings, plain, username, password
):
    settings.DIRECTORY = configured(plain)
    assert not arrive(username, password)[0]
    assert not Identity.objects.exists()


def test_a_local_account_of_the_same_name_is_not_taken_over(facility, settings, plain):
    settings.DIRECTORY = configured(plain)
    assert not arrive("admin", PASSWORD)[0]
    assert arrive("admin", LOCAL)[0]
    assert AuditEntry.objects.filter(action="identity.refused", object_id="admin").exists()


def test_the_filter_says_who_is_let_in(facility, settings, plain):
    settings.DIRECTORY = configured(plain, filter="(&(uid={username})(mail=anna@*))")
    assert arrive("anna")[0]
    assert not arrive("bert")[0]


def test_guesses_at_the_directory_are_slowed_too(facility, settings, plain):
    settings.DIRECTORY = configured(plain)
    for _ in range(sign_in.FREE_FAILURES):
        arrive("anna", "wrong-password-123")
    assert arrive("anna")[2].status_code == 429


@pytest.mark.filterwarnings("ignore:ssl.match_hostname")  # how ldap3 checks the name up to Python 3.11
@LEAVES_A_SOCKET
@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_over_tls_and_after_start_tls_the_certificate_is_checked(
    facility, settings, tmp_path, certificate, another, scheme
):
    with directory(tmp_path, "anna", certificate=certificate, scheme=scheme) as address:
        settings.DIRECTORY = configured(address, ca_file=str(another[0]))
        assert not arrive()[0]
        settings.DIRECTORY = configured(address, ca_file=str(certificate[0]))
        assert arrive()[0]
        settings.DIRECTORY = configured(address)  # `ldap`: over an open line, which this directory refuses
        assert not arrive()[0]
    gc.collect()


@LEAVES_A_SOCKET
def test_no_password_goes_to_a_directory_that_cannot_turn_to_tls(facility, settings, plain, certificate):
    settings.DIRECTORY = configured(plain, ca_file=str(certificate[0]))
    assert not arrive()[0]
    settings.DIRECTORY = configured(plain)
    assert arrive()[0]
    gc.collect()


def test_a_directory_that_is_away_keeps_no_local_account_out(facility, settings):
    settings.DIRECTORY = configured(f"ldap://127.0.0.1:{free_port()}")
    assert not arrive("anna")[0]
    assert arrive("pi", LOCAL)[0]
    gc.collect()
