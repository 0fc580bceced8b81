"""People, runs and sockets for the tests of the live edge."""

import pytest

from realtime import doorbell, store
from tests.support.people import make_facility


@pytest.fixture
def facility(transactional_db):
    return make_facility()


@pytest.fixture(autouse=True)
def publisher():
    """Wait for the publisher's thread, so that nothing of one test reaches the next."""
    doorbell.publisher()
    yield doorbell.publisher()
    assert doorbell.publisher().wait_until_sent(10.0)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Let a disk that stands still for some seconds delay a test, not fail it."""
    monkeypatch.setattr(store, "TIMEOUT_S", 60.0)
