"""A beamline with real processes around it."""

import pytest
from django.core.management import call_command

from accounts.models import Rule
from acquisition.queue import services
from acquisition.queue.models import BeamlineQueue, ControlLease, QueueItem
from tests.support.people import SYSTEM, make_facility
from tests.support.processes import running_site


@pytest.fixture
def facility(transactional_db):
    return make_facility()


@pytest.fixture
def site(facility, tmp_path):
    with running_site(tmp_path, "alpha") as site:
        yield site


@pytest.fixture(scope="module")
def shared(django_db_setup, django_db_blocker, tmp_path_factory):
    """A beamline with its worker for the tests of a module that leave both alive; see `calm`."""
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
def calm(shared):
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
