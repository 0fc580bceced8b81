"""A table of events that grows as they come."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acquisition.callbacks.routing import Document, DocumentCallback

_MIN_WIDTH = 12
_SHOWN = {"number", "integer", "string", "boolean"}


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    width: int
    precision: int

    def cell(self, value: Any) -> str:
        if isinstance(value, float):
            text = f"{value:.{self.precision}f}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.3e}"
        else:
            text = str(value)
        return text[: self.width].rjust(self.width)


class LiveTable(DocumentCallback):
    """
    Prints a row for each event of a stream.

    Parameters
    ----------
    fields : iterable of str or device
        Data keys; a device stands for all keys that it describes.
    stream_name : str
        Stream to show.
    print_header_interval : int
        Rows after which the header comes again.
    default_prec : int
        Decimals of numbers whose device says none.
    out : callable
        Takes each line.
    """

    def __init__(
        self,
        fields: Iterable[Any],
        *,
        stream_name: str = "primary",
        print_header_interval: int = 50,
        default_prec: int = 3,
        out: Callable[[str], object] = print,
    ) -> None:
        self._fields = [key for field in fields for key in _keys(field)]
        self._stream = stream_name
        self._interval = print_header_interval
        self._precision = default_prec
        self._out = out
        self._start: Document = {}
        self._descriptors: set[str] = set()
        self._columns: list[_Column] = []
        self._rows = 0

    def start(self, doc: Document) -> None:
        """Begin a table."""
        self._start = doc
        self._descriptors = set()
        self._columns = []
        self._rows = 0

    def descriptor(self, doc: Document) -> None:
        """Take the columns of the stream, and print the header when they are new."""
        if doc.get("name") != self._stream:
            return
        self._descriptors.add(doc["uid"])
        if not self._columns:
            self._columns = list(self._columns_of(doc["data_keys"]))
            self._header()

    def event(self, doc: Document) -> None:
        """Print a row."""
        if doc["descriptor"] not in self._descriptors:
            return
        self._rows += 1
        if self._interval and self._rows % self._interval == 0:
            self._header()
        row = {
            "seq_num": doc["seq_num"],
            "time": datetime.fromtimestamp(doc["time"]).astimezone().strftime("%H:%M:%S.%f")[:-3],
            **{key: value for key, value in doc["data"].items() if doc.get("filled", {}).get(key, True)},
        }
        cells = (column.cell(row.get(column.key, "")) for column in self._columns)
        self._out("| " + " | ".join(cells) + " |")

    def stop(self, doc: Document) -> None:
        """Close the table."""
        if self._columns:
            self._out(self._line())
        start = self._start
        plan, scan_id = start.get("plan_name", "run"), start.get("scan_id", "-")
        self._out(f"{plan} [{str(start.get('uid', ''))[:8]}] (scan {scan_id}): {doc.get('exit_status', '')}")

    def _columns_of(self, data_keys: Mapping[str, Any]) -> Iterable[_Column]:
        yield _Column("seq_num", 10, 0)
        yield _Column("time", 12, 0)
        for key in self._fields:
            data_key = data_keys.get(key)
            if data_key is not None and data_key.get("dtype") in _SHOWN and not data_key.get("shape"):
                precision = data_key.get("precision")
                decimals = precision if isinstance(precision, int) and precision >= 0 else self._precision
                yield _Column(key, max(_MIN_WIDTH, len(key)), decimals)

    def _line(self) -> str:
        return "+" + "+".join("-" * (column.width + 2) for column in self._columns) + "+"

    def _header(self) -> None:
        self._out(self._line())
        self._out("| " + " | ".join(column.key.rjust(column.width) for column in self._columns) + " |")
        self._out(self._line())


def _keys(field: Any) -> list[str]:
    if isinstance(field, str):
        return [field]
    describe = getattr(field, "describe", None)
    if describe is None:
        raise TypeError(f"{field!r} is neither a data key nor a device that describes its keys")
    return sorted(describe())
