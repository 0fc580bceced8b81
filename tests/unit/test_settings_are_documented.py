"""Each variable the code reads is explained where its users look, and nothing else is.

Those of the site and of its tests in docs/reference/settings.md, those of the client in its own README.
"""

import re

from tests.support.house_rules import ROOT, tracked

READ = re.compile(r"""["'](BEAMPORT_[A-Z_]+|DATABASE_URL|BROKER_URL|PORT)["']""")
SECRET = re.compile(r"""\bsecret\(["']([A-Z_]+)["']\)""")
FROM_SETTINGS = re.compile(r"^(BEAMPORT_[A-Z_]+)\s*=", re.MULTILINE)


PAGE, PAGE_OF_CLIENT = "docs/reference/settings.md", "client/README.md"


def variables_read(below: str = "") -> set[str]:
    found: set[str] = set()
    for name in tracked():
        if name.endswith(".py") and name.startswith(below):
            found |= set(READ.findall((ROOT / name).read_text()))
    return found


def variables_that_name_files() -> set[str]:
    """Give the variables that hold a secret's file: each secret may come from one."""
    python = [(ROOT / name).read_text() for name in tracked() if name.endswith(".py")]
    return {f"{name}_FILE" for text in python for name in SECRET.findall(text)}


def variables_documented(page: str = PAGE) -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / page).read_text(), re.MULTILINE))


def test_every_variable_is_documented():
    attributes = set(FROM_SETTINGS.findall((ROOT / "config/settings/base.py").read_text()))
    assert variables_read() - attributes - variables_documented() <= variables_documented(PAGE_OF_CLIENT)


def test_every_documented_variable_is_read():
    assert variables_documented() - variables_read() - variables_that_name_files() == set()


def test_the_client_documents_its_own_variables():
    assert variables_documented(PAGE_OF_CLIENT) == variables_read("client/beamport/")
