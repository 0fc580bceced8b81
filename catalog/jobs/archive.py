"""Several runs in one format as one ZIP file, with a manifest and checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from accounts.actor import Actor
from accounts.errors import BeamportError
from catalog.export import Exporter, Progress, file_name, pieces
from catalog.export.stored import StoredRun
from catalog.export.zip_stream import Member, zipped

PACKED_ALREADY = ("zip", "xlsx", "parquet", "nxs", "png")
Told = Callable[[str, Progress], None]


def archive(
    actor: Actor,
    uids: Sequence[str],
    chosen: Exporter,
    options: Mapping[str, Any],
    *,
    left_out: list[dict[str, str]] | None = None,
    told: Told | None = None,
) -> Iterator[bytes]:
    """Give the bytes of a ZIP file with a file for each run.

    Parameters
    ----------
    left_out
        Filled with runs that this format cannot hold, or that the actor may no longer take away, and why;
        the manifest says so too.
    told
        Called with the uid of a run and how far it is.
    """
    left_out = [] if left_out is None else left_out
    about = {
        "made_by": "Beamport",
        "made_at": datetime.now(UTC).isoformat(),
        "format": chosen.name,
        "options": dict(options),
        "runs": list(uids),
        "left_out": left_out,
    }
    return zipped(_members(actor, uids, chosen, options, left_out, told), about=about)


def name_of(run: StoredRun, chosen: Exporter, options: Mapping[str, Any]) -> str:
    """Give the file name of one run."""
    return file_name(run.uid, chosen.ending, str(options.get("stream", "")), run.start)


def _members(
    actor: Actor,
    uids: Sequence[str],
    chosen: Exporter,
    options: Mapping[str, Any],
    left_out: list[dict[str, str]],
    told: Told | None,
) -> Iterator[Member]:
    is_packed = chosen.ending.rsplit(".", 1)[-1] not in PACKED_ALREADY
    for uid in uids:
        try:
            run = StoredRun(actor, uid)
            progress = None if told is None else _for_run(told, uid)
            parts = pieces(chosen, run, options, progress=progress)
            first = next(parts, b"")
        except BeamportError as error:
            left_out.append({"run": uid, "why": str(error)})
            continue
        yield Member(
            name_of(run, chosen, options), chain([first], parts), float(run.start["time"]), is_packed
        )


def _for_run(told: Told, uid: str) -> Callable[[Progress], None]:
    return lambda progress: told(uid, progress)
