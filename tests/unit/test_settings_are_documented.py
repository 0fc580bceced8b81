"""Each variable the code reads is explained in docs/reference/settings.md, and nothing else is."""

import re

from tests.support.house_rules import ROOT, tracked

READ = re.compile(r"""["'](BEAMPORT_[A-Z_]+|DATABASE_URL|BROKER_URL|PORT)["']""")
FROM_SETTINGS = re.compile(r"^(BEAMPORT_[A-Z_]+)\s*=", re.MULTILINE)


def variables_read() -> set[str]:
    found: set[str] = set()
    for name in tracked():
        if name.endswith(".py"):
            found |= set(READ.findall((ROOT / name).read_text()))
    return found


def variables_documented() -> set[str]:
    text = (ROOT / "docs/reference/settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))


def test_every_variable_is_documented():
    attributes = set(FROM_SETTINGS.findall((ROOT / "config/settings/base.py").read_text()))
    assert variables_read() - attributes - variables_documented() == set()


def test_every_documented_variable_is_read():
    assert variables_documented() - variables_read() == set()
