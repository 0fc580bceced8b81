"""Every motor is told to stop, whatever the others do."""

import threading

from acquisition.engine import RunEngine
from acquisition.worker.stopping import stop_everything


class Motor:
    def __init__(self):
        self.told = threading.Event()

    def stop(self):
        self.told.set()


class Broken(Motor):
    def stop(self):
        raise ConnectionError("not there")


class Hanging(Motor):
    def stop(self):
        self.told.wait(10)


class Awaited(Motor):
    async def stop(self, success=False):
        self.told.set()


def test_one_that_fails_and_one_that_hangs_keep_nobody_from_stopping():
    RunEngine({}, context_managers=[])
    hanging = Hanging()
    devices = {"a": Broken(), "b": hanging, "c": Motor(), "d": object(), "e": Awaited(), "f": Motor()}
    failures = stop_everything(devices, timeout_s=0.2)
    hanging.told.set()
    assert [devices[name].told.is_set() for name in "cef"] == [True, True, True]
    assert failures == ["a: ConnectionError: not there", "b: not told to stop within 0.2 s"]
