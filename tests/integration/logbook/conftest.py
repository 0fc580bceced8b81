"""The small facility, with alpha's plans and devices known."""

import pytest

from tests.support.known_beamline import make_known
from tests.support.people import make_facility


@pytest.fixture
def facility(db):
    facility = make_facility()
    make_known("alpha")
    return facility
