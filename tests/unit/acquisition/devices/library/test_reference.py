"""The reference and the docstrings of the library say what the classes do."""

import inspect
import re

import pytest

from acquisition.devices.library.motor import Motor
from tests.support.device_table import PAGE, classes, described, example, process_variables, table, written


def test_the_table_of_the_reference_is_that_of_the_classes():
    assert written() == table(), "python -m tests.support.device_table writes it anew"


@pytest.mark.parametrize("cls", [cls for cls in classes() if described(cls)], ids=lambda cls: cls.__name__)
def test_docstrings_name_the_process_variables_that_are_used(cls):
    used = {name.removesuffix(" (motor record)") for name in process_variables(example(cls))}
    told = set(described(cls))
    extra = {name for name in used if not any(_fits(name, pattern) for pattern in told)}
    assert extra <= {"<P>", "<P>.ACCL"}, "used, and not told of"
    unused = {pattern for pattern in told if not any(_fits(name, pattern) for name in used)}
    assert unused == set(), "told of, and not used"


def _fits(name, pattern):
    """Tell whether a name is that of a pattern, in which a lone n is a number."""
    numbered = re.sub(r"(?<=[A-Z.])n(?![a-z])", r"\\d+", re.escape(pattern))
    return re.fullmatch(numbered, name) is not None


def test_every_device_of_process_variables_tells_of_them():
    with_prefix = [cls for cls in classes() if "prefix" in inspect.signature(cls).parameters]
    untold = {cls.__name__ for cls in with_prefix if not described(cls)}
    assert untold <= {"RecordingFlyableStage"}
    assert described(Motor)["<P>.RBV"] == ("double", "EGU")


def test_the_examples_of_the_page_can_be_run():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        if "connect()" not in block:
            exec(compile(block, str(PAGE), "exec"), names)
    table_class = names["Table"]
    made = table_class("T:", "table")
    assert made.inverse(made.forward({"height": 2.0, "tilt": 0.5})) == {"height": 2.0, "tilt": 0.5}
