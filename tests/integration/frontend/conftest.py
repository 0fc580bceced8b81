"""People at a small facility, each with a browser session."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.support.people import Facility, make_facility


@pytest.fixture
def facility(db) -> Facility:
    return make_facility()


@pytest.fixture
def session(facility) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(facility.users[name])
        return client

    return signed_in
