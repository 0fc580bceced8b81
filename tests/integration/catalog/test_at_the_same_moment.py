"""Readers and writers that meet: a reader sees a prefix of the run, a second writer finds the first."""

import importlib
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import models as accounts
from catalog import selectors
from catalog.documents.compose import RunComposer
from catalog.ingest import compaction
from catalog.models import EventPage, Run
from catalog.selectors import tables
from tests.support.catalog_runs import KEYS, SYSTEM, keep, make_place, records_of, scan, stored

DEADLINE_S = 20.0
run_selectors = importlib.import_module("catalog.selectors.runs")


def until_somebody_waits_for_a_lock():
    end = time.monotonic() + DEADLINE_S
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited for a lock")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_store_a_new_run_at_the_same_moment_each_is_told_that_it_is_stored():
    place = make_place()
    records = records_of(scan(3))
    results = []

    def second():
        try:
            results.append(keep(place, records))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        first = keep(place, records[:3])
        thread.start()
        until_somebody_waits_for_a_lock()
    thread.join(DEADLINE_S)
    assert first.stored == 3
    assert [(r.stored, r.duplicates, r.last_ordinals) for r in results] == [(3, 3, {records[0].run: 5})]
    assert Run.objects.count() == 1


def rewinding():
    """Give the documents of a run whose point 2 is taken again."""
    run = RunComposer({"plan_name": "scan"}, time=1.0, uid="rewinding-run")
    stream = run.descriptor("primary", KEYS)
    documents = [("start", run.start), ("descriptor", stream.descriptor)]
    for number, value in ((1, 1.0), (2, 2.0), (2, 22.0), (3, 3.0)):
        data = {"det": value, "sx": value}
        event = stream.event(data, dict.fromkeys(data, 2.0), time=2.0, seq_num=number)
        documents.append(("event", event))
    return records_of(documents)


@pytest.mark.django_db
@pytest.mark.parametrize("is_compacted", [False, True])
def test_a_table_keeps_a_point_that_is_taken_again_behind_what_the_reader_looked_at(is_compacted):
    place = make_place()
    records = rewinding()
    keep(place, records[:3])
    keep(place, records[3:4])
    looked_at = run_selectors.run(SYSTEM, records[0].run)
    keep(place, records[4:])
    if is_compacted:
        compaction.compact(looked_at)
    parts = tables.slices(looked_at, "primary", ["det"])
    assert [value for part in parts for value in part.data["det"]] == [1.0, 2.0]
    whole = selectors.table(SYSTEM, records[0].run, "primary")
    assert (whole["seq_num"], whole["columns"]["det"]) == ([1, 2, 3], [1.0, 22.0, 3.0])


@pytest.mark.django_db
def test_the_detail_of_a_run_that_ends_meanwhile_is_of_one_moment(monkeypatch):
    place = make_place()
    records = records_of(scan(3))
    keep(place, records[:-1])
    find = run_selectors.run

    def find_and_then_the_run_ends(actor, uid, **how):
        row = find(actor, uid, **how)
        keep(place, records[-1:])
        return row

    monkeypatch.setattr(run_selectors, "run", find_and_then_the_run_ends)
    detail = selectors.run_detail(SYSTEM, records[0].run)
    assert (detail["exit_status"], detail["stop"], detail["last_ordinal"]) == (None, None, 4)


@pytest.mark.django_db
def test_the_documents_of_a_run_that_ends_meanwhile_agree_with_what_is_said_of_them(monkeypatch):
    place = make_place()
    records = records_of(scan(3))
    keep(place, records[:-1])
    reading = importlib.import_module("catalog.selectors.documents")
    find = reading.run

    def the_run_ends_and_is_found(actor, uid, **how):
        keep(place, records[-1:])
        return find(actor, uid, **how)

    monkeypatch.setattr(reading, "run", the_run_ends_and_is_found)
    client = Client()
    client.force_login(accounts.User.objects.get(pk=place.member.user_id))
    told = client.get(f"/api/v1/runs/{records[0].run}/documents").json()
    assert (told["documents"][-1][:2], told["last_ordinal"], told["closed"]) == ([5, "stop"], 5, True)


@pytest.mark.django_db
@pytest.mark.parametrize("join_at", range(8))
def test_documents_are_whole_while_their_pages_are_joined(join_at, monkeypatch):
    place = make_place()
    uid = stored(place, scan(40, stop=None), batch=3)
    row = Run.objects.get(uid=uid)
    wanted = [ordinal for ordinal, _, _ in selectors.iter_documents(SYSTEM, uid)]
    reading, seen = selectors.iter_documents(SYSTEM, uid), []
    for n, (ordinal, _, _) in enumerate(reading):
        if n == 5 * join_at:
            compaction.compact(row)
        seen.append(ordinal)
    assert seen == wanted
    assert EventPage.objects.filter(run=row).count() == 1
