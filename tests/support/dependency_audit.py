"""`make audit`: ask for known vulnerabilities of the locked packages, and say so when nobody could be asked.

pip-audit ends well, too, when it found none of the packages at its service: that is no audit. This one ends
with 1 when something vulnerable is locked, with 2 when not all packages could be asked about.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LOCKS = ("requirements.txt", "requirements-dev.txt")
VULNERABLE, NOT_ASKED = 1, 2


def main(locks: Sequence[str] = LOCKS) -> int:
    """Audit each lock file; give the exit code."""
    codes = [_audit(Path(lock)) for lock in locks]
    return VULNERABLE if VULNERABLE in codes else max(codes)


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Give the exit code of one report of pip-audit, and lines that say why.

    Examples
    --------
    >>> verdict({"dependencies": [{"name": "a", "version": "1", "vulns": []}]})
    (0, ['1 packages have no known vulnerability.'])
    >>> verdict({"dependencies": [{"name": "a", "skip_reason": "not found"}]})[0]
    2
    """
    packages = report["dependencies"]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    bad = [one for one in packages if one.get("vulns")]
    lines = [
        f"{one['name']} {one['version']}: {vuln['id']}, fixed in {', '.join(vuln['fix_versions']) or 'none'}"
        for one in bad
        for vuln in one["vulns"]
    ]
    if bad:
        return VULNERABLE, lines
    if skipped or not packages:
        told = f"{len(skipped)} of {len(packages)} packages could not be asked about: this is no audit."
        return NOT_ASKED, [
            told,
            "PyPI's JSON interface, which knows of vulnerabilities, has to be reachable.",
        ]
    return 0, [f"{len(packages)} packages have no known vulnerability."]


def _audit(lock: Path) -> int:
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes"),
        *("--disable-pip", "--format", "json", "--progress-spinner", "off"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        code, lines = verdict(json.loads(done.stdout))
    except (json.JSONDecodeError, KeyError):
        code, lines = NOT_ASKED, [done.stderr.strip()[-500:] or "pip-audit said nothing."]
    print(f"{lock}:", *lines, sep="\n  ")
    return code


if __name__ == "__main__":
    sys.exit(main())
