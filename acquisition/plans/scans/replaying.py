"""A recorded run, made again."""

from collections.abc import Sequence
from typing import Any

from acquisition.plans.msg import Msg, Plan
from acquisition.plans.preprocessors.runs import run_wrapper
from acquisition.plans.scans.metadata import merged
from acquisition.plans.shapes import Metadata, Readable


def replay(devices: Sequence[Readable], *, speed: float = 0.0, md: Metadata | None = None) -> Plan[str]:
    """
    Take the points of a recorded run again, from its replayed devices.

    Parameters
    ----------
    devices : list of readable devices
        Replayed devices of one recording.
    speed : float, optional
        How much faster than recorded; 0 goes as fast as it can.
    md : dict, optional
        Metadata.
    """
    playbacks: dict[int, Any] = {id(device.playback): device.playback for device in devices}  # type: ignore[attr-defined]  # replayed devices have one
    if len(playbacks) != 1:
        raise ValueError(f"the devices must be replayed from one run, not from {len(playbacks)}")
    (playback,) = playbacks.values()
    recording = playback.recording
    playback.speed = speed if speed > 0.0 else float("inf")
    about = {"plan_name": "replay", "replayed": recording.start["uid"], "num_points": len(recording.order)}
    for key in ("motors", "detectors", "hints"):
        if key in recording.start:
            about[key] = recording.start[key]

    def points() -> Plan[None]:
        for place, (stream, _) in enumerate(recording.order):
            yield Msg("checkpoint")
            yield Msg("set", playback, place, group="replay")
            yield Msg("wait", None, group="replay")
            yield Msg("create", None, name=stream)
            for device in devices:
                if device.stream.name == stream:  # type: ignore[attr-defined]  # replayed devices have one
                    yield Msg("read", device)
            yield Msg("save")

    return (yield from run_wrapper(points(), md=merged(about, md)))
