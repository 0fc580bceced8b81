"""Start and stop child processes that never outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>: the signal a process gets when its parent ends


@dataclass(frozen=True)
class Account:
    """A system account to run a child as."""

    uid: int
    gid: int
    name: str


def spawn(
    command: list[str],
    *,
    log: Path,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log`.

    The child gets `death_signal` should this process end without stopping it.
    """
    drop: dict[str, Any] = {}
    if account:
        drop = {"user": account.uid, "group": account.gid, "extra_groups": []}
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603  the command is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=_ends_with_parent(death_signal),
            **drop,
        )


def _ends_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def stop(process: subprocess.Popen[bytes], how: signal.Signals, *, timeout_s: float) -> None:
    """Ask `process` to end by signal `how`; after `timeout_s` kill it with all it started."""
    if process.poll() is None:
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
