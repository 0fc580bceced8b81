"""An LDAP directory (OpenLDAP's slapd) in a process of its own; `SLAPD` is None without it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from config.embedded import free_port
from tests.support.ioc import until
from tests.support.processes import Process

SLAPD = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
BASE = "dc=example,dc=org"
PASSWORD = "the directory's own password"

CONFIG = """include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
{tls}
database mdb
suffix "{base}"
directory {data}
access to attrs=userPassword by anonymous auth
access to * by self read by * none
"""
TLS = """TLSCertificateFile {}
TLSCertificateKeyFile {}
security simple_bind=128"""
PERSON = """dn: uid={uid},ou=people,{base}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}son
givenName: {uid}
mail: {uid}@example.org
userPassword: {hashed}

"""


@contextlib.contextmanager
def directory(
    folder: Path,
    *people: str,
    certificate: tuple[Path, Path] | None = None,
    scheme: Literal["ldap", "ldaps"] = "ldap",
) -> Iterator[str]:
    """Give the address of a directory; with `certificate`, and its key, it speaks TLS.

    `scheme` tells when: ``ldaps`` from the first byte, ``ldap`` when asked (StartTLS). With a certificate it
    takes no password over an open line.
    """
    assert SLAPD is not None
    data = folder / "data"
    data.mkdir()
    tls = TLS.format(*certificate) if certificate else ""
    config = folder / "slapd.conf"
    config.write_text(
        CONFIG.format(schema="/etc/ldap/schema", modules="/usr/lib/ldap", base=BASE, data=data, tls=tls)
    )
    text = f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n"
    text += f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n"
    text += "".join(PERSON.format(uid=uid, base=BASE, hashed=_hashed(PASSWORD)) for uid in people)
    add = [SLAPD, "-T", "add", "-f", str(config)]
    subprocess.run(add, input=text, text=True, check=True, capture_output=True)
    port = free_port()
    address = f"{scheme}://127.0.0.1:{port}"
    command = [SLAPD, "-f", str(config), "-h", address, "-d", "0"]
    process = Process("slapd", command, dict(os.environ), folder / "log").start()

    def answers() -> bool:
        assert process.is_alive, process.tail()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    try:
        until(answers, "the directory answers", 30)
        yield address
    finally:
        process.kill()


def _hashed(password: str) -> str:
    return "{SHA}" + base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
