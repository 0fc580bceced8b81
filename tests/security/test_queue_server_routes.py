"""Who gets what from the queue server's routes: every route of the table, one caller of every kind.

The answers are 200 (served, or `success: false` by the queue's own rules), 401 (nobody, or no right
here) and 404 (no beamline that one may know of).
"""

import json
import uuid

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts import services
from accounts.access import Scope
from acquisition.qserver import urls, views
from acquisition.qserver.routes import ROUTES
from tests.support.known_beamline import make_known
from tests.support.people import PASSWORD, SYSTEM, make_facility

HERE = "/bl/alpha/qserver/api/"
PEOPLE = ("anonymous", "stranger", "outsider", "observer", "member", "staff")
#: Status for each of PEOPLE, by the scope that a route asks for.
EXPECTED = {
    Scope.QUEUE_READ: (401, 404, 404, 200, 200, 200),
    Scope.CONSOLE_READ: (401, 404, 404, 200, 200, 200),
    Scope.ENGINE_STOP: (401, 404, 404, 200, 200, 200),
    Scope.QUEUE_WRITE: (401, 404, 404, 401, 200, 200),
    Scope.ENGINE_CONTROL: (401, 404, 404, 401, 200, 200),
    Scope.CONTROL_TAKE: (401, 404, 404, 401, 200, 200),
    Scope.ENVIRONMENT: (401, 404, 404, 401, 401, 200),
}
COUNT = {"item_type": "plan", "name": "count", "args": [["det"]], "kwargs": {"num": 2}}


@pytest.fixture
def facility(db):
    facility = make_facility()
    make_known("alpha")
    return facility


def key_of(facility, who: str, **narrowing) -> dict[str, str]:
    if who == "anonymous":
        return {}
    text, _ = facility.key(who, *(scope.value for scope in Scope), **narrowing)
    return {"Authorization": f"ApiKey {text}"}


def ask(method: str, path: str, headers: dict[str, str], **body):
    return Client().generic(
        method, HERE + path, json.dumps(body), content_type="application/json", headers=headers
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_each_route_asks_for_its_right(facility, who):
    headers = key_of(facility, who)
    wrong = []
    for route in ROUTES:
        answer = ask(route.method, route.path, headers)
        expected = EXPECTED[route.scope][PEOPLE.index(who)]
        body = json.loads(answer.content)
        if answer.status_code != expected or ("detail" in body) != (expected != 200):
            wrong.append((route.method, route.path, expected, answer.status_code, body))
    assert wrong == []


def test_every_other_route_is_closed_to_who_is_not_signed_in(facility):
    open_to_all = {"token", "code", "refresh", "logout"}
    others = [str(pattern.pattern) for pattern in urls.urlpatterns[len(views.table_patterns()) : -1]]
    assert len(others) == 13
    for path in others:
        path = (
            path.replace("<str:provider>", "any")
            .replace("<str:uid>", "x")
            .replace("<uuid:uid>", str(uuid.UUID(int=0)))
        )
        if path.rsplit("/", maxsplit=1)[-1] in open_to_all:
            continue
        codes = {ask(method, path, {}).status_code for method in ("GET", "POST", "DELETE")}
        assert codes <= {401, 405}, path
        assert 401 in codes, path
    assert ask("GET", "no/such/route", {}).json()["detail"]
    assert get_resolver().resolve(HERE + "status").func.view_class is views.RouteView


def test_a_member_queues_and_an_observer_sees_but_others_proposals_stay_hidden(facility):
    member, other = key_of(facility, "member"), key_of(facility, "observer")
    made = ask("POST", "queue/item/add", member, item=COUNT, user="somebody else", user_group="root").json()
    assert made["success"], made
    assert (made["item"]["user"], made["item"]["user_group"]) == ("member", "P-1")
    assert ask("GET", "queue/get", other).json()["items"][0]["name"] == "count"
    staff = key_of(facility, "staff")
    named = {**COUNT, "meta": {"proposal": "P-3"}}
    hidden = ask("POST", "queue/item/add", staff, item=named, pos="front").json()
    assert hidden["item"]["user_group"] == "P-3"
    seen = ask("GET", "queue/get", other).json()["items"]
    assert [item["name"] for item in seen] == ["hidden", "count"]
    assert seen[0]["item_uid"] == "hidden-0"
    gone = ask("POST", "queue/item/remove", member, uid=hidden["item"]["item_uid"])
    assert gone.status_code == 200
    assert gone.json()["success"] is False


def test_the_proposal_is_that_of_the_key_or_is_asked_for(facility):
    services.add_member(actor=SYSTEM, proposal="P-3", username="pi")
    bound = key_of(facility, "pi", proposal="P-3")
    assert ask("POST", "queue/item/add", bound, item=COUNT).json()["item"]["user_group"] == "P-3"
    told = ask("POST", "queue/item/add", key_of(facility, "pi"), item=COUNT).json()
    assert told["success"] is False
    assert "P-1, P-3" in told["msg"]
    foreign = {**COUNT, "meta": {"proposal": "P-2"}}
    refused = ask("POST", "queue/item/add", key_of(facility, "member"), item=foreign)
    assert (refused.status_code, refused.json()["success"]) == (200, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("queue/item/add", {}),
        ("queue/item/add", {"item": 7}),
        ("queue/item/add", {"item": {"name": "count", "args": {"a": 1}}}),
        ("queue/item/add", {"item": COUNT, "pos": {"a": 1}}),
        ("queue/item/add", {"item": COUNT, "pos": 0, "before_uid": "x"}),
        ("queue/item/add", {"item": COUNT, "before_uid": ["x"]}),
        ("queue/item/add", {"item": {**COUNT, "meta": {"uid": 1}}}),
        ("queue/item/add", {"item": COUNT, "colour": "red"}),
        ("queue/item/add/batch", {"items": 3}),
        ("queue/item/add/batch", {"items": [None, COUNT]}),
        ("queue/item/update", {"item": {**COUNT, "item_uid": "x"}}),
        ("queue/item/update", {"item": COUNT}),
        ("queue/item/remove", {"pos": 1e9}),
        ("queue/item/remove", {"uid": {"a": 1}}),
        ("queue/item/remove/batch", {"uids": ["x"]}),
        ("queue/item/move", {"uid": "x", "pos_dest": []}),
        ("queue/item/move/batch", {"uids": [1]}),
        ("queue/item/execute", {"item": []}),
        ("queue/mode/set", {"mode": 3}),
        ("queue/mode/set", {"mode": {"colour": True}}),
        ("queue/autostart", {"enable": "yes"}),
        ("history/clear", {"size": "many"}),
        ("re/pause", {"option": []}),
        ("re/pause", {"option": "later"}),
        ("re/runs", {"option": {"a": 1}}),
        ("lock", {"lock_key": ""}),
        ("lock", {"lock_key": 7, "queue": True}),
        ("unlock", {"lock_key": None}),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(facility, path, body):
    answer = ask("POST", path, key_of(facility, "member"), **body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"] is False
    assert answer.json()["msg"]


def test_a_body_that_is_no_object_and_a_key_that_is_none_get_a_detail(facility):
    headers = key_of(facility, "member")
    for text in ("[1]", "{", '"a"', "NaN"):
        answer = Client().generic(
            "GET", HERE + "queue/get", text, content_type="application/json", headers=headers
        )
        assert answer.status_code == 400, text
        assert answer.json()["detail"]
    for header in ("ApiKey bp_x", "ApiKey", "Bearer x.y.z", "Bearer", "Bearer a b"):
        answer = ask("GET", "status", {"Authorization": header})
        assert answer.status_code == 401
        assert answer.json()["detail"]


def test_signing_in_is_slowed_down_and_tokens_end_with_session_account_and_password(facility):
    def sign_in(password):
        form = {"username": "member", "password": password}
        return Client().post(HERE + "auth/provider/any/token", form)

    made = sign_in(PASSWORD).json()
    bearer = {"Authorization": f"Bearer {made['access_token']}"}
    assert ask("GET", "status", bearer).status_code == 200
    assert ask("GET", "status", {"Authorization": f"Bearer {made['refresh_token']}"}).status_code == 401
    assert ask("POST", "auth/session/refresh", {}, refresh_token=made["access_token"]).status_code == 401
    user = facility.users["member"]
    user.set_password("another-horse-battery-9")
    user.save()
    assert ask("GET", "status", bearer).status_code == 401
    assert ask("POST", "auth/session/refresh", {}, refresh_token=made["refresh_token"]).status_code == 401
    codes = [sign_in("wrong").status_code for _ in range(8)]
    assert codes[0] == 401
    assert codes[-1] == 429


def test_an_old_access_token_says_so_in_the_words_that_clients_wait_for(facility, monkeypatch):
    from datetime import timedelta

    from accounts import tokens

    form = {"username": "member", "password": PASSWORD}
    made = Client().post(HERE + "auth/provider/any/token", form).json()
    monkeypatch.setattr(tokens, "ACCESS_LIFETIME", timedelta(seconds=-1))
    answer = ask("GET", "status", {"Authorization": f"Bearer {made['access_token']}"})
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("Access token has expired")


def test_a_table_is_queued_as_literals(facility):
    from django.core.files.uploadedfile import SimpleUploadedFile

    def upload(text):
        table = SimpleUploadedFile("plans.csv", text.encode())
        headers = key_of(facility, "member")
        return (
            Client().post(HERE + "queue/upload/spreadsheet", {"spreadsheet": table}, headers=headers).json()
        )

    good = upload("plan,detectors,num\ncount,det,3\ncount,det,4\n")
    assert good["success"], good
    assert [item["kwargs"]["num"] for item in good["items"]] == [3, 4]
    bad = upload("plan,detectors,num\ncount,det,3\ncount,det,=1+1\n")
    assert bad["success"] is False
    assert "line 3" in bad["msg"]


def test_status_asks_little_of_the_database(facility, django_assert_max_num_queries):
    headers = key_of(facility, "member")
    ask("GET", "status", headers)
    with django_assert_max_num_queries(20):
        assert ask("GET", "status", headers).status_code == 200
