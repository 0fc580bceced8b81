"""Where runs were taken: beamlines and proposals that have any, those that one may see, how many each has.

The counts are kept by the database (`catalog.models_of_search`); what was changed since they were last put
together is added here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from accounts.access import Scope, visible
from accounts.actor import Actor
from catalog.models import RunPlace
from catalog.queries import RunQuery

MANY_PLACES = 50

_RUNS_OF_PLACES = """
SELECT place, sum(n)::bigint FROM (
    SELECT scope AS place, count AS n FROM catalog_facetcount
    WHERE scope = ANY(%(places)s::bigint[]) AND key = 'run'
    UNION ALL
    SELECT place, change FROM catalog_facetchange
    WHERE place = ANY(%(places)s::bigint[]) AND key = 'run'
) AS found GROUP BY place HAVING sum(n) > 0
"""


class Place(NamedTuple):
    """A beamline and proposal that have runs: keys and names."""

    pk: int
    beamline_id: int
    proposal_id: int | None
    beamline: str
    proposal: str | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the runs that one may see were taken, and the scopes whose counts add up to theirs."""

    rows: list[Place]
    scopes: list[int]

    @property
    def keys(self) -> str:
        """Give the keys of the places as PostgreSQL writes an array."""
        return array_of(row.pk for row in self.rows)


def is_of_places(query: RunQuery) -> bool:
    """Tell whether a query asks for all runs of places, so that what is kept of them is the answer."""
    return replace(query, beamline="", proposal="", sort=(), cursor="", limit=0) == RunQuery(limit=0)


def visible_places(actor: Actor, query: RunQuery) -> Places:
    """Give the places whose runs `actor` may see, of the beamline and proposal that `query` names."""
    every = RunPlace.objects.order_by()
    seen = visible(actor, every, proposal="proposal", beamline="beamline", scope=Scope.RUN_READ)
    sees_all = not seen.query.where
    if query.beamline:
        seen = seen.filter(beamline__name=query.beamline)
    if query.proposal:
        seen = seen.filter(proposal__number=query.proposal)
    names = ("pk", "beamline_id", "proposal_id", "beamline__name", "proposal__number")
    rows = [Place(*row) for row in seen.values_list(*names)]
    if sees_all and not query.beamline and not query.proposal:
        return Places(rows, [0])
    return Places(rows, _scopes(rows))


def _scopes(rows: list[Place]) -> list[int]:
    """Put places together where they are all places of a beamline: its counts are kept too."""
    if len(rows) <= MANY_PLACES:
        return [row.pk for row in rows]
    every = dict(RunPlace.objects.values_list("beamline_id").annotate(Count("pk")))
    of_beamline: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        of_beamline[row.beamline_id].append(row.pk)
    scopes: list[int] = []
    for beamline, places in of_beamline.items():
        scopes += [-beamline] if len(places) == every.get(beamline) else places
    return scopes


def runs_at(places: Places) -> dict[int, int]:
    """Give the number of runs of each place by its key, as it is kept; places without runs are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS_OF_PLACES, {"places": places.keys})
        return dict(cursor.fetchall())


def array_of(keys: Iterable[int]) -> str:
    """Write keys as PostgreSQL reads an array: at once, where a list of constants is planned one by one."""
    return "{" + ",".join(map(str, keys)) + "}"
