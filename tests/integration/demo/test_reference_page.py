"""The reference page of the demo beamline names what is there, and no other."""

import re
from pathlib import Path

from acquisition.devices.manifest import load_manifest
from acquisition.devices.sim.beam.samples import HOLDER
from acquisition.devices.sim.demo_beamline import DemoBeamline
from tests.support.ioc import ROOT

PAGE = (ROOT / "docs" / "reference" / "demo-beamline.md").read_text()
MANIFEST = load_manifest(ROOT / "config" / "beamlines" / "demo.toml")


def channels():
    return DemoBeamline(frames_dir=Path("."), seed=1).channels("DEMO:")


def test_every_device_preset_and_sample_is_on_the_page():
    for spec in MANIFEST.devices:
        assert f"`{spec.name}`" in PAGE, spec.name
    for preset in MANIFEST.presets.values():
        assert preset["title"] in PAGE
        assert f"`{preset['plan']}`" in PAGE
    for specimen in HOLDER.values():
        assert specimen.name in PAGE


def test_what_the_page_tells_to_write_is_served():
    served = channels()
    for name in re.findall(r"`(DEMO:[a-z_:]+\w(?:\.[A-Z]+)?)`", PAGE):
        assert name in served or any(other.startswith(f"{name}:") for other in served), name


def test_there_are_as_many_variables_as_the_page_says():
    told = int(re.search(r"IOC of ([\d,]+) process variables", PAGE)[1].replace(",", ""))
    assert abs(len(channels()) - told) <= 25


def test_every_variable_answers_to_one_name_alone():
    assert not [name for name in channels() if "::" in name or " " in name]
