"""What people add to runs: corrected metadata, tags, notes, files, links; and runs that are deleted."""

import json
import math
from pathlib import Path

import pytest
from django.test import Client

from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, TooLargeError
from accounts.models import AuditEntry, User
from catalog import models, selectors, services
from catalog.ingest import Record
from catalog.queries import RunQuery
from catalog.search import run_query
from tests.support.catalog_runs import SYSTEM, keep, make_place, records_of, scan, stored

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.BEAMPORT_ATTACHMENTS_DIR = tmp_path / "attachments"
    return tmp_path / "attachments"


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def client(place):
    client = Client()
    client.force_login(User.objects.get(pk=place.member.user_id))
    return client


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def uids_found(actor, text):
    return [run["uid"] for run in selectors.runs(actor, run_query(text, query=RunQuery())).results]


def revise(place, uid, changes, **more):
    return services.revise_metadata(
        actor=place.member, run_uid=uid, changes=changes, reason=more.pop("reason", "mistaken"), **more
    )


def test_corrected_metadata_are_found_and_the_start_document_stays(place):
    uid = stored(place, scan(2, sample="wrong", temperature=300))
    before = list(selectors.iter_documents(SYSTEM, uid))
    revision = revise(place, uid, {"sample": {"name": "LaB6"}, "temperature": None, "scan_id": 77})
    assert revision.number == 1
    assert list(selectors.iter_documents(SYSTEM, uid)) == before
    for text, is_found in {
        "sample:LaB6": 1,
        "sample:wrong": 0,
        "wrong": 0,
        "LaB6": 1,
        "scan_id:77": 1,
    }.items():
        assert len(uids_found(place.member, text)) == is_found, text
    held = selectors.metadata(place.member, uid)
    assert (held["revision"], held["metadata"]["sample"]) == (1, {"name": "LaB6"})
    assert "temperature" not in held["metadata"]
    assert selectors.run_detail(place.member, uid)["start"]["sample"] == "wrong"
    assert actions()[-1] == "run.metadata_revised"


def test_an_earlier_revision_is_restored_as_a_new_one(place):
    uid = stored(place, scan(1, a=1, b={"c": math.nan}))
    start = selectors.metadata(SYSTEM, uid)["metadata"]
    revise(place, uid, {"a": 2})
    revise(place, uid, {"b": {"d": 4}})
    restored = services.restore_metadata(actor=place.member, run_uid=uid, number=0, reason="it was right")
    assert restored.number == 3
    assert repr(selectors.metadata(SYSTEM, uid)["metadata"]) == repr(start)
    assert [r["number"] for r in selectors.revisions(SYSTEM, uid)] == [1, 2, 3]
    assert selectors.metadata(SYSTEM, uid, number=2)["metadata"]["a"] == 2
    with pytest.raises(NotFoundError):
        services.restore_metadata(actor=place.member, run_uid=uid, number=4, reason="?")


@pytest.mark.parametrize(
    "changes",
    [{"uid": "other"}, {"time": 5.0}, {"time": None}, {"scan_id": "text"}, {"a.b/c": 1}, {"hints": 7}],
)
def test_metadata_that_are_no_start_document_are_refused(place, changes):
    uid = stored(place, scan(1))
    with pytest.raises(InvalidError):
        revise(place, uid, changes)
    assert models.Run.objects.get().revision == 0


def test_a_change_made_from_an_older_revision_is_refused(place):
    uid = stored(place, scan(1))
    revise(place, uid, {"a": 1}, base=0)
    with pytest.raises(ConflictError, match="at revision 1"):
        revise(place, uid, {"a": 2}, base=0)
    with pytest.raises(ConflictError, match="Nothing"):
        revise(place, uid, {"a": 1})
    with pytest.raises(InvalidError):
        revise(place, uid, {"a": 3}, reason=" ")


def test_a_start_that_comes_again_after_a_revision_is_known(place):
    records = records_of(scan(3, stop=None))
    keep(place, records[:2])
    revise(place, records[0].run, {"sample": "other"})
    result = keep(place, records)
    assert (result.duplicates, result.quarantined) == (2, 0)
    assert len(uids_found(SYSTEM, "sample:other")) == 1


def test_tags_find_runs_and_are_put_once(place):
    uid = stored(place, scan(1))
    stored(place, scan(1))
    for _ in range(2):
        services.add_tag(actor=place.member, run_uid=uid, name=" good beam ")
    assert list(models.RunTag.objects.values_list("name", "author")) == [("good beam", "member-P-1")]
    assert uids_found(place.member, 'tag:"good beam"') == [uid]
    services.remove_tag(actor=place.member, run_uid=uid, name="good beam")
    with pytest.raises(NotFoundError):
        services.remove_tag(actor=place.member, run_uid=uid, name="good beam")
    assert actions() == ["run.tagged", "run.untagged"]


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a/b", "a\nb", "\0", "<b>", "-x", "\u202eabc"])
def test_tags_that_make_bad_names_are_refused(place, name):
    uid = stored(place, scan(1))
    with pytest.raises(InvalidError):
        services.add_tag(actor=place.member, run_uid=uid, name=name)


def test_tags_of_many_runs_change_together_or_not_at_all(place, client):
    first, second = stored(place, scan(1)), stored(place, scan(1))
    hidden = stored(make_place("gamma", "P-2"), scan(1))
    services.add_tag(actor=place.member, run_uid=first, name="to check")

    def send(**body):
        return client.post("/api/v1/runs/tags", json.dumps(body), content_type="application/json")

    refused = send(runs=[first, hidden, "nothing"], add=["good"])
    assert (refused.status_code, set(refused.json()["fields"]["runs"])) == (404, {hidden, "nothing"})
    assert models.RunTag.objects.count() == 1
    told = send(runs=[first, second, first], add=["good", " good "], remove=["to check", "never put"])
    assert told.json() == {"results": [{"uid": first, "tags": ["good"]}, {"uid": second, "tags": ["good"]}]}
    assert send(runs=[first], add=["good"]).status_code == 200
    assert sorted(uids_found(place.member, "tag:good")) == sorted([first, second])
    assert actions() == ["run.tagged", "run.untagged", "run.tagged", "run.tagged"]
    for body in (
        {"runs": [first]},
        {"runs": [], "add": ["a"]},
        {"runs": [first], "add": ["a"], "remove": ["a"]},
    ):
        assert send(**body).status_code == 400, body
    crowd = [f"t{n}" for n in range(100)]
    assert send(runs=[first], add=crowd).status_code == 409


def test_notes_are_changed_by_their_author_and_by_staff(place):
    uid = stored(place, scan(1))
    note = services.add_note(actor=SYSTEM, run_uid=uid, text="# <script>alert(1)</script>")
    with pytest.raises(ForbiddenError):
        services.edit_note(actor=place.member, run_uid=uid, uid=str(note.uid), text="mine")
    mine = services.add_note(actor=place.member, run_uid=uid, text="a")
    edited = services.edit_note(actor=place.member, run_uid=uid, uid=str(mine.uid), text="b")
    assert (edited.text, edited.edited_by) == ("b", "member-P-1")
    services.remove_note(actor=place.member, run_uid=uid, uid=str(mine.uid))
    assert [n["text"] for n in selectors.annotations_of(place.member, uid)["notes"]] == [note.text]
    for wrong in ("nonsense", str(mine.uid)):
        with pytest.raises(NotFoundError):
            services.remove_note(actor=place.member, run_uid=uid, uid=wrong)


def attach(client, uid, name, data=b"hello", kind="text/plain"):
    return client.post(f"/api/v1/runs/{uid}/attachments?name={name}", data, content_type=kind)


def test_a_file_comes_back_as_it_went_in_with_safe_headers(place, client, folder):
    uid = stored(place, scan(1))
    name = "..%2F..%2Fetc%2Fpa%0Assw%E2%80%AEd.html"
    told = attach(client, uid, name, b"<script>", "text/html; charset=utf-8")
    assert told.status_code == 201, told.content
    assert told.json()["name"] == "passwd.html"
    address = f"/api/v1/runs/{uid}/attachments/{told.json()['uid']}"
    response = client.get(address)
    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="passwd.html"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    part = client.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"cri")
    assert client.get(address, headers={"If-None-Match": response["ETag"]}).status_code == 304
    (file,) = [path for path in Path(folder).rglob("*") if path.is_file()]
    assert file.name == told.json()["uid"]


def test_a_file_that_is_too_large_or_empty_is_refused_and_leaves_nothing(place, client, folder, settings):
    settings.BEAMPORT_ATTACHMENT_MAX_BYTES = 10
    uid = stored(place, scan(1))
    assert attach(client, uid, "a", b"x" * 11).status_code == 413
    assert attach(client, uid, "a", b"").status_code == 400
    assert attach(client, uid, "..", b"x").status_code == 400
    assert attach(client, uid, "a", b"x" * 10).status_code == 201
    assert len([path for path in Path(folder).rglob("*") if path.is_file()]) == 1
    assert models.RunAttachment.objects.count() == 1


def test_a_file_goes_when_its_row_is_gone_for_good(place, folder, django_capture_on_commit_callbacks):
    uid = stored(place, scan(1))
    kept = services.attach(actor=place.member, run_uid=uid, name="a", media_type="", content=[b"x"])
    path = selectors.attachment_path(kept)
    with django_capture_on_commit_callbacks(execute=True):
        services.detach(actor=place.member, run_uid=uid, uid=str(kept.uid))
        assert path.exists()
    assert not path.exists()
    with pytest.raises(TooLargeError):
        services.attach(
            actor=place.member,
            run_uid=uid,
            name="a",
            media_type="",
            content=(b"x" * 2**20 for _ in range(99)),
        )


def test_derived_runs_and_their_sources_are_linked_both_ways(place):
    source = stored(place, scan(1))
    derived = stored(place, scan(1, derived_from=[source, "a-run-that-comes-later", 7]))
    (out,) = selectors.annotations_of(place.member, derived)["links"]
    (back,) = selectors.annotations_of(place.member, source)["links"]
    assert (out["direction"], out["relation"], out["run"]) == ("out", "derived_from", source)
    assert (back["direction"], back["run"], back["is_document"]) == ("in", derived, True)
    with pytest.raises(ConflictError):
        services.remove_link(actor=place.member, run_uid=derived, uid=str(out["uid"]))
    later = list(scan(1))
    later[0][1]["uid"] = "a-run-that-comes-later"
    stored(
        place,
        [(n, {**d, "run_start": "a-run-that-comes-later"} if "run_start" in d else d) for n, d in later],
    )
    assert len(selectors.annotations_of(place.member, derived)["links"]) == 2


def test_links_show_no_run_that_one_may_not_see(place):
    elsewhere = make_place("other", "P-2")
    mine, theirs = stored(place, scan(1)), stored(elsewhere, scan(1))
    services.add_link(actor=SYSTEM, run_uid=mine, target=theirs, relation="same_sample")
    assert selectors.annotations_of(place.member, mine)["links"] == []
    assert len(selectors.annotations_of(SYSTEM, mine)["links"]) == 1
    with pytest.raises(NotFoundError):
        services.add_link(actor=place.member, run_uid=mine, target=theirs, relation="reference")
    with pytest.raises(InvalidError):
        services.add_link(actor=place.member, run_uid=mine, target=mine, relation="reference")


def test_a_deleted_run_leaves_nothing_but_its_audit_entry(place, folder, django_capture_on_commit_callbacks):
    uid = stored(place, scan(200), batch=90)
    stays = stored(place, scan(3))
    keep(place, [Record(uid, 203, "event", {"bad": 1})])
    services.add_tag(actor=place.member, run_uid=uid, name="x")
    services.add_note(actor=place.member, run_uid=uid, text="x")
    services.add_link(actor=place.member, run_uid=uid, target=stays, relation="reference")
    services.attach(actor=place.member, run_uid=uid, name="a", media_type="", content=[b"x"])
    revise(place, uid, {"a": 1})
    with django_capture_on_commit_callbacks(execute=True):
        told = services.delete_run(actor=SYSTEM, run_uid=uid, reason="test data")
    assert told == {"uid": uid, "documents": 3, "events": 200, "files": []}
    assert list(models.Run.objects.values_list("uid", flat=True)) == [stays]
    for left in (models.Document, models.EventPage):
        assert set(left.objects.values_list("run__uid", flat=True)) == {stays}
    for gone in (models.EventColumn, models.Quarantine, models.RunTag, models.RunNote, models.RunLink):
        assert not gone.objects.exists()
    assert not any(path.is_file() for path in Path(folder).rglob("*"))
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.object_id, entry.reason) == ("run.deleted", uid, "test data")
    with pytest.raises(NotFoundError):
        selectors.run(SYSTEM, uid)


def test_who_may_not_delete_is_refused_and_open_runs_stay(place):
    uid = stored(place, scan(1, stop=None))
    with pytest.raises(ForbiddenError):
        services.delete_run(actor=place.member, run_uid=uid, reason="mine")
    with pytest.raises(ConflictError, match="not ended"):
        services.delete_run(actor=SYSTEM, run_uid=uid, reason="mine")


def test_the_beginning_of_a_uid_deletes_nothing(place):
    uid = stored(place, scan(1))
    with pytest.raises(InvalidError, match="nothing was deleted") as refused:
        services.delete_run(actor=SYSTEM, run_uid=uid[:8], reason="a slip")
    assert uid in refused.value.hint
    assert selectors.run(SYSTEM, uid)


def with_file(path):
    docs = list(scan(1))
    stream_resource = {
        "uid": f"r-{docs[0][1]['uid']}",
        "uri": f"file://localhost{path}",
        "mimetype": "application/x-hdf5",
        "data_key": "det",
        "parameters": {},
    }
    return [*docs[:2], ("stream_resource", stream_resource), *docs[2:]]


def test_files_of_a_deleted_run_go_on_request_unless_another_run_names_them(
    place, settings, tmp_path, django_capture_on_commit_callbacks
):
    root = tmp_path / "frames"
    root.mkdir()
    settings.BEAMPORT_ASSET_ROOTS = [root]
    own, shared, outside = root / "own.h5", root / "shared.h5", tmp_path / "outside.h5"
    for path in (own, shared, outside):
        path.write_bytes(b"x")
    uids = [stored(place, with_file(path)) for path in (own, shared, outside)]
    stored(place, with_file(shared))
    with django_capture_on_commit_callbacks(execute=True):
        for uid in uids:
            services.delete_run(actor=SYSTEM, run_uid=uid, reason="old", with_assets=True)
    assert (own.exists(), shared.exists(), outside.exists()) == (False, True, True)


def with_resource(root, path, spec="AD_HDF5", **parameters):
    docs = list(scan(1))
    resource = {
        "uid": f"r-{docs[0][1]['uid']}",
        "spec": spec,
        "root": str(root),
        "resource_path": path,
        "resource_kwargs": parameters,
        "path_semantics": "posix",
    }
    return [*docs[:2], ("resource", resource), *docs[2:]]


def test_files_of_resources_and_series_go_too(place, settings, tmp_path, django_capture_on_commit_callbacks):
    root = tmp_path / "frames"
    root.mkdir()
    settings.BEAMPORT_ASSET_ROOTS = [root]
    files = ["a.h5", "both.h5", "split.h5", "img_000.tif", "img_002.tif", "other_000.tif"]
    for name in files:
        (root / name).write_bytes(b"x")
    kept = [
        stored(place, with_resource(tmp_path, "frames/split.h5")),
        stored(place, with_file(root / "both.h5")),
    ]
    gone = [
        with_resource(root, "a.h5"),
        with_resource(root, "both.h5"),
        with_file(root / "split.h5"),
        with_resource(root, "", "AD_TIFF", template="img_%3.3d.tif"),
        with_resource(tmp_path, "../etc/passwd"),
    ]
    uids = [stored(place, docs) for docs in gone]
    with django_capture_on_commit_callbacks(execute=True):
        told = [
            services.delete_run(actor=SYSTEM, run_uid=uid, reason="old", with_assets=True)["files"]
            for uid in uids
        ]
    assert told == [["a.h5"], [], [], ["img_000.tif", "img_002.tif"], []]
    assert sorted(path.name for path in root.iterdir()) == ["both.h5", "other_000.tif", "split.h5"]
    assert sorted(models.Run.objects.values_list("uid", flat=True)) == sorted(kept)


def test_runs_are_kept_as_the_nearest_rule_says(place):
    now = 2e9
    old = stored(place, scan(1, time=now - 100 * DAY))
    kept = stored(place, scan(1, time=now - 100 * DAY))
    stored(place, scan(1, time=now - 5 * DAY))
    elsewhere = stored(make_place("other", "P-2"), scan(1, time=now - 100 * DAY))
    services.add_tag(actor=place.member, run_uid=kept, name=services.retention.KEEP_TAG)
    assert services.apply_retention(actor=SYSTEM, now=now) == []
    services.set_rule(actor=SYSTEM, days=10)
    services.set_rule(actor=SYSTEM, days=None, beamline="other")
    due = services.apply_retention(actor=SYSTEM, now=now)
    assert [run.uid for run in due] == [old]
    assert models.Run.objects.count() == 4
    services.set_rule(actor=SYSTEM, days=300, proposal="P-1")
    assert services.apply_retention(actor=SYSTEM, now=now, is_dry_run=False) == []
    services.set_rule(actor=SYSTEM, days=30, proposal="P-1")
    services.apply_retention(actor=SYSTEM, now=now, is_dry_run=False)
    assert old not in models.Run.objects.values_list("uid", flat=True)
    assert models.Run.objects.filter(uid=elsewhere).exists()
    assert models.RetentionRule.objects.count() == 3
    with pytest.raises(ForbiddenError):
        services.set_rule(actor=place.member, days=1, beamline="demo")
    with pytest.raises(ForbiddenError):
        services.apply_retention(actor=place.member)


def test_annotations_are_asked_and_told_over_http(place, client):
    uid = stored(place, scan(1))
    base = f"/api/v1/runs/{uid}"

    def send(method, path, body):
        return client.generic(method, f"{base}/{path}", json.dumps(body), content_type="application/json")

    assert send("POST", "tags", {"name": "good"}).status_code == 201
    assert send("POST", "notes", {"text": "fine"}).json()["author"] == "member-P-1"
    changes = {"k": [1.5, 2], "gone": None}
    told = send("PATCH", "metadata", {"changes": changes, "reason": "why not", "base": 0})
    assert told.json()["changes"] == {"k": [1.5, 2]}
    assert client.get(f"{base}/metadata").json()["metadata"]["k"] == [1.5, 2]
    assert "k" not in client.get(f"{base}/metadata?revision=0").json()["metadata"]
    assert client.get(f"{base}/revisions").json()["results"][0]["author"] == "member-P-1"
    assert send("POST", "revisions/0/restore", {"reason": "back"}).json()["number"] == 2
    found = client.get(f"{base}/annotations")
    assert (found.json()["tags"][0]["name"], found.json()["revision"]) == ("good", 2)
    again = client.get(f"{base}/annotations", headers={"If-None-Match": found["ETag"]})
    assert again.status_code == 304
    assert send("PATCH", "metadata", {"changes": {"uid": "x"}, "reason": "r"}).status_code == 400
    assert send("PATCH", "metadata", {"changes": [], "reason": "r"}).status_code == 400
    assert send("POST", "delete", {"reason": "r"}).status_code == 403
