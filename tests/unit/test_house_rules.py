"""The tree keeps the rules of the house, and each rule is seen to bite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.house_rules import HOSTS, ROOT, RULES, breaches

PLANTED = {
    "eval": ("catalog/search/query.py", "value = eval(text)"),
    "pickle": ("catalog/ingest.py", "import pickle"),
    "shell": ("config/node.py", "subprocess.run(command, shell=True)"),
    "markup": ("frontend/templates/run.html", "{{ run.title|safe }}"),
    "queryset": ("catalog/selectors.py", "rows.filter(**request.GET)"),
    "sql": ("catalog/selectors.py", 'cursor.execute(f"SELECT {name}")'),
    "rows": ("catalog/api/views.py", "run = Run.objects.get(uid=uid)"),
    "path": ("docs/how-to/install.md", "cd /" + "home/alice/beamport"),
    "host": ("README.md", "see https://www." + HOSTS.split("|", maxsplit=1)[0] + ".org"),
    "lock": ("frontend/spa/package-lock.json", '"resolved": "http' + 's://registry/x.tgz"'),
}


def test_the_tree_keeps_every_rule():
    assert breaches() == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_a_planted_breach_and_lets_plain_code_pass(rule):
    path, line = PLANTED[rule.name]
    assert list(rule.breaches(path, f"first = 1\n{line}\n")) == [f"{path}:2: {rule.name}: {rule.why}"]
    assert list(rule.breaches(path, "first = 1\n")) == []


PURE = (
    "acquisition.devices",
    "acquisition.plans",
    "acquisition.engine",
    "catalog.documents",
    "frontend.figures",
)
BLOCKED = ("django", "rest_framework", "channels", "celery", "psycopg2")
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in sys.argv[2:]:
    sys.modules[name] = None
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""


@pytest.mark.parametrize("package", PURE)
def test_pure_packages_import_without_django(package):
    command = [sys.executable, "-c", IMPORT_ALL, package, *BLOCKED]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_import_probe_fails_for_a_package_that_needs_django():
    command = [sys.executable, "-c", IMPORT_ALL, "accounts", *BLOCKED]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("catalog/planted.py", "import acquisition.queue.services", "config -> frontend"),
        ("acquisition/devices/planted.py", "import django", "the pure packages"),
        ("acquisition/queue/planted.py", "import acquisition.engine", "the queue never imports"),
    ],
)
def test_import_contracts_break_on_a_planted_import(tmp_path: Path, module, line, contract):
    for name in (
        "accounts",
        "acquisition",
        "catalog",
        "config",
        "frontend",
        "logbook",
        "notices",
        "realtime",
    ):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("spa", "*.pyc", "templates")
        )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (tmp_path / module).write_text(line + "\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    broken = [text for text in result.stdout.splitlines() if "BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), result.stdout
