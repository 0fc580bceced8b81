"""An exported script runs the items by itself, whatever stands in their parameters."""

import ast
import subprocess
import sys

from acquisition.queue import scripts
from tests.support.house_rules import ROOT

MANIFEST = """
name = "soft"
title = "Soft"
plans = ["acquisition.plans.scans"]

[devices.x]
class = "acquisition.devices.sim.axis.SoftAxis"
"""
HOSTILE = 'é "quoted" \\ {braces} \u2028 😀 __import__("os")'


def test_the_script_of_two_items_takes_two_runs(tmp_path):
    (tmp_path / "soft.toml").write_text(MANIFEST)
    count = {"kind": "plan", "plan": "count", "parameters": {"detectors": ["x"], "num": 2}}
    items = [
        {**count, "metadata": {"sample": HOSTILE, "on": True, "none": None, "numbers": [1, 2.5]}},
        {**count, "kind": "queue_stop", "metadata": {}},
        {**count, "metadata": {}},
    ]
    script = tmp_path / "items.py"
    script.write_bytes(scripts.as_script(items, title='Two "items"\\', name="items.py"))
    ran = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "soft.toml")],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    names = [line.split()[0] for line in ran.stdout.splitlines() if line]
    assert (names.count("start"), names.count("event"), names.count("stop")) == (2, 4, 2)


def test_values_come_back_from_the_literals():
    value = [{"plan": "count", "parameters": {"a": HOSTILE, "b": [[1, -0.5], []]}, "metadata": {}}]
    text = scripts.as_script([{**value[0], "kind": "plan"}], title="t", name="n.py").decode()
    literal = text[text.index("ITEMS = ") + 8 : text.index("\n\n\ndef main")]
    assert ast.literal_eval(literal) == value
