"""What a person has been told, and how they want to be told."""

from typing import Any

from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.errors import NotSignedInError
from notices import mailing
from notices.models import Notice, NoticeChoices, NoticeKind


def notices(actor: Actor) -> QuerySet[Notice]:
    """Give one's own notices; a key's owner's, as far as the key may read of that beamline."""
    if actor.user_id is None:
        raise NotSignedInError()
    rows = Notice.objects.filter(user_id=actor.account_pk)
    is_narrowed = actor.key_beamline_id is not None or actor.key_proposal_id is not None
    return rows.none() if is_narrowed else rows


def unseen(actor: Actor) -> dict[str, int]:
    """Give how many notices are new to the actor, and the number of the newest: ``{"unseen", "newest"}``."""
    fresh = notices(actor).filter(seen_at__isnull=True).order_by("-id").values_list("id", flat=True)[:100]
    found = list(fresh)
    return {"unseen": len(found), "newest": max(found, default=0)}


def newest_of_all() -> int:
    """Give the number of the newest notice of anybody: when it grows somebody has been told something."""
    return Notice.objects.order_by("-id").values_list("id", flat=True).first() or 0


def choices(actor: Actor) -> dict[str, Any]:
    """Give how the actor wants to be told, and what can be chosen."""
    if actor.user_id is None:
        raise NotSignedInError()
    row = NoticeChoices.objects.filter(user_id=actor.account_pk).first() or NoticeChoices()
    return {
        "sound": row.sound,
        "browser": row.browser,
        "mail": list(row.mail),
        "kinds": {kind.value: kind.label for kind in NoticeKind},
        "can_mail": mailing.is_possible(),
    }
