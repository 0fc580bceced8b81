"""No page shows anything to who has not signed in, and no form is taken from another site."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Scope
from tests.support.people import make_facility

OPEN = {
    "favicon.ico",
    "login",
    "login/password",
    "status",
    "kiosk/x",
    "published",
    "published/abcdef",
}  # signing in, what load balancers ask, a page that has no data in it, what is for everybody, the icon
KEYS_ONLY = {"metrics"}  # asked by programs: refused instead of sent to the door
SAMPLES = {
    "uid": "abcdef",
    "prefix": "aaaaaaaa",
    "plan": "scan",
    "handle": "aa",
    "username": "pi",
    "name": "alpha",
    "number": "P-1",
    "visit": "P-1-v1",
}


def pages() -> Iterator[str]:
    """Give the address of every page outside /api/v1/, /tiled/, /bl/ and /admin/, with sample values."""
    for route in _routes(get_resolver().url_patterns, ""):
        if not re.match(r"api/v1/|\^api/|tiled/|bl/|admin/", route):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: SAMPLES.get(found[1], "x"), route)


def _routes(entries: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for entry in entries:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, route)
        else:
            yield route


@pytest.mark.parametrize("page", sorted(set(pages()) - OPEN - KEYS_ONLY))
def test_a_page_sends_who_is_not_signed_in_to_the_door(db, page):
    response = Client().get(f"/{page}")
    if response.status_code != 405:  # a form's target, which only takes POST
        assert response.status_code == 302
        assert response["Location"].startswith("/login")


@pytest.mark.parametrize("page", sorted(pages()))
def test_a_form_of_another_site_is_refused(db, page):
    facility = make_facility()
    client = Client(enforce_csrf_checks=True)
    client.force_login(facility.users["admin"])
    response = client.post(f"/{page}", {"name": "x"}, headers={"Origin": "https://elsewhere.example"})
    assert response.status_code in (403, 405)


def test_the_administration_pages_send_everybody_else_to_their_door(db):
    facility = make_facility()
    for name in ("pi", "staff"):
        client = Client()
        client.force_login(facility.users[name])
        response = client.get("/admin/")
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login")
    admin = Client()
    admin.force_login(facility.users["admin"])
    assert admin.get("/admin/").status_code == 200


def test_a_key_opens_the_api_and_no_page(db):
    text, _ = make_facility().key("admin", *[scope.value for scope in Scope])
    key = {"Authorization": f"ApiKey {text}"}
    assert Client().get("/api/v1/me", headers=key).status_code == 200
    assert Client().get("/", headers=key).status_code == 302
    assert Client().get("/admin/", headers=key).status_code == 302
