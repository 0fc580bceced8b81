"""One IOC for the tests that only use it, one of its own for those that end it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from acquisition.devices.manifest import build_devices, load_manifest
from tests.support.ioc import ROOT, Ioc, running_ioc

DEMO = ROOT / "config" / "beamlines" / "demo.toml"


@pytest.fixture(scope="module")
def ioc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ioc]:
    """Return an IOC that all tests of a module share: leave it running and the motors at rest."""
    with running_ioc(tmp_path_factory.mktemp("frames")) as running:
        yield running


@pytest.fixture(scope="module")
def devices(ioc: Ioc) -> dict[str, Any]:
    """Return the devices of the demo beamline, connected, with the shutter open."""
    built = build_devices(load_manifest(DEMO))
    built["shutter"].set("open").wait(10)
    return built


@pytest.fixture
def own_ioc(tmp_path: Path) -> Iterator[Ioc]:
    """Return an IOC that this test may kill and freeze."""
    with running_ioc(tmp_path) as running:
        yield running


@pytest.fixture
def own_devices(own_ioc: Ioc) -> dict[str, Any]:
    """Return devices of that IOC."""
    return build_devices(load_manifest(DEMO))
