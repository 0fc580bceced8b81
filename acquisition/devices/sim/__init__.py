"""Simulated devices, and (in ``sim.ioc``) the server of a whole demo beamline."""

from acquisition.devices.sim.axis import SoftAxis
from acquisition.devices.sim.detectors import PeakDetector, SoftDetector, peak_detector
from acquisition.devices.sim.hardware import Hardware, hardware

__all__ = ["Hardware", "PeakDetector", "SoftAxis", "SoftDetector", "hardware", "peak_detector"]
