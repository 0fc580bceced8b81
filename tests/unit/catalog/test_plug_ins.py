"""An installed package brings an exporter, an importer and a reader, by its entry points alone."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.house_rules import ROOT

IMPORTER = """
from catalog.imports import Entry, FileFormat, Unreadable


def read(file):
    for place, line in enumerate(file, 1):
        name, _, uid = line.decode().strip().partition(" ")
        if name == "start":
            yield Entry(place, name, {"uid": uid, "time": 0.0})
        else:
            yield Unreadable(place, "it is no start", line.decode())


FORMAT = FileFormat("starts", "Starts, a line each", ("starts",), read)
"""

ENTRY_POINTS = """
[beamport.exporters]
values = {package}.values:EXPORTER
broken = {package}.missing:EXPORTER
[beamport.importers]
starts = {package}.starts:FORMAT
broken = {package}.missing:FORMAT
[beamport.readers]
raw = {package}.raw:RawFramesReader
broken = {package}.missing:Reader
"""

USE = """
import io
from pathlib import Path

import numpy as np

from catalog.assets.asset import Asset
from catalog.assets.paths import Roots
from catalog.assets.registry import readers
from catalog.export import exporter, exporters
from catalog.export.testing import grid_run, written
from catalog.imports import file_format, guess_format

assert "values" in exporters() and "broken" not in exporters()
assert b"sx=0.0\\n" in written(exporter("values"), grid_run())

first, second = guess_format("a.starts").read(io.BytesIO(b"start one\\nnothing\\n"))
assert (first.doc["uid"], second.place) == ("one", 2)
assert file_format("jsonl").name == "jsonl"

frames = np.arange(24, dtype="<u2").reshape(2, 3, 4)
path = Path("frames.raw").resolve()
path.write_bytes(np.array(frames.shape, "<u4").tobytes() + frames.tobytes())
asset = Asset("application/x-raw-frames", str(path), Roots((path.parent,)), is_plain=True)
reader = readers().open(asset)
assert np.array_equal(reader.read((slice(None), slice(None), slice(None))), frames)
reader.close()
print("all three")
"""


def example(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs/how-to" / page).read_text(), re.DOTALL)[0]


@pytest.fixture
def installed(tmp_path):
    """Lay out a package as an installer does, and give the folder that holds it."""
    package, about = tmp_path / "site" / "my_package", tmp_path / "site" / "my_package-1.0.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    (package / "__init__.py").touch()
    (package / "values.py").write_text(example("write-your-own-exporter.md"))
    (package / "raw.py").write_text(example("write-a-reader.md"))
    (package / "starts.py").write_text(IMPORTER)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS.format(package="my_package"))
    return tmp_path / "site"


def use(folder, *paths):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *paths)))}
    command = [sys.executable, "-c", USE]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_one_package_brings_all_three_and_its_broken_parts_cost_nothing_else(installed, tmp_path):
    done = use(tmp_path, installed)
    assert done.stdout == "all three\n", done.stderr
    for kind in ("exporter", "importer", "reader"):
        assert re.search(rf"the {kind} '?broken'?", done.stderr), done.stderr


def test_without_the_package_there_is_none_of_it(tmp_path):
    assert "AssertionError" in use(tmp_path).stderr
