"""Descriptions carry what devices are set to, so that dry runs reckon with it."""

from acquisition.plans.dry_run import dry_run
from acquisition.plans.msg import Msg
from acquisition.worker.device_settings import with_settings

DESCRIBED = {
    "sx": {
        "limits": None,
        "components": {
            "velocity": {"readback": "sx_velocity"},
            "label": {"readback": "sx_label"},
            "readback": {"readback": "sx"},
            "odd": {"readback": "nan"},
        },
    }
}


class Configured:
    """A device that is set to what the test says."""

    name = "sx"

    def __init__(self, configuration):
        self.configuration = configuration

    def read_configuration(self):
        if isinstance(self.configuration, Exception):
            raise self.configuration
        return self.configuration


def test_a_move_takes_as_long_as_the_velocity_says():
    device = Configured(
        {"sx_velocity": {"value": 2.0}, "sx_label": {"value": "fast"}, "nan": {"value": float("nan")}}
    )
    described = with_settings(DESCRIBED, {"sx": device})
    assert described["sx"]["components"] == {
        "velocity": {"readback": "sx_velocity", "value": 2.0},
        "label": {"readback": "sx_label"},
        "readback": {"readback": "sx"},
        "odd": {"readback": "nan"},
    }
    plan = [Msg("set", device, 9.0, group="a"), Msg("wait", None, group="a")]
    assert 4.4 < dry_run(plan, devices=described, positions={"sx": 0.0}).estimated_s < 4.6


def test_a_device_that_cannot_tell_keeps_its_description():
    broken = Configured(TimeoutError("away"))

    class Asynchronous:
        def read_configuration(self):
            return object()

    for device in (broken, Asynchronous(), object()):
        assert with_settings(DESCRIBED, {"sx": device}) == DESCRIBED
