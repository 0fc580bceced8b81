"""A shutter is where its state says, not where it was told to be."""

import pytest

from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.errors import DeviceError, WrongValueError
from acquisition.devices.library.shutter import Shutter

WORDS = ("closed", "open")


@pytest.fixture
def backends():
    return {}


@pytest.fixture
def shutter(backends):
    def backend(name):
        choices = WORDS if name.endswith(":command") else (*WORDS, "moving")
        backends[name] = SoftBackend("closed", choices=choices)
        return backends[name]

    return Shutter("S", "shutter", backend=backend)


def test_a_shutter_that_opened_is_a_success(shutter, backends):
    backends["S:state"].publish("open")
    assert shutter.set("open").success


def test_a_shutter_that_did_not_open_is_a_failure_and_says_where_it_is(shutter):
    error = shutter.set("open").exception(0)
    assert isinstance(error, DeviceError)
    assert "shutter was told 'open', but its state is 'closed' (S:state)" in str(error)


def test_a_word_that_it_does_not_know_is_refused(shutter):
    with pytest.raises(WrongValueError, match="closed, open"):
        shutter.set("moving")
    assert shutter.choices == WORDS
