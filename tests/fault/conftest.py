"""A beamline with real processes around it."""

import pytest

from tests.support.people import make_facility
from tests.support.processes import running_site


@pytest.fixture
def facility(transactional_db):
    return make_facility()


@pytest.fixture
def site(facility, tmp_path):
    with running_site(tmp_path, "alpha") as site:
        yield site
