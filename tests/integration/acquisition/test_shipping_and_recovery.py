"""From the journal to the catalogue: each document once, whatever the writer left; orphans are closed."""

import zlib

import pytest

from accounts import services as accounts
from accounts.actor import worker_actor
from acquisition.queue import leases, running
from acquisition.queue.models import BeamlineQueue, ControlCommand, QueueItem
from acquisition.worker import shipper as shipping
from acquisition.worker.item import ItemRefusedError, standing_of
from acquisition.worker.journal import Header, JournalFile
from acquisition.worker.recovery import REASON, recover
from acquisition.worker.shipper import REFUSALS, SET_ASIDE, Shipper
from catalog import ingest, services
from catalog import selectors as catalog
from catalog.documents.encoding import dumps
from tests.integration.acquisition.test_queue_services import submit
from tests.support.catalog_runs import scan
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db
WORKER = worker_actor("alpha")


@pytest.fixture
def grant(facility):
    return leases.acquire(actor=WORKER, beamline="alpha", holder="one")


def documents_of_a_run(points=3):
    """Compose the documents of a small run."""
    return [(name, dict(doc)) for name, doc in scan(points)]


def journal(folder, documents, *, item_uid=None, tail=b""):
    run = documents[0][1]["uid"]
    file = JournalFile(folder / f"{run}.journal", Header(run, "alpha", "P-1", "member", item_uid))
    for name, doc in documents:
        file.append(name, doc)
    file.close()
    with file.path.open("ab") as torn:
        torn.write(tail)
    return run, file.path


def shipper(folder, grant, troubles=None):
    return Shipper(folder, actor=WORKER, grant=grant, on_trouble=(troubles or []).append)


def test_a_whole_run_is_stored_in_batches_and_its_file_goes(tmp_path, grant, monkeypatch):
    monkeypatch.setattr(shipping, "BATCH", 100)
    documents = documents_of_a_run(250)
    run, path = journal(tmp_path, documents)
    ships = shipper(tmp_path, grant)
    ships.ship_all()
    assert [(name, doc) for _, name, doc in catalog.documents(SYSTEM, run)] == documents
    assert not path.exists()
    assert ships.progress.batches == 3


def test_a_batch_of_large_documents_holds_fewer(tmp_path, grant, monkeypatch):
    _, path = journal(tmp_path, documents_of_a_run(30))
    monkeypatch.setattr(shipping, "BATCH_BYTES", path.stat().st_size // 3)
    ships = shipper(tmp_path, grant)
    ships.ship_all()
    assert ships.progress.batches == 3


def test_small_runs_of_one_origin_are_shipped_together_and_each_is_told_of(tmp_path, grant):
    sent = [documents_of_a_run() for _ in range(5)]
    uids = [journal(tmp_path, documents)[0] for documents in sent]
    ships = shipper(tmp_path, grant)
    told = []
    ships.on_begun = told.append
    ships.ship_all()
    assert (ships.progress.batches, sorted(told)) == (1, sorted(uids))
    for run, documents in zip(uids, sent, strict=True):
        assert [(name, doc) for _, name, doc in catalog.documents(SYSTEM, run)] == documents
    assert list(tmp_path.glob("*.journal")) == []


def test_runs_of_two_items_are_shipped_apart(tmp_path, grant):
    for item_uid in ("one", "other"):
        journal(tmp_path, documents_of_a_run(), item_uid=item_uid)
    ships = shipper(tmp_path, grant)
    ships.ship_all()
    assert ships.progress.batches == 2


def test_a_gap_in_one_run_of_a_batch_begins_that_run_anew(tmp_path, grant):
    begun, doubted, other = (documents_of_a_run() for _ in range(3))
    run, path = journal(tmp_path, begun[:-1])
    ships = shipper(tmp_path, grant)
    ships.ship_all()
    services.close_orphan(actor=SYSTEM, run_uid=run, reason="to delete it")
    services.delete_run(actor=SYSTEM, run_uid=run, reason="as if the database had lost it")
    with path.open("ab") as file:
        record = dumps([len(begun) - 1, *begun[-1]])
        file.write(b"%08x %s\n" % (zlib.crc32(record), record))
    uids = [run, *(journal(tmp_path, documents)[0] for documents in (doubted, other))]
    ships.ship_all()
    assert [catalog.run_detail(SYSTEM, uid)["exit_status"] for uid in uids] == ["success"] * 3


def test_a_run_is_told_of_once_and_only_when_it_can_be_found(tmp_path, grant, monkeypatch):
    monkeypatch.setattr(shipping, "BATCH", 100)
    run, _ = journal(tmp_path, documents_of_a_run(250))
    ships = shipper(tmp_path, grant)
    told = []
    ships.on_begun = lambda uid: told.append((uid, catalog.last_ordinal(SYSTEM, uid)))
    ships.ship_all()
    assert told == [(run, 99)]


def test_shipping_anew_after_a_doubt_stores_nothing_twice(tmp_path, grant):
    documents = documents_of_a_run(120)
    run, path = journal(tmp_path, documents[:-1])
    shipper(tmp_path, grant).ship_all()
    shipper(tmp_path, grant).ship_all()
    assert [(name, doc) for _, name, doc in catalog.documents(SYSTEM, run)] == documents[:-1]
    assert path.exists()


def test_a_stale_worker_ships_nothing(tmp_path, grant):
    run, path = journal(tmp_path, documents_of_a_run())
    leases.release(grant)
    leases.acquire(actor=WORKER, beamline="alpha", holder="two")
    with pytest.raises(leases.LeaseLostError):
        shipper(tmp_path, grant).ship_all()
    assert catalog.open_runs("alpha") == []
    assert path.exists()


def test_a_run_that_the_store_does_not_take_is_set_aside_and_holds_nobody_up(tmp_path, grant, monkeypatch):
    odd, odd_path = journal(tmp_path, documents_of_a_run())
    good, _ = journal(tmp_path, documents_of_a_run())
    real = ingest.store

    def store(*, actor, origin, records):
        if any(record.run == odd for record in records):
            raise TypeError("a very odd document")
        return real(actor=actor, origin=origin, records=records)

    monkeypatch.setattr(ingest, "store", store)
    troubles = []
    ships = Shipper(tmp_path, actor=WORKER, grant=grant, on_trouble=troubles.append)
    for _ in range(REFUSALS - 1):
        with pytest.raises(TypeError):
            ships.ship_all()
    ships.ship_all()
    assert catalog.run_detail(SYSTEM, good)["exit_status"] == "success"
    assert not odd_path.exists()
    assert len(list((tmp_path / SET_ASIDE).iterdir())) == 1
    assert odd in troubles[0]


def test_recovery_leaves_runs_open_that_another_program_sends(tmp_path, grant, facility):
    mine, _ = journal(tmp_path, documents_of_a_run()[:-1])
    theirs = documents_of_a_run()
    records = [ingest.Record(theirs[0][1]["uid"], n, name, doc) for n, (name, doc) in enumerate(theirs[:-1])]
    ingest.store(actor=SYSTEM, origin=ingest.Origin("alpha", "P-1", "member"), records=records)
    assert recover(actor=WORKER, grant=grant, folder=tmp_path).closed_runs == [mine]
    assert catalog.open_runs("alpha") == [theirs[0][1]["uid"]]


def test_recovery_ships_closes_interrupts_and_holds_and_may_be_done_twice(tmp_path, grant, facility):
    item, behind = submit(facility), submit(facility)
    BeamlineQueue.objects.update(is_held=False)
    running.claim_next(actor=WORKER, grant=grant)
    documents = documents_of_a_run()[:-2]
    run, _ = journal(tmp_path, documents, item_uid=str(item.uid), tail=b'deadbeef [5,"event",{"se')
    (tmp_path / "unborn.journal").write_bytes(b"0000")
    ControlCommand.objects.create(
        beamline_id=grant.beamline_id, action="pause", requested_by="member", item_uid=item.uid
    )
    found = recover(actor=WORKER, grant=grant, folder=tmp_path)
    assert (found.bytes_cut, found.documents) == (28, 4)
    assert (found.closed_runs, found.interrupted_items) == ([run], [str(item.uid)])
    stored = catalog.documents(SYSTEM, run)
    assert [(name, doc) for _, name, doc in stored][:-1] == documents
    assert stored[-1][1] == "stop"
    assert catalog.run_detail(SYSTEM, run)["reason"] == REASON
    item.refresh_from_db()
    assert (item.state, item.run_uids) == ("interrupted", [run])
    waiting = QueueItem.objects.filter(state="queued").order_by("position")
    assert [row.copied_from_id for row in waiting] == [item.pk, None]
    assert waiting[1].pk == behind.pk
    assert ControlCommand.objects.get().outcome == "expired"
    assert BeamlineQueue.objects.get().hold_reason == REASON
    assert list(tmp_path.glob("*.journal")) == []
    assert not recover(actor=WORKER, grant=grant, folder=tmp_path).is_after_a_loss


def test_a_damaged_journal_is_set_aside_and_the_queue_held(tmp_path, grant):
    run, path = journal(tmp_path, documents_of_a_run())
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 0x41
    path.write_bytes(spoilt)
    found = recover(actor=WORKER, grant=grant, folder=tmp_path)
    assert run in found.troubles[0]
    queue = BeamlineQueue.objects.get()
    assert queue.is_held
    assert "set aside" in queue.hold_reason
    assert (tmp_path / SET_ASIDE).is_dir()


def test_rights_are_asked_again_when_the_item_starts(facility, grant):
    item = submit(facility)
    assert "device:move" in standing_of(item, "alpha")[0]
    accounts.remove_member(actor=SYSTEM, proposal="P-1", username="member")
    with pytest.raises(ItemRefusedError, match="may not run items of proposal P-1 here any more"):
        standing_of(item, "alpha")
