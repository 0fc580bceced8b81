"""How what is read is found: by an index, or by a walk along one that ends when the page is full.

Every route of the table of rights that reads is asked, so a new list is in here without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.security.access_table import TABLE, Row
from tests.security.stage import Stage, set_stage

GROWING = {
    "accounts": "auditentry session signinrecord tokensession",
    "acquisition": "consoleline controlcommand queueitem",
    "catalog": "document eventcolumn eventpage exportjob quarantine run runattachment runfacts runlink "
    "runnote runnumber runrevision runtag",
    "logbook": "entry entryattachment",
    "notices": "notice",
    "django": "admin_log session",
}
"""Tables with a row for each thing that is done; in them nothing is looked for row by row."""

BOUNDED = {
    "accounts": "apikey beamline group identity membership proposal recoverycode rule sample secondfactor "
    "staffassignment user visit visitmember",
    "acquisition": "beamlinequeue clientdesk controllease enginesnapshot environment lease preset",
    "catalog": "facetchange facetcount retentionrule runplace savedsearch",
    "frontend": "dashboard",
    "logbook": "watcher",
    "notices": "noticechoices",
    "auth": "group permission",
    "django": "content_type",
}
"""Tables with some rows for each account, proposal, beamline or value; changes of counts are folded."""

PARTIAL = {"catalog_quarantine_waiting", "accounts_proposal_published"}
"""Indexes of few rows among many: reading all of one is short."""

READ_THROUGH = {"GET runs/facets admin": {"catalog_runtag"}}
"""What is read through all the same: tags of all runs, which people put on by hand, are counted each time."""

WALKS = {
    "runs": "catalog_run_latest",
    "audit": "accounts_auditentry_pkey",
    "notices": "notice_of_person",
    "exports": "catalog_export_owner",
    "beamlines/<beamline>/history": "item_history",
    "beamlines/<beamline>/log": "log_of_beamline",
}
"""Lists of all there is, and the index along which a page is walked to its end."""


def tables(listed: dict[str, str]) -> set[str]:
    return {f"{app}_{name}" for app, names in listed.items() for name in names.split()}


@pytest.fixture
def stage(db, settings) -> Stage:
    settings.REQUEST_RATES = dict.fromkeys(settings.REQUEST_RATES, (60_000.0, 60_000))
    return set_stage()


def test_of_each_table_it_is_known_whether_it_grows():
    every = {model._meta.db_table for model in apps.get_models()}
    assert every == tables(GROWING) | tables(BOUNDED)
    assert not tables(GROWING) & tables(BOUNDED)


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:Limit for query logging")
def test_no_list_looks_through_a_table_that_grows(stage):
    reckon_with_many_rows()
    faults = {}
    indexes: dict[str, set[str]] = {}
    for row, column in reading():
        name = f"{row.name} {column}"
        asked = statements(stage, row, column)
        plans = [explained(statement) for statement in asked]
        if row.route in WALKS:
            walks = [explained(statement, "sort", "bitmapscan") for statement in asked]
            indexes.setdefault(row.route, set()).update(index for plan in walks for index in indexes_of(plan))
        found = {fault for plan in plans for fault in looked_through(plan)}
        faults[name] = {one for one in found if one.split(":")[0] not in READ_THROUGH.get(name, ())}
    assert {name: found for name, found in faults.items() if found} == {}
    assert {route: indexes[route] for route, index in WALKS.items() if index not in indexes[route]} == {}


def reckon_with_many_rows() -> None:
    """Let the planner believe that growing tables hold a million rows, and forget what it sampled of them."""
    growing = sorted(tables(GROWING))
    with connection.cursor() as cursor:
        # Else the server itself may look at the tables meanwhile, and find them small.
        cursor.execute(f"LOCK TABLE {', '.join(growing)} IN SHARE UPDATE EXCLUSIVE MODE")
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = ANY(%s::regclass[])", [growing])
        cursor.execute(
            "UPDATE pg_class SET reltuples = 1000000, relpages = greatest(1, pg_relation_size(oid) / 8192) "
            "WHERE oid = ANY(%s::regclass[])",
            [growing],
        )


def reading() -> Iterator[tuple[Row, str]]:
    for row in TABLE:
        for column in ("pi", "admin"):
            if row.method == "GET" and row.expected().get(column, 400) < 400:
                yield row, column


def statements(stage: Stage, row: Row, column: str) -> list[str]:
    connection.queries_log.clear()
    with CaptureQueriesContext(connection) as context:
        b"".join(stage.call(row, column))
    asked = [str(query["sql"]).strip() for query in context]
    return [text for text in asked if text.startswith(("SELECT", "WITH", "EXECUTE"))]


def explained(statement: str, *avoided: str) -> dict[str, Any]:
    """Give the plan as it is for tables that are not small, whatever was counted of them last.

    Parameters
    ----------
    avoided
        Ways that the planner takes only if there is no other. Which of two cheap ways it prefers hangs on how
        many pages earlier tests have left behind.
    """
    ways = ("seqscan", "hashjoin", "mergejoin", "material", *avoided)
    settings = [f"SET LOCAL enable_{way} = off" for way in ways]
    with connection.cursor() as cursor:
        cursor.execute("; ".join([*settings, "SET LOCAL plan_cache_mode = force_custom_plan"]))
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        plan = cursor.fetchone()[0]
        cursor.execute("; ".join(setting.replace("off", "on") for setting in settings))
    return dict((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def indexes_of(node: dict[str, Any]) -> Iterator[str]:
    yield node.get("Index Name", "")
    for inner in node.get("Plans", []):
        yield from indexes_of(inner)


def looked_through(node: dict[str, Any], is_walk: bool = False) -> Iterator[str]:
    """Give the scans of growing tables that have no condition for an index and no end.

    Parameters
    ----------
    is_walk
        Whether a node above ends when a page is full, with nothing between that reads all first.
    """
    if node["Node Type"] == "Limit":
        is_walk = True
    elif node["Node Type"] in ("Sort", "Aggregate", "Hash", "HashAggregate", "WindowAgg", "Materialize"):
        is_walk = False
    table = node.get("Relation Name", "")
    if table in tables(GROWING):
        is_found = "Index Cond" in node or "Recheck Cond" in node or node.get("Index Name") in PARTIAL
        if not is_found and (node["Node Type"] == "Seq Scan" or not is_walk):
            yield f"{table}: {node['Node Type']} {node.get('Index Name', '')} {node.get('Filter', '')}"
    for inner in node.get("Plans", []):
        yield from looked_through(inner, is_walk)
