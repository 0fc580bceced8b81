"""The figure of a run from its documents, as a notebook has them: the same as in the browser."""

from collections.abc import Iterable, Mapping
from typing import Any

from frontend.figures.axes import main_stream
from frontend.figures.run_figure import RunFigure, run_figure

Document = Mapping[str, Any]


def documents_figure(
    documents: Iterable[tuple[str, Document]], *, stream_name: str = "", **chosen: Any
) -> RunFigure:
    """Draw one stream of a run.

    Parameters
    ----------
    documents
        Names and documents; events alone or in pages.
    stream_name
        Name of the stream; the one that the plan is about when empty.
    chosen
        ``x``, ``y``, ``slow``, ``per`` and ``log`` of `run_figure`.

    Raises
    ------
    LookupError
        The documents have no start, or no such stream.
    UnknownAxisError
        What was chosen cannot be drawn.

    Examples
    --------
    >>> made = documents_figure([
    ...     ("start", {"uid": "a", "time": 9.0}),
    ...     ("descriptor", {"uid": "b", "name": "primary",
    ...                     "data_keys": {"det": {"dtype": "number", "shape": []}}}),
    ...     ("event", {"descriptor": "b", "seq_num": 1, "time": 10.0, "data": {"det": 3.0}}),
    ... ])
    >>> made.figure["data"][0]["y"], made.caption
    ([3.0], 'det over the point number, 1 point.')
    """
    start: Document | None = None
    names: dict[str, str] = {}
    streams: dict[str, Document] = {}
    rows: dict[str, dict[int, tuple[float, Document]]] = {}
    for name, doc in documents:
        if name == "start":
            start = doc
        elif name == "descriptor":
            names[doc["uid"]] = stream = doc.get("name", "")
            streams[stream] = doc
        elif name in ("event", "event_page") and doc["descriptor"] in names:
            rows.setdefault(names[doc["descriptor"]], {}).update(_rows(name, doc))
    if start is None:
        raise LookupError("There is no start document among these documents.")
    known = {stream: _stream(described) for stream, described in streams.items()}
    chosen_stream = stream_name or main_stream(start, known)
    if chosen_stream not in known:
        raise LookupError(f"There is no stream {chosen_stream!r} among these documents.")
    table = _table(rows.get(chosen_stream, {}), streams[chosen_stream])
    return run_figure(table, start, known[chosen_stream], stream_name=chosen_stream, **chosen)


def _rows(name: str, doc: Document) -> dict[int, tuple[float, Document]]:
    """Give rows by their number: a later event of a number takes the place of an earlier one."""
    if name == "event":
        return {doc["seq_num"]: (doc["time"], doc["data"])}
    return {
        number: (doc["time"][place], {key: values[place] for key, values in doc["data"].items()})
        for place, number in enumerate(doc["seq_num"])
    }


def _table(rows: Mapping[int, tuple[float, Document]], described: Document) -> dict[str, Any]:
    numbers = sorted(rows)
    keys = [key for key, told in described["data_keys"].items() if not told.get("external")]
    return {
        "seq_num": numbers,
        "time": [rows[number][0] for number in numbers],
        "columns": {key: [rows[number][1].get(key) for number in numbers] for key in keys},
    }


def _stream(described: Document) -> dict[str, Any]:
    columns = [{**told, "key": key} for key, told in described["data_keys"].items()]
    return {"columns": columns, "hints": described.get("hints") or {}}
