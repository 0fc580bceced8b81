"""The parts from elsewhere that an installation runs with, as CycloneDX 1.6: `python -m config.components`.

Read from the lock files, so it is what the installation takes: of PyPI by `requirements.txt`, of npm, built
into the pages, by `package-lock.json`; each with the digests that the installers check.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PYTHON_LOCK: Final = ROOT / "requirements.txt"
NODE_LOCK: Final = ROOT / "frontend" / "spa" / "package-lock.json"
PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
DIGEST: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def document() -> dict[str, Any]:
    """Give the document; the same locks give the same one."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "beamport"}},
        "components": [*_of_pypi(PYTHON_LOCK.read_text()), *_of_npm(json.loads(NODE_LOCK.read_text()))],
    }


def _of_pypi(text: str) -> Iterator[dict[str, Any]]:
    found = list(PINNED.finditer(text))
    for match, after in zip(found, [*found[1:], None], strict=True):
        part = text[match.end() : after.start() if after else None]
        name, version = re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]
        yield _component("pypi", name, version, [("SHA-256", digest) for digest in DIGEST.findall(part)])


def _of_npm(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, facts in sorted(lock["packages"].items()):
        if path and not facts.get("dev") and not facts.get("link"):
            name = path.rpartition("node_modules/")[2]
            kind, _, digest = facts["integrity"].partition("-")
            told = base64.b64decode(digest).hex()
            yield _component("npm", name, facts["version"], [(f"SHA-{kind.removeprefix('sha')}", told)])


def _component(source: str, name: str, version: str, digests: list[tuple[str, str]]) -> dict[str, Any]:
    address = f"pkg:{source}/{name.replace('@', '%40')}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": [{"alg": kind, "content": digest} for kind, digest in digests],
    }


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2)
