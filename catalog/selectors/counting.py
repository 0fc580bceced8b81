"""How often values occur: exactly for all runs that one may see, among the newest 10,000 that match a search.

The counts of all runs are kept by the database (`catalog.models_of_search`); what was changed since they were
last put together is added here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count

from accounts.access import Scope, require_in_key
from accounts.actor import Actor
from catalog.models import RunTag
from catalog.queries import RunQuery
from catalog.selectors.conditions import condition
from catalog.selectors.deadline import deadline
from catalog.selectors.finding import COUNT_CAP, Matches, matches
from catalog.selectors.places import Places, array_of, is_of_places, visible_places

FACETS = ("plan", "status", "proposal", "beamline", "sample", "user", "detector", "motor", "tag")
"""The keys that are counted; each is a key of the search line too."""

MAX_VALUES = 200
"""Values of one facet, the most frequent first."""

_KEPT = ("plan", "status", "sample", "user", "detector", "motor")

_COUNTS_OF_ONE_SCOPE = """
WITH fresh AS (
    SELECT key, value, sum(n) AS n FROM catalog_facetfresh
    WHERE scope = %(scope)s AND key = ANY(%(keys)s::text[]) GROUP BY key, value
), most AS (
    SELECT asked.key, top.value, top.count AS n FROM unnest(%(keys)s::text[]) AS asked(key), LATERAL (
        SELECT value, count FROM catalog_facetcount WHERE scope = %(scope)s AND key = asked.key
        ORDER BY count DESC, value LIMIT %(most)s + (SELECT count(*) FROM fresh)
    ) AS top
), changed AS (
    SELECT fresh.key, fresh.value, kept.count AS n FROM fresh
    JOIN catalog_facetcount AS kept
      ON kept.scope = %(scope)s AND kept.key = fresh.key AND kept.value = fresh.value
)
SELECT key, value, sum(n)::bigint
FROM (SELECT * FROM most UNION SELECT * FROM changed UNION ALL SELECT * FROM fresh) AS found
GROUP BY key, value HAVING sum(n) > 0
"""
_COUNTS_OF_SCOPES = """
SELECT key, value, sum(n)::bigint FROM (
    SELECT key, value, count AS n FROM catalog_facetcount
    WHERE scope = ANY(%(scopes)s::bigint[]) AND key = ANY(%(keys)s::text[])
    UNION ALL
    SELECT key, value, n FROM catalog_facetfresh
    WHERE scope = ANY(%(scopes)s::bigint[]) AND key = ANY(%(keys)s::text[])
) AS found GROUP BY key, value HAVING sum(n) > 0
"""
_RUNS_OF_PLACES = """
WITH place AS MATERIALIZED (
    SELECT id, beamline_id, proposal_id FROM catalog_runplace
    WHERE ARRAY[0, -beamline_id, id] && %(scopes)s::bigint[]
), counted AS MATERIALIZED (
    SELECT beamline_id, proposal_id, sum(n)::bigint AS n FROM (
        SELECT scope, count AS n FROM catalog_facetcount
        WHERE key = 'run' AND value = '' AND scope = ANY(ARRAY(SELECT id FROM place))
        UNION ALL
        SELECT place, change FROM catalog_facetchange WHERE key = 'run'
    ) AS kept JOIN place ON place.id = kept.scope
    GROUP BY beamline_id, proposal_id HAVING sum(n) > 0
)
SELECT 'run', '', sum(n)::bigint FROM counted HAVING sum(n) > 0
UNION ALL SELECT 'beamline', beamline.name, sum(n)::bigint
    FROM counted JOIN accounts_beamline AS beamline ON beamline.id = beamline_id GROUP BY beamline.name
UNION ALL (SELECT 'proposal', proposal.number, sum(n)::bigint AS runs
    FROM counted LEFT JOIN accounts_proposal AS proposal ON proposal.id = proposal_id
    GROUP BY proposal.number ORDER BY runs DESC, proposal.number LIMIT %(most)s)
"""
_COUNTS_OF_RUNS = """
WITH run AS MATERIALIZED (SELECT * FROM catalog_runfacts WHERE run_id = ANY(%(runs)s::bigint[]))
SELECT 'plan', plan, count(*) FROM run WHERE plan <> '' GROUP BY plan
UNION ALL SELECT 'status', status, count(*) FROM run GROUP BY status
UNION ALL SELECT 'user', username, count(*) FROM run WHERE username <> '' GROUP BY username
UNION ALL SELECT 'sample', sample, count(*) FROM run WHERE sample <> '' GROUP BY sample
UNION ALL SELECT 'motor', name, sum(n)::bigint
    FROM (SELECT motors, count(*) AS n FROM run GROUP BY motors) AS listed, unnest(motors) AS name
    GROUP BY name
UNION ALL SELECT 'detector', name, sum(n)::bigint
    FROM (SELECT detectors, count(*) AS n FROM run GROUP BY detectors) AS listed, unnest(detectors) AS name
    GROUP BY name
UNION ALL SELECT 'beamline', place.name, n
    FROM (SELECT beamline_id, count(*) AS n FROM run GROUP BY beamline_id) AS counted
    JOIN accounts_beamline AS place ON place.id = counted.beamline_id
UNION ALL SELECT 'proposal', proposal.number, n
    FROM (SELECT proposal_id, count(*) AS n FROM run GROUP BY proposal_id) AS counted
    LEFT JOIN accounts_proposal AS proposal ON proposal.id = counted.proposal_id
UNION ALL SELECT 'tag', name, count(DISTINCT run_id)
    FROM catalog_runtag WHERE run_id = ANY(%(runs)s::bigint[]) GROUP BY name
"""


def facets(actor: Actor, query: RunQuery) -> dict[str, Any]:
    """Give how often the values of each of `FACETS` occur in the runs that match, 200 values at most each.

    Counts are exact for all runs, of a beamline or proposal too; else they are those of the newest 10,000
    matching runs, and ``count`` says ``capped``.
    """
    require_in_key(actor, Scope.RUN_READ)
    places = visible_places(actor, query)
    with deadline():
        return _of_places(places) if is_of_places(query) else _of_matches(places, query)


def _of_places(places: Places) -> dict[str, Any]:
    scopes = places.scopes()
    asked = {"scopes": array_of(scopes), "keys": list(_KEPT), "most": MAX_VALUES}
    if len(scopes) == 1:
        rows = _rows(_COUNTS_OF_ONE_SCOPE, {**asked, "scope": scopes[0]})
    else:
        rows = _rows(_COUNTS_OF_SCOPES, asked)
    found = _grouped(rows + _rows(_RUNS_OF_PLACES, asked))
    tags = (
        RunTag.objects.all() if places.sees_all else RunTag.objects.filter(run__in=places.runs().values("pk"))
    )
    found["tag"] = dict(tags.order_by().values_list("name").annotate(Count("run", distinct=True)))
    return _answer(found, sum(found.pop("run", {}).values()), is_capped=False)


def _of_matches(places: Places, query: RunQuery) -> dict[str, Any]:
    keys = newest_keys(matches(places, query, condition(query), is_counted=False))
    counted = keys[:COUNT_CAP]
    found = _grouped(_rows(_COUNTS_OF_RUNS, {"runs": array_of(counted)}))
    return _answer(found, len(counted), is_capped=len(keys) > COUNT_CAP)


def newest_keys(found: Matches) -> list[int]:
    """Give the keys of the newest matches, one more than are counted."""
    if found.newest is not None:
        return [pk for _, pk in found.newest]
    newest = found.rows().order_by("-time", "-pk").values("pk")[: COUNT_CAP + 1]
    return newest.aggregate(keys=ArrayAgg("pk"))["keys"] or []


def _rows(sql: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _grouped(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[Any, int]]:
    found: dict[str, dict[Any, int]] = defaultdict(dict)
    for key, value, number in rows:
        found[key][value] = number
    return found


def _answer(found: Mapping[str, Mapping[Any, int]], total: int, *, is_capped: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {name: ranked(found.get(name, {})) for name in FACETS}
    return {**answer, "count": {"value": total, "capped": is_capped}}


def ranked(counts: Mapping[Any, int]) -> list[dict[str, Any]]:
    """Give values with their counts, the most frequent first."""
    rows = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return [{"value": value, "count": count} for value, count in rows[:MAX_VALUES]]
