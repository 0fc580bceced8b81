"""Run every check of the project, one after another, and say how long each took: `make test`.

python -m tests.support.run_checks               # everything
python -m tests.support.run_checks --only lint   # the checks that run nothing
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Check:
    """One command with the group it belongs to."""

    name: str
    command: tuple[str, ...]
    group: str = "lint"


def python(*arguments: str) -> tuple[str, ...]:
    """Return a command of this interpreter."""
    return (sys.executable, "-m", *arguments)


PACKAGES = (
    "accounts",
    "acquisition",
    "catalog",
    "client/beamport",
    "frontend",
    "logbook",
    "notices",
    "realtime",
)
# In the order of the folders: what a folder starts once (a Beamport, a browser) serves all its files.
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
CHECKS = (
    Check("ruff lint", python("ruff", "check", ".")),
    Check("ruff format", python("ruff", "format", "--check", ".")),
    Check("mypy", python("mypy", "--no-error-summary", "config", *PACKAGES)),
    Check("import contracts", (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")),
    Check("TypeScript", python("config.node", "run", "--silent", "check")),
    Check("TypeScript lint", python("config.node", "run", "--silent", "lint")),
    Check("Vitest", python("config.node", "run", "--silent", "test"), "test"),
    Check(
        "doctests",
        python("pytest", "-q", "--doctest-modules", "--ignore=frontend/spa", *PACKAGES),
        "test",
    ),
    Check("pytest", python("pytest", "-q", *IN_TWO, "--durations=25"), "test"),
)


def main() -> int:
    """Run the chosen checks; return 1 if one failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=sorted({check.group for check in CHECKS}))
    arguments = parser.parse_args()
    checks = [check for check in CHECKS if arguments.only in (None, check.group)]
    if arguments.only != "lint" and not _chromium():
        return 1
    results = [(check.name, *_run(check)) for check in checks]
    print("\nWhat ran, and for how long")
    for name, code, seconds in results:
        print(f"  {'passed' if code == 0 else 'FAILED':7s} {seconds:7.1f} s  {name}")
    print(f"  {'':7s} {sum(seconds for *_, seconds in results):7.1f} s  in all")
    failed = sum(code != 0 for _, code, _ in results)
    print(f"checks: {len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _run(check: Check) -> tuple[int, float]:
    print(f"\n== {check.name}", flush=True)
    began = time.monotonic()
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    code = subprocess.run(check.command, cwd=ROOT, env=environment, check=False).returncode
    return code, time.monotonic() - began


def _chromium() -> bool:
    if shutil.which("chromium") or os.environ.get("BEAMPORT_CHROMIUM"):
        return True
    print(
        "The browser tests need Chromium: install it (on Debian: apt install chromium), "
        "or name it in BEAMPORT_CHROMIUM.",
        file=sys.stderr,
    )
    return False


if __name__ == "__main__":
    sys.exit(main())
