"""The notice of a beamline: one text of the staff that everybody there sees on every page."""

from django.utils import timezone

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.selectors import beamline_named
from acquisition.queue.change import changing
from acquisition.queue.services.auditing import audit_queue


def set_notice(*, actor: Actor, beamline: str, text: str) -> None:
    """Tell everybody at the beamline something, or with an empty text nothing; audits ``beamline.notice``."""
    place = beamline_named(actor, beamline)
    require(actor, Scope.ENVIRONMENT, beamline=beamline)
    with changing(place.pk, beamline) as queue:
        before = {"notice": queue.notice}
        queue.notice = text
        queue.notice_by = actor.username if text else ""
        queue.notice_at = timezone.now() if text else None
        audit_queue(actor, "beamline.notice", beamline, before=before, after={"notice": text})
