"""The notice of a beamline: written by its staff, told to everybody there."""

import json

import pytest

from accounts.errors import ForbiddenError, NotFoundError
from acquisition.queue import selectors, services
from acquisition.queue.status import status_of, without_item
from tests.integration.acquisition.test_queue_services import entries

pytestmark = pytest.mark.django_db

TEXT = "The cryostat is warm until 14:00."


def test_what_the_staff_write_is_in_everybodys_status_until_it_is_taken_down(facility):
    services.set_notice(actor=facility.actor("staff"), beamline="alpha", text=TEXT)
    told = selectors.status(facility.actor("observer"), "alpha")["notice"]
    assert (told["text"], told["by"]) == (TEXT, facility.actor("staff").username)
    assert without_item(status_of("alpha"))["notice"] == told, "the pushed status tells it too"
    json.dumps(told)
    services.set_notice(actor=facility.actor("staff"), beamline="alpha", text="")
    assert selectors.status(facility.actor("observer"), "alpha")["notice"] is None
    assert [entry.action for entry in entries("beamline.notice")] == ["beamline.notice"] * 2


def test_nobody_else_writes_it(facility):
    for name in ("member", "pi", "observer"):
        with pytest.raises(ForbiddenError):
            services.set_notice(actor=facility.actor(name), beamline="alpha", text=TEXT)
    with pytest.raises(NotFoundError):
        services.set_notice(actor=facility.actor("outsider"), beamline="alpha", text=TEXT)
    assert selectors.status(facility.actor("observer"), "alpha")["notice"] is None
