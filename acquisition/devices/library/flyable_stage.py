"""A stage that moves at constant speed while detectors are triggered by its position."""

from __future__ import annotations

from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.component import Kind
from acquisition.devices.library.motor import Motor
from acquisition.devices.standard.pv_device import BackendOf, PvDevice


class FlyableStage(PvDevice):
    """A motor with position compare (Movable, Preparable, Flyable, EventCollectable, WritesStreamAssets).

    The motor is a motor record at ``<P>``; its fields are those of ``Motor`` and ``.ACCL``. The pulses come
    from a position compare unit with the names of a Zebra:

    =========================  ========  ====  ===========================================================
    PV                         type      unit  meaning
    =========================  ========  ====  ===========================================================
    ``<Z>PC_ARM``              long            1 arms, answered when armed; erases what was captured
    ``<Z>PC_DISARM``           long            1 disarms
    ``<Z>PC_ARM_OUT``          long            1 while armed
    ``<Z>PC_DIR``              enum            Positive, Negative: direction of travel
    ``<Z>PC_PULSE_START``      double    mm    position of the first pulse, in units of the motor
    ``<Z>PC_PULSE_STEP``       double    mm    distance of the pulses, above 0
    ``<Z>PC_PULSE_MAX``        long            how many pulses
    ``<Z>PC_NUM_CAP``          long            how many came since armed
    ``<Z>PC_ENC1``             double[]  mm    positions at the pulses
    ``<Z>PC_TIME``             double[]  s     times of the pulses since armed
    =========================  ========  ====  ===========================================================

    Parameters
    ----------
    prefix
        ``<P>``: the motor record, without a dot.
    compare_prefix
        ``<Z>``: of the position compare unit, with its separator; ``<P>:`` if not given.
    """

    def __init__(
        self,
        prefix: str,
        name: str = "",
        *,
        compare_prefix: str = "",
        title: str = "",
        backend: BackendOf = ChannelAccessBackend,
    ) -> None:
        super().__init__(compare_prefix or f"{prefix}:", name, title=title, backend=backend)
        self.motor = self.add("motor", Motor(prefix, backend=backend), name=name)
        self.arm = self.writes("arm", "PC_ARM")
        self.disarm = self.writes("disarm", "PC_DISARM")
        self.armed = self.reads("armed", "PC_ARM_OUT", Kind.OMITTED)
        self.direction = self.writes("direction", "PC_DIR")
        self.pulse_start = self.writes("pulse_start", "PC_PULSE_START")
        self.pulse_step = self.writes("pulse_step", "PC_PULSE_STEP")
        self.pulse_max = self.writes("pulse_max", "PC_PULSE_MAX")
        self.captured = self.reads("captured", "PC_NUM_CAP", Kind.OMITTED)
        self.positions = self.reads("positions", "PC_ENC1", Kind.OMITTED)
        self.times = self.reads("times", "PC_TIME", Kind.OMITTED)
