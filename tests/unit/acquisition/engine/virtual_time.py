"""A clock that a test turns, and devices that live on it and can be told to fail."""

import heapq
import itertools
import queue
from types import SimpleNamespace

from acquisition.engine import event_loop, interrupts
from tests.unit.acquisition.engine.soft_devices import Named, SoftStatus

#: Real seconds after which an engine that waits for nothing is taken to hang.
HANGS_AFTER_S = 10


class VirtualClock:
    """Seconds pass only when the engine waits, and then at once."""

    def __init__(self):
        self.now = 0.0
        self._due = []
        self._order = itertools.count()
        self._in_flight = 0

    def monotonic(self):
        return self.now

    def later(self, seconds, act):
        """Have `act()` called when so many seconds have passed."""
        heapq.heappush(self._due, (self.now + seconds, next(self._order), act))

    def forget(self):
        """Forget what is to come."""
        self._due.clear()

    def install(self, monkeypatch):
        """Have engines wait on this clock."""
        monkeypatch.setattr(interrupts, "time", SimpleNamespace(monotonic=self.monotonic))
        # what the loop's thread has to do takes real time
        for limit in ("CANCEL_GRACE_S", "UNCUT_TIMEOUT_S"):
            monkeypatch.setattr(event_loop, limit, 1e9)
        call = event_loop.LoopThread.call

        def call_in_real_time(thread, *args, **kwargs):
            self._in_flight += 1
            try:
                return call(thread, *args, **kwargs)
            finally:
                self._in_flight -= 1

        monkeypatch.setattr(event_loop.LoopThread, "call", call_in_real_time)
        monkeypatch.setattr(
            interrupts.Mailbox, "_sleep", lambda mailbox, seconds: self._pass(mailbox._bell, seconds)
        )

    def _pass(self, bell, seconds):
        if not bell.empty():
            bell.get()
        elif self._in_flight:
            self._wait_for_other_thread(bell)
        elif self._due and self._due[0][0] <= self.now + seconds:
            self.now, _, act = heapq.heappop(self._due)
            act()
        elif seconds < interrupts._LONGEST_NAP_S:
            self.now += seconds
        else:
            self._wait_for_other_thread(bell)

    def _wait_for_other_thread(self, bell):
        try:
            bell.get(timeout=HANGS_AFTER_S)
        except queue.Empty:
            raise AssertionError("the engine waits for something that never comes") from None


class DeviceError(Exception):
    """What the devices here raise when they are told to."""


class Failing(Named):
    """Raises in the methods named in `faults`, when each has been called so many times more."""

    def __init__(self, name, clock):
        super().__init__(name)
        self.clock = clock
        self.faults = {}

    def act(self, method):
        self.note(method)
        left = self.faults.get(method)
        if left is None:
            return
        if left > 0:
            self.faults[method] = left - 1
            return
        del self.faults[method]
        raise DeviceError(f"{self.name} failed in {method}")

    def status(self, seconds, finish, method):
        """Give a status that is done in so many seconds, or fails then if `<method> status` is to fail."""
        status = SoftStatus(is_done=False)

        def end():
            if not status.done:
                try:
                    self.act(f"{method} status")
                    finish()
                except DeviceError as error:
                    status.finish(error)
                else:
                    status.finish()

        if seconds:
            self.clock.later(seconds, end)
        else:
            end()
        return status

    def data_key(self):
        return {self.name: {"source": "soft", "dtype": "number", "shape": []}}


class Axis(Failing):
    """Takes its time to move, and stops half-way when told to stop."""

    def __init__(self, name, clock, travel_s):
        super().__init__(name, clock)
        self.position = 0.0
        self.travel_s = travel_s
        self._moving = SoftStatus()
        self._target = 0.0

    def set(self, position):
        self.act("set")
        self._target = position
        self._moving = self.status(self.travel_s, self._arrive, "set")
        return self._moving

    def _arrive(self):
        self.position = self._target

    def stop(self, *, success=False):
        self.act("stop")
        if not self._moving.done:
            self.position = (self.position + self._target) / 2
            self._moving.finish(None if success else DeviceError("stopped"))

    def pause(self):
        self.act("pause")

    def resume(self):
        self.act("resume")

    def read(self):
        self.act("read")
        return {self.name: {"value": self.position, "timestamp": self.clock.now}}

    def describe(self):
        self.act("describe")
        return self.data_key()


class Detector(Failing):
    """Gives twice the position that its axis had when the exposure ended."""

    def __init__(self, name, clock, axis, exposure_s):
        super().__init__(name, clock)
        self.axis = axis
        self.exposure_s = exposure_s
        self.value = 0.0
        self.is_staged = False

    def stage(self):
        self.is_staged = True
        self.act("stage")
        return [self]

    def unstage(self):
        self.is_staged = False  # it was told to, and may fail at it
        self.act("unstage")
        return [self]

    def trigger(self):
        self.act("trigger")
        return self.status(self.exposure_s, self._expose, "trigger")

    def _expose(self):
        self.value = 2 * self.axis.position

    def read(self):
        self.act("read")
        return {self.name: {"value": self.value, "timestamp": self.clock.now}}

    def describe(self):
        self.act("describe")
        return self.data_key()

    def configure(self, gain):
        self.act("configure")
        return {"gain": None}, {"gain": gain}

    def read_configuration(self):
        return {}

    describe_configuration = read_configuration


class Flyer(Failing):
    """Gathers three rows."""

    def kickoff(self):
        self.act("kickoff")
        return self.status(0.5, lambda: None, "kickoff")

    def complete(self):
        self.act("complete")
        return self.status(0.5, lambda: None, "complete")

    def describe_collect(self):
        self.act("describe_collect")
        return {"flight": self.data_key()}

    def collect(self):
        self.act("collect")
        for value in range(3):
            yield {"time": 1.0, "data": {self.name: value}, "timestamps": {self.name: 1.0}}
