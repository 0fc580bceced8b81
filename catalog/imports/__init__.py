"""Runs of elsewhere taken in: files of documents read, checked and stored through the one way in."""

from catalog.imports.documents import Entry, Unreadable
from catalog.imports.formats import FileFormat, file_format, file_formats, guess_format

__all__ = ["Entry", "FileFormat", "Unreadable", "file_format", "file_formats", "guess_format"]
