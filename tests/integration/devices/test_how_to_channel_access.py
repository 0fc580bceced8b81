"""The examples of the how-to run as they stand, one after the other, against an EPICS base IOC."""

import os
import re
import subprocess
import sys

from tests.support.ca_servers import epics_base
from tests.support.ioc import ROOT, client_environment

PAGE = ROOT / "docs" / "how-to" / "epics-channel-access.md"


def test_the_examples_of_the_page_run_and_print_what_they_promise(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    script = tmp_path / "page.py"
    script.write_text("\n".join(blocks))
    with epics_base() as base:
        result = subprocess.run(
            [sys.executable, str(script)],
            env={**os.environ, **client_environment(base.server.port), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "2.5 mm (-100.0, 100.0)"
    assert lines[1] == "ready ('idle', 'ready', '', 'fault')"
    assert lines[2] == "5.0"
    assert lines[3] == "axis (ca://B:axis) takes a finite number in mm from -100 to 100, not nan"
    assert lines[4] == "axis (ca://B:axis) takes a finite number in mm from -100 to 100, not 'three'"
    assert lines[5].startswith(
        "axis cannot go to 1000.0 mm: its limits are -100 to 100 mm (from ca://B:axis)."
    )
    assert sum("NOBODY:n" in line and "not found at" in line for line in lines) == 20
    assert lines[-1] == "0.0"
