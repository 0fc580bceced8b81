"""Send each document to the method that is named after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.documents.pages import pack, pack_datums, unpack, unpack_datums

Emit = Callable[[str, Mapping[str, Any]], Any]


class DocumentRouter:
    """Receive ``(name, doc)`` and call the method of that name.

    Override what is of interest. A subclass that only knows pages gets single events as pages of one, and one
    that only knows events gets pages one by one. What a method returns replaces the document; None leaves it.

    Parameters
    ----------
    emit : callable, optional
        Called with ``(name, doc)`` after each document was routed.
    """

    def __init__(self, *, emit: Emit | None = None) -> None:
        self._emit = emit

    def __call__(self, name: str, doc: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """Route one document and give it back as the method returned it."""
        method = getattr(self, name, None) if not name.startswith("_") and name != "emit" else None
        if method is None:
            raise ValueError(f"there is no document named {name!r}")
        returned = method(doc)
        doc = doc if returned is None else returned
        self.emit(name, doc)
        return name, doc

    def emit(self, name: str, doc: Mapping[str, Any]) -> None:
        """Hand a routed document on."""
        if self._emit is not None:
            self._emit(name, doc)

    def start(self, doc: Mapping[str, Any]) -> Any:
        """Take the document that begins a run."""

    def descriptor(self, doc: Mapping[str, Any]) -> Any:
        """Take the description of a stream."""

    def event(self, doc: Mapping[str, Any]) -> Any:
        """Take one event; by default as a page of one, if pages are handled."""
        if type(self).event_page is DocumentRouter.event_page:
            return None
        page = self.event_page(pack([doc]))
        return None if page is None else next(unpack(page))

    def event_page(self, doc: Mapping[str, Any]) -> Any:
        """Take a page of events; by default event by event, if events are handled."""
        if type(self).event is DocumentRouter.event:
            return None
        events = [self.event(event) or event for event in unpack(doc)]
        return pack(events) if events else None

    def resource(self, doc: Mapping[str, Any]) -> Any:
        """Take a reference to files."""

    def datum(self, doc: Mapping[str, Any]) -> Any:
        """Take one datum; by default as a page of one, if pages are handled."""
        if type(self).datum_page is DocumentRouter.datum_page:
            return None
        page = self.datum_page(pack_datums([doc]))
        return None if page is None else next(unpack_datums(page))

    def datum_page(self, doc: Mapping[str, Any]) -> Any:
        """Take a page of datums; by default datum by datum, if datums are handled."""
        if type(self).datum is DocumentRouter.datum:
            return None
        datums = [self.datum(datum) or datum for datum in unpack_datums(doc)]
        return pack_datums(datums) if datums else None

    def stream_resource(self, doc: Mapping[str, Any]) -> Any:
        """Take a reference to a file that holds one column of a stream."""

    def stream_datum(self, doc: Mapping[str, Any]) -> Any:
        """Take the rows that a part of a stream resource holds."""

    def stop(self, doc: Mapping[str, Any]) -> Any:
        """Take the document that ends a run."""
