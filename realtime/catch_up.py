"""Each document once, in order, however frames get lost, doubled or late. No I/O.

A socket holds one number for each run it follows: the ordinal it has sent last. What it sends next is cut
from the tail of recent frames that the process keeps for the run, and, where the tail does not reach back
far enough, read from the store. Nothing else is kept for a socket, so a slow one costs no memory.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from realtime import frames
from realtime.frames import MAX_FRAME_BYTES, Frame

TAIL_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadStore:
    """The next documents have to be read from the store: those behind `since`."""

    since: int


@dataclass(slots=True)
class Tail:
    """The newest frames of one run, without a hole, of bounded size."""

    max_bytes: int = TAIL_BYTES
    _frames: deque[Frame] = field(default_factory=deque)
    _size: int = 0

    @property
    def first(self) -> int:
        """First ordinal that is held, 0 when none is."""
        return self._frames[0].first if self._frames else 0

    @property
    def last(self) -> int:
        """Last ordinal that is held, -1 when none is."""
        return self._frames[-1].last if self._frames else -1

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def add(self, frame: Frame) -> None:
        """Take a frame in: what is known already is cut off, and behind a hole the tail begins anew."""
        if self._frames:
            if frame.first > self.last + 1:
                self.clear()
            else:
                rest = frames.after(frame, self.last)
                if rest is None:
                    return
                frame = rest
        self._frames.append(frame)
        self._size += frame.size
        while self._size > self.max_bytes and len(self._frames) > 1:
            self._size -= self._frames.popleft().size

    def clear(self) -> None:
        """Forget every frame."""
        self._frames.clear()
        self._size = 0

    def after(self, ordinal: int, *, max_bytes: int = MAX_FRAME_BYTES) -> Frame | None:
        """Give what follows `ordinal` as one frame of at most `max_bytes`.

        None when nothing that follows is held, or when there is a hole between `ordinal` and the tail.
        """
        if not self._frames or not self.first - 1 <= ordinal < self.last:
            return None
        parts: list[Frame] = []
        size = 0
        for frame in self._behind(ordinal):
            size += frame.size
            if parts and size > max_bytes:
                break
            parts.append(frame)
        return frames.merged(parts)

    def _behind(self, ordinal: int) -> Iterator[Frame]:
        """Give the frames behind `ordinal`, the first one cut where needed."""
        count = 0
        for frame in reversed(self._frames):
            if frame.last <= ordinal:
                break
            count += 1
        for frame in islice(self._frames, len(self._frames) - count, None):
            rest = frames.after(frame, ordinal)
            if rest is not None:
                yield rest


def next_step(sent: int, tail: Tail, known: int) -> Frame | ReadStore | None:
    """Say what a socket that has sent up to `sent` does next, when `known` is the newest ordinal heard of."""
    frame = tail.after(sent)
    if frame is not None:
        return frame
    return ReadStore(sent) if max(known, tail.last) > sent else None
