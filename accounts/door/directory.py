"""Passwords that an LDAP directory knows: bind as the person, then find the person's own entry.

Nothing is sent over an open line: `ldap://` is turned into TLS (StartTLS) before the password goes out, and
the directory's certificate is checked. A directory on this machine is excepted, unless an authority is named
for it. Names are escaped as a DN or a filter needs it.
"""

from __future__ import annotations

import logging
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

import ldap3
from django.conf import settings
from ldap3.core.exceptions import LDAPException, LDAPInvalidCredentialsResult
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from accounts.door.configuration import Directory, is_loopback
from accounts.door.identities import Claims, person_of
from accounts.errors import BeamportError
from accounts.json_gate import is_text
from accounts.models import User

logger = logging.getLogger(__name__)

CONNECT_S: Final = 3
ANSWER_S: Final = 5
ATTRIBUTES: Final = ("entryUUID", "mail", "givenName", "sn")


def person_with(*, username: str, password: str, address: str) -> User | None:
    """Give the account of a person whom the directory lets in, None otherwise, also when it is away."""
    directory: Directory | None = settings.DIRECTORY
    if directory is None or not username or not password:  # an empty password binds as nobody, and is let in
        return None
    try:
        claims = claims_of(directory, username, password)
        return person_of(claims, address=address) if claims else None
    except LDAPInvalidCredentialsResult:
        return None
    except (LDAPException, OSError) as error:
        logger.error("the directory %s could not be asked: %s", directory.url, error)
        return None
    except BeamportError as error:
        logger.warning("the directory lets in %r, and this site does not: %s", username, error)
        return None


def claims_of(directory: Directory, username: str, password: str) -> Claims | None:
    """Ask the directory; None when the filter does not find exactly one entry.

    Raises
    ------
    LDAPException
        The name or the password is wrong, or the directory is away, or its certificate is.
    """
    name = directory.person.replace("{username}", escape_rdn(username))
    found = directory.filter.replace("{username}", escape_filter_chars(username))
    scope = ldap3.SUBTREE if directory.base else ldap3.BASE
    connection = _connection(directory, name, password)
    try:
        _bind(connection, directory)
        connection.search(directory.base or name, found, scope, attributes=list(ATTRIBUTES), size_limit=2)
        entries = [entry for entry in connection.response or () if entry["type"] == "searchResEntry"]
    finally:
        used = connection.socket
        connection.unbind()
        if used is not None:
            used.close()  # of a connection that was refused, ldap3 leaves it open
    return _claims(directory, username, entries[0]) if len(entries) == 1 else None


def _connection(directory: Directory, name: str, password: str) -> Any:
    tls = ldap3.Tls(
        validate=ssl.CERT_REQUIRED,
        version=ssl.PROTOCOL_TLS_CLIENT,
        ca_certs_file=directory.ca_file or None,
    )
    server = ldap3.Server(directory.url, connect_timeout=CONNECT_S, get_info=ldap3.NONE, tls=tls)
    return ldap3.Connection(
        server,
        user=name,
        password=password,
        authentication=ldap3.SIMPLE,
        receive_timeout=ANSWER_S,
        raise_exceptions=True,
        auto_referrals=False,
        check_names=False,
        read_only=True,
    )


def _bind(connection: Any, directory: Directory) -> None:
    connection.open()
    is_here = is_loopback(directory.url) and not directory.ca_file
    if urlsplit(directory.url).scheme == "ldap" and not is_here:
        connection.start_tls()
    connection.bind()


def _claims(directory: Directory, username: str, entry: dict[str, Any]) -> Claims:
    facts = entry["attributes"]
    return Claims(
        provider=directory.url,
        subject=_first(facts, "entryUUID") or entry["dn"].casefold(),
        username=username.casefold(),
        email=_first(facts, "mail"),
        first_name=_first(facts, "givenName"),
        last_name=_first(facts, "sn"),
    )


def _first(facts: Any, name: str) -> str:
    value = facts.get(name) or ""
    text = str(value[0] if isinstance(value, list) else value).strip("{}")
    return text if is_text(text) else ""
