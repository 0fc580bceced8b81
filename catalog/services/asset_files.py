"""The files of a run that no other run has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.db.models.fields.json import KT

from accounts import row_security
from accounts.errors import BeamportError
from catalog.assets.named_files import address_of, named_files
from catalog.documents.encoding import loads
from catalog.models import Document, Run
from catalog.selectors.arrays import asset_readers, asset_roots

_KINDS = ("resource", "stream_resource")


def files_of(row: Run) -> list[Path]:
    """Give the files that a run's documents name, below the allowed folders, without those of other runs."""
    roots, known = asset_roots(), asset_readers()
    row_security.open_for_everything()  # runs that the actor may not see keep their files too
    found: dict[Path, None] = {}
    for resource in _resources(Document.objects.filter(run=row)):
        if not _is_shared(row, resource):
            found.update(dict.fromkeys(named_files(resource, roots, known)))
    return list(found)


def _resources(rows: Any) -> Iterator[dict[str, Any]]:
    bodies = rows.filter(name__in=_KINDS).order_by("ordinal").values_list("body", flat=True)
    yield from map(loads, bodies)


def _is_shared(row: Run, resource: dict[str, Any]) -> bool:
    """Tell whether another run names the same file or folder, in whichever way."""
    try:
        address = address_of(resource)
    except BeamportError:
        return True
    others = Document.objects.exclude(run=row)
    named = others.filter(_may_name(address, resource))
    return any(_address(other) == address for other in map(loads, named.values_list("body", flat=True)))


def _may_name(address: str, resource: dict[str, Any]) -> Q:
    """Narrow to what an index finds: by the address written in the usual ways, or by an end of its path."""
    uris = {f"file://{host}{path}" for host in ("", "localhost") for path in (address, quote(address))}
    parts = PurePosixPath(address).parts
    ends = {str(PurePosixPath(*parts[at:])) for at in range(len(parts))} | {address}
    slashed = {f"{end}/" for end in ends} | {f"/{end}" for end in ends}
    written = {str(resource[key]) for key in ("uri", "resource_path") if key in resource}
    by_uri = Q(pk__in=_having("stream_resource", "doc__uri", uris | written))
    return by_uri | Q(pk__in=_having("resource", "doc__resource_path", ends | slashed | written))


def _having(name: str, key: str, values: set[str]) -> Any:
    return (
        Document.objects.filter(name=name).annotate(at=KT(key)).filter(at__in=values).order_by().values("pk")
    )


def _address(resource: dict[str, Any]) -> str:
    try:
        return address_of(resource)
    except BeamportError:
        return ""
