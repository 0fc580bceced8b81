"""What the terminal shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from beamport.errors import BeamportError
from beamport.exports import Progress as Report

_WIDE = 200


class Screen:
    """Tables and progress bars for people; with `is_plain` lines with tabs, for other programs."""

    def __init__(self, *, is_plain: bool = False) -> None:
        self.is_plain = is_plain
        self._out = Console(width=None if sys.stdout.isatty() else _WIDE, emoji=False)
        self._err = Console(stderr=True, emoji=False)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Show rows under the names of their columns."""
        if self.is_plain:
            for row in rows:
                self.line("\t".join(_text(value) for value in row))
            return
        table = Table(title=title or None, title_justify="left")
        for column in columns:
            table.add_column(Text(column), overflow="fold")
        for row in rows:
            table.add_row(*(Text(_text(value)) for value in row))
        self._out.print(table)

    def facts(self, title: str, facts: dict[str, Any]) -> None:
        """Show names and values."""
        self.table(
            title, ("", ""), [(name, value) for name, value in facts.items() if value not in (None, "")]
        )

    def line(self, text: str) -> None:
        """Show one line as it is."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def refuse(self, error: BeamportError) -> None:
        """Say what was refused, why, and what to do."""
        self._err.print(error.detail, markup=False, highlight=False, style="red", soft_wrap=True)
        for name, messages in error.fields.items():
            self._err.print(f"  {name}: {' '.join(messages)}", markup=False, highlight=False, soft_wrap=True)
        if error.hint:
            self._err.print(error.hint, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def download(self, what: str) -> Iterator[Report]:
        """Show how far a download is."""
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self._err, disable=self.is_plain) as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


def moment(seconds: float | None) -> str:
    """Write POSIX seconds as people here read them."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict | list):
        return json.dumps(value, default=str)
    return printable(str(value))


def printable(text: str) -> str:
    r"""Write out what a terminal would obey or could not show: metadata may come from anybody.

    Examples
    --------
    >>> printable("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
