"""Devices and their parts are found by dotted names."""

import pytest

from acquisition.devices.protocols import Movable, Triggerable
from acquisition.devices.registry import UnknownDeviceError, check_keys, find, fitting
from acquisition.devices.sim import hardware


@pytest.fixture
def devices():
    return hardware().devices()


def test_a_dotted_name_reaches_a_part(devices):
    assert find(devices, "det") is devices["det"]
    assert find(devices, "det.exposure_s") is devices["det"].exposure_s


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dett", "no device 'dett'; there are"),
        ("det.gain", "det has no part 'gain'; it has Imax, center, exposure_s, noise"),
    ],
)
def test_an_unknown_name_is_told_with_what_there_is(devices, name, said):
    with pytest.raises(UnknownDeviceError, match=said):
        find(devices, name)
    with pytest.raises(KeyError):
        find(devices, name)


def test_devices_are_found_by_what_they_can_do(devices):
    assert "motor" in fitting(devices, Movable)
    assert "det" not in fitting(devices, Movable)
    assert set(fitting(devices, Triggerable)) == {
        *("det", "det1", "det2", "det3", "det4", "det5", "noisy_det"),
        *("rand", "rand2", "invariant1", "invariant2", "signal"),
    }


def test_devices_of_one_beamline_have_fields_of_their_own(devices):
    assert check_keys(devices) == {}
