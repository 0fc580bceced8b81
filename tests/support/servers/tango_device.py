"""A Tango device server without a database: ``python -m tests.support.servers.tango_device PORT``."""

from __future__ import annotations

import enum
import sys
import threading
import time
from typing import Any

import numpy as np
import tango
from tango.server import Device, attribute, command, run

NAME = "test/stage/1"


class Mode(enum.IntEnum):
    """What the stage does."""

    IDLE = 0
    SCAN = 1


class Stage(Device):
    """One attribute of each kind, and commands."""

    def init_device(self) -> None:
        """Begin with known values."""
        super().init_device()
        self.set_state(tango.DevState.ON)
        self._position, self._count, self._mode, self._text, self._light = 1.5, 3, Mode.IDLE, "silver", False
        self._wave = np.array([1.0, 2.0, 3.0])

    @attribute(dtype=float, unit="mm", min_value=-5, max_value=5, format="%6.3f")
    def position(self) -> float:
        """Where it is."""
        return self._position

    @position.write  # type: ignore[no-redef]  # how pytango names the setter
    def position(self, value: float) -> None:
        """Go there; 4.5 is refused by the device."""
        if value == 4.5:
            tango.Except.throw_exception("Blocked", "something is in the way", "position")
        self._position = value

    @attribute(dtype=float, unit="bar", max_value=10)
    def pressure(self) -> float:
        """Open to one side."""
        return 1.0

    @pressure.write  # type: ignore[no-redef]  # how pytango names the setter
    def pressure(self, value: float) -> None:
        """Take it, and forget it."""

    @attribute(dtype=int)
    def count(self) -> int:
        """A whole number."""
        return self._count

    @count.write  # type: ignore[no-redef]  # how pytango names the setter
    def count(self, value: int) -> None:
        """Keep it."""
        self._count = value

    @attribute(dtype=bool)
    def light(self) -> bool:
        """On or off."""
        return self._light

    @light.write  # type: ignore[no-redef]  # how pytango names the setter
    def light(self, value: bool) -> None:
        """Switch it."""
        self._light = value

    @attribute(dtype=Mode)
    def mode(self) -> Mode:
        """One of the words."""
        return self._mode

    @mode.write  # type: ignore[no-redef]  # how pytango names the setter
    def mode(self, value: Mode) -> None:
        """Keep it."""
        self._mode = Mode(value)

    @attribute(dtype=str)
    def text(self) -> str:
        """Some text."""
        return self._text

    @text.write  # type: ignore[no-redef]  # how pytango names the setter
    def text(self, value: str) -> None:
        """Keep it."""
        self._text = value

    @attribute(dtype=(float,), max_dim_x=8)
    def wave(self) -> Any:
        """Some numbers."""
        return self._wave

    @wave.write  # type: ignore[no-redef]  # how pytango names the setter
    def wave(self, value: Any) -> None:
        """Keep them."""
        self._wave = np.asarray(value)

    @attribute(dtype=((np.uint16,),), max_dim_x=4, max_dim_y=3)
    def image(self) -> Any:
        """A picture."""
        return np.arange(12, dtype="u2").reshape(3, 4)

    @attribute(dtype=float)
    def hot(self) -> tuple[float, float, tango.AttrQuality]:
        """Too warm."""
        return 99.0, time.time(), tango.AttrQuality.ATTR_ALARM

    @attribute(dtype=float)
    def broken(self) -> tuple[float, float, tango.AttrQuality]:
        """Not known."""
        return 0.0, time.time(), tango.AttrQuality.ATTR_INVALID

    @attribute(dtype=float)
    def angry(self) -> float:
        """Raise at each read."""
        raise RuntimeError("no answer from the amplifier")

    @command
    def acquire(self) -> None:
        """Count, for a while."""
        threading.Event().wait(0.2)
        self._count += 1

    @command(dtype_in=float, dtype_out=float)
    def double(self, value: float) -> float:
        """Give twice the value."""
        return 2 * value

    @command
    def sleep(self) -> None:
        """Take longer than anybody should wait."""
        threading.Event().wait(2.0)


def main(port: str) -> None:
    """Serve until killed."""
    arguments = ["stage", "test", "-nodb", "-dlist", NAME, "-ORBendPoint", f"giop:tcp:127.0.0.1:{port}"]
    run((Stage,), args=arguments, post_init_callback=lambda: print("ready", flush=True))


if __name__ == "__main__":
    main(sys.argv[1])
