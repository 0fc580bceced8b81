"""The files that a resource or stream_resource document names, one or a series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.assets.errors import AssetGoneError, AssetNotAllowedError, NoFrameError
from catalog.assets.file_names import file_names
from catalog.assets.file_series import MOST_LOOKED_AT
from catalog.assets.paths import Roots, path_of
from catalog.assets.registry import Readers

Doc = Mapping[str, Any]


def address_of(resource: Doc) -> str:
    """Give the path of the file or folder as a document names it: by its ``uri``, or by root and path.

    Raises
    ------
    AssetNotAllowedError
        It is of another kind or machine.

    Examples
    --------
    >>> address_of({"uri": "file://localhost/data/a.h5"})
    '/data/a.h5'
    >>> address_of({"root": "/data", "resource_path": "a.h5"})
    '/data/a.h5'
    """
    if "uri" in resource:
        return path_of(str(resource["uri"]))
    root, path = str(resource.get("root") or ""), str(resource["resource_path"])
    return f"{root.rstrip('/')}/{path.lstrip('/')}" if root else path


def named_files(resource: Doc, roots: Roots, known: Readers) -> list[Path]:
    """Give those of the files that are there and may be read; none where the document cannot be understood.

    Of a series those are numbered on from 0; a thousand missing numbers in a row end it.
    """
    try:
        address = address_of(resource)
        try:
            return [roots.file(address)]
        except AssetGoneError:
            return list(_series(address, resource, roots, known))
    except (AssetNotAllowedError, NoFrameError, OSError, ValueError):
        return []


def _series(address: str, resource: Doc, roots: Roots, known: Readers) -> Iterator[Path]:
    parameters = resource.get("parameters") or resource.get("resource_kwargs") or {}
    kind = str(resource.get("mimetype") or resource.get("spec") or "")
    template = str(parameters.get("template") or known.default_template(kind))
    name = file_names(template, str(parameters.get("filename") or ""))
    if not address.endswith("/") and not name(0).startswith("/") and roots.here(address).is_dir():
        address += "/"
    number = missing = 0
    while missing < MOST_LOOKED_AT:
        try:
            yield roots.file(address + name(number))
            missing = 0
        except AssetGoneError:
            missing += 1
        number += 1
