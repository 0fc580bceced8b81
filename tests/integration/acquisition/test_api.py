"""The routes: what they take, what they answer, and at what price."""

import base64
import json
import re

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from acquisition.queue.models import EngineSnapshot, Environment, QueueItem
from tests.security.test_access_matrix import routes
from tests.support.people import PASSWORD

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/beamlines/alpha"
BODY = {"plan": "count", "parameters": {"detectors": ["det"], "num": 3}, "proposal": "P-1"}


@pytest.fixture
def signed_in(facility):
    def make(who):
        client = Client()
        assert client.login(username=who, password=PASSWORD)
        return client

    return make


def post(client, path, body=None):
    return client.post(f"{ROOT}{path}", body or {}, content_type="application/json")


def test_an_item_from_submission_to_removal(signed_in):
    client = signed_in("member")
    created = post(client, "/queue/items", BODY)
    assert created.status_code == 201
    item = created.json()
    assert (item["plan"], item["state"], item["position"], item["proposal"]) == ("count", "queued", 0, "P-1")
    queue = client.get(f"{ROOT}/queue").json()
    assert queue["items"] == [item]
    assert (queue["is_held"], queue["running"], queue["length"]) == (True, None, 1)
    moved = post(client, f"/queue/items/{item['uid']}/move", {"position": "front"})
    assert moved.status_code == 200
    assert client.delete(f"{ROOT}/queue/items/{item['uid']}").status_code == 204
    assert client.delete(f"{ROOT}/queue/items/{item['uid']}").status_code == 409
    assert client.get(f"{ROOT}/queue/items/{item['uid']}").json()["state"] == "removed"


def test_faults_have_one_envelope_with_the_parameter_named(signed_in):
    client = signed_in("member")
    answer = post(client, "/queue/items", {**BODY, "parameters": {"detectors": ["nope"]}})
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "detail", "fields"}
    assert "detectors" in answer.json()["fields"]
    for body in ({}, {**BODY, "position": 1.5}, {**BODY, "parameters": []}):
        assert post(client, "/queue/items", body).status_code == 400
    assert post(client, "/engine/explode").status_code == 400
    assert post(client, "/engine/abort").status_code == 409
    assert client.get(f"{ROOT}/history?cursor=xx").status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/queue/items", {**BODY, "positon": "front"}),
        ("/queue/run-now", {**BODY, "position": "front"}),
        ("/dry-run", {"plan": "count", "parameters": {"detectors": ["det"]}, "proposal": "P-1"}),
        ("/queue/hold", {"reasons": "tea"}),
        ("/engine/abort", {"why": "smoke"}),
        ("/control/take", {"force": True}),
    ],
)
def test_a_key_that_no_request_has_is_refused_by_name(signed_in, path, body):
    answer = post(signed_in("member"), path, body)
    unknown = {"positon", "reasons", "why", "force", "position", "proposal"} & body.keys()
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() <= unknown
    assert answer.json()["fields"]
    assert not QueueItem.objects.exists()


def test_a_question_with_an_unknown_word_is_refused_by_name(signed_in):
    client = signed_in("member")
    for path in ("/queue?ofset=2", "/history?cursr=x", "/console?from=1"):
        answer = client.get(ROOT + path)
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [path.partition("?")[2].partition("=")[0]]


def test_the_queue_is_not_sent_again_while_it_has_not_changed(signed_in):
    client = signed_in("member")
    tag = client.get(f"{ROOT}/queue").headers["ETag"]
    assert client.get(f"{ROOT}/queue", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{ROOT}/queue?limit=3", headers={"If-None-Match": tag}).status_code == 200
    assert client.get(f"{ROOT}/queue", headers={"If-None-Match": "x"}).status_code == 200
    post(client, "/queue/items", BODY)
    again = client.get(f"{ROOT}/queue", headers={"If-None-Match": tag})
    assert again.status_code == 200
    progressed = EngineSnapshot.objects.update(version=F("version") + 1)
    assert progressed == 1
    assert client.get(f"{ROOT}/queue", headers={"If-None-Match": again.headers["ETag"]}).status_code == 200


def cursor_of(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "xx",
        "ä",
        cursor_of("2026-01-01T00:00:00+00:00", float("inf")),
        cursor_of("2026-01-01T00:00:00+00:00", float("nan")),
        cursor_of("2026-01-01T00:00:00", 1),
        cursor_of("0001-01-01T00:00:00+23:59", 1),
        cursor_of("2026-01-01T00:00:00+00:00", [1]),
        cursor_of(None, 1),
        cursor_of(1),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(signed_in, cursor):
    answer = signed_in("member").get(f"{ROOT}/history", {"cursor": cursor})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["fields"]


def test_an_etag_that_is_not_ours_is_no_etag(signed_in):
    client = signed_in("member")
    for number in ("9" * 5000, "-1", "1e3", ""):
        tag = f'W/"{number}-0-200"'
        assert client.get(f"{ROOT}/queue", headers={"If-None-Match": tag}).status_code == 200


def test_the_queue_of_one_person_is_not_told_to_be_known_to_another(signed_in):
    staff, member = signed_in("staff"), signed_in("member")
    post(staff, "/queue/items", {**BODY, "proposal": "P-3"})
    tag = staff.get(f"{ROOT}/queue").headers["ETag"]
    assert staff.get(f"{ROOT}/queue", headers={"If-None-Match": tag}).status_code == 304
    answer = member.get(f"{ROOT}/queue", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["items"][0]["hidden"]


READS = (
    "/status",
    "/plans",
    "/plans/count",
    "/devices",
    "/values",
    "/queue",
    "/history",
    "/control",
    "/console",
)


@pytest.mark.parametrize("path", READS)
def test_each_reading_route_is_for_those_who_see_the_beamline(signed_in, path):
    assert signed_in("observer").get(f"{ROOT}{path}").status_code == 200
    assert signed_in("stranger").get(f"{ROOT}{path}").status_code == 404
    assert Client().get(f"{ROOT}{path}").status_code in (401, 403)


WRITES = {
    "/queue/items": (BODY, 201),
    "/queue/run-now": (BODY, 201),
    "/queue/start": ({}, 200),
    "/queue/hold": ({"reason": "x"}, 200),
    "/queue/clear": ({}, 200),
    "/control/take": ({}, 200),
    "/control/keep": ({}, 409),
    "/control/release": ({}, 200),
    "/engine/halt": ({}, 409),
}


@pytest.mark.parametrize("path", WRITES)
def test_each_writing_route_is_for_members_not_observers_and_unknown_to_strangers(signed_in, path):
    body, allowed = WRITES[path]
    assert post(signed_in("member"), path, body).status_code == allowed
    assert post(signed_in("observer"), path, body).status_code == 403
    assert post(signed_in("stranger"), path, body).status_code == 404
    assert post(Client(), path, body).status_code in (401, 403)


def test_an_engine_action_is_accepted_and_can_be_followed(signed_in):
    client = signed_in("member")
    post(client, "/queue/items", BODY)
    QueueItem.objects.update(state="running")
    accepted = post(client, "/engine/pause", {"defer": True, "reason": "look"})
    assert accepted.status_code == 202
    uid = accepted.json()["uid"]
    assert client.get(f"{ROOT}/engine/commands/{uid}").json()["action"] == "pause"


def test_the_beamlines_one_sees_are_listed(signed_in):
    names = [row["name"] for row in signed_in("member").get("/api/v1/beamlines").json()["results"]]
    assert names == ["alpha"]


def test_a_dry_run_tells_the_points(signed_in):
    body = {"plan": "scan", "parameters": {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 11}}
    told = post(signed_in("member"), "/dry-run", body).json()
    assert (told["points"], told["streams"], told["problems"]) == (11, {"primary": 11}, [])
    assert told["paths"]["sx"][-1] == 1
    assert post(signed_in("observer"), "/dry-run", body).status_code == 403


def test_a_plan_whose_code_is_at_the_beamline_only_is_checked_and_not_foretold(signed_in):
    Environment.objects.update(modules=["plans_of_the_beamline_that_are_not_here"])
    client = signed_in("member")
    body = {"plan": "scan", "parameters": {"detectors": ["det"], "args": [["sx", 0, 1]], "num": 11}}
    answer = post(client, "/dry-run", body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["points"], told["is_complete"], told["devices"]) == (11, False, ["det", "sx"])
    assert "not on this host" in told["problems"][0]
    wrong = post(client, "/dry-run", {**body, "parameters": {**body["parameters"], "num": "x"}})
    assert "num" in wrong.json()["fields"]


def test_the_status_is_cheap_also_with_a_long_queue(signed_in, django_assert_max_num_queries):
    client = signed_in("member")
    for _ in range(20):
        post(client, "/queue/items", BODY)
    QueueItem.objects.filter(pk=QueueItem.objects.first().pk).update(state="running")
    with django_assert_max_num_queries(8):
        status = client.get(f"{ROOT}/status").json()
    assert status["queue"]["length"] == 19
    assert status["item"]["plan"] == "count"


def test_an_item_is_added_at_a_bounded_cost_also_to_a_long_queue(signed_in, django_assert_max_num_queries):
    client = signed_in("member")
    for _ in range(20):
        post(client, "/queue/items", BODY)
    with django_assert_max_num_queries(18):
        assert post(client, "/queue/items", BODY).json()["position"] == 20


def test_the_running_item_of_another_proposal_is_not_told(signed_in):
    post(signed_in("staff"), "/queue/items", {**BODY, "proposal": "P-3"})
    QueueItem.objects.update(state="running")
    assert signed_in("staff").get(f"{ROOT}/status").json()["item"]["plan"] == "count"
    told = signed_in("member").get(f"{ROOT}/status").json()
    assert told["item"] == {"state": "running", "hidden": True}
    assert told["run_uid"] is None
    assert "count" not in str(told)


def test_every_route_is_in_the_schema(facility):
    from drf_spectacular.generators import SchemaGenerator

    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    served = {re.sub("<([^>]+)>", r"{\1}", f"/api/v1/{path}") for _, path in routes()}
    here = {path for path in served if path.startswith("/api/v1/beamlines")}
    assert len(here) > 40
    assert here <= set(paths)


@pytest.mark.parametrize("path", ["/queue", "/history"])
def test_a_list_costs_the_same_for_many_items(signed_in, django_assert_max_num_queries, path):
    client = signed_in("member")
    for number in range(30):
        uid = post(client, "/queue/items", BODY).json()["uid"]
        if number % 2:
            QueueItem.objects.filter(uid=uid).update(state="completed", finished_at=Now())
    with django_assert_max_num_queries(17):
        body = client.get(f"{ROOT}{path}?limit=100").json()
    assert len(body.get("items", body.get("results"))) == 15
