"""Send the documents of an engine elsewhere to a Beamport.

``engine.subscribe(client.sender(beamline="demo", proposal="2026-0001"))`` is all that an engine needs.
Documents are numbered, sent in batches from a thread of their own, and sent again until they are stored.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from beamport.errors import BeamportError, ConflictError, ServerError, TooManyError, UnavailableError

if TYPE_CHECKING:
    from beamport.connection import Client

BATCH = 1000
GATHER_S = 0.1
_LONGEST_WAIT_S = 10.0

Entry = tuple[str, dict[str, Any]]


class Sender:
    """A callback for documents; `close` waits until all are stored.

    Attributes
    ----------
    faults
        What the server kept aside, and why.
    error
        The refusal that ended the sending, None while all is well. What was not sent stands in `unsent`.
    """

    def __init__(self, client: Client, *, beamline: str = "", proposal: str = "") -> None:
        self._client = client
        self._place = {
            key: value for key, value in {"beamline": beamline, "proposal": proposal}.items() if value
        }
        self._waiting: queue.Queue[Entry | None] = queue.Queue()
        self._runs: dict[str, _SentRun] = {}
        self._owner: dict[str, str] = {}
        self.faults: list[dict[str, Any]] = []
        self.error: BeamportError | None = None
        self._thread = threading.Thread(target=self._work, name="beamport-sender", daemon=True)
        self._thread.start()

    def __call__(self, name: str, doc: dict[str, Any]) -> None:
        """Take a document; returns at once."""
        if self.error is not None:
            raise self.error
        self._waiting.put((str(getattr(name, "value", name)), dict(doc)))

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def unsent(self) -> int:
        """How many documents are not stored yet."""
        return self._waiting.qsize() + sum(len(run.documents) - run.stored for run in self._runs.values())

    def close(self, timeout_s: float | None = None) -> None:
        """Wait until everything is stored.

        Raises
        ------
        BeamportError
            The server refused, or it is not done within `timeout_s`.
        """
        self._waiting.put(None)
        self._thread.join(timeout_s)
        if self.error is not None:
            raise self.error
        if self._thread.is_alive():
            raise UnavailableError(f"{self.unsent} documents are not stored yet.")

    def _work(self) -> None:
        goes_on = True
        while goes_on:
            entry = self._waiting.get()
            if entry is not None:
                self._sort_in(entry)
                goes_on = self._gather()
            else:
                goes_on = False
            try:
                self._send_all()
            except BeamportError as error:
                self.error = error
                return

    def _gather(self) -> bool:
        """Take what comes within a tenth of a second; tell whether more may come."""
        deadline = time.monotonic() + GATHER_S
        for _ in range(BATCH):
            try:
                entry = self._waiting.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return True
            if entry is None:
                return False
            self._sort_in(entry)
        return True

    def _sort_in(self, entry: Entry) -> None:
        name, doc = entry
        run = doc["uid"] if name == "start" else doc.get("run_start") or self._run_of(doc)
        for key in ("uid", "datum_id"):
            if name in ("descriptor", "resource", "stream_resource") and key in doc:
                self._owner[doc[key]] = run
        self._runs.setdefault(run, _SentRun(run)).documents.append(entry)

    def _run_of(self, doc: dict[str, Any]) -> str:
        for key in ("descriptor", "resource", "stream_resource"):
            if doc.get(key) in self._owner:
                return self._owner[doc[key]]
        raise BeamportError(f"Nothing tells which run this document belongs to: {sorted(doc)}.")

    def _send_all(self) -> None:
        for uid, run in list(self._runs.items()):
            while run.stored < len(run.documents):
                self._send(run)
            if run.documents[-1][0] == "stop":
                del self._runs[uid]
                self._owner = {key: owner for key, owner in self._owner.items() if owner != uid}

    def _send(self, run: _SentRun) -> None:
        batch = run.documents[run.stored : run.stored + BATCH]
        body = {
            **self._place,
            "run": run.uid,
            "first": run.stored,
            "documents": [list(entry) for entry in batch],
        }
        wait_s = 0.1
        while True:
            try:
                told = self._client.post("documents", body)
                break
            except ConflictError as error:
                if error.code != "ordinal_gap":
                    raise
                run.stored = int(error.fields["first"][0])
                return
            except (UnavailableError, TooManyError, ServerError):
                time.sleep(wait_s)
                wait_s = min(_LONGEST_WAIT_S, wait_s * 2)
        run.stored += len(batch)
        self.faults += told["faults"]


class _SentRun:
    """The documents of one run, and how many of them are stored."""

    def __init__(self, uid: str) -> None:
        self.uid = uid
        self.documents: list[Entry] = []
        self.stored = 0
