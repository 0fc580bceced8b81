"""A beamline's own code: folders of plans and devices beside the manifest, each with a version of its own.

A folder may be a checkout of a repository: then its revision is known. The hash of its sources always is.
"""

import hashlib
import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

HASH_LENGTH: Final = 16
REVISION_LENGTH: Final = 12


def make_importable(folders: Iterable[Path]) -> None:
    """Let modules be imported from `folders`, before those of the same name elsewhere."""
    for folder in reversed(list(folders)):
        text = str(folder)
        if text in sys.path:
            sys.path.remove(text)
        sys.path.insert(0, text)
    importlib.invalidate_caches()


def forget_modules(folders: Iterable[Path]) -> list[str]:
    """Forget what was imported from `folders`, so that it is read anew; give the names."""
    roots = [folder.resolve() for folder in folders]
    names = [
        name
        for name, module in list(sys.modules.items())
        if (file := getattr(module, "__file__", None)) and _is_inside(Path(file), roots)
    ]
    for name in names:
        del sys.modules[name]
    importlib.invalidate_caches()
    return names


def version_of(folder: Path) -> str:
    """Give the version of a folder: the revision of its repository, if it has one, and the hash of its code.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = (Path(name) / "plans.py").write_text("x = 1")
    ...     version_of(Path(name))
    'sha256:1fabdf90e239daf2'
    """
    found = f"sha256:{_hash_of(folder)}"
    revision = _revision_of(folder)
    return f"{revision} {found}" if revision else found


def source_hash(text: str) -> str:
    """Give the short hash under which a source is recorded."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]}"


def _hash_of(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:HASH_LENGTH]


def _revision_of(folder: Path) -> str:
    """Read the revision from the files of a Git checkout; no program is called for it."""
    for place in (folder, *folder.parents):
        head = place / ".git" / "HEAD"
        if not head.is_file():
            continue
        text = head.read_text(errors="replace").strip()
        if not text.startswith("ref: "):
            return text[:REVISION_LENGTH]
        branch = place / ".git" / text.removeprefix("ref: ")
        return branch.read_text().strip()[:REVISION_LENGTH] if branch.is_file() else ""
    return ""


def _is_inside(path: Path, roots: Iterable[Path]) -> bool:
    resolved = path.resolve()
    return any(resolved.is_relative_to(root) for root in roots)
