"""The page of ASVS tells of every requirement once, names what is there, and agrees with SECURITY.md."""

import re
from collections import Counter

import pytest

from tests.support.house_rules import ROOT
from tests.support.named_tests import is_there, named_tests

PAGE = (ROOT / "docs/reference/asvs.md").read_text()
SUMMARY = (ROOT / "SECURITY.md").read_text()
ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
STATES = ("met", "partly", "not met", "does not apply")
ALL = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2", "2.1": "1-3", "2.2": "1-3",
    "2.3": "1-4", "2.4": "1", "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4", "5.1": "1", "5.2": "1-3", "5.3": "1-2",
    "5.4": "1-3", "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3",
    "6.8": "1-4", "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1", "9.1": "1-3", "9.2": "1-4", "10.1": "1-2",
    "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3", "11.1": "1-2",
    "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1", "12.1": "1-3", "12.2": "1-2",
    "12.3": "1-4", "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5", "14.1": "1-2", "14.2": "1-4",
    "14.3": "1-3", "15.1": "1-3", "15.2": "1-3", "15.3": "1-7", "16.1": "1", "16.2": "1-5", "16.3": "1-4",
    "16.4": "1-3", "16.5": "1-3", "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
"""The requirements of levels 1 and 2 of ASVS 5.0.0, by section: 70 and 183 of its 345."""


def numbers():
    for section, span in ALL.items():
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{section}.{number}"


def rows():
    return ROW.findall(PAGE)


def test_every_requirement_stands_there_once():
    told = [".".join(row[:3]) for row in rows()]
    assert Counter(told) == Counter(numbers())
    assert Counter(row[3] for row in rows()) == {"1": 70, "2": 183}


def test_each_row_stands_in_its_chapter_and_in_order():
    for chapter in PAGE.split("\n## ")[1:]:
        found = ROW.findall(chapter)
        keys = [tuple(map(int, row[:3])) for row in found]
        assert keys == sorted(keys)
        assert {f"V{row[0]}" for row in found} == {chapter.split()[0]}


def test_each_state_is_one_of_four_and_each_claim_says_where():
    for row in rows():
        words, state, where, test = row[4:]
        assert state in STATES, row
        assert where, row
        assert words.count(" ") < 12, row
        if state == "met":
            assert test or "`" in where or "](" in where or where == "none", row


@pytest.mark.parametrize(("file", "test", "_"), named_tests("\n".join(row[7] for row in rows())))
def test_each_test_that_is_named_is_there(file, test, _):
    assert is_there(file, test)


def test_each_file_and_page_that_is_named_is_there():
    for name in set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", "\n".join(row[6] for row in rows()))):
        assert (ROOT / name).exists() or name.startswith("BEAMPORT_VAR/"), name
    for link in set(re.findall(r"\]\(([^)#]+)(#[\w-]+)?\)", PAGE)):
        path, anchor = (ROOT / "docs/reference" / link[0]).resolve(), link[1]
        assert path.is_file(), link
        heads = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
        assert not anchor or anchor[1:] in {
            re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads
        }


def test_the_summary_counts_what_the_page_says():
    by_chapter = {}
    for row in rows():
        by_chapter.setdefault(row[0], Counter())[row[5]] += 1
    told = dict(re.findall(r"^\| V(\d+) [^|]*\| ([\d |–]+) \|", SUMMARY, re.MULTILINE))
    assert set(told) == set(by_chapter)
    for chapter, counts in by_chapter.items():
        cells = [int(cell) if cell.strip() != "–" else 0 for cell in told[chapter].split("|")]
        assert cells == [counts[state] for state in STATES], chapter
    total = Counter(row[5] for row in rows())
    assert ", ".join(f"{total[state]} {state}" for state in STATES) in " ".join(SUMMARY.split())
