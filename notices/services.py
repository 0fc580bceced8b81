"""Telling people, and what they do with what they are told."""

from collections.abc import Iterable
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import ForbiddenError, InvalidError, NotSignedInError
from notices import mailing
from notices.models import Notice, NoticeChoices, NoticeKind

KEPT: Final = 200
"""Newest notices of a person that are kept."""


def tell(
    usernames: Iterable[str],
    kind: NoticeKind,
    *,
    title: str,
    text: str = "",
    link: str = "",
    beamline: str = "",
) -> int:
    """Tell the open accounts of these names; give how many there are.

    Called by what has happened, in its transaction: whoever did it need not see whom it concerns, so there
    is no actor. Writes notices; those wanted by mail go out after the commit.
    """
    names = set(usernames)
    people = get_user_model().objects.filter(username__in=names, is_active=True) if names else []
    choices = NoticeChoices.objects.filter(user__username__in=names).values_list("user_id", "mail")
    by_mail = {user_id for user_id, kinds in choices if kind.value in kinds}
    rows = [
        Notice(
            user=person,
            kind=kind,
            beamline=beamline,
            title=_short(title, 300),
            text=_short(text, 4000),
            link=link[:300],
            is_to_be_mailed=person.pk in by_mail and bool(person.email),
        )
        for person in people
    ]
    Notice.objects.bulk_create(rows)
    if any(row.is_to_be_mailed for row in rows):
        transaction.on_commit(mailing.wake, robust=True)
    return len(rows)


def staff_of(beamline: str) -> list[str]:
    """Give the usernames of a beamline's staff: they are told when it needs attention."""
    people = get_user_model().objects.filter(staff_assignments__beamline__name=beamline, is_active=True)
    return list(people.order_by("username").values_list("username", flat=True).distinct()[:100])


@transaction.atomic
def see(*, actor: Actor) -> int:
    """Mark all notices of the actor as seen; give how many were not. Those beyond `KEPT` are dropped."""
    mine = Notice.objects.filter(user_id=_person(actor))
    count = mine.filter(seen_at__isnull=True).update(seen_at=timezone.now())
    oldest = mine.order_by("-id").values_list("id", flat=True)[KEPT : KEPT + 1].first()
    if oldest is not None:
        mine.filter(id__lte=oldest).delete()
    return count


def choose(*, actor: Actor, sound: bool, browser: bool, mail: Iterable[str]) -> NoticeChoices:
    """Write how the actor wants to be told.

    Raises
    ------
    InvalidError
        A kind for mail is unknown.
    """
    _require_person(actor)
    kinds = sorted(set(mail))
    unknown = [kind for kind in kinds if kind not in NoticeKind.values]
    if unknown:
        known = ", ".join(NoticeKind.values)
        raise InvalidError(fields={"mail": [f"{', '.join(unknown)}: not among {known}"]})
    row, _ = NoticeChoices.objects.update_or_create(
        user_id=_person(actor), defaults={"sound": sound, "browser": browser, "mail": kinds}
    )
    return row


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotSignedInError()
    return actor.user_id


def _require_person(actor: Actor) -> None:
    if actor.kind == "key":
        raise ForbiddenError("An API key cannot choose for its owner.", hint="Sign in and do it as a person.")


def _short(text: str, most: int) -> str:
    plain = text.encode("utf-8", "replace").decode().replace("\x00", "")
    return plain if len(plain) <= most else plain[: most - 1] + "…"
