"""A worker that stands still while it writes keeps its beamline from nobody."""

import threading

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now

from accounts.actor import worker_actor
from acquisition.queue import leases
from acquisition.queue.models import Lease
from tests.support.people import make_facility

WORKER = worker_actor("alpha")
DEADLINE_S = 30.0


def acquire(holder):
    return leases.acquire(actor=WORKER, beamline="alpha", holder=holder)


@pytest.mark.django_db(transaction=True)
def test_a_holder_that_stands_still_in_the_middle_of_a_write_does_not_keep_the_beamline(monkeypatch):
    make_facility()
    monkeypatch.setattr(leases, "WORKER_S", 0.3)
    grant = acquire("one")
    written, may_go_on, refused = threading.Event(), threading.Event(), []

    def stand_still():
        try:
            with leases.guarded(grant):
                Lease.objects.filter(pk=grant.beamline_id).exists()
                written.set()
                may_go_on.wait(DEADLINE_S)
                Lease.objects.exists()
        except OperationalError as error:
            refused.append(error)
        finally:
            connection.close()

    holder = threading.Thread(target=stand_still)
    holder.start()
    assert written.wait(DEADLINE_S)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '20s'")  # else the fault would show as a test that hangs
    Lease.objects.update(expires_at=Now())
    assert acquire("two").fencing == grant.fencing + 1
    may_go_on.set()
    holder.join(DEADLINE_S)
    assert len(refused) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
