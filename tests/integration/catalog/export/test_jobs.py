"""Exports that are written in the background, and several runs as one file."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import models as accounts
from accounts.models import AuditEntry
from accounts.services import create_key
from catalog.documents.encoding import loads
from catalog.jobs import running, services
from catalog.models import ExportJob
from tests.support.catalog_runs import make_place, scan, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.BEAMPORT_EXPORTS_DIR = tmp_path / "exports"


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def member(place):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=place.member.user_id))
    return client


def ordered(client, **body):
    response = client.post("/api/v1/exports", json.dumps(body), content_type="application/json")
    assert response.status_code == 201, response.content
    return response.json()


def job_of(client, job):
    return client.get(f"/api/v1/exports/jobs/{job['uid']}").json()


def file_of(client, job, **headers):
    return client.get(f"/api/v1/exports/jobs/{job['uid']}/file", headers=headers)


def body(response):
    return b"".join(response.streaming_content)


def test_an_order_is_written_and_fetched_with_its_checksum(place, member):
    uid = stored(place, scan(5))
    job = ordered(member, runs=[uid], format="jsonl")
    assert job["state"] == "queued"
    assert file_of(member, job).status_code == 409
    assert running.run_next()
    assert not running.run_next()
    job = job_of(member, job)
    assert (job["state"], job["rows"], job["num_rows"]) == ("done", 5, 5)
    response = file_of(member, job)
    data = body(response)
    assert hashlib.sha256(data).hexdigest() == job["sha256"]
    assert (len(data), response["Content-Length"]) == (job["bytes"], str(job["bytes"]))
    assert [loads(line)[0] for line in data.splitlines()] == ["start", "descriptor", *["event"] * 5, "stop"]
    assert response["Content-Disposition"] == f'attachment; filename="scan_1_{uid}.jsonl"'
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions)[-2:] == ["export.ordered", "export.fetched"]


def test_several_runs_are_one_zip_with_manifest_and_checksums(place, member):
    uids = [stored(place, scan(3, scan_id=n)) for n in (1, 2)]
    job = ordered(member, query="plan:scan", format="csv")
    assert running.run_next()
    archive = zipfile.ZipFile(io.BytesIO(body(file_of(member, job))))
    assert archive.testzip() is None
    manifest = json.loads(archive.read("manifest.json"))
    assert sorted(manifest["runs"]) == sorted(uids)
    assert {file["name"] for file in manifest["files"]} == {
        f"scan_{n}_{uid}_primary.csv" for n, uid in enumerate(uids, 1)
    }
    for file in manifest["files"]:
        assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
    assert len(archive.read("SHA256SUMS").splitlines()) == 2


def test_a_run_that_a_format_cannot_hold_is_named_and_spoils_nothing_else(place, member):
    good, bad = stored(place, scan(3)), stored(place, scan(3))
    job = ordered(member, runs=[good, bad], format="csv", options={"columns": ["sx"]})
    ExportJob.objects.update(options={"stream": "primary", "columns": ["sx"], "guard": "on"})
    accounts.Membership.objects.filter(user_id=place.member.user_id).update(role="observer")
    assert running.run_next()
    job = ExportJob.objects.get()
    assert [out["run"] for out in job.left_out] == [good, bad]


def test_rights_are_asked_for_when_the_work_is_done_and_when_it_is_fetched(place, member):
    uid = stored(place, scan(3))
    early, late = (ordered(member, runs=[uid], format="jsonl") for _ in range(2))
    assert running.run_next()
    accounts.Membership.objects.filter(user_id=place.member.user_id).delete()
    assert running.run_next()
    assert job_of(member, late)["state"] == "failed"
    assert job_of(member, late)["sha256"] == ""
    assert file_of(member, early).status_code == 404
    assert Client().get(job_of(member, early)["link"]).status_code == 404


def test_a_link_needs_no_sign_in_until_its_time_is_over(place, member):
    job = ordered(member, runs=[stored(place, scan(3))], format="msgpack")
    assert running.run_next()
    link = job_of(member, job)["link"]
    assert Client().get(link).status_code == 200
    assert Client().get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    ExportJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 404, "also before anybody cleans up"
    assert running.clean_up() == 1
    assert Client().get(link).status_code == 404
    assert job_of(member, job)["state"] == "expired"


@pytest.mark.parametrize("ends", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_link_ends_with_the_key_that_ordered_it(place, ends):
    secret, key = create_key(actor=place.member, scopes=["run:export"])
    by_key = Client(headers={"Authorization": f"ApiKey {secret}"})
    job = ordered(by_key, runs=[stored(place, scan(3))], format="jsonl")
    assert running.run_next()
    link = job_of(by_key, job)["link"]
    assert Client().get(link).status_code == 200
    accounts.APIKey.objects.filter(pk=key.pk).update(**ends)
    assert Client().get(link).status_code in (401, 404)


def test_a_link_ends_with_the_account_that_ordered_it(place, member):
    job = ordered(member, runs=[stored(place, scan(3))], format="jsonl")
    assert running.run_next()
    link = job_of(member, job)["link"]
    accounts.User.objects.filter(pk=place.member.user_id).update(is_active=False)
    assert Client().get(link).status_code in (401, 404)


def test_jobs_of_another_person_are_unknown(place, member):
    job = ordered(member, runs=[stored(place, scan(3))], format="jsonl")
    assert running.run_next()
    other = accounts.User.objects.create(username="of-the-same-proposal")
    accounts.Membership.objects.create(
        user=other, proposal=accounts.Proposal.objects.get(number=place.proposal), role="member"
    )
    client = Client()
    client.force_login(other)
    address = f"/api/v1/exports/jobs/{job['uid']}"
    answers = [
        client.get(address),
        client.get(f"{address}/file"),
        client.post(f"{address}/cancel"),
        client.delete(address),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert client.get("/api/v1/exports").json()["results"] == []


def test_a_download_goes_on_where_it_was_broken(place, member):
    job = ordered(member, runs=[stored(place, scan(50))], format="jsonl")
    assert running.run_next()
    whole = file_of(member, job)
    data, etag = body(whole), whole["ETag"]
    part = file_of(member, job, range="bytes=100-", **{"if-range": etag})
    assert (part.status_code, body(part)) == (206, data[100:])
    assert part["Content-Range"] == f"bytes 100-{len(data) - 1}/{len(data)}"
    assert body(file_of(member, job, range="bytes=3-5")) == data[3:6]
    assert body(file_of(member, job, range="bytes=-7")) == data[-7:]
    assert file_of(member, job, range=f"bytes={len(data)}-").status_code == 416
    for ignored in ("bytes=1-2,4-5", "bytes=5-3", "lines=1-2", "bytes=-", "bytes=a-"):
        assert file_of(member, job, range=ignored).status_code == 200
    assert file_of(member, job, range="bytes=100-", **{"if-range": '"other"'}).status_code == 200


def test_a_cancelled_export_stops_between_two_pieces(place, member, tmp_path):
    job = ordered(member, runs=[stored(place, scan(3)) for _ in range(2)], format="jsonl")

    def cancel():
        if ExportJob.objects.get().state == "running":
            services.cancel_export(actor=place.member, uid=job["uid"])
        return False

    assert running.run_next(cancel)
    assert job_of(member, job)["state"] == "cancelled"
    assert list((tmp_path / "exports").glob("*")) == []
    assert member.post(f"/api/v1/exports/jobs/{job['uid']}/cancel").status_code == 409


def test_a_worker_that_ends_gives_its_export_back(place, member):
    ordered(member, runs=[stored(place, scan(3))], format="jsonl")
    assert running.run_next(lambda: True)
    assert ExportJob.objects.get().state == "queued"
    assert running.run_next()
    assert ExportJob.objects.get().state == "done"


def test_an_export_whose_worker_was_killed_is_tried_once_more_and_then_given_up(place, member):
    ordered(member, runs=[stored(place, scan(3))], format="jsonl")
    long_ago = timezone.now() - timedelta(seconds=running.LOST_AFTER_S + 1)
    ExportJob.objects.update(state="running", tries=1, heartbeat_at=timezone.now())
    assert not running.run_next()
    ExportJob.objects.update(heartbeat_at=long_ago)
    assert running.run_next()
    assert ExportJob.objects.get().state == "done"
    ExportJob.objects.update(state="running", tries=2, heartbeat_at=long_ago)
    assert not running.run_next()
    assert "twice" in ExportJob.objects.get().problem


def test_a_deleted_export_leaves_no_file(place, member, tmp_path, django_capture_on_commit_callbacks):
    job = ordered(member, runs=[stored(place, scan(3))], format="jsonl")
    assert running.run_next()
    assert len(list((tmp_path / "exports").glob("*"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert member.delete(f"/api/v1/exports/jobs/{job['uid']}").status_code == 204
    assert list((tmp_path / "exports").glob("*")) == []
    assert member.get(f"/api/v1/exports/jobs/{job['uid']}").status_code == 404


@pytest.mark.parametrize(
    ("order", "status", "field"),
    [
        ({"runs": [], "format": "csv"}, 400, "runs"),
        ({"query": "plan:scan", "format": "nothing"}, 404, ""),
        ({"query": "plan:scan", "format": "csv", "options": {"colour": "red"}}, 400, "colour"),
        ({"query": "plan:scan", "format": "csv", "options": {"guard": 7}}, 400, "guard"),
        ({"query": "plan:(", "format": "csv"}, 400, ""),
        ({"runs": ["../../etc"], "format": "csv"}, 404, ""),
        ({"runs": ["x"] * 1001, "format": "csv"}, 400, "runs"),
        ({"query": "plan:scan", "format": "csv", "owner": "admin"}, 400, "owner"),
        ({"query": "plan:scan", "format": "bson", "options": {"database": "../x"}}, 400, "database"),
    ],
)
def test_what_is_wrong_with_an_order_is_told(place, member, order, status, field):
    stored(place, scan(1))
    response = member.post("/api/v1/exports", json.dumps(order), content_type="application/json")
    assert response.status_code == status
    assert not field or field in response.json()["fields"]


def test_one_person_cannot_fill_the_queue(place, member, monkeypatch):
    monkeypatch.setattr(services, "MOST_UNDER_WAY", 2)
    uid = stored(place, scan(1))
    for _ in range(2):
        ordered(member, runs=[uid], format="jsonl")
    order = json.dumps({"runs": [uid], "format": "jsonl"})
    assert member.post("/api/v1/exports", order, content_type="application/json").status_code == 429


def test_runs_can_be_had_as_a_zip_at_once(place, member):
    uids = [stored(place, scan(3)) for _ in range(3)]
    response = member.get("/api/v1/exports/archive", {"runs": ",".join(uids), "format": "json"})
    names = zipfile.ZipFile(io.BytesIO(body(response))).namelist()
    assert names == [*(f"scan_1_{uid}.json" for uid in uids), "manifest.json", "SHA256SUMS"]


def test_a_zip_takes_the_options_of_its_format(place, member):
    uid = stored(place, scan(3))
    response = member.get("/api/v1/exports/archive", {"runs": uid, "format": "csv", "columns": "det"})
    archive = zipfile.ZipFile(io.BytesIO(body(response)))
    assert json.loads(archive.read("manifest.json"))["options"]["columns"] == ["det"]
    assert archive.read(f"scan_1_{uid}_primary.csv").splitlines()[1] == b"seq_num,time,det"
    wrong = member.get("/api/v1/exports/archive", {"runs": uid, "format": "csv", "colour": "red"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["colour"])
