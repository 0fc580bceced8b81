"""Errors of the document package.

::

    DocumentsError
    ├── EncodingError (TypeError)     a value that is not JSON-like
    └── InvalidDocumentError (ValueError)   a document that breaks the event model
"""

from __future__ import annotations

from collections.abc import Iterable


class DocumentsError(Exception):
    """Root of the errors of this package."""


class EncodingError(DocumentsError, TypeError):
    """A value cannot be written by the encoding rule: it is not JSON-like."""


class InvalidDocumentError(DocumentsError, ValueError):
    """A document breaks the event model.

    Attributes
    ----------
    name : str
        Name of the document, such as ``descriptor``.
    problems : tuple of str
        Every problem that was found, each naming the place.
    """

    def __init__(self, name: str, problems: Iterable[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__(f"{name} document refused: " + "; ".join(self.problems))
