"""Call a method for each kind of document."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]


class DocumentCallback:
    """
    Takes the documents of runs one by one: ``callback(name, document)``.

    Subclasses define methods named for the documents they want: start, descriptor, event,
    event_page, stop and so on.
    """

    def __call__(self, name: str, doc: Document) -> None:
        handle = getattr(self, name, None) if name.isidentifier() and not name.startswith("_") else None
        if handle is not None:
            handle(doc)
