"""An engine for each test, and the record of what it did."""

import pytest

from acquisition.engine import RunEngine
from acquisition.engine.commands import control
from acquisition.engine.messages import message as msg
from acquisition.engine.validation import check


class Record:
    """Messages carried out and documents emitted, in order, as readable lines."""

    def __init__(self):
        self.docs = []
        self.lines = []
        self._streams = {}

    def message(self, msg):
        obj = f" {msg.obj}" if msg.obj is not None else ""
        self.lines.append(f"{msg.command}{obj}")

    def document(self, name, doc):
        check(name, doc)
        self.docs.append((name, doc))
        self.lines.append("  " + self._line(name, doc))

    def _line(self, name, doc):
        if name == "descriptor":
            self._streams[doc["uid"]] = doc["name"]
            return f"descriptor {doc['name']}"
        if name in ("event", "event_page"):
            return f"{name} {self._streams[doc['descriptor']]} {doc['seq_num']}"
        if name == "stop":
            return f"stop {doc['exit_status']}" + (f": {doc['reason']}" if doc["reason"] else "")
        return name

    def of(self, name):
        return [doc for found, doc in self.docs if found == name]

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def documents(self):
        return [line.strip() for line in self.lines if line.startswith("  ")]


@pytest.fixture
def make_engine():
    engines = []

    def make(md=None, **kwargs):
        engine = RunEngine({} if md is None else md, **{"context_managers": [], **kwargs})
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        if engine.state == "paused":
            engine.halt()
        engine.close()


@pytest.fixture
def RE(make_engine):
    return make_engine()


@pytest.fixture
def record(RE):
    record = Record()
    RE.msg_hook = record.message
    RE.subscribe(record.document)
    return record


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch):
    monkeypatch.setattr(control, "DEFERRED_PAUSE_GRACE_S", 0.0)


@pytest.fixture
def point():
    """Give a function that makes the messages of one point."""

    def messages(*objs, name="primary", run=None):
        yield msg("create", name=name, run=run)
        for obj in objs:
            yield msg("read", obj, run=run)
        yield msg("save", run=run)

    return messages
