"""A kit to test exporters with: runs of every kind, and what must hold for all formats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from catalog.documents.compose import RunComposer
from catalog.documents.encoding import to_storable
from catalog.export.errors import NoStreamError, NothingToExportError
from catalog.export.options import checked_options
from catalog.export.protocol import Document, Exporter
from catalog.export.registry import NAME
from catalog.export.runs import DocumentsRun, single

EPOCH = 1_700_000_000.0

Named = tuple[str, Document]


def key(dtype: str = "number", units: str | None = None, shape: Sequence[int] = (), owner: str = "") -> Any:
    """Describe a data key."""
    return {"source": "kit", "dtype": dtype, "shape": list(shape), "units": units, "object_name": owner}


def grid_run(rows: int = 3, columns: int = 4) -> list[Named]:
    """Give a map of two motors that goes forth and back, with setpoints, a spectrum, an image and text."""
    run = RunComposer(
        {
            "plan_name": "grid_scan",
            "scan_id": 42,
            "num_points": rows * columns,
            "motors": ["sy", "sx"],
            "detectors": ["det"],
            "shape": [rows, columns],
            "hints": {"dimensions": [[["sy"], "primary"], [["sx"], "primary"]]},
            "sample": {"name": "LaB6"},
            "user": "ada",
            "proposal": "P-1",
            "nothing": None,
            "huge": 10**30,
        },
        time=EPOCH,
    )
    documents: list[Named] = [("start", run.start)]
    baseline = run.descriptor("baseline", {"ring": key(units="mA")})
    documents.append(("descriptor", baseline.descriptor))
    documents.append(("event", baseline.event({"ring": 300.5}, {"ring": EPOCH}, time=EPOCH)))
    keys = {
        "det": key(units="counts", owner="det"),
        "sx": key(units="mm", owner="sx"),
        "sx_user_setpoint": key(units="mm", owner="sx"),
        "sy": key(units="mm", owner="sy"),
        "mca": key("array", shape=[20], owner="mca"),
        "image": key("array", shape=[4, 5], owner="camera"),
        "note": key("string"),
        "count": key("integer"),
        "good": key("boolean"),
    }
    stream = run.descriptor("primary", keys, hints={"det": {"fields": ["det"]}})
    documents.append(("descriptor", stream.descriptor))
    for n in range(rows * columns):
        row, step = divmod(n, columns)
        x = step if row % 2 == 0 else columns - 1 - step
        data = {
            "det": math.pi * (10 * row + x),
            "sx": x + 0.001 * row,
            "sx_user_setpoint": float(x),
            "sy": 0.1 * row,
            "mca": [n + channel for channel in range(20)],
            "image": [[n + 5 * line + pixel for pixel in range(5)] for line in range(4)],
            "note": f"=point {n}",
            "count": n,
            "good": n % 2 == 0,
        }
        now = EPOCH + 0.25 * n
        documents.append(("event", stream.event(data, dict.fromkeys(data, now), time=now)))
    return [*documents, ("stop", run.stop(time=EPOCH + 10))]


def odd_run() -> list[Named]:
    """Give a run of values that get lost easily: NaN, -0.0, huge numbers, odd text, names and nesting."""
    run = RunComposer(
        {"nan": math.nan, "big": 2**70, "half": "\ud800", "nul": "a\0b", "\U0001f600": {"$x": 1}}
    )
    names = ["=odd, name", "inf", "integer", "mixed", "a" * 80]
    keys = {name: key("array" if name == "mixed" else "number") for name in names}
    stream = run.descriptor("odd/stream [1]", keys)
    values: list[tuple[Any, ...]] = [
        (math.nan, math.inf, 2**70, None, -0.0),
        (-0.0, -math.inf, -(2**63), [], 1e22),
        (0.1 + 0.2, 5e-324, 0, {"$numberDouble": "trap"}, 1e16),
        (None, None, None, "\ud83d\0\n,\"'", None),
    ]
    events: list[Named] = [
        (
            "event",
            stream.event(dict(zip(names, row, strict=True)), dict.fromkeys(names, EPOCH), time=EPOCH + n),
        )
        for n, row in enumerate(values)
    ]
    return [
        ("start", run.start),
        ("descriptor", stream.descriptor),
        *events,
        ("stop", run.stop("fail", "=why")),
    ]


def rewound_run() -> list[Named]:
    """Give a run whose plan went back: of two events with one number the later one counts."""
    run = RunComposer({"plan_name": "scan"}, time=EPOCH)
    stream = run.descriptor("primary", {"sx": key(units="mm")})
    taken = [(1, 0.0), (2, 1.0), (3, 2.0), (2, 20.0), (3, 30.0), (4, 40.0)]
    events: list[Named] = [
        ("event", stream.event({"sx": value}, {"sx": EPOCH}, seq_num=number, time=EPOCH + number))
        for number, value in taken
    ]
    return [("start", run.start), ("descriptor", stream.descriptor), *events, ("stop", run.stop())]


def open_run() -> list[Named]:
    """Give a run that has not ended: no stop document."""
    return grid_run()[:-1]


def empty_run() -> list[Named]:
    """Give a run without streams."""
    run = RunComposer({}, time=EPOCH)
    return [("start", run.start), ("stop", run.stop("abort", "nothing happened"))]


RUNS: Mapping[str, Callable[[], list[Named]]] = {
    "grid": grid_run,
    "odd": odd_run,
    "rewound": rewound_run,
    "open": open_run,
    "empty": empty_run,
}
"""Runs of every kind, by name."""


def written(exporter: Exporter, documents: Sequence[Named], **options: Any) -> bytes:
    """Give the bytes that an exporter makes of documents."""
    return b"".join(exporter.write(DocumentsRun(documents), checked_options(exporter, options)))


def check_exporter(
    exporter: Exporter,
    *,
    options: Mapping[str, Any] | None = None,
    read: Callable[[bytes], Sequence[Named]] | None = None,
) -> None:
    """Check what must hold for every exporter, over `RUNS`.

    Parameters
    ----------
    options
        Options without which it cannot work.
    read
        Reads the documents back; required of lossless formats, whose every document must come back equal.

    Raises
    ------
    AssertionError
        Something does not hold; the message says what, and for which run.
    """
    _check_words(exporter)
    for name, make in RUNS.items():
        documents = make()
        try:
            pieces = list(exporter.write(DocumentsRun(documents), checked_options(exporter, options or {})))
        except (NothingToExportError, NoStreamError):
            assert not exporter.is_lossless, (
                f"{exporter.name} refuses the run {name!r}, and says it is lossless"
            )
            continue
        assert all(isinstance(piece, bytes) for piece in pieces), f"{name}: a piece is no bytes"
        assert b"".join(pieces), f"{name}: the file is empty"
        if exporter.is_repeatable:
            again = written(exporter, documents, **(options or {}))
            assert again == b"".join(pieces), f"{name}: it says that it is repeatable, and is not"
        if exporter.is_lossless:
            assert read is not None, "tell how a lossless format is read"
            _check_same(name, read(b"".join(pieces)), documents)


def _check_words(exporter: Exporter) -> None:
    assert NAME.match(exporter.name), f"{exporter.name!r} is no name of a format"
    assert exporter.title, "it has no title"
    assert exporter.ending, "it has no ending"
    assert "/" in exporter.media_type, f"{exporter.media_type!r} is no media type"
    assert bool(exporter.loses) is not exporter.is_lossless, "say what a lossy format loses, and nothing else"
    properties = exporter.options.get("properties", {})
    for name, schema in properties.items():
        assert "default" in schema, f"the option {name} has no default"
        jsonschema_rs.Draft202012Validator(schema).validate(schema["default"])
    assert exporter.options.get("additionalProperties") is False, "unknown options must be refused"


def _check_same(name: str, found: Sequence[Named], expected: Sequence[Named]) -> None:
    plain = [(kind, to_storable(doc)) for kind, doc in single(found)]
    wanted = [(kind, to_storable(doc)) for kind, doc in expected]
    assert len(plain) == len(wanted), f"{name}: {len(plain)} documents came back of {len(wanted)}"
    for place, (one, other) in enumerate(zip(plain, wanted, strict=True)):
        # text keeps the order of keys, and which number is a float
        assert repr(one) == repr(other), f"{name}: document {place} came back as {one}, it was {other}"
