"""Where runs were taken: beamlines and proposals that have any, those that one may see, how many each has.

A run is seen by its place alone, so the rights are asked once, of the places, and not again of each run. The
counts are kept by the database (`catalog.models_of_search`); what was changed since they were last put
together is added here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.access import Scope, visible
from accounts.actor import Actor
from catalog.models import Run, RunPlace
from catalog.queries import RunQuery

MANY_PLACES = 50
FEW_PROPOSALS = 100
_WITHOUT = 0

_RUNS_IN_ALL = """
SELECT coalesce(sum(n), 0)::bigint FROM (
    SELECT count AS n FROM catalog_facetcount
    WHERE scope = ANY(%(scopes)s::bigint[]) AND key = 'run' AND value = ''
    UNION ALL
    SELECT change FROM catalog_facetchange
    WHERE key = 'run' AND (%(all)s OR place = ANY(%(places)s::bigint[]))
) AS found
"""


class Seen(NamedTuple):
    """The places of one beamline that one may see, and their proposals; None is one for runs without."""

    beamline_id: int
    keys: list[int]
    proposals: list[int | None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the runs that one may see were taken.

    ``sees_all`` says that this is everywhere; ``rows`` are empty then.
    """

    rows: list[Seen]
    sees_all: bool = False

    @property
    def keys(self) -> str:
        """Give the keys of the places as PostgreSQL writes an array."""
        return array_of(key for row in self.rows for key in row.keys)

    @property
    def are_few(self) -> bool:
        """Tell whether the runs are those of few proposals, so that an index gives them all."""
        named = {proposal for row in self.rows for proposal in row.proposals}
        return not self.sees_all and None not in named and len(named) <= FEW_PROPOSALS

    def runs(self) -> QuerySet[Run]:
        """Give the runs of these places, with beamline and proposal joined."""
        rows = Run.objects.select_related("beamline", "proposal")
        return rows if self.sees_all else rows.filter(reduce(or_, map(_at, self.rows), Q(pk__in=[])))

    def scopes(self) -> list[int]:
        """Give the scopes whose counts add up to those of the places; a beamline seen whole is one."""
        if self.sees_all:
            return [0]
        if sum(len(row.keys) for row in self.rows) <= MANY_PLACES:
            return [key for row in self.rows for key in row.keys]
        every = dict(RunPlace.objects.order_by().values_list("beamline_id").annotate(Count("pk")))
        scopes: list[int] = []
        for row in self.rows:
            scopes += [-row.beamline_id] if len(row.keys) == every.get(row.beamline_id) else row.keys
        return scopes

    def asked(self, scopes: list[int] | None = None) -> dict[str, Any]:
        """Give the parameters of a question about the counts of these places; `scopes` if they are known."""
        known = self.scopes() if scopes is None else scopes
        return {"all": self.sees_all, "places": self.keys, "scopes": array_of(known)}


def is_of_places(query: RunQuery) -> bool:
    """Tell whether a query asks for all runs of places, so that what is kept of them is the answer."""
    return replace(query, beamline="", proposal="", sort=(), cursor="", limit=0) == RunQuery(limit=0)


def visible_places(actor: Actor, query: RunQuery) -> Places:
    """Give the places whose runs `actor` may see, of the beamline and proposal that `query` names."""
    every = RunPlace.objects.order_by()
    seen = visible(actor, every, proposal="proposal", beamline="beamline", scope=Scope.RUN_READ)
    if not (seen.query.where or query.beamline or query.proposal):
        return Places([], sees_all=True)
    if query.beamline:
        seen = seen.filter(beamline__name=query.beamline)
    if query.proposal:
        seen = seen.filter(proposal__number=query.proposal)
    of_beamlines = seen.values("beamline_id").annotate(keys=ArrayAgg("pk"), proposals=ArrayAgg("proposal_id"))
    return Places([Seen(**row) for row in of_beamlines])


def number_of_runs(places: Places) -> int:
    """Give the number of runs of places, as it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS_IN_ALL, places.asked())
        return int(cursor.fetchone()[0])


def array_of(keys: Iterable[int]) -> str:
    """Write keys as PostgreSQL reads an array: at once, where a list of constants is planned one by one."""
    return "{" + ",".join(map(str, keys)) + "}"


def _at(row: Seen) -> Q:
    """Give the condition that a run was taken at one of these places.

    Many proposals are looked up by no index: one for each of them reads more than a walk along time.
    """
    is_by_index = None not in row.proposals and len(row.proposals) <= FEW_PROPOSALS
    proposal = F("proposal_id") if is_by_index else Coalesce("proposal_id", _WITHOUT)
    return Q(_is_among(proposal, (key or _WITHOUT for key in row.proposals)), beamline_id=row.beamline_id)


def _is_among(key: Any, keys: Iterable[int]) -> Func:
    listed = Func(
        Value(array_of(keys)),
        template="%(expressions)s::bigint[]",
        output_field=ArrayField(BigIntegerField()),
    )
    among = Func(listed, function="ANY")
    return Func(key, among, template="(%(expressions)s)", arg_joiner=" = ", output_field=BooleanField())
