"""The commands of the catalogue, called as an administrator calls them."""

import io
from dataclasses import replace

import pymongo
import pytest
from django.core.management import CommandError, call_command

from catalog import selectors, services
from catalog.export import exporter
from catalog.export.escapes import restored
from catalog.management.commands import export_documents
from catalog.models import Document, EventColumn, EventPage, Run
from config.embedded import free_port
from tests.support.catalog_runs import SYSTEM, make_place, scan, stored
from tests.support.served import Served, running
from tests.unit.catalog.documents.test_encoding import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def said(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, skip_checks=True, **options)
    return out.getvalue()


def test_a_sound_catalogue_verifies_and_digests_do_not_depend_on_how_it_was_stored(place):
    docs = list(scan(1500))
    uid = stored(place, docs, batch=400)
    first = said("verify_runs", "--digests")
    assert "1 runs, 1503 documents, 0 runs with faults" in first
    services.delete_run(actor=SYSTEM, run_uid=uid, reason="again")
    stored(place, docs)
    assert said("verify_runs", uid, "--digests") == first


def lose_a_document():
    Document.objects.filter(name="descriptor").delete()


def lose_a_page():
    EventPage.objects.latest("first_ordinal").delete()


def lose_a_column():
    EventColumn.objects.filter(part=1, key="det")[0].delete()


def cut_a_column():
    column = EventColumn.objects.filter(part=1, key="det")[0]
    EventColumn.objects.filter(pk=column.pk).update(floats=column.floats[:-1])


def forget_the_end():
    Run.objects.update(exit_status="")


def miscount():
    Run.objects.update(num_events={"primary": 3})


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lose_a_document, "1 documents are missing, first 1"),
        (lose_a_page, "documents are missing"),
        (lose_a_column, "columns cannot be read"),
        (cut_a_column, "its columns have"),
        (forget_the_end, "is not ended"),
        (miscount, "the run says 3"),
    ],
)
def test_damage_is_found(place, damage, told):
    stored(place, scan(1200), batch=500)
    damage()
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 of 1 runs do not verify"):
        call_command("verify_runs", stdout=out, skip_checks=True)
    assert told in out.getvalue()


def test_orphans_are_listed_and_closed(place):
    uid = stored(place, scan(2, stop=None))
    assert "1 open runs" in said("close_orphans", "demo", dry_run=True)
    assert Run.objects.get().is_open
    assert f"{uid} closed as fail" in said("close_orphans", "demo")
    assert Run.objects.get().exit_status == "fail"


@pytest.mark.parametrize("form", ["jsonl", "msgpack"])
def test_runs_go_out_to_files_and_come_in_again(place, tmp_path, form):
    uid = stored(place, scan(70, note="é\0"))
    before = [list(entry) for entry in selectors.iter_documents(SYSTEM, uid)]
    (path,) = said("export_documents", uid[:8], "--format", form, "--to", str(tmp_path)).split()
    services.delete_run(actor=SYSTEM, run_uid=uid, reason="moved")
    told = said("import_documents", path, "--beamline", "demo", "--proposal", "P-1")
    assert "1 runs, 73 documents stored, 0 there before, 0 refused" in told
    assert same([list(entry) for entry in selectors.iter_documents(SYSTEM, uid)], before)
    assert "73 there before" in said("import_documents", path, "--beamline", "demo")


def test_all_runs_that_a_search_line_finds_go_out(place, tmp_path):
    wanted = {n: stored(place, scan(2, scan_id=n)) for n in (1, 2)}
    stored(place, scan(2, scan_id=9))
    words = ("--query", "scan_id:<5", "--format", "csv", "--to", str(tmp_path))
    paths = said("export_documents", *words).split()
    assert {f"{tmp_path}/scan_{n}_{uid}_primary.csv" for n, uid in wanted.items()} == set(paths)
    assert {str(path) for path in tmp_path.iterdir()} == set(paths)


def test_a_file_is_written_whole_or_not_at_all(place, tmp_path, monkeypatch):
    uid = stored(place, scan(2))
    said("export_documents", uid, "--to", str(tmp_path))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()

    def broken(run, options):
        yield b"half"
        raise OSError("the disk is full")

    monkeypatch.setattr(export_documents, "exporter", lambda name: replace(exporter(name), write=broken))
    with pytest.raises(CommandError, match="disk is full"):
        said("export_documents", uid, "--to", str(tmp_path))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {path: whole}


def test_runs_go_into_a_mongodb_server(place):
    uid = stored(place, scan(3))
    address = f"mongodb://127.0.0.1:{free_port()}/archive"
    with running(Served("tests.support.servers.mongo_wire", (address.rsplit(":")[-1].split("/")[0],))):
        told = said("export_documents", uid, "--to", address)
        with pymongo.MongoClient(address, serverSelectionTimeoutMS=10_000) as client:
            found = [restored(doc) for doc in client["archive"]["event"].find()]
    assert told == f"{uid}: 6 documents in archive\n"
    assert [doc["seq_num"] for doc in found] == [1, 2, 3]


def test_a_file_that_cannot_be_imported_is_told(place, tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"x")
    for name in ("a.xyz", "missing.jsonl"):
        with pytest.raises(CommandError, match=name):
            said("import_documents", str(tmp_path / name), "--beamline", "demo")


def test_runs_past_their_time_are_listed_and_deleted(place):
    uid = stored(place, scan(1))
    services.set_rule(actor=SYSTEM, days=30)
    assert f"{uid} of demo due" in said("apply_retention")
    assert Run.objects.exists()
    assert "1 runs deleted" in said("apply_retention", "--delete")
    assert not Run.objects.exists()
