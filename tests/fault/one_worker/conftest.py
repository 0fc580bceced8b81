"""One beamline with its worker for tests that leave both alive."""

import pytest
from django.core.management import call_command

from accounts.models import Rule
from acquisition.queue import services
from acquisition.queue.models import BeamlineQueue, ControlLease, QueueItem
from tests.support.people import SYSTEM, make_facility
from tests.support.processes import running_site


@pytest.fixture
def transactional_db():
    """The rows stay from test to test: the worker lives on them."""


@pytest.fixture
def facility(shared, transactional_db):
    return shared.facility


@pytest.fixture(scope="package")
def shared(django_db_setup, django_db_blocker, tmp_path_factory):
    """A beamline with its worker for all tests of this folder: they leave both alive; see `ready`."""
    with django_db_blocker.unblock():
        facility = make_facility()
        try:
            with running_site(tmp_path_factory.mktemp("shared"), "alpha") as site:
                site.facility = facility
                site.worker()
                site.wait_until_ready()
                yield site
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def ready(shared):
    """The shared beamline; afterwards nothing runs or waits there, and nobody has it in hand."""
    yield shared
    ControlLease.objects.update(holder="")
    running = QueueItem.objects.filter(state="running")
    if running.exists():
        services.request_engine_action(actor=SYSTEM, beamline="alpha", action="abort")
        shared.until(lambda: not running.exists(), "nothing runs", 30)
    services.clear_queue(actor=SYSTEM, beamline="alpha")
    BeamlineQueue.objects.update(is_held=True, stop_after_item=False)
    Rule.objects.all().delete()
    shared.wait_until_ready()
