"""The pages about search say what is so: their lines run, and no key or unit is left out."""

import re
from pathlib import Path

import pytest

from accounts.errors import InvalidError
from catalog import selectors
from catalog.search import run_query
from catalog.search.grammar import MAX_CHARACTERS, MAX_DEPTH, MAX_TERMS
from catalog.search.units import KEY_UNITS, UNITS
from catalog.selectors.conditions import NAMED_KEYS
from catalog.selectors.counting import FACETS
from tests.support.catalog_runs import SYSTEM, make_place, scan, stored

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[3] / "docs"
HOW_TO = (DOCS / "how-to" / "search-like-an-expert.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "search.md").read_text(encoding="utf-8")

BLOCKS = re.findall(r"```search\n(.+?)\n```", HOW_TO)
ROWS = re.findall(
    r"^\| it was .*?\| `(.+?)` \|$|^\| (?:its|the|something) .*?\| `(.+?)` \|$", HOW_TO, re.MULTILINE
)
LINES = BLOCKS + [first or second for first, second in ROWS]


def found(line):
    return {row["scan_id"] for row in selectors.runs(SYSTEM, run_query(line)).results}


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_the_how_to_runs(line):
    make_place()
    found(line)


def test_the_lines_find_what_the_how_to_says():
    place = make_place()
    stored(
        place, scan(0, scan_id=1, time=1.0, energy=7150, sample="LaB6-12", motors=["theta"], title="on rust")
    )
    stored(
        place, scan(0, scan_id=2, time=2.0, energy=7300, sample={"name": "x", "composition": {"iron": 0.6}})
    )
    stored(place, scan(0, scan_id=3, time=3.0, motors=["theta"], proposal="P-1"))
    assert len(LINES) >= 12
    assert found("-1") == {3}
    assert found("motor:theta -2") == {1}
    assert found("sample:LaB*") == found("title:*rust*") == {1}
    assert found("energy:7.1keV..7.2keV") == found("energy:7100..7200") == {1}
    assert found("sample.composition.iron:>0.5") == {2}
    assert found(r"sample:/^(lab6|ceo2)-\d+$/i") == {1}


def test_the_refusal_reads_as_the_how_to_says():
    with pytest.raises(InvalidError) as refusal:
        selectors.runs(SYSTEM, run_query("plan: temperature:>hot".replace("plan: ", "plan ")))
    assert refusal.value.fields["q"][0] in HOW_TO


@pytest.mark.parametrize("name", sorted({*NAMED_KEYS, *KEY_UNITS, *FACETS}))
def test_each_key_is_documented(name):
    assert re.search(rf"\b{name}\b", REFERENCE), name


@pytest.mark.parametrize("name", [name for name in UNITS if name.isascii() and name != "angstrom"])
def test_each_unit_is_documented(name):
    assert re.search(rf"(?<![\w]){name}(?![\w])", REFERENCE), name


def test_the_bounds_are_those_of_the_reference():
    assert f"| {MAX_CHARACTERS}, {MAX_TERMS}, {MAX_DEPTH} |" in REFERENCE
