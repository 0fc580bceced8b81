"""Simulated detectors see the axes."""

import math
import threading

import pytest

from acquisition.devices.sim import SoftDetector, hardware, peak_detector


def value_at(detector, axis, position):
    axis.set(position).wait(5)
    detector.trigger().wait(5)
    return detector.read()[detector.name]["value"]


def test_the_detector_has_its_peak_where_it_says():
    hw = hardware()
    assert value_at(hw.det, hw.motor, 0.0) == 1.0
    assert value_at(hw.det, hw.motor, 1.0) == pytest.approx(math.exp(-0.5))
    assert value_at(hw.det2, hw.motor2, 1.0) == 2.0


def test_a_value_changes_only_when_triggered():
    hw = hardware()
    hw.motor.set(0).wait(1)
    assert hw.det.read()["det"]["value"] == 0.0
    hw.det.trigger().wait(1)
    assert hw.det.read()["det"]["value"] == 1.0


def test_noise_is_repeatable_by_its_seed():
    def counts(seed):
        hw = hardware(seed=seed)
        return [value_at(hw.noisy_det, hw.motor, 0.1 * step) for step in range(5)]

    assert counts(1) == counts(1)
    assert counts(1) != counts(2)


def test_a_trigger_ends_after_its_exposure():
    detector = SoftDetector("det", lambda: 5.0, exposure_s=0.01)
    ended = threading.Event()
    status = detector.trigger()
    status.add_callback(lambda _: ended.set())
    assert ended.wait(5)
    assert status.success
    assert detector.read()["det"]["value"] == 5.0


def test_a_computation_that_raises_fails_the_trigger():
    detector = SoftDetector("det", lambda: 1 / 0, exposure_s=0.001)
    assert isinstance(detector.trigger().exception(5), ZeroDivisionError)


def test_a_peak_over_two_axes_takes_one_centre_for_each():
    hw = hardware()
    detector = peak_detector("d", [hw.motor1, hw.motor2], centre=[1.0, 2.0])
    hw.motor2.set(2.0).wait(1)
    assert value_at(detector, hw.motor1, 1.0) == 1.0


def test_hardware_is_new_each_time():
    assert hardware().motor is not hardware().motor
    assert set(hardware().devices()) >= {"motor", "det", "noisy_det", "signal"}
