"""The page of bad input names tests that are there, with the cases that it says."""

import ast
import re

import pytest

from tests.support.house_rules import ROOT

PAGE = (ROOT / "docs/reference/what-is-kept.md").read_text()
NAMED = sorted(set(re.findall(r"`([a-z0-9_/]+\.py)(?:::(\w+))?`(?: \(([^)]+)\))?", PAGE)))
TABLES = {
    "Documents that are wrong": 20,
    "Searches that mean harm": 7,
    "Archives, files and names that mean harm": 6,
    "Callers who may not": 9,
    "Sockets that mean harm": 8,
    "Text that a browser would run": 4,
    "What is lost elsewhere, and not here": 9,
}
"""Sections, and how many lines each has at least."""
TESTS = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize(("file", "test", "case"), NAMED, ids=lambda value: value[-60:] or "-")
def test_each_test_that_is_named_is_there(file, test, case):
    text = (ROOT / "tests" / file).read_text()
    tests = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, TESTS)}
    assert not test or test in tests
    assert case in text


@pytest.mark.parametrize("section", TABLES)
def test_each_line_names_a_test(section):
    lines = [line for line in PAGE.split(f"## {section}\n")[1].split("\n## ")[0].splitlines() if "|" in line]
    assert len(lines) - 2 >= TABLES[section]
    for line in lines[2:]:
        assert ".py" in line, line
