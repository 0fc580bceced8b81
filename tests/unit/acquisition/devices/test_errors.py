"""Errors say who, what, limits and units, and all failures at once."""

import pytest

from acquisition.devices.errors import LimitsError, ManifestError, NotConnectedError


def test_failures_to_connect_are_one_indented_tree():
    error = NotConnectedError(
        {
            "sx": NotConnectedError(
                {"readback": NotConnectedError("DEMO:sx.RBV: not found"), "velocity": "refused"}
            ),
            "ring": NotConnectedError("DEMO:ring:current: not found"),
        }
    )
    assert error.tree().splitlines() == [
        "sx:",
        "    readback: DEMO:sx.RBV: not found",
        "    velocity: refused",
        "ring: DEMO:ring:current: not found",
    ]
    assert isinstance(error, ConnectionError)


def test_a_limits_error_names_axis_value_limits_units_and_source():
    error = LimitsError("sx", 12, -10.0, 10.0, "mm", "DEMO:sx.LLM and .HLM")
    for part in ("sx", "12 mm", "-10 to 10 mm", "DEMO:sx.LLM and .HLM"):
        assert part in str(error)
    with pytest.raises(ValueError):
        raise error


def test_a_manifest_error_lists_every_fault_with_its_key():
    text = str(ManifestError("demo.toml", [("devices.sx.class", "is no class"), ("", "is empty")]))
    assert "demo.toml: 2 faults" in text
    assert "devices.sx.class: is no class" in text
    assert "(file): is empty" in text
