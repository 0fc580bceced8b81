"""The logbook: entries of people with runs between them, for their proposal; mentions, files, presence."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.errors import ForbiddenError, InvalidError, NotFoundError, TooLargeError
from accounts.models import AuditEntry
from catalog import ingest
from logbook import presence, selectors, services
from logbook.models import Entry, Watcher
from notices.models import Notice
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db


def write(facility, text, name="member", **rest):
    where = {"beamline": "alpha", "proposal": "P-1", **rest}
    return services.write(actor=facility.actor(name), text=text, **where)


def texts(facility, name, **asked):
    lines = selectors.log(facility.actor(name), "alpha", **asked)["results"]
    return [line["entry"]["text"] if "entry" in line else line["kind"] for line in lines]


def store_run(uid, time):
    documents = scan(2, uid=uid, time=time)
    records = records_of(documents)
    ingest.store(actor=SYSTEM, origin=ingest.Origin("alpha", "P-1", "member"), records=records)


def test_entries_and_runs_stand_in_the_order_of_time(facility):
    first = write(facility, "sample in")
    write(facility, "looks good")
    Entry.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=2))
    store_run("run-between", (timezone.now() - timedelta(hours=1)).timestamp())
    assert texts(facility, "observer") == ["looks good", "run", "sample in"]
    assert texts(facility, "observer", kind="run") == ["run"]
    assert texts(facility, "observer", q="GOOD") == ["looks good"]


def test_pages_go_on_where_the_last_ended(facility):
    for number in range(7):
        write(facility, str(number))
    store_run("old-run", 1_700_000_000.0)
    found, before = [], None
    while True:
        page = selectors.log(facility.actor("member"), "alpha", before=before, limit=3)
        found += [line.get("entry", {}).get("text", "run") for line in page["results"]]
        before = page["next"]
        if before is None:
            break
    assert found == ["6", "5", "4", "3", "2", "1", "0", "run"]


def test_who_is_not_in_the_proposal_reads_and_writes_nothing(facility):
    row = write(facility, "secret recipe")
    for name in ("outsider", "stranger"):
        with pytest.raises(NotFoundError):
            selectors.log(facility.actor(name), "alpha")
        with pytest.raises(NotFoundError):
            services.change(actor=facility.actor(name), beamline="alpha", uid=str(row.uid), text="mine")
    with pytest.raises(ForbiddenError):
        write(facility, "may I", name="observer")
    assert texts(facility, "staff") == ["secret recipe"]


def test_only_the_author_changes_an_entry_and_the_text_before_is_audited(facility):
    row = write(facility, "5 keV")
    uid = str(row.uid)
    with pytest.raises(ForbiddenError):
        services.change(actor=facility.actor("pi"), beamline="alpha", uid=uid, text="6 keV")
    changed = services.change(actor=facility.actor("member"), beamline="alpha", uid=uid, text="7 keV")
    assert changed.edited_at is not None
    entry = AuditEntry.objects.get(action="log.changed")
    assert (entry.before, entry.after) == ({"text": "5 keV"}, {"text": "7 keV"})
    with pytest.raises(ForbiddenError):
        services.withdraw(actor=facility.actor("pi"), beamline="alpha", uid=uid)
    services.withdraw(actor=facility.actor("staff"), beamline="alpha", uid=uid)
    assert texts(facility, "member") == []
    assert AuditEntry.objects.get(action="log.withdrawn").before["text"] == "7 keV"


def test_who_is_named_and_may_read_it_is_told_once(facility):
    row = write(facility, "@pi look, @outsider too, @member and @nobody")
    assert row.mentions == ["pi"]
    assert list(Notice.objects.values_list("user__username", flat=True)) == ["pi"]
    services.change(actor=facility.actor("member"), beamline="alpha", uid=str(row.uid), text="@pi @staff")
    told = sorted(Notice.objects.values_list("user__username", flat=True))
    assert told == ["pi", "staff"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_no_text_and_too_much_are_refused(facility, text):
    with pytest.raises(InvalidError):
        write(facility, text)


def test_files_come_and_go_whole(facility, settings, tmp_path):
    settings.BEAMPORT_ATTACHMENTS_DIR = tmp_path
    uid = write(facility, "picture").uid
    client = Client()
    client.force_login(facility.users["member"])
    place = f"/api/v1/beamlines/alpha/log/{uid}/files"
    made = client.post(f"{place}?name=../a%20b.png", b"\x89PNG", content_type="image/png")
    assert made.status_code == 201
    assert made.json()["name"] == "a b.png"
    answer = client.get(f"{place}/{made.json()['uid']}")
    assert b"".join(answer.streaming_content) == b"\x89PNG"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    client.force_login(facility.users["outsider"])
    assert client.get(f"{place}/{made.json()['uid']}").status_code == 404


def test_a_file_that_is_too_large_leaves_nothing(facility, settings, tmp_path):
    settings.BEAMPORT_ATTACHMENTS_DIR = tmp_path
    settings.BEAMPORT_ATTACHMENT_MAX_BYTES = 3
    uid = str(write(facility, "picture").uid)
    with pytest.raises(TooLargeError):
        services.attach(
            actor=facility.actor("member"),
            beamline="alpha",
            uid=uid,
            name="a",
            media_type="",
            content=[b"1234"],
        )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_who_watches_is_there_until_not_heard_of(facility):
    presence.note_watching(actor=facility.actor("observer"), beamline="alpha")
    presence.note_watching(actor=facility.actor("observer"), beamline="alpha")
    assert presence.watchers(facility.actor("member"), "alpha") == ["observer"]
    Watcher.objects.update(seen_at=timezone.now() - presence.GONE_AFTER)
    assert presence.watchers(facility.actor("member"), "alpha") == []
    with pytest.raises(NotFoundError):
        presence.note_watching(actor=facility.actor("outsider"), beamline="alpha")


def test_every_model_has_its_migration():
    call_command("makemigrations", "logbook", "notices", check=True, dry_run=True, verbosity=0)
