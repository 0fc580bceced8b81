"""Models that a graphical interface binds to: state, what changes it, and who is told. No toolkit is needed.

Every model has plain attributes; `Model.subscribe` names a callback that gets the name of each attribute that
changed. Models that follow something do so in a thread of their own: a toolkit passes the call on to its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from beamport.catalog import Catalog, Results
from beamport.errors import BeamportError
from beamport.queue import Beamline, Item
from beamport.run import Run

Listener = Callable[[str], None]


class Model:
    """State that tells of its changes."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self.error: BeamportError | None = None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the name of each attribute that changes; call what is given back to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _set(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        for name in changes:
            for listener in list(self._listeners):
                listener(name)

    def _try(self, act: Callable[[], None]) -> None:
        """Do something; what the server refuses is state, too."""
        try:
            act()
        except BeamportError as error:
            self._set(error=error)
        else:
            if self.error is not None:
                self._set(error=None)


class SearchModel(Model):
    """A search box, its results and what is selected.

    Attributes
    ----------
    text
        The search line as it was last searched.
    runs
        The runs fetched so far.
    count, is_capped
        How many match; more than that when it is capped.
    facets
        Plans, statuses, proposals and beamlines that occur, with counts.
    selected
        The run that is selected, or None.
    error
        Why the last search was refused, or None.
    """

    def __init__(self, catalog: Catalog, **filters: Any) -> None:
        super().__init__()
        self._catalog = catalog
        self._filters = filters
        self._results: Results | None = None
        self.text = ""
        self.runs: list[Run] = []
        self.count = 0
        self.is_capped = False
        self.facets: dict[str, Any] = {}
        self.selected: Run | None = None

    def search(self, text: str) -> None:
        """Search for a line."""

        def act() -> None:
            results = self._catalog.search(text, **self._filters)
            runs = results.next_page()
            self._results = results
            self._set(runs=runs, count=len(results), is_capped=results.is_capped, facets=results.facets())

        self._set(text=text)
        self._try(act)

    def more(self) -> None:
        """Fetch the next page."""
        results = self._results
        if results is not None:
            self._try(lambda: self._set(runs=[*self.runs, *results.next_page()]))

    def select(self, run: Run | None) -> None:
        """Select a run."""
        self._set(selected=run)


class RunModel(Model):
    """One run: its streams, what is plotted against what, the figure.

    Attributes
    ----------
    run
        The run, or None.
    stream
        The name of the stream that is shown.
    x, y
        Data keys that are plotted; None for what the run's hints say.
    figure
        A plotly figure (``data`` and ``layout``), empty until there is one.
    caption
        What it shows, in a sentence.
    """

    def __init__(self, run: Run | None = None) -> None:
        super().__init__()
        self.run: Run | None = None
        self.stream = ""
        self.x: str | None = None
        self.y: str | None = None
        self.figure: dict[str, Any] = {}
        self.caption = ""
        if run is not None:
            self.show(run)

    @property
    def columns(self) -> list[str]:
        """The data keys that can be plotted."""
        return self.run[self.stream].columns if self.run is not None and self.stream else []

    def show(self, run: Run) -> None:
        """Show a run, its primary stream first."""

        def act() -> None:
            streams = run.streams
            first = "primary" if "primary" in streams else (streams[0] if streams else "")
            self._set(run=run, stream=first, x=None, y=None)
            self._draw()

        self._try(act)

    def plot(self, x: str | None = None, y: str | None = None) -> None:
        """Choose what is plotted."""
        self._set(x=x, y=y)
        self._try(self._draw)

    def _draw(self) -> None:
        if self.run is not None:
            told = self.run.figure(self.x, self.y)
            self._set(figure=told["figure"], caption=told["caption"])


class Following(Model):
    """A model with a thread; `close` ends it."""

    def __init__(self) -> None:
        super().__init__()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin to follow."""
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 15.0) -> None:
        """End following and wait for it."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def __enter__(self) -> Following:
        self.begin()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._ended.is_set():
            self._try(self._step)
            self._ended.wait(0.5)

    def _step(self) -> None:
        raise NotImplementedError


class LiveModel(Following):
    """What a beamline measures now.

    Attributes
    ----------
    run
        The newest run, or None.
    points
        The last values of the primary stream: ``{data key: [values]}``.
    is_open
        Whether the run is still running.
    """

    def __init__(self, catalog: Catalog, beamline: str) -> None:
        super().__init__()
        self._catalog = catalog
        self._beamline = beamline
        self._since = -1
        self._streams: dict[str, str] = {}
        self.run: Run | None = None
        self.points: dict[str, list[Any]] = {}
        self.is_open = False

    def _step(self) -> None:
        newest = next(iter(self._catalog.search(beamline=self._beamline)[:1]), None)
        if newest is None:
            return
        if self.run is None or newest.uid != self.run.uid:
            self._since, self._streams = -1, {}
            self._set(run=newest, points={}, is_open=True)
        points = {key: list(values) for key, values in self.points.items()}
        is_open, before = self.is_open, self._since
        for ordinal, name, doc in newest.numbered_documents(since=self._since):
            self._since = ordinal
            is_open = is_open and name != "stop"
            self._take(points, name, doc)
        if self._since != before:
            self._set(points=points, is_open=is_open)

    def _take(self, points: dict[str, list[Any]], name: str, doc: dict[str, Any]) -> None:
        if name == "descriptor":
            self._streams[doc["uid"]] = doc.get("name", "")
        elif name == "event" and self._streams.get(doc["descriptor"]) == "primary":
            for key, value in doc["data"].items():
                points.setdefault(key, []).append(value)


class QueueModel(Following):
    """The queue of a beamline, its engine, and what steers them.

    Attributes
    ----------
    status
        As `Beamline.status` tells it.
    items, running
        What waits and what runs.
    is_held, hold_reason
        Whether no further item starts, and why.
    """

    def __init__(self, beamline: Beamline) -> None:
        super().__init__()
        self.beamline = beamline
        self.status: dict[str, Any] = {}
        self.items: list[Item] = []
        self.running: Item | None = None
        self.is_held = False
        self.hold_reason = ""

    def refresh(self) -> None:
        """Read status and queue."""
        self._try(self._step)

    def submit(self, plan: str, parameters: dict[str, Any], **more: Any) -> None:
        """Queue a plan, see `Beamline.add`."""
        self._do(lambda: self.beamline.add(plan, parameters, **more))

    def act(self, action: str, *arguments: Any) -> None:
        """Do one of `ACTIONS`: ``start``, ``hold``, ``pause``, ``resume``, ``stop``, ``abort``, ``clear``."""
        if action not in ACTIONS:
            raise ValueError(f"{action!r} is none of {', '.join(sorted(ACTIONS))}")
        self._do(lambda: getattr(self.beamline, action)(*arguments))

    def _do(self, act: Callable[[], Any]) -> None:
        def both() -> None:
            act()
            self._step()

        self._try(both)

    def _step(self) -> None:
        queue = self.beamline.queue()
        found = {
            "status": self.beamline.status(),
            "items": queue["items"],
            "running": queue["running"],
            "is_held": queue["is_held"],
            "hold_reason": queue["hold_reason"],
        }
        changed = {name: value for name, value in found.items() if getattr(self, name) != value}
        if changed:
            self._set(**changed)


ACTIONS = frozenset(
    {"start", "hold", "pause", "resume", "stop", "abort", "clear", "take_control", "release_control"}
)
