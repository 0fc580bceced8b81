"""What every test stands on."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.database import let_tables_be_emptied


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Prepare the test database, in which committed rows can be cleaned up."""
    with django_db_blocker.unblock():
        let_tables_be_emptied()


@pytest.fixture(scope="session", autouse=True)
def main_thread_loop() -> Iterator[None]:
    """Give the main thread an event loop that somebody closes.

    Without it pytest-asyncio asks for the thread's loop, Python makes one, and the first `asyncio.run` of a
    later test drops it unclosed.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
