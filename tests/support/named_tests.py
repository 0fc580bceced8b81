"""Pages that name tests, as `file::test` below tests/, with a case in brackets behind: read, looked up."""

import ast
import re
from typing import Final

from tests.support.house_rules import ROOT

NAMED: Final = re.compile(r"`([a-z0-9_/]+\.py)(?:::(\w+))?`(?: \(([^)]+)\))?")
TESTS: Final = ast.FunctionDef | ast.AsyncFunctionDef


def named_tests(page: str) -> list[tuple[str, str, str]]:
    """Give file, test and case of each test that the text names; test and case may be empty."""
    return sorted(set(NAMED.findall(page)))


def is_there(file: str, test: str, case: str = "") -> bool:
    """Tell whether a file below tests/ has the test and says the case."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return False
    text = path.read_text()
    names = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, TESTS)}
    return (not test or test in names) and case in text


def lines_of_table(page: str, section: str) -> list[str]:
    """Give the lines below the head of the table in a section of a page."""
    rows = page.split(f"## {section}\n")[1].split("\n## ")[0].splitlines()
    return [line for line in rows if line.startswith("|")][2:]
