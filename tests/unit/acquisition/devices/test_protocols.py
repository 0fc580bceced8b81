"""Our protocols are the field's: the same classes with bluesky, equal ones without."""

import subprocess
import sys

import bluesky.protocols
import pytest

from acquisition.devices import own_protocols, protocols
from acquisition.devices.backends.soft import SoftBackend
from acquisition.devices.own_protocols import NAMES
from acquisition.devices.protocols import check_supports, protocols_of
from acquisition.devices.signal import Signal, WritableSignal
from acquisition.devices.sim import hardware
from acquisition.devices.status import Status


@pytest.mark.parametrize("name", NAMES)
def test_with_bluesky_installed_the_protocols_are_its_own_classes(name):
    assert getattr(protocols, name) is getattr(bluesky.protocols, name)


@pytest.mark.parametrize("name", NAMES)
def test_our_own_protocols_ask_for_the_same_members(name):
    ours, theirs = getattr(own_protocols, name), getattr(bluesky.protocols, name)

    def members(cls):
        found = {member for base in cls.__mro__ for member in vars(base)}
        return {member for member in found if not member.startswith("_")}

    assert members(ours) == members(theirs)


def test_without_bluesky_our_own_are_taken():
    program = (
        "import sys; sys.modules['bluesky'] = None\n"
        "from acquisition.devices import own_protocols, protocols\n"
        "from acquisition.devices.sim import hardware\n"
        "assert protocols.Readable is own_protocols.Readable\n"
        "print(protocols.protocols_of(hardware().motor))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Movable" in done.stdout


def test_a_status_is_a_status():
    assert isinstance(Status(), protocols.Status)


def test_simulated_devices_have_the_protocols_of_what_they_are_and_no_others():
    hw = hardware()
    axis, detector = set(protocols_of(hw.motor)), set(protocols_of(hw.det))
    shared = {"Configurable", "HasHints", "HasName", "HasParent", "Readable", "Stageable", "Subscribable"}
    assert axis == shared | {"Checkable", "Locatable", "Movable", "NamedMovable", "Stoppable"}
    assert detector == shared | {"Triggerable"}


def test_only_a_writable_signal_is_movable():
    assert "Movable" not in protocols_of(Signal(SoftBackend(1.0), "a"))
    assert "Movable" in protocols_of(WritableSignal(SoftBackend(1.0), "a"))


def test_check_supports_refuses_what_lacks_a_method():
    hw = hardware()
    assert check_supports(hw.motor, protocols.Movable) is hw.motor
    with pytest.raises(AssertionError, match="Triggerable"):
        check_supports(hw.motor, protocols.Triggerable)
