"""A PV Access server of p4p: frames, a table, a structure without time, and a scalar that can be told.

Each line on standard input is a command: ``frame N`` posts frame N, ``compressed`` posts one with a codec,
``storm N`` posts N numbers at once.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
from p4p import Type, Value
from p4p.nt import NTEnum, NTNDArray, NTScalar, NTTable
from p4p.server import Server
from p4p.server.thread import SharedPV

ROWS, COLUMNS = 3, 4


def frame(number: int) -> Any:
    """Return frame ``number``: pixels counted from it, taken at 1.7e9 s plus as many seconds."""
    value = NTNDArray().wrap((np.arange(ROWS * COLUMNS) + number).astype("<u2").reshape(ROWS, COLUMNS))
    value["uniqueId"] = number
    value["codec.name"] = ""
    value["dataTimeStamp.secondsPastEpoch"] = 1_700_000_000 + number
    value["dataTimeStamp.nanoseconds"] = 500_000_000
    return value


class Accept:
    """Keep what is put, except what is refused on purpose."""

    def put(self, pv: SharedPV, operation: Any) -> None:
        """Take a value; 7 is refused."""
        if operation.value().raw.changed("value") and operation.value() == 7:
            operation.done(error="unlucky")
            return
        pv.post(operation.value(), timestamp=time.time())
        operation.done()


class AcceptTable:
    """Keep the columns of a table that are put."""

    def put(self, pv: SharedPV, operation: Any) -> None:
        """Take the columns."""
        pv.post(operation.value())
        operation.done()


def main() -> None:
    """Serve until standard input ends."""
    scalar = NTScalar("d", display=True, control=True, valueAlarm=True)
    described = {
        "value": 1.5,
        "display.units": "mm",
        "control.limitLow": -10.0,
        "control.limitHigh": 10.0,
        "timeStamp.secondsPastEpoch": int(time.time()),
    }
    plain = Value(Type([("value", "i"), ("extra", "d")]), {"value": 7, "extra": 2.5})
    table = NTTable([("energy", "d"), ("count", "i"), ("label", "s")])
    rows = [{"energy": 7.1, "count": 3, "label": "a"}, {"energy": 7.2, "count": 5, "label": "b"}]
    unlucky = SharedPV(nt=scalar, initial=described, handler=Accept())
    storm = SharedPV(nt=NTScalar("i"), initial=0)
    image = SharedPV(initial=frame(1))
    enum = SharedPV(nt=NTEnum(), initial={"index": 1, "choices": ["out", "in"]}, handler=Accept())
    wave = SharedPV(nt=NTScalar("ad"), initial=np.array([1.0, 2.0, 3.0]), handler=AcceptTable())
    words = SharedPV(nt=NTScalar("as"), initial=["a", "b"], handler=AcceptTable())
    serve = {
        "S:number": unlucky,
        "S:storm": storm,
        "S:image": image,
        "S:plain": SharedPV(initial=plain),
        "S:enum": enum,
        "S:wave": wave,
        "S:words": words,
        "S:table": SharedPV(initial=table.wrap(rows), handler=AcceptTable()),
    }
    with Server(providers=[serve]):
        print("ready", flush=True)
        for line in sys.stdin:
            word, _, number = line.strip().partition(" ")
            if word == "frame":
                image.post(frame(int(number)))
            elif word == "compressed":
                packed = frame(99)
                packed["codec.name"] = "blosc"
                image.post(packed)
            elif word == "storm":
                for value in range(1, int(number) + 1):
                    storm.post(value)


if __name__ == "__main__":
    main()
