"""Each link from a page of the docs to another, or to a heading, leads there."""

import re

import pytest

from tests.support.house_rules import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "client" / "README.md"])
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
ELSEWHERE = re.compile(r"^[a-z]+:")


def anchors(text):
    """Give the names of the headings as they are linked to."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in plain}


def dead(page):
    """Give the links of a page that lead nowhere."""
    for target in LINK.findall(CODE.sub("", page.read_text())):
        place, _, anchor = target.partition("#")
        file = (page.parent / place).resolve() if place else page
        if ELSEWHERE.match(target):
            continue
        if not file.exists() or anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page):
    assert list(dead(page)) == []


def test_a_dead_link_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One `thing`\n[a](#one-thing) [b](page.md#two) [c](gone.md) `[d](x.md)` [e](https://x.y)\n"
    )
    assert list(dead(page)) == ["page.md#two", "gone.md"]
