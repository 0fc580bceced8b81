"""What is written about exports is so."""

import re
from pathlib import Path

import frontend.exporters.figures
from catalog.export import exporters, offer
from catalog.jobs.states import TABLE

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs/reference/exports.md"


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def test_the_template_of_an_exporter_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks("docs/how-to/write-your-own-exporter.md", "python"):
        exec(compile(block, "write-your-own-exporter.md", "exec"), names)
    assert (tmp_path / "values.txt").read_text().count("\npoint=") == 12


def table_of_formats():
    section = PAGE.read_text().split("## Formats\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", section, re.MULTILINE)
    return {name: rest for name, *rest in rows}


def test_the_table_of_formats_is_true():
    offer(frontend.exporters.figures.__name__, "png", "svg", "pdf", "html", "plotly")
    table = table_of_formats()
    known = exporters()
    assert set(table) == set(known)
    for name, (ending, is_lossless, options, loses) in table.items():
        assert ending == f"`.{known[name].ending}`", name
        assert (is_lossless == "yes") == known[name].is_lossless, name
        assert re.findall(r"`(\w+)`", options) == list(known[name].options["properties"]), name
        assert loses == (known[name].loses or "nothing"), name


def test_the_formats_that_go_on_after_a_break_are_named():
    told = re.search(r"## After a break\n\n(.*?) has an `ETag`", PAGE.read_text(), re.DOTALL)[1]
    assert re.findall(r"`([a-z-]+)`", told) == [
        name for name, known in exporters().items() if known.is_repeatable
    ]


def test_the_moves_of_a_job_are_true():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", PAGE.read_text().split("## Export jobs")[1], re.MULTILINE)
    told = {
        state: dict(re.findall(r"(\w+) → `(\w+)`", moves))
        for state, moves in rows
        if "`" in moves or moves == "–"
    }
    assert told == {str(s): {event: str(to) for event, to in moves.items()} for s, moves in TABLE.items()}
