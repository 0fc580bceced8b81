"""Readers of one's own: by entry point, by setting, as the how-to says."""

import re
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from catalog.assets import registry
from catalog.assets.asset import Asset
from catalog.assets.errors import NoFrameError
from catalog.assets.paths import Roots
from catalog.assets.testing import check_reader
from tests.support.asset_files import array_of, stream_documents
from tests.support.house_rules import ROOT

VALUES = np.arange(24.0).reshape(4, 2, 3)


class FixedReader:
    """Gives the same numbers for every file."""

    kinds = ("application/x-fixed", "application/x-hdf5")

    def __init__(self, asset):
        self.shape, self.dtype, self.chunks = VALUES.shape, VALUES.dtype, VALUES.shape

    def read(self, selection):
        return VALUES[selection]

    def close(self):
        pass


class OffByOneReader(FixedReader):
    """Gives other numbers than it should."""

    def read(self, selection):
        return VALUES[selection] + 1


@pytest.fixture(autouse=True)
def fresh():
    registry.readers.cache_clear()
    yield
    registry.readers.cache_clear()


def fixed(tmp_path, known):
    documents = stream_documents(tmp_path, [("a", 4)], "application/x-fixed")
    return array_of(tmp_path, (2, 3), documents, known=known)


def test_a_reader_is_known_by_an_entry_point(tmp_path, monkeypatch):
    point = EntryPoint("fixed", f"{__name__}:FixedReader", registry.ENTRY_POINTS)
    monkeypatch.setattr(
        registry, "entry_points", lambda group: [point] if group == "beamport.readers" else []
    )
    assert np.array_equal(fixed(tmp_path, registry.readers()).read(), VALUES)


@pytest.mark.parametrize("value", ["no_such_package:Reader", f"{__name__}:nothing", f"{__name__}:VALUES"])
def test_a_broken_package_costs_only_its_own_kinds(tmp_path, monkeypatch, caplog, value):
    points = [EntryPoint("broken", value, registry.ENTRY_POINTS)]
    points.append(EntryPoint("fixed", f"{__name__}:FixedReader", registry.ENTRY_POINTS))
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    assert np.array_equal(fixed(tmp_path, registry.readers()).read(), VALUES)
    assert "the reader broken" in caplog.text


def test_a_reader_is_known_by_the_setting_and_takes_the_place_of_a_built_in_one(tmp_path):
    known = registry.readers((f"{__name__}.FixedReader",))
    assert np.array_equal(fixed(tmp_path, known)[1], VALUES[1])
    assert isinstance(known.open(Asset("application/x-hdf5", "file:///x", Roots(()))), FixedReader)


def test_an_unknown_reader_in_the_setting_is_told():
    with pytest.raises(ImportError, match="there is no reader 'catalog.assets.hdf5.Other'"):
        registry.readers(("catalog.assets.hdf5.Other",))


def test_kinds_are_compared_without_blanks_and_case():
    known = registry.readers()
    with pytest.raises(Exception, match="gone|lies outside"):
        known.open(Asset("Multipart/Related; Type=application/x-npy", "/nowhere/x", Roots(()), is_plain=True))
    with pytest.raises(NoFrameError, match="'ad_hdf5' are not read here"):
        known.open(Asset("ad_hdf5", "file:///x", Roots(())))


def test_the_kit_finds_a_reader_that_gives_other_values():
    asset = Asset("application/x-fixed", "file:///x", Roots(()))
    check_reader(FixedReader, asset, VALUES)
    with pytest.raises(AssertionError, match="gives other values"):
        check_reader(OffByOneReader, asset, VALUES)


def test_the_how_to_works_as_it_is_written():
    text = (ROOT / "docs/how-to/write-a-reader.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "write-a-reader.md", "exec"), names)
    assert "RawFramesReader" in names
