"""What the live edge reads, and the threads it reads on.

Followers are let in by `may_follow` with their own rights, and asked again while they stay; what all of them
get alike (documents of a run, version of a queue) is then read once for the process by the installation's
actor.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async

from accounts import access, row_security
from accounts.actor import Actor, system_actor
from accounts.errors import ForbiddenError, InvalidError, NotFoundError
from acquisition.queue import selectors as queue_selectors
from acquisition.queue.permits import Permit, permit_of
from acquisition.queue.status import without_item
from catalog import selectors as catalog_selectors
from logbook import presence
from logbook import selectors as log_selectors
from notices import selectors as notice_selectors
from realtime.frames import Frame, Record, frames_of
from realtime.topics import Topic

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
TIMEOUT_S = 5.0
PAGE_DOCUMENTS = 1000
PAGE_BYTES = 1024 * 1024
CONSOLE_PAGE = 500

EVERYTHING = system_actor("realtime")
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="realtime-store")


async def call(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a blocking read on one of the store's threads, whose connection forgets the reader afterwards.

    Raises
    ------
    TimeoutError
        The store did not answer in time.
    """
    run = database_sync_to_async(_forgetting(function), thread_sensitive=False, executor=_threads)
    async with asyncio.timeout(TIMEOUT_S):
        result: R = await run(*args, **kwargs)
    return result


def _forgetting(function: Callable[P, R]) -> Callable[P, R]:
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        finally:
            row_security.close()

    return read


def may_follow(actor: Actor, topic: Topic) -> None:
    """Pass silently when the actor may follow the topic.

    Raises
    ------
    NotFoundError
        There is no such thing, or the actor may not see it: the same answer.
    NotSignedInError
        Nobody stands behind the actor any more.
    """
    try:
        if topic.kind.is_run:
            _require_exact(catalog_selectors.run(actor, topic.target).uid, topic.target)
        else:
            access.require(actor, access.Scope(topic.kind.scope), beamline=topic.target)
    except (NotFoundError, ForbiddenError, InvalidError) as error:
        raise NotFoundError(f"There is no topic {topic} that you can follow.") from error


def _require_exact(uid: str, asked: str) -> None:
    """Refuse the first characters of a uid: frames go by the whole one."""
    if uid != asked:
        raise NotFoundError(f"There is no run with the whole uid {asked!r}.")


def last_ordinal(run: str) -> int:
    """Give the ordinal of the newest document of a run, -1 when it has none."""
    return catalog_selectors.last_ordinal(EVERYTHING, run)


def frames(run: str, since: int) -> list[Frame]:
    """Read the documents of a run behind `since`, one page of them, as frames.

    The frames cover every ordinal up to the page's last one. When all that is left are ordinals of refused
    documents, one frame without documents covers them.
    """
    newest = last_ordinal(run)
    if newest <= since:
        return []
    found = catalog_selectors.documents(EVERYTHING, run, since=since, limit=PAGE_DOCUMENTS)
    records = consecutive([record for record in found if record[0] <= newest])
    last = records[-1][0] if records else newest
    return _cut(frames_of(run, records, first=since + 1, last=last))


def consecutive(records: Sequence[Record]) -> list[Record]:
    """Give the records up to the first hole behind the first one.

    The store is read by several statements while it grows, and pages are joined meanwhile: what is missing at
    the beginning was refused, what is missing further on may only have been missed, so the next read begins
    there.
    """
    taken: list[Record] = []
    for record in records:
        if taken and record[0] != taken[-1][0] + 1:
            break
        taken.append(record)
    return taken


def _cut(found: list[Frame]) -> list[Frame]:
    page: list[Frame] = []
    size = 0
    for frame in found:
        size += frame.size
        if page and size > PAGE_BYTES:
            break
        page.append(frame)
    return page


def queue_version(beamline: str) -> int:
    """Give the version of a beamline's queue."""
    return queue_selectors.queue_version(EVERYTHING, beamline)


def status(beamline: str) -> dict[str, Any]:
    """Give the whole status of a beamline; for a follower it goes through `status_for` first."""
    return queue_selectors.status(EVERYTHING, beamline)


def sees_item(actor: Actor, beamline: str) -> bool:
    """Tell whether the actor may know which item runs, with its run, or which one held the queue."""
    return "redacted" not in queue_selectors.status(actor, beamline)


def public_part(full: dict[str, Any]) -> dict[str, Any]:
    """Give the part of a whole status that everyone at the beamline may know."""
    return without_item(full)


def values(beamline: str) -> dict[str, Any]:
    """Give the last values of the status board: ``{"seq", "values"}``."""
    return queue_selectors.values(EVERYTHING, beamline)


def permit(actor: Actor, beamline: str) -> Permit:
    """Give what the rules of a beamline let the actor do."""
    return permit_of(actor, beamline)


def newest_line(beamline: str) -> int:
    """Give the sequence number of the newest console line, 0 when there is none."""
    return int(queue_selectors.console(EVERYTHING, beamline, since=2**62, limit=1)["last"])


def lines(actor: Actor, beamline: str, since: int | None) -> dict[str, Any]:
    """Give the console lines behind `since` that the actor may see: ``{"lines", "last"}``."""
    return queue_selectors.console(actor, beamline, since=since, limit=CONSOLE_PAGE)


def newest_notice() -> int:
    """Give the number of the newest notice of anybody."""
    return notice_selectors.newest_of_all()


def unseen_notices(actor: Actor) -> dict[str, int]:
    """Give how many notices are new to the actor: ``{"unseen", "newest"}``."""
    return notice_selectors.unseen(actor)


def log_change(beamline: str) -> dict[str, Any]:
    """Give what changes when the logbook of a beamline does."""
    return log_selectors.newest_change(EVERYTHING, beamline)


def watchers(beamline: str) -> list[str]:
    """Give the names of those who have a page of the beamline open."""
    return presence.watchers(EVERYTHING, beamline)


def note_follower(actor: Actor, topic: Topic) -> None:
    """Note that somebody is there, where the topic says who is."""
    if topic.kind.name == "presence":
        presence.note_watching(actor=actor, beamline=topic.target)


def newest_run(actor: Actor, beamline: str) -> dict[str, Any]:
    """Give the newest run of a beamline that the actor may see: ``{"run", "is_open", "time"}``."""
    rows = catalog_selectors.visible_runs(actor).filter(beamline__name=beamline)
    newest = rows.order_by("-time", "-id").values("uid", "exit_status", "time").first()
    if newest is None:
        return {"run": None, "is_open": False, "time": None}
    return {"run": newest["uid"], "is_open": not newest["exit_status"], "time": newest["time"]}
