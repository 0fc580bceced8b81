"""Devices and statuses that exist only in memory; every one says what was done to it in a shared diary."""

import asyncio
import itertools


class SoftStatus:
    """A status that a test finishes when it likes."""

    def __init__(self, is_done=True, error=None):
        self.done = is_done
        self.error = error
        self._callbacks = []

    @property
    def success(self):
        return self.done and self.error is None

    def exception(self, timeout=0.0):
        return self.error

    def add_callback(self, callback):
        if self.done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def finish(self, error=None):
        self.error = error
        self.done = True
        for callback in self._callbacks:
            callback(self)

    def __str__(self):
        return "SoftStatus"


class Named:
    parent = None

    def __init__(self, name, diary=None):
        self.name = name
        self.diary = [] if diary is None else diary

    def note(self, act):
        self.diary.append(f"{self.name}.{act}")

    def __repr__(self):
        return self.name


class SoftDetector(Named):
    """Counts its triggers; its reading is the count."""

    def __init__(self, name="det", diary=None):
        super().__init__(name, diary)
        self.count = 0
        self.gain = 1

    @property
    def hints(self):
        return {"fields": [self.name]}

    def trigger(self):
        self.count += 1
        return SoftStatus()

    def read(self):
        return {self.name: {"value": self.count, "timestamp": 1.0}}

    def describe(self):
        return {self.name: {"source": "soft", "dtype": "integer", "shape": []}}

    def read_configuration(self):
        return {f"{self.name}_gain": {"value": self.gain, "timestamp": 2.0}}

    def describe_configuration(self):
        return {f"{self.name}_gain": {"source": "soft", "dtype": "integer", "shape": []}}

    def configure(self, gain):
        old, self.gain = self.gain, gain
        return {"gain": old}, {"gain": gain}

    def stage(self):
        self.note("stage")
        return [self]

    def unstage(self):
        self.note("unstage")
        return [self]


class SoftAxis(Named):
    """Moves at once, unless `holds`: then a test finishes the status."""

    def __init__(self, name="x", diary=None, holds=False):
        super().__init__(name, diary)
        self.holds = holds
        self.position = 0.0
        self.status = SoftStatus()

    def set(self, position):
        self.position = position
        self.status = SoftStatus(is_done=not self.holds)
        return self.status

    def stop(self, *, success=False):
        self.note("stop")
        if not self.status.done:
            self.status.finish()

    def pause(self):
        self.note("pause")

    def resume(self):
        self.note("resume")

    def read(self):
        return {self.name: {"value": self.position, "timestamp": 1.0}}

    def describe(self):
        return {self.name: {"source": "soft", "dtype": "number", "shape": []}}

    def locate(self):
        return {"setpoint": self.position, "readback": self.position}


class SoftSignal(SoftAxis):
    """Tells subscribers when it is put."""

    def __init__(self, name="sig", value=0):
        super().__init__(name)
        self.position = value
        self.subscribers = []

    def put(self, value):
        self.position = value
        for subscriber in list(self.subscribers):
            subscriber(value=value)

    def get(self):
        return self.position

    def subscribe(self, function, event_type=None, run=False):
        self.subscribers.append(function)
        if run:
            function(value=self.position)

    def clear_sub(self, function):
        self.subscribers.remove(function)


class AsyncDetector(Named):
    """Has coroutine methods only, and statuses that live on the loop."""

    async def read(self):
        await asyncio.sleep(0)
        return {self.name: {"value": 1.5, "timestamp": 1.0}}

    async def describe(self):
        return {self.name: {"source": "soft", "dtype": "number", "shape": []}}

    def trigger(self):
        return AsyncStatus(asyncio.sleep(0))


class AsyncStatus:
    """A status that is a task; cannot be made outside a running loop."""

    def __init__(self, awaitable):
        self.task = asyncio.ensure_future(awaitable, loop=asyncio.get_running_loop())

    def __await__(self):
        return self.task.__await__()

    @property
    def done(self):
        return self.task.done()

    @property
    def success(self):
        return self.task.done() and not self.task.cancelled() and self.task.exception() is None

    def exception(self, timeout=0.0):
        return self.task.exception()

    def add_callback(self, callback):
        self.task.add_done_callback(lambda _: callback(self))


class SoftFlyer(Named):
    """Gathers three events of its own."""

    def kickoff(self):
        self.note("kickoff")
        return SoftStatus()

    def complete(self):
        return SoftStatus()

    def describe_collect(self):
        return {"flight": {self.name: {"source": "soft", "dtype": "number", "shape": []}}}

    def collect(self):
        for value in range(3):
            yield {"time": 10.0, "data": {self.name: value}, "timestamps": {self.name: 10.0}}


class FrameWriter(Named):
    """Writes frames to a file of which only documents reach the engine."""

    def __init__(self, name="cam", frames=2):
        super().__init__(name)
        self.index = frames
        self._given = 0
        self._uids = itertools.count()

    def get_index(self):
        return self.index

    def describe_collect(self):
        return {self.name: {"source": "soft", "dtype": "array", "shape": [1, 2, 2], "external": "STREAM:"}}

    describe = describe_collect

    def read(self):
        return {}

    def kickoff(self):
        return SoftStatus()

    complete = kickoff

    def collect_asset_docs(self, index=None):
        until = self.index if index is None else index
        resource = f"{self.name}-file"
        if self._given == 0:
            yield (
                "stream_resource",
                {
                    "uid": resource,
                    "data_key": self.name,
                    "mimetype": "application/x-hdf5",
                    "uri": "file://localhost/frames.h5",
                    "parameters": {},
                    "run_start": "",
                },
            )
        if until > self._given:
            yield (
                "stream_datum",
                {
                    "uid": f"{resource}/{next(self._uids)}",
                    "stream_resource": resource,
                    "descriptor": "",
                    "indices": {"start": self._given, "stop": until},
                    "seq_nums": {"start": 0, "stop": 0},
                },
            )
            self._given = until
