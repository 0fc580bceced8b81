"""Keep what a run gives, and work on it at the end."""

from collections.abc import Callable
from typing import Any

from acquisition.callbacks.routing import Document, DocumentCallback


def collector(field: str, output: list[Any]) -> Callable[[str, Document], None]:
    """
    Give a callback that appends the values of one field to a list.

    Parameters
    ----------
    field : str
        Data key.
    output : list
        Grows by one with each event that has the field.
    """

    def collect(name: str, doc: Document) -> None:
        if name == "event" and field in doc["data"]:
            output.append(doc["data"][field])

    return collect


class CollectThenCompute(DocumentCallback):
    """
    Keeps the events of a run and computes when it has stopped.

    Subclasses define :meth:`compute`. A new run starts with nothing kept.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the run."""
        self._start: Document | None = None
        self._stop: Document | None = None
        self._descriptors: list[Document] = []
        self._events_by_key: dict[tuple[Any, Any], Document] = {}

    def start(self, doc: Document) -> None:
        """Begin anew."""
        self.reset()
        self._start = doc

    def descriptor(self, doc: Document) -> None:
        """Keep a descriptor."""
        self._descriptors.append(doc)

    def event(self, doc: Document) -> None:
        """Keep an event; one that is taken again after a pause replaces the earlier."""
        key = (doc.get("descriptor"), doc.get("seq_num"))
        self._events_by_key.pop(key, None)
        self._events_by_key[key] = doc

    @property
    def _events(self) -> list[Document]:
        return list(self._events_by_key.values())

    def stop(self, doc: Document) -> None:
        """Compute."""
        self._stop = doc
        self.compute()

    def compute(self) -> None:
        """Work on what was kept."""
        raise NotImplementedError(f"{type(self).__name__} does not say what to compute")
