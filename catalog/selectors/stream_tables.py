"""A stream's table, looked up once and read in several ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.actor import Actor
from catalog.models import Run
from catalog.selectors.blocks import Block, blocks, chosen_columns, data_keys_of
from catalog.selectors.decimation import fewer_rows
from catalog.selectors.kinds import kinds_of
from catalog.selectors.runs import run


@dataclass(frozen=True, slots=True)
class StreamTable:
    """A stream of a run as it was when it was looked up, and those of its columns that are asked for."""

    row: Run
    stream: str
    keys: dict[str, Any]
    columns: list[str]

    @property
    def num_events(self) -> int:
        """The highest seq_num of the stream."""
        return int(self.row.num_events.get(self.stream, 0))

    def blocks(
        self,
        columns: Sequence[str],
        timestamps: bool,
        start: int = 0,
        stop: int | None = None,
        *,
        times: bool = True,
    ) -> Iterator[Block]:
        """Give rows of some of the columns, see `iter_blocks`; without `times` they have no time."""
        return blocks(self.row, self.stream, columns, timestamps, start, stop, times=times)

    def kinds(self) -> dict[str, frozenset[str]]:
        """Tell what the columns hold, see `column_kinds`."""
        return kinds_of(self.row, self.stream, self.keys, self.columns)

    def fewer(self, points: int) -> tuple[list[int], Block]:
        """Give fewer rows, see `decimated`."""
        return fewer_rows(self.row, self.stream, self.columns, points)


def stream_table(actor: Actor, uid: str, stream: str, *, columns: Sequence[str] | None = None) -> StreamTable:
    """Look up a stream of a run, and its columns: those named, or all whose values are in events.

    Raises
    ------
    NotFoundError
        The actor sees no such run, or it has no such stream.
    InvalidError
        There is no such column.
    """
    row = run(actor, uid)
    keys = data_keys_of(row, stream)
    return StreamTable(row, stream, keys, chosen_columns(keys, stream, columns))
