"""What belongs to a run is reached through that run alone, by who may see it at that moment."""

import json

import pytest
from django.test import Client

from accounts import models as accounts
from catalog import models, selectors, services
from tests.support.catalog_runs import SYSTEM, make_place, scan, stored

pytestmark = pytest.mark.django_db

ACTIVE = {
    "x.svg": "image/svg+xml",
    "x.html": "text/html",
    "x.xhtml": "application/xhtml+xml",
    "x.xml": "text/xml",
    "x.js": "text/javascript",
    "x.mht": "multipart/related",
    "x.swf": "application/x-shockwave-flash",
    "x.png": "image/png; charset=utf-8\r\nX-Evil: 1",
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.BEAMPORT_ATTACHMENTS_DIR = tmp_path / "attachments"


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def world():
    """Give two proposals on two beamlines: a run with everything, and the run of somebody else."""
    ours, theirs = make_place("alpha", "P-1"), make_place("beta", "P-2")
    run, other = stored(ours, scan(2)), stored(theirs, scan(2))
    parts = {
        "notes": services.add_note(actor=SYSTEM, run_uid=run, text="secret words").uid,
        "attachments": services.attach(
            actor=SYSTEM, run_uid=run, name="a.txt", media_type="text/plain", content=[b"secret bytes"]
        ).uid,
        "links": services.add_link(actor=SYSTEM, run_uid=run, target=other, relation="reference").uid,
    }
    return ours, theirs, run, other, parts


def answers(client, uid, parts):
    """Give what each way to a part of a run answers."""
    base = f"/api/v1/runs/{uid}"
    text = json.dumps({"text": "mine now"})
    return {
        "read file": client.get(f"{base}/attachments/{parts['attachments']}"),
        "edit note": client.patch(f"{base}/notes/{parts['notes']}", text, content_type="application/json"),
        **{f"delete {kind}": client.delete(f"{base}/{kind}/{part}") for kind, part in parts.items()},
    }


@pytest.mark.parametrize("by_way_of", ["the run itself", "a run of one's own"])
def test_parts_of_a_run_are_unknown_to_the_member_of_another_proposal(world, by_way_of):
    _, theirs, run, other, parts = world
    uid = run if by_way_of == "the run itself" else other
    found = answers(signed_in(theirs.member), uid, parts)
    assert {name: answer.status_code for name, answer in found.items()} == dict.fromkeys(found, 404)
    assert b"secret" not in b"".join(answer.content for answer in found.values())
    kept = (
        models.RunNote.objects.count(),
        models.RunAttachment.objects.count(),
        models.RunLink.objects.count(),
    )
    assert kept == (1, 1, 1)
    assert models.RunNote.objects.get().text == "secret words"


def test_parts_of_a_run_are_unknown_from_the_moment_the_membership_ends(world):
    ours, _, run, _, parts = world
    client = signed_in(ours.member)
    assert client.get(f"/api/v1/runs/{run}/attachments/{parts['attachments']}").status_code == 200
    accounts.Membership.objects.filter(user_id=ours.member.user_id).delete()
    found = answers(client, run, parts)
    assert {answer.status_code for answer in found.values()} == {404}


@pytest.mark.parametrize("length", [36, 8])
def test_a_link_to_a_run_of_others_is_refused_as_one_to_none(world, length):
    _, theirs, run, other, _ = world
    client = signed_in(theirs.member)

    def linked(target):
        order = json.dumps({"target": target, "relation": "reference"})
        return client.post(f"/api/v1/runs/{other}/links", order, content_type="application/json")

    there, nowhere = linked(run[:length]), linked("f" * length)
    assert there.status_code == nowhere.status_code == 404
    assert there.json()["detail"].replace(run[:length], "") == nowhere.json()["detail"].replace(
        "f" * length, ""
    )


@pytest.mark.parametrize("name", ACTIVE)
def test_what_a_browser_would_run_comes_back_inert(world, name):
    ours, _, run, _, _ = world
    client = signed_in(ours.member)
    sent = client.post(
        f"/api/v1/runs/{run}/attachments?name={name}", b"<script>alert(1)</script>", content_type=ACTIVE[name]
    )
    assert sent.status_code == 201, sent.content
    given = client.get(f"/api/v1/runs/{run}/attachments/{sent.json()['uid']}")
    assert given["Content-Type"] in ("application/octet-stream", "image/png")
    assert given["Content-Disposition"] == f'attachment; filename="{name}"'
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]
    assert "X-Evil" not in given


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\0b",
        "gpj.\u202eexe",
        "\u061cx",
        "\u200bx",
        "\ufeffx",
        "\u2028x",
        "a\r\nSet-Cookie: x",
    ],
)
def test_names_of_files_are_plain(world, name):
    ours, _, run, _, _ = world
    kept = services.attach(actor=ours.member, run_uid=run, name=name, media_type="", content=[b"x"])
    assert kept.name.isprintable()
    assert not set(kept.name) & set("/\\")
    path = selectors.attachment_path(kept)
    assert path.name == str(kept.uid)


def test_a_search_shared_with_a_beamline_is_seen_there_alone_and_changed_by_its_owner(world):
    ours, theirs, _, _, _ = world
    accounts.StaffAssignment.objects.create(
        user_id=ours.member.user_id,
        beamline=accounts.Beamline.objects.get(name="alpha"),
        role="beamline_staff",
    )
    body = {"name": "shared", "question": {"q": "sample:secret"}, "beamline": "alpha"}
    owner, outsider = signed_in(ours.member), signed_in(theirs.member)
    told = owner.post("/api/v1/searches", json.dumps(body), content_type="application/json")
    assert told.status_code == 201, told.content
    address = f"/api/v1/searches/{told.json()['uid']}"
    colleague = accounts.User.objects.create(username="colleague")
    seat = accounts.Membership.objects.create(
        user=colleague, proposal=accounts.Proposal.objects.get(number="P-1"), role="member"
    )
    client = Client()
    client.force_login(colleague)
    assert client.get(address).status_code == 200
    change = json.dumps({"question": {"q": "everything"}})
    assert client.patch(address, change, content_type="application/json").status_code == 403
    assert client.delete(address).status_code == 403
    for answer in (
        outsider.get(address),
        outsider.patch(address, change, content_type="application/json"),
        outsider.delete(address),
    ):
        assert answer.status_code == 404
    assert outsider.get("/api/v1/searches").json()["results"] == []
    seat.delete()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("route", ["documents", "imports"])
def test_nobody_adds_a_run_to_a_proposal_or_beamline_of_others(world, route):
    ours, _, _, _, _ = world
    alpha = accounts.Beamline.objects.get(name="alpha")
    accounts.StaffAssignment.objects.create(
        user_id=ours.stranger.user_id, beamline=alpha, role="beamline_staff"
    )
    client = signed_in(ours.stranger)
    start = {"uid": "planted", "time": 1.0}
    for beamline, proposal in (("beta", "P-2"), ("alpha", "P-2"), ("beta", "P-1"), ("alpha", "nothing")):
        place = {"beamline": beamline, "proposal": proposal}
        if route == "documents":
            body = {**place, "run": "planted", "first": 0, "documents": [["start", start]]}
            answer = client.post("/api/v1/documents", json.dumps(body), content_type="application/json")
        else:
            line = json.dumps(["start", start])
            query = f"beamline={beamline}&proposal={proposal}"
            answer = client.post(f"/api/v1/imports?{query}", line, content_type="application/octet-stream")
        assert answer.status_code in (403, 404), (place, answer.content)
    assert not models.Run.objects.filter(uid="planted").exists()
    assert not models.Quarantine.objects.exists()
