"""Presets come from the manifest; a broken one never breaks a page."""

import pytest

from frontend.presets import presets

GOOD = '[presets.peak]\ntitle = "Find it"\nplan = "scan"\n[presets.peak.parameters]\nnum = 3\n'


@pytest.fixture
def manifest(settings, tmp_path):
    settings.BEAMPORT_MANIFEST_DIR = tmp_path

    def write(text, name="alpha"):
        (tmp_path / f"{name}.toml").write_text(text)

    return write


def test_a_preset_has_its_plan_and_parameters(manifest):
    manifest(GOOD)
    expected = {"name": "peak", "title": "Find it", "plan": "scan", "parameters": {"num": 3}}
    assert presets("alpha") == [expected]


def test_a_changed_manifest_is_read_again(manifest):
    manifest(GOOD)
    assert len(presets("alpha")) == 1
    manifest("")
    assert presets("alpha") == []


@pytest.mark.parametrize("text", ["presets = 3", "[presets.a]\nplan = 3", "[presets", "[presets]\na = 'x'"])
def test_what_cannot_be_read_is_left_out(manifest, text):
    manifest(text)
    assert presets("alpha") == []


@pytest.mark.parametrize("name", ["nowhere", "../alpha", "", "a/b"])
def test_only_the_manifest_of_a_beamline_is_read(manifest, name):
    manifest(GOOD)
    assert presets(name) == []
