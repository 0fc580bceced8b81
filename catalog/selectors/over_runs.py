"""What a device told over runs: of each run its first and last reading of a key, or the setting it had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.documents.encoding import loads
from catalog.models import Document, EventPage, Run
from catalog.selectors.cursors import Position, read_cursor, write_cursor
from catalog.selectors.deadline import deadline
from catalog.selectors.devices import BASELINE
from catalog.selectors.runs import visible_runs
from catalog.storage.columns import Part
from catalog.storage.reading import StoredPage, Wanted, read_pages

LOOKED_THROUGH = 200
"""So many runs one page of the history looks through."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One descriptor that tells of the device: its keys by kind, with what is said of each."""

    run: int
    stream: str
    readings: dict[str, Any]
    settings: dict[str, Any]
    values: dict[str, Any]


def device_history(
    actor: Actor, beamline: str, device: str, *, key: str = "", cursor: str = ""
) -> dict[str, Any]:
    """Give what a device, or a part of one by its dotted name, told in the newest runs of a beamline.

    Parameters
    ----------
    key
        A data key or a key of the configuration, both as documents name them; by default the reading that
        stands for the device.
    cursor
        ``next`` of the page before.

    Returns
    -------
    dict
        ``key``, ``units``, ``keys`` (of each ``key``, ``units``, ``is_setting``), ``results`` newest first
        and ``next``, None where there are no older runs. Each result: ``uid``, ``scan_id``, ``plan_name``,
        ``time`` (POSIX seconds), ``exit_status``, ``stream``, ``first`` and ``last`` (equal for a setting;
        the stream ``baseline`` counts before others). Runs without the key are left out.

    Raises
    ------
    ForbiddenError
        The actor is a key without ``run:read``.
    InvalidError
        The cursor cannot be read.
    """
    require_in_key(actor, Scope.RUN_READ)
    runs = visible_runs(actor).filter(beamline__name=beamline).order_by("-time", "-pk")
    order = ("device", device)
    if cursor:
        time, pk = read_cursor(cursor, order).values
        runs = runs.filter(Q(time__lt=time) | Q(time=time, pk__lt=pk))
    with deadline():
        rows = list(runs[: LOOKED_THROUGH + 1])
        seen = {row.pk: row for row in rows[:LOOKED_THROUGH]}
        told = list(_told(list(seen), device))
        keys = _keys(told)
        key = key or _main_key(keys, device)
        ends = _ends(told, key)
    more = len(rows) > LOOKED_THROUGH
    last = rows[LOOKED_THROUGH - 1] if more else None
    return {
        "key": key,
        "units": next((one["units"] for one in keys if one["key"] == key), None),
        "keys": keys,
        "results": [_row(seen[pk], *ends[pk]) for pk in seen if pk in ends],
        "next": write_cursor(Position(order, [last.time, last.pk], 0, "")) if last else None,
    }


def _told(runs: list[int], device: str) -> Iterator[_Told]:
    """Read the descriptors that name the device: the newest run first, those of a run in their order."""
    root, _, part = device.partition(".")
    rows = Document.objects.filter(run__in=runs, name="descriptor")
    named = rows.filter(
        Q(doc__object_keys__has_key=root)
        | Q(doc__configuration__has_key=root)
        | Q(doc__data_keys__has_key=root)
    )
    prefix = f"{root}_{part.replace('.', '_')}" if part else ""
    for pk, body in named.order_by("-run__time", "-run_id", "ordinal").values_list("run_id", "body"):
        descriptor = loads(body)
        own = (descriptor.get("configuration") or {}).get(root) or {}
        data_keys = descriptor["data_keys"]
        listed = (descriptor.get("object_keys") or {}).get(root) or _own(data_keys, root)
        readings = {name: data_keys[name] for name in listed if name in data_keys}
        yield _Told(
            pk,
            descriptor.get("name", ""),
            _single(readings, prefix),
            _single(own.get("data_keys") or {}, prefix),
            own.get("data") or {},
        )


def _own(data_keys: dict[str, Any], root: str) -> list[str]:
    """Give the keys of a device where the descriptor does not list them by device."""
    return [name for name, facts in data_keys.items() if root in (name, facts.get("object_name"))]


def _single(keys: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Give the keys with one value each that belong to the device or the part."""
    return {
        name: facts
        for name, facts in keys.items()
        if not facts.get("shape") and not facts.get("external") and _is_of(name, prefix)
    }


def _is_of(name: str, prefix: str) -> bool:
    return not prefix or name == prefix or name.startswith(f"{prefix}_")


def _keys(told: list[_Told]) -> list[dict[str, Any]]:
    """Give each key once, readings first, as the newest run says it."""
    found: dict[str, dict[str, Any]] = {}
    for is_setting in (False, True):
        for one in told:
            for name, facts in (one.settings if is_setting else one.readings).items():
                row = {"key": name, "units": facts.get("units"), "is_setting": is_setting}
                found.setdefault(name, row)
    return list(found.values())


def _main_key(keys: list[dict[str, Any]], device: str) -> str:
    own = device.replace(".", "_")
    names = [one["key"] for one in keys]
    return own if own in names else next(iter(names), "")


def _ends(told: list[_Told], key: str) -> dict[int, tuple[str, Any, Any]]:
    """Give by run the stream that tells the key, and its first and last value there."""
    found = {
        one.run: (one.stream, one.values[key], one.values[key])
        for one in reversed(told)
        if key in one.settings and key in one.values
    }
    streams: dict[int, str] = {}
    for one in told:
        if key in one.readings and (one.run not in streams or one.stream == BASELINE):
            streams[one.run] = one.stream
    first, last = (_pages(streams, key, order) for order in ("first_ordinal", "-last_ordinal"))
    for run, stream in streams.items():
        if run in first and run in last:
            found[run] = (stream, _value(first[run], key, 0), _value(last[run], key, -1))
    return found


def _pages(streams: dict[int, str], key: str, order: str) -> dict[int, StoredPage]:
    """Read the first or the last page of a stream of each run that has the key."""
    rows = EventPage.objects.filter(run__in=streams, stream__in=set(streams.values()))
    ends = (
        rows.order_by("run_id", "stream", order)
        .distinct("run_id", "stream")
        .values_list("pk", "run_id", "stream")
    )
    run_of = {pk: run for pk, run, stream in ends if streams[run] == stream}
    if not run_of:
        return {}
    read = read_pages(EventPage.objects.filter(pk__in=run_of), Wanted((key,), timestamps=False, times=False))
    return {run_of[page.pk]: page for page in read}


def _value(page: StoredPage, key: str, row: int) -> Any:
    held = page.values(Part.DATA, key) if page.column(Part.DATA, key) is not None else []
    return held[row] if held else None


def _row(run: Run, stream: str, first: Any, last: Any) -> dict[str, Any]:
    return {
        "uid": run.uid,
        "scan_id": run.scan_id,
        "plan_name": run.plan_name,
        "time": run.time,
        "exit_status": run.exit_status or None,
        "stream": stream,
        "first": first,
        "last": last,
    }
