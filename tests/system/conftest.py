"""One whole Beamport for all system tests."""

from collections.abc import Iterator

import pytest

from tests.support.installation import Installation, installation


@pytest.fixture(scope="session")
def beamport() -> Iterator[Installation]:
    """Return a running Beamport; tests that break it start their own."""
    with installation() as running:
        yield running
