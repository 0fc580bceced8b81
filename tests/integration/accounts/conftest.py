import pytest

from tests.support.people import Facility, make_facility


@pytest.fixture
def facility(db) -> Facility:
    return make_facility()
