"""The status board keeps the newest value of each watched device."""

import pytest

from acquisition.devices.backends.base import Sample
from acquisition.devices.board import StatusBoard
from acquisition.devices.errors import DeviceError
from acquisition.devices.sim import hardware


def test_the_board_follows_its_devices_and_tells_of_changes():
    hw, changes = hardware(), []
    board = StatusBoard(hw.devices(), ["motor", "det.exposure_s"], on_change=lambda: changes.append(1))
    before = len(changes)
    hw.motor.set(2.5).wait(1)
    snapshot = board.snapshot()
    assert snapshot["motor"]["value"] == 2.5
    assert snapshot["motor"]["units"] == "mm"
    assert (snapshot["motor"]["alarm"], snapshot["motor"]["stale"]) == ("none", False)
    assert snapshot["det.exposure_s"]["value"] == 0.0
    assert len(changes) == before + 1


def test_a_lost_value_is_shown_as_stale_and_invalid():
    hw = hardware()
    board = StatusBoard(hw.devices(), ["signal"])
    hw.signal.backend._subscribers.tell(Sample(7.0, 12.0).gone_stale())
    assert board.snapshot()["signal"] == {
        "value": 7.0, "timestamp": 12.0, "alarm": "invalid", "units": "", "stale": True,
    }  # fmt: skip


def test_a_closed_board_watches_no_more():
    hw, changes = hardware(), []
    board = StatusBoard(hw.devices(), ["motor"], on_change=lambda: changes.append(1))
    board.close()
    before = len(changes)
    hw.motor.set(1).wait(1)
    assert len(changes) == before


def test_an_unknown_name_is_refused():
    with pytest.raises(DeviceError, match="no device 'nobody'"):
        StatusBoard(hardware().devices(), ["nobody"])
