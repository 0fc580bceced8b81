"""The page about figures is true."""

import re

from frontend.figures import compare_figure
from frontend.figures.compare_figure import MODES, SCALES
from frontend.figures.expressions import CONSTANTS, FUNCTIONS, parse_expression
from tests.support.house_rules import ROOT

PAGE = (ROOT / "docs/reference/figures.md").read_text()


def test_the_example_draws_and_writes_a_picture(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "figures.md", "exec"), {})
    assert capsys.readouterr().out == "det, ratio over sx (mm), 2 points.\n"
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_every_function_is_told_and_every_example_is_read():
    told = PAGE.split("## Expressions")[1].split("## Comparison")[0]
    assert [name for name in (*FUNCTIONS, *CONSTANTS) if not re.search(rf"`{name}\b", told)] == []
    examples = re.findall(r"```\n(.*?)```", told, re.DOTALL)[0].splitlines()
    assert len([parse_expression(line) for line in examples]) == 5


def test_every_mode_and_scale_is_told():
    told = PAGE.split("## Comparison")[1]
    assert compare_figure.__name__ in told
    assert [name for name in (*MODES, *SCALES) if name != "none" and f"`{name}`" not in told] == []
