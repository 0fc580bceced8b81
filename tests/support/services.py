"""PostgreSQL and Valkey of their own for one test run, on free ports, gone afterwards.

A pytest plugin (`-p tests.support.services`): Django's settings are read before any conftest is, so the
servers start when this module is imported. `BEAMPORT_TEST_SERVICES=off` leaves them out.

When the tests are shared out among processes (`pytest -n 2`), each has servers of its own: tests stop them,
fill them and ring each other's doorbells. The process that only shares out has none.
"""

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path


def start() -> Path:
    """Start both servers unless the environment names others; set DATABASE_URL, BROKER_URL, BEAMPORT_VAR."""
    from config.embedded import start_postgres, start_valkey

    var = Path(tempfile.mkdtemp(prefix="beamport-test-"))
    var.chmod(0o711)
    os.environ["BEAMPORT_VAR"] = str(var)
    stack = contextlib.ExitStack()
    stack.callback(shutil.rmtree, var, ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        server = start_postgres(var)
        stack.callback(server.stop)
        os.environ["DATABASE_URL"] = server.url
    if not os.environ.get("BROKER_URL"):
        server = start_valkey(var)
        stack.callback(server.stop)
        os.environ["BROKER_URL"] = server.url
    atexit.register(stack.close)
    return var


def is_needed() -> bool:
    """Tell whether this process runs tests that may ask for servers."""
    only_shares_out = "-n" in sys.argv and "PYTEST_XDIST_WORKER" not in os.environ
    return os.environ.get("BEAMPORT_TEST_SERVICES") != "off" and not only_shares_out


if is_needed():
    start()
