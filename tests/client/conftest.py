"""A running Beamport with runs, and a client of it."""

import pytest

import beamport
from tests.conformance.conftest import archive

__all__ = ["archive"]


@pytest.fixture(scope="module")
def client(archive):
    """Give a client of the investigator of P-1."""
    with beamport.connect(archive.url, api_key=archive.keys["pi"]) as client:
        yield client
