"""The library when its control system goes away: every action fails in time, and can be cleaned up."""

import pytest

from acquisition.devices.connecting import connect_all
from acquisition.devices.errors import DeviceError
from acquisition.devices.library.flyable_stage import FlyableStage
from acquisition.devices.library.hdf_camera import HdfCamera
from acquisition.devices.library.ion_chamber import IonChamber
from acquisition.devices.library.monochromator import Monochromator
from acquisition.devices.library.multichannel_analyser import MultichannelAnalyser
from acquisition.devices.library.scaler import Scaler
from acquisition.devices.library.slits import Slits
from acquisition.devices.library.temperature import TemperatureController
from tests.support.ioc import until

LONG_S = 60.0


@pytest.fixture
def devices(own_ioc):
    made = [
        Scaler("DEMO:scaler", "scaler"),
        IonChamber("DEMO:i0", "i0"),
        MultichannelAnalyser("DEMO:mca", "mca"),
        TemperatureController("DEMO:oven", "oven"),
        HdfCamera("DEMO:area:", "area"),
        FlyableStage("DEMO:sx", "fly", compare_prefix="DEMO:compare:"),
        Slits("DEMO:slits:", "slits"),
        Monochromator("DEMO:mono:", "mono"),
    ]
    connect_all(made, timeout_s=20)
    yield {device.name: device for device in made}
    for device in made:
        device.close()


def begin_everything(devices):
    """Begin an action of each device that takes long, and return their statuses by name."""
    devices["scaler"].stage()
    devices["area"].stage()
    for name in ("scaler", "i0", "area"):
        devices[name].configure(exposure_s=LONG_S)
    devices["mca"].configure(preset_real_s=LONG_S)
    devices["oven"].configure(ramp_rate=1.0)
    fly = devices["fly"]
    fly.prepare({"start": 0.0, "stop": 5.0, "points": 51, "dwell_s": 1.0}).wait(20)
    fly.kickoff().wait(5)
    begun = {name: devices[name].trigger() for name in ("scaler", "i0", "mca", "area")}
    begun["oven"] = devices["oven"].set(500.0)
    begun["fly"] = fly.complete()
    for motor in devices["mono"].real.values():
        motor.velocity.set(0.01).wait(5)
    begun["mono"] = devices["mono"].set(20_000.0)
    devices["slits"].real["top"].velocity.set(0.01).wait(5)
    begun["slits"] = devices["slits"].v_centre.set(1.0)
    assert not any(status.done for status in begun.values())
    return begun


def test_a_server_that_dies_fails_every_action_and_everything_can_be_unstaged(own_ioc, devices):
    begun = begin_everything(devices)
    own_ioc.kill()
    for name, status in begun.items():
        with pytest.raises(DeviceError, match="lost|disconnected") as told:
            status.wait(15)
        assert name in str(told.value)
    for device in devices.values():
        device.timeout_s = 0.5
        with_errors(device.unstage)
        assert not device.is_staged
    own_ioc.start()
    until(lambda: all(device.is_connected for device in devices.values()), "all connected again", 30)
    devices["scaler"].configure(exposure_s=0.05)
    devices["scaler"].stage()
    devices["scaler"].trigger().wait(10)
    devices["area"].stage()
    devices["area"].configure(exposure_s=0.01, period_s=0.01)
    devices["area"].trigger().wait(10)
    assert devices["area"].get_index() == 1
    devices["slits"].v_gap.set(1.0).wait(20)


def with_errors(act):
    """Do something that may fail as devices fail, and in no other way."""
    try:
        act()
    except DeviceError:
        return
