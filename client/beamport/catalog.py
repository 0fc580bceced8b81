"""The runs: searched, picked, followed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from beamport.errors import InvalidError, NotFoundError
from beamport.exports import Progress, download
from beamport.run import Run

if TYPE_CHECKING:
    from beamport.connection import Client

PAGE = 100
_MOST_OF_ARCHIVE = 200
"""The server says so where there is one more."""


class Results:
    """Runs that match a search, newest first; fetched page by page as they are asked for.

    ``len`` counts up to 10,000; ``results[0]`` is the newest, ``results[-1]`` the oldest of what matches.
    """

    def __init__(self, client: Client, **filters: Any) -> None:
        self._client = client
        self._filters = {name: value for name, value in filters.items() if value not in (None, "")}
        self._runs: list[Run] = []
        self._next: str | None = ""
        self._count: dict[str, Any] = {}

    def __repr__(self) -> str:
        more = "+" if self.is_capped else ""
        return f"<{len(self)}{more} runs: {self._filters or 'all'}>"

    def __iter__(self) -> Iterator[Run]:
        number = 0
        while number < len(self._runs) or self._fetch():
            yield self._runs[number]
            number += 1

    def __len__(self) -> int:
        if not self._count:
            self._fetch()
        return int(self._count["value"])

    def __bool__(self) -> bool:
        return bool(self._runs) or self._fetch()

    @property
    def is_capped(self) -> bool:
        """Whether there are more than ``len`` says."""
        if not self._count:
            self._fetch()
        return bool(self._count["capped"])

    @overload
    def __getitem__(self, place: int) -> Run: ...
    @overload
    def __getitem__(self, place: slice) -> list[Run]: ...
    def __getitem__(self, place: int | slice) -> Run | list[Run]:
        """Give one run or some, by their place."""
        if isinstance(place, slice):
            is_open = place.stop is None or place.stop < 0 or (place.start or 0) < 0
            self._fetch_to(None if is_open else place.stop)
        else:
            self._fetch_to(None if place < 0 else place + 1)
        return self._runs[place]

    def search(self, text: str) -> Results:
        """Give those of them that match a further search line."""
        both = " ".join(filter(None, (f"({self._filters['q']})" if self._filters.get("q") else "", text)))
        return Results(self._client, **{**self._filters, "q": both})

    def facets(self) -> dict[str, Any]:
        """Give how often plans, statuses, proposals and beamlines occur in them."""
        filters = {name: value for name, value in self._filters.items() if name not in ("sort", "limit")}
        return dict(self._client.get("runs/facets", **filters))

    def export(
        self, form: str, path: str | Path = ".", *, progress: Progress | None = None, **options: Any
    ) -> Path:
        """Download all of them, 200 at most, as one ZIP file with ``manifest.json`` and ``SHA256SUMS``.

        Parameters
        ----------
        form, options
            A format and what it takes, as for `Run.export`.
        path
            A file, or a folder that exists.
        """
        uids = [run.uid for run in itertools.islice(self, _MOST_OF_ARCHIVE + 1)]
        wanted = {"runs": ",".join(uids), "format": form, **options}
        return download(self._client, "exports/archive", path, wanted, progress)

    def next_page(self) -> list[Run]:
        """Fetch one page more, and give it; empty when there is none."""
        before = len(self._runs)
        self._fetch()
        return self._runs[before:]

    def _fetch_to(self, count: int | None) -> None:
        while (count is None or len(self._runs) < count) and self._fetch():
            pass

    def _fetch(self) -> bool:
        if self._next is None:
            return False
        page = self._client.get("runs", **{"limit": PAGE, **self._filters}, cursor=self._next or None)
        self._next = page["next"]
        self._count = self._count or page["count"]
        self._runs += [Run(self._client, summary) for summary in page["results"]]
        return bool(page["results"])


class Catalog:
    """All runs that you may see.

    Examples
    --------
    ``catalog[-1]`` is the newest, ``catalog["4f1c"]`` the one whose uid begins so, ``catalog[17]`` the newest
    of scan_id 17, ``catalog.search("plan:scan since:7d")`` all that match.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def __repr__(self) -> str:
        return f"<Catalog of {self.client.url}>"

    def __getitem__(self, key: int | str) -> Run:
        """Give a run: by its scan_id, by its place from the newest (-1), or by the begin of its uid.

        Raises
        ------
        NotFoundError
            There is none.
        AmbiguousError
            Several uids begin so.
        """
        if isinstance(key, str):
            return Run(self.client, self.client.get(f"runs/{key}"))
        if key >= 0:
            return self._first(Results(self.client, scan_id=key, limit=1), f"scan_id {key}")
        found = Results(self.client, limit=min(-key, PAGE))
        try:
            return found[-key - 1]
        except IndexError as error:
            raise NotFoundError(f"There are fewer than {-key} runs that you can see.") from error

    def __iter__(self) -> Iterator[Run]:
        return iter(self.search())

    def __len__(self) -> int:
        return len(self.search())

    def search(
        self,
        text: str = "",
        *,
        plan: str = "",
        proposal: str = "",
        beamline: str = "",
        status: str = "",
        scan_id: int | None = None,
        since: str | float | None = None,
        until: str | float | None = None,
        sort: str = "",
    ) -> Results:
        """Give the runs that match, newest first.

        Parameters
        ----------
        text
            A search line: words, ``key:value``, ranges ``energy:7..8``, ``-not``, quotes.
        plan, proposal, beamline, status, scan_id
            Exactly these.
        since, until
            Bounds of the time: ``"7d"``, ``"2026-11-22"``, POSIX seconds.
        sort
            ``time`` for the oldest first.
        """
        if len(text) > 1000:
            raise InvalidError(f"A search line has 1000 characters at most; this has {len(text)}.")
        return Results(
            self.client,
            q=text,
            plan=plan,
            proposal=proposal,
            beamline=beamline,
            status=status,
            scan_id=scan_id,
            since=since,
            until=until,
            sort=sort,
        )

    def live(self, beamline: str, *, timeout_s: float | None = None) -> Iterator[Run]:
        """Give each run of a beamline as it begins; the first is one that is running now.

        Follow each with `Run.follow`. Ends when no run has begun for `timeout_s`; never by default.
        """
        from beamport.live import live_runs

        return live_runs(self, beamline, timeout_s=timeout_s)

    def _first(self, found: Results, what: str) -> Run:
        for run in found:
            return run
        raise NotFoundError(f"There is no run of {what} that you can see.")
