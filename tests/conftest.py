"""What every test stands on."""

import pytest

from tests.support.database import let_tables_be_emptied


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Prepare the test database, in which committed rows can be cleaned up."""
    with django_db_blocker.unblock():
        let_tables_be_emptied()
