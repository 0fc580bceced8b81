"""A run in a notebook, and its address as a picture."""

import json
import re

import pytest
from django.test import Client

from accounts import models as accounts
from tests.support.catalog_runs import make_place, scan, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


@pytest.fixture
def member(place):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=place.member.user_id))
    return client


def test_a_notebook_keeps_its_format(place, member):
    uid = stored(place, scan(3))
    answer = member.get(f"/api/v1/runs/{uid}/notebook")
    assert answer["Content-Disposition"] == f'attachment; filename="scan_1_{uid}.ipynb"'
    book = json.loads(answer.content)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    for cell in book["cells"]:
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert all(isinstance(line, str) for line in cell["source"])
        expected = {"id", "cell_type", "metadata", "source"}
        if cell["cell_type"] == "code":
            expected |= {"execution_count", "outputs"}
            compile("".join(cell["source"]), cell["id"], "exec")
        assert set(cell) == expected
    assert uid in "".join(book["cells"][1]["source"])


def test_names_in_a_run_are_text_in_its_notebook(place, member):
    run = list(scan(2, uid="33333333-2222-4333-8444-555555555555"))
    run[1][1]["name"] = 'x"]\nimport os #'
    uid = stored(place, run)
    for form in ("ipynb", "py"):
        body = member.get(f"/api/v1/runs/{uid}/notebook", {"form": form}).content.decode()
        assert "\nimport os" not in body


def test_the_snippet_is_the_code_of_the_notebook(place, member):
    uid = stored(place, scan(3))
    text = member.get(f"/api/v1/runs/{uid}/notebook", {"form": "py"}).content.decode()
    assert 'client = beamport.connect("http://testserver")' in text
    assert f'run = client.catalog["{uid}"]' in text
    compile(text, "snippet", "exec")


def test_a_run_without_events_has_a_notebook_all_the_same(place, member):
    uid = stored(place, list(scan(0))[:1])
    assert len(member.get(f"/api/v1/runs/{uid}/notebook").json()["cells"]) == 3


def test_the_code_is_a_picture_that_runs_nothing(place, member):
    uid = stored(place, scan(3))
    answer = member.get(f"/api/v1/runs/{uid[:8]}/qr")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<?xml")
    assert b"<path" in answer.content
    assert "sandbox" in answer["Content-Security-Policy"]


def test_rights_on_a_run_follow_the_role(place, member):
    uid = stored(place, scan(3))
    assert member.get(f"/api/v1/runs/{uid}/rights").json() == {
        "scopes": ["run:read", "run:export", "run:annotate"]
    }
    accounts.Membership.objects.filter(user_id=place.member.user_id).update(role="observer")
    assert member.get(f"/api/v1/runs/{uid}/rights").json() == {"scopes": ["run:read"]}
