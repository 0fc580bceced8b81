"""The inventory names every locked part, from its registry, with a digest."""

import json
import re
import subprocess
import sys
from importlib.metadata import distributions

from config.components import NODE_LOCK, PYTHON_LOCK, document
from tests.support.house_rules import ROOT


def components(source):
    return {one["name"]: one for one in document()["components"] if one["purl"].startswith(f"pkg:{source}/")}


def test_every_python_package_of_the_lock_is_named_with_its_version():
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", PYTHON_LOCK.read_text(), re.MULTILINE))
    named = {name: one["version"] for name, one in components("pypi").items()}
    assert named == {re.sub(r"[-_.]+", "-", name): version for name, version in locked.items()}
    assert named["django"] in {found.version for found in distributions() if found.name == "Django"}


def test_every_package_in_the_pages_is_named_and_tools_are_not():
    packages = json.loads(NODE_LOCK.read_text())["packages"]
    inside = {path for path, facts in packages.items() if path and not facts.get("dev")}
    assert len([one for one in document()["components"] if one["purl"].startswith("pkg:npm/")]) == len(inside)
    assert "react" in components("npm")
    assert "typescript" not in components("npm")


def test_each_part_has_a_digest_that_installers_check():
    for one in document()["components"]:
        assert one["hashes"], one["name"]
        for digest in one["hashes"]:
            assert len(digest["content"]) == {"SHA-256": 64, "SHA-512": 128}[digest["alg"]]


def test_it_is_printed_as_one_document_with_a_reference_for_each_part():
    command = [sys.executable, "-m", "config.components"]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout)
    references = [one["bom-ref"] for one in told["components"]]
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert len(set(references)) == len(references) > 60
