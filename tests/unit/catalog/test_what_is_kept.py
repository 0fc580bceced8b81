"""The page of bad input names tests that are there, with the cases that it says."""

import pytest

from tests.support.house_rules import ROOT
from tests.support.named_tests import is_there, lines_of_table, named_tests

PAGE = (ROOT / "docs/reference/what-is-kept.md").read_text()
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


@pytest.mark.parametrize(("file", "test", "case"), named_tests(PAGE), ids=lambda value: value[-60:] or "-")
def test_each_test_that_is_named_is_there(file, test, case):
    assert is_there(file, test, case)


@pytest.mark.parametrize("section", TABLES)
def test_each_line_names_a_test(section):
    lines = lines_of_table(PAGE, section)
    assert len(lines) >= TABLES[section]
    for line in lines:
        assert ".py" in line, line
