"""Names of what can be followed: `kind:target`, the group that carries it and the scope it needs. No I/O."""

import re
from dataclasses import dataclass

BEAMLINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}\Z")
RUN_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}\Z")


class UnknownTopicError(ValueError):
    """The text names no topic."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of topic."""

    name: str
    scope: str
    """Scope asked for at the beamline; the rows behind it are cut to what its reader may see besides."""
    is_run: bool
    """The target is the uid of a run; else the name of a beamline."""
    title: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("run", "run:read", True, "documents of one run, in order"),
        Kind("live", "queue:read", False, "the newest run of the beamline that the socket's owner may see"),
        Kind("queue", "queue:read", False, "version of the queue; fetch the queue when it changes"),
        Kind("engine", "queue:read", False, "status of the beamline: worker, engine, progress, control"),
        Kind("pv", "device:read", False, "values of the status board"),
        Kind("log", "queue:read", False, "that the logbook has changed; fetch it"),
        Kind("presence", "queue:read", False, "who has a page of the beamline open"),
        Kind("notices", "queue:read", False, "how many notices the socket's owner has not seen"),
        Kind("console", "console:read", False, "lines that the worker wrote"),
    )
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that is well formed; whether its target exists is another question."""

    kind: Kind
    target: str

    def __str__(self) -> str:
        return f"{self.kind.name}:{self.target}"

    @property
    def group(self) -> str:
        """Name of the channel layer group that carries the topic."""
        return group_of(str(self))


def group_of(topic: str) -> str:
    """Give the channel layer group of a topic.

    >>> group_of("queue:demo")
    'queue.demo'
    """
    return topic.replace(":", ".")


def parse(text: str) -> Topic:
    """Read a topic.

    >>> str(parse("queue:demo"))
    'queue:demo'

    Raises
    ------
    UnknownTopicError
        When the kind is unknown or the target cannot be one.
    """
    name, separator, target = text.partition(":")
    kind = KINDS.get(name)
    if kind is None or not separator:
        known = ", ".join(sorted(KINDS))
        raise UnknownTopicError(f"{text[:60]!r} is not a topic: it is kind:target, the kind one of {known}.")
    if not (RUN_UID if kind.is_run else BEAMLINE).match(target):
        wanted = "the full uid of a run" if kind.is_run else "the name of a beamline"
        raise UnknownTopicError(f"{text[:60]!r} is not a topic: behind {kind.name!r} comes {wanted}.")
    return Topic(kind, target)
