"""A disk that can be filled: a file system of its own size, and the tables of the test run on it."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from psycopg2.errors import DeadlockDetected

SPACE = "small_disk"
TRIES = 10


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Callable[[str], None]]:
    """Mount a file system of its own size at a folder; give a function that makes it larger."""
    mount = shutil.which("mount") or pytest.skip("there is no mount command")
    folder.mkdir(parents=True)
    made = subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {made.stderr.decode().strip()}")

    def grow(size: str) -> None:
        subprocess.run([mount, "-o", f"remount,size={size}", folder], check=True, capture_output=True)

    try:
        yield grow
    finally:
        subprocess.run(["umount", "-l", folder], check=True, capture_output=True)
        with contextlib.suppress(OSError):
            folder.rmdir()


@contextlib.contextmanager
def tables_on(folder: Path) -> Iterator[None]:
    """Keep all tables and indexes of the test database in a folder; bring them back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        owner = Path(cursor.fetchone()[0]).stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        folder.chmod(0o700)
        cursor.execute("CREATE TABLESPACE small_disk LOCATION %s", [str(folder)])
        try:
            _move("pg_default", SPACE)
            yield
        finally:
            _move(SPACE, "pg_default")
            cursor.execute("DROP TABLESPACE small_disk")


def _move(old: str, new: str) -> None:
    old, new = connection.ops.quote_name(old), connection.ops.quote_name(new)
    for kind in ("TABLE", "INDEX"):
        _carry_out(f"ALTER {kind} ALL IN TABLESPACE {old} SET TABLESPACE {new}")


def _carry_out(statement: str) -> None:
    """Lock one after the other while a worker may do so, too: who loses a deadlock tries again."""
    for left in reversed(range(TRIES)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            return
        except OperationalError as error:
            if left == 0 or not isinstance(error.__cause__, DeadlockDetected):
                raise


def fill(folder: Path) -> Path:
    """Write a file that leaves no room; remove it to make room."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return ballast
