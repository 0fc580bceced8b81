"""Notices by mail: the row says that it is to be mailed, a thread of its own does it.

A mail server that is slow or away keeps nobody waiting: what could not be sent stays marked and goes out
with the next one, for a day.
"""

import logging
import threading
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import close_old_connections, transaction
from django.utils import timezone

from notices.models import Notice

logger = logging.getLogger(__name__)

TRIES_FOR: Final = timedelta(days=1)
AT_ONCE: Final = 50


def is_possible() -> bool:
    """Tell whether this installation can send mail."""
    return bool(settings.EMAIL_HOST)


def wake() -> None:
    """Send what is due, in a thread of its own."""
    if is_possible():
        threading.Thread(target=_send_and_close, name="notices-mail", daemon=True).start()


def send_due() -> int:
    """Mail what is due; give how many went out. Two that do it at once do not send the same."""
    sent = 0
    with transaction.atomic():
        rows = Notice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
        for notice in rows.filter(is_to_be_mailed=True).order_by("id")[:AT_ONCE]:
            if notice.created_at < timezone.now() - TRIES_FOR or _send(notice):
                Notice.objects.filter(pk=notice.pk).update(is_to_be_mailed=False)
                sent += 1
    return sent


def _send(notice: Notice) -> bool:
    place = f"{settings.BEAMPORT_SITE_URL.rstrip('/')}{notice.link}" if notice.link else ""
    subject = " ".join(f"[{notice.beamline or 'Beamport'}] {notice.title}".split())
    body = "\n\n".join(part for part in (notice.text, place, CLOSING) if part)
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [notice.user.email])
    except OSError as error:  # smtplib's errors are among them: tried again with the next notice
        logger.warning("notice %s could not be mailed: %s", notice.uid, error)
        return False
    return True


CLOSING: Final = "You get this because you chose so on your account page."


def _send_and_close() -> None:
    try:
        send_due()
    except Exception:
        logger.exception("notices could not be mailed; they go out with the next one")
    finally:
        close_old_connections()
