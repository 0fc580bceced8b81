"""A catalogue of runs from a seeded generator: the same documents for Beamport and for its peers."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

SEED = 20260101
STEP_S = 60.0
LAST = 1_790_000_000.0
PLANS = ("scan", "count", "grid_scan", "fly", "list_scan", "rel_scan", "spiral", "tune_centroid")
STATUSES = ("success",) * 8 + ("fail", "abort")
SAMPLES = tuple(
    f"{name}-{n}" for name in ("LaB6", "Fe2O3", "CeO2", "lysozyme", "perovskite") for n in range(400)
)
USERS = tuple(f"user{n:03d}" for n in range(200))
SYLLABLES = (
    "ka",
    "ro",
    "mi",
    "tel",
    "vo",
    "su",
    "ban",
    "der",
    "li",
    "qua",
    "zen",
    "por",
    "fa",
    "nix",
    "el",
    "gro",
)
WORDS = tuple(a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES)
PROPOSALS = 500
_BATCH = 20_000
_WORKERS = 2
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique ORDER BY pg_relation_size(indexrelid) DESC, 1
"""


def starts(count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` start documents of about 900 bytes, a minute apart, the last at `LAST`."""
    numbers = random.Random(SEED)
    for n in range(count):
        proposal = n * PROPOSALS // count
        plan = numbers.choice(PLANS)
        energy = round(numbers.uniform(5000, 25_000), 2)
        words = [WORDS[int(len(WORDS) * numbers.random() ** 3)] for _ in range(6)]
        yield {
            "uid": str(uuid.UUID(int=numbers.getrandbits(128), version=4)),
            "time": LAST - (count - n) * STEP_S,
            "scan_id": n % 50_000 + 1,
            "plan_name": plan,
            "plan_type": "generator",
            "plan_args": {
                "detectors": ["det", "camera"],
                "num": 41,
                "args": ["sx", -1.5, 1.5],
                "per_step": "None",
            },
            "detectors": ["det", "camera"][: 1 + numbers.randrange(2)],
            "motors": ["sx", "sy", "theta"][: numbers.randrange(4)],
            "num_points": numbers.choice((11, 21, 41, 101)),
            "num_intervals": 40,
            "hints": {"dimensions": [[["sx"], "primary"]]},
            "sample": {
                "name": SAMPLES[(proposal * 7 + numbers.randrange(20)) % len(SAMPLES)],
                "thickness": round(numbers.uniform(0.01, 2), 3),
            },
            "purpose": " ".join(words),
            "operator_note": f"mark{numbers.randrange(count)}",
            "energy": energy,
            "temperature": numbers.randrange(80, 600),
            "edge": numbers.choice(("Fe K", "Cu K", "Ni K", "La L3")),
            "exposure_time": numbers.choice((0.1, 0.5, 1.0, 5.0)),
            "user": USERS[(proposal * 3 + numbers.randrange(4)) % len(USERS)],
            "proposal_number": proposal,
            "versions": {"engine": "1.0", "plans": "1.0"},
        }


def stop_of(start: dict[str, Any], n: int) -> dict[str, Any]:
    """Give the stop document of the n-th start."""
    return {
        "uid": str(uuid.UUID(int=n)),
        "run_start": start["uid"],
        "time": start["time"] + start["num_points"] * start["exposure_time"],
        "exit_status": STATUSES[n * 7 % len(STATUSES)],
        "reason": "",
        "num_events": {"primary": start["num_points"]},
    }


def fill(count: int) -> float:
    """Fill an empty catalogue by COPY, two connections at a time, and give the seconds it took."""
    from django.db import connection

    began = time.perf_counter()
    places = _places()
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [["catalog_run", "catalog_runnumber"]])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("ALTER TABLE catalog_run DISABLE TRIGGER USER")
    _at_once(_copy, _batches(places, count))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_run ENABLE TRIGGER USER")
    counts, facts = _first_counts()
    of_numbers = [definition for _, definition in indexes if "catalog_runnumber" in definition]
    of_runs = [definition for _, definition in indexes if "catalog_runnumber" not in definition]
    _at_once(_execute, [counts, facts, *of_runs])
    _at_once(_execute, [*of_numbers, "VACUUM ANALYZE"])
    return time.perf_counter() - began


def _at_once(work: Callable[[Any], None], parts: Iterable[Any]) -> None:
    """Work on two parts at a time, taken one by one, each on a connection of its own."""
    parts = iter(parts)
    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting = {pool.submit(work, part) for part in itertools.islice(parts, _WORKERS)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                one.result()
            waiting |= {pool.submit(work, part) for part in itertools.islice(parts, len(done))}


def _execute(statement: str) -> None:
    from django.db import connection

    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'"
        )
        cursor.execute(statement)


def _copy(batch: list[dict[str, Any]]) -> None:
    from django.db import connection

    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.copy_expert(f"COPY catalog_run ({', '.join(batch[0])}) FROM STDIN", _as_copy_text(batch))


def _first_counts() -> tuple[str, str]:
    """Give the statements that the migrations count the runs there are with."""
    from importlib import import_module

    counts = import_module("catalog.migrations.0005_keep_counts_and_numbers").FIRST_COUNT
    facts = import_module("catalog.migrations.0010_narrow_facts").FIRST_FACTS
    return counts, facts


def _places() -> list[Any]:
    """Make two beamlines and the proposals, and give each proposal's place."""
    from accounts.models import Beamline, Proposal
    from catalog.ingest.records import Origin
    from catalog.ingest.rows import Place

    beamlines = [Beamline.objects.create(name=name, title=name) for name in ("one", "two")]
    rows = Proposal.objects.bulk_create([Proposal(number=f"GUP-{n}", title="x") for n in range(PROPOSALS)])
    places = []
    for n, row in enumerate(rows):
        beamline = beamlines[n % 2]
        row.beamlines.add(beamline)
        places.append(Place(Origin(beamline.name, row.number, "ada"), beamline.pk, row.pk))
    return places


def _batches(places: list[Any], count: int) -> Iterator[list[dict[str, Any]]]:
    from catalog.ingest import rows
    from catalog.ingest.records import Record
    from catalog.models import Run

    fields = [
        f for f in Run._meta.concrete_fields if not f.primary_key and not getattr(f, "generated", False)
    ]
    batch = []
    for n, start in enumerate(starts(count)):
        run = rows.new_run(places[start["proposal_number"]], Record(start["uid"], 0, "start", start))
        stop = stop_of(start, n)
        run.num_events = stop["num_events"]
        run.username = start["user"]
        rows.close(run, stop)
        batch.append({f.column: _written(f, getattr(run, f.attname)) for f in fields})
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _written(field: Any, value: Any) -> Any:
    if value is not None and field.get_internal_type() == "JSONField":
        return json.dumps(value)
    return value


def _as_copy_text(batch: list[dict[str, Any]]) -> io.StringIO:
    return io.StringIO("".join("\t".join(map(_cell, row.values())) + "\n" for row in batch))


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
