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
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    F,
    Func,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from accounts.access import PreparedVisible, Scope, visible
from accounts.actor import Actor
from accounts.prepared import Prepared
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
    SELECT n FROM catalog_facetfresh WHERE scope = ANY(%(scopes)s::bigint[]) AND key = 'run'
) AS found
"""


_LATEST_OF = """ANY(ARRAY(
    SELECT latest.id
    FROM unnest(%(expressions)s) AS place(beamline_id, proposal_id),
    LATERAL (
        SELECT run.time, run.id FROM catalog_run AS run
        WHERE run.beamline_id = place.beamline_id AND run.proposal_id = place.proposal_id
        ORDER BY run.time DESC, run.id DESC LIMIT %(most)s
    ) AS latest
    ORDER BY latest.time DESC, latest.id DESC LIMIT %(most)s
))"""


class SomePlaces(NamedTuple):
    """Places of one beamline, and the proposal of each; None is one for runs without."""

    beamline_id: int
    name: str
    keys: list[int]
    proposal_ids: list[int | None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the runs that one may see were taken: on whole beamlines, and at some places of others.

    ``sees_all`` says that this is everywhere; the rest is empty then.
    """

    beamlines: list[int]
    rows: list[SomePlaces]
    sees_all: bool = False

    @property
    def are_few(self) -> bool:
        """Tell whether the runs are those of few proposals, so that an index gives them all."""
        named = {proposal for row in self.rows for proposal in row.proposal_ids}
        is_some = not self.sees_all and not self.beamlines
        return is_some and None not in named and len(named) <= FEW_PROPOSALS

    @property
    def are_one_walk(self) -> bool:
        """Tell whether an index has all of their runs along time, without many others between them."""
        return self.sees_all or (len(self.beamlines) == 1 and not self.rows)

    def runs(self) -> QuerySet[Run]:
        """Give the runs of these places, with beamline and proposal joined."""
        rows = Run.objects.select_related("beamline", "proposal")
        if self.sees_all:
            return rows
        of_beamlines = [Q(beamline_id=key) for key in self.beamlines]
        return rows.filter(reduce(or_, [*of_beamlines, *map(_at, self.rows)], Q(pk__in=[])))

    def latest(self, most: int) -> QuerySet[Run]:
        """Give the latest runs of few places: found in each by its index, and of these the latest."""
        pairs = [(row.beamline_id, key) for row in self.rows for key in row.proposal_ids]
        beamlines = _array(beamline for beamline, _ in pairs)
        proposals = _array(proposal for _, proposal in pairs if proposal is not None)
        rows = Run.objects.select_related("beamline", "proposal")
        return rows.filter(_is(F("pk"), Func(beamlines, proposals, template=_LATEST_OF, most=most)))

    def scopes(self) -> list[int]:
        """Give the scopes whose counts add up to those of the places; a beamline seen whole is one."""
        if self.sees_all:
            return [0]
        are_many = sum(len(row.keys) for row in self.rows) > MANY_PLACES
        sizes = dict(_SIZES.all()) if are_many else {}
        found = [-key for key in self.beamlines]
        for row in self.rows:
            found += [-row.beamline_id] if len(row.keys) == sizes.get(row.beamline_id) else row.keys
        return found


def is_of_places(query: RunQuery) -> bool:
    """Tell whether a query asks for all runs of places, so that what is kept of them is the answer."""
    return replace(query, beamline="", proposal="", sort=(), cursor="", limit=0) == RunQuery(limit=0)


def visible_places(actor: Actor, query: RunQuery) -> Places:
    """Give the places whose runs `actor` may see, of the beamline and proposal that `query` names."""
    if query.proposal:
        seen = visible(actor, RunPlace.objects.filter(proposal__number=query.proposal), scope=Scope.RUN_READ)
        return _at_beamline(query.beamline, [], _by_beamline(Q(pk__in=seen.values("pk"))))
    found = _SEEN.of(actor)
    if found is not None:
        return _at_beamline(query.beamline, found.beamlines, found.rows)
    if not query.beamline:
        return Places([], [], sees_all=True)
    named = RunPlace.objects.filter(beamline__name=query.beamline).order_by()
    return Places(list(named.values_list("beamline_id", flat=True).distinct()), [])


def _at_beamline(name: str, beamlines: list[tuple[int, str]], rows: Iterable[dict[str, Any]]) -> Places:
    """Give what is at the beamline of this name, or at any without a name."""
    whole = [key for key, beamline in beamlines if name in ("", beamline)]
    some = (SomePlaces(**row) for row in rows)
    return Places(whole, [row for row in some if name in ("", row.name) and row.beamline_id not in whole])


def _by_beamline(wanted: Q) -> QuerySet[Any, Any]:
    rows = RunPlace.objects.filter(wanted).order_by().values("beamline_id", name=F("beamline__name"))
    return rows.annotate(keys=ArrayAgg("pk"), proposal_ids=ArrayAgg("proposal_id"))


def number_of_runs(places: Places) -> int:
    """Give the number of runs of places, as it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNS_IN_ALL, {"scopes": array_of(places.scopes())})
        return int(cursor.fetchone()[0])


def array_of(keys: Iterable[int]) -> str:
    """Write keys as PostgreSQL reads an array: at once, where a list of constants is planned one by one."""
    return "{" + ",".join(map(str, keys)) + "}"


def _at(row: SomePlaces) -> Q:
    """Give the condition that a run was taken at one of these places.

    Many proposals are looked up by no index: one for each of them reads more than a walk along time.
    """
    is_by_index = None not in row.proposal_ids and len(row.proposal_ids) <= FEW_PROPOSALS
    proposal = F("proposal_id") if is_by_index else Coalesce("proposal_id", _WITHOUT)
    return Q(_is_among(proposal, (key or _WITHOUT for key in row.proposal_ids)), beamline_id=row.beamline_id)


def _is_among(key: Any, keys: Iterable[int]) -> Func:
    return _is(key, Func(_array(keys), function="ANY"))


def _is(key: Any, one_of: Func) -> Func:
    return Func(key, one_of, template="(%(expressions)s)", arg_joiner=" = ", output_field=BooleanField())


def _array(keys: Iterable[int]) -> Func:
    return Func(
        Value(array_of(keys)),
        template="%(expressions)s::bigint[]",
        output_field=ArrayField(BigIntegerField()),
    )


_SEEN = PreparedVisible(_by_beamline, scope=Scope.RUN_READ)
_SIZES: Prepared[Any] = Prepared(
    lambda: RunPlace.objects.order_by().values_list("beamline_id").annotate(Count("pk"))
)
