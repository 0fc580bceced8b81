"""How people sign in, read from the environment: second factor, OpenID Connect, LDAP."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.secret_values import secret

WELL_KNOWN = "/.well-known/openid-configuration"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class OpenID:
    """One OpenID Connect provider."""

    discovery: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    username_claim: str
    links_by_email: bool
    issuer: str = ""

    @property
    def expected_issuer(self) -> str:
        """Who must sign: the issuer that was named, else the one whose discovery document this is."""
        return self.issuer or self.discovery.removesuffix(WELL_KNOWN)


@dataclass(frozen=True, slots=True)
class Directory:
    """One LDAP directory; `person` is the name to bind as, with ``{username}`` in it."""

    url: str
    person: str
    base: str
    filter: str
    ca_file: str


def switch(name: str, *, default: str) -> bool:
    """Tell whether environment variable `name` is ``on``; anything but ``on`` and ``off`` is refused."""
    text = os.environ.get(name, default)
    if text not in ("on", "off"):
        raise ImproperlyConfigured(f"{name} is {text!r}: it must be 'on' or 'off'.")
    return text == "on"


def breached_passwords() -> Path | None:
    """Return the file of leaked passwords that the environment names, None when it names none."""
    name = os.environ.get("BEAMPORT_BREACHED_PASSWORDS", "")
    if name and not Path(name).is_file():
        raise ImproperlyConfigured(f"BEAMPORT_BREACHED_PASSWORDS is {name!r}: there is no such file.")
    return Path(name) if name else None


def open_id() -> OpenID | None:
    """Return the provider that the environment names, None when it names none."""
    discovery = os.environ.get("BEAMPORT_OIDC_DISCOVERY", "")
    if not discovery:
        return None
    _require_tls("BEAMPORT_OIDC_DISCOVERY", discovery, safe="https", plain="http")
    client_id = os.environ.get("BEAMPORT_OIDC_CLIENT_ID", "")
    if not client_id:
        raise ImproperlyConfigured("BEAMPORT_OIDC_CLIENT_ID is not set, and BEAMPORT_OIDC_DISCOVERY is.")
    return OpenID(
        discovery=discovery,
        client_id=client_id,
        client_secret=secret("BEAMPORT_OIDC_CLIENT_SECRET"),
        name=os.environ.get("BEAMPORT_OIDC_NAME", "your institute"),
        username_claim=os.environ.get("BEAMPORT_OIDC_USERNAME_CLAIM", "preferred_username"),
        links_by_email=switch("BEAMPORT_OIDC_LINK_BY_EMAIL", default="off"),
        issuer=os.environ.get("BEAMPORT_OIDC_ISSUER", ""),
    )


def directory() -> Directory | None:
    """Return the directory that the environment names, None when it names none."""
    url = os.environ.get("BEAMPORT_LDAP_URL", "")
    if not url:
        return None
    if urlsplit(url).scheme not in ("ldap", "ldaps") or not urlsplit(url).hostname:
        raise ImproperlyConfigured(f"BEAMPORT_LDAP_URL is {url!r}: it must read ldaps://host or ldap://host.")
    person = os.environ.get("BEAMPORT_LDAP_PERSON", "")
    if "{username}" not in person:
        raise ImproperlyConfigured(
            "BEAMPORT_LDAP_PERSON must hold {username}, as in uid={username},ou=people,dc=example,dc=org."
        )
    return Directory(
        url=url,
        person=person,
        base=os.environ.get("BEAMPORT_LDAP_BASE", ""),
        filter=os.environ.get("BEAMPORT_LDAP_FILTER", "(uid={username})"),
        ca_file=os.environ.get("BEAMPORT_LDAP_CA_FILE", ""),
    )


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine.

    >>> is_loopback("ldap://127.0.0.1:3389"), is_loopback("ldap://127.0.0.1.example.org")
    (True, False)
    """
    return (urlsplit(url).hostname or "") in LOOPBACK


def _require_tls(name: str, url: str, *, safe: str, plain: str) -> None:
    scheme = urlsplit(url).scheme
    if scheme != safe and not (scheme == plain and is_loopback(url)):
        raise ImproperlyConfigured(f"{name} is {url!r}: it must begin with {safe}://.")
