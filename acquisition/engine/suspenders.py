"""Suspenders: hold the plan while a signal says that measuring is of no use.

A suspender follows a signal. When the value is bad it asks the engine to suspend; when it is good again it
lets
the plan go on after a settling time.
"""

from __future__ import annotations

import abc
import asyncio
import threading
import warnings
from collections.abc import Callable
from typing import Any


class SuspenderBase(abc.ABC):
    """Common part of all suspenders.

    Parameters
    ----------
    signal : subscribable
        Its subscribers are called with ``value=``.
    sleep : float
        Seconds to wait after the value is good again.
    pre_plan, post_plan : plan or callable giving one
        Run before and after the wait.
    tripped_message : str
        Added to the justification.
    """

    def __init__(
        self,
        signal: Any,
        *,
        sleep: float = 0,
        pre_plan: Any = None,
        post_plan: Any = None,
        tripped_message: str = "",
    ) -> None:
        self.RE: Any = None
        self._signal = signal
        self._sleep = sleep
        self._pre_plan = pre_plan
        self._post_plan = post_plan
        self._tripped_message = tripped_message
        self._lock = threading.Lock()
        self._released: threading.Event | None = None
        self._tripped = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._signal!r}, sleep={self._sleep})"

    @property
    def tripped(self) -> bool:
        """Whether the value was bad when last seen."""
        return self._tripped

    def install(self, RE: Any, *, event_type: str | None = None) -> None:
        """Begin to follow the signal for an engine."""
        with self._lock:
            self.RE = RE
        self._signal.subscribe(self, event_type=event_type, run=True)

    def remove(self) -> None:
        """Stop following; a plan held by this suspender goes on."""
        self._signal.clear_sub(self)
        with self._lock:
            if self.RE is not None:
                self._release(self.RE)
            self.RE = None
            self._tripped = False

    def __call__(self, value: Any, **_: Any) -> None:
        """Look at a new value of the signal."""
        request: Callable[[], Any] | None = None
        with self._lock:
            engine = self.RE
            if engine is None:
                return
            if self._should_suspend(value):
                self._tripped = True
                if self._released is None:
                    self._released = threading.Event()
                    request = self._request(engine, self._released)
            elif self._should_resume(value):
                self._release(engine)
                self._tripped = False
        if request is not None and not engine.state.is_idle:
            request()

    def _request(self, engine: Any, released: threading.Event) -> Callable[[], Any]:
        def request() -> None:
            engine.request_suspend(
                _waiter(released),
                pre_plan=self._pre_plan,
                post_plan=self._post_plan,
                justification=self._get_justification(),
            )

        return request

    def _release(self, engine: Any) -> None:
        released, self._released = self._released, None
        if released is not None:
            loop = engine.loop
            loop.call_soon_threadsafe(loop.call_later, self._sleep, released.set)

    def get_futures(self) -> tuple[list[Callable[[], Any]], str]:
        """Give what a plan has to wait for before it begins, and why; empty if not tripped."""
        if not self.tripped:
            return [], ""
        with self._lock:
            if self._released is None:
                self._released = threading.Event()
            return [_waiter(self._released)], self._get_justification()

    @abc.abstractmethod
    def _should_suspend(self, value: Any) -> bool:
        """Whether a value is bad."""

    @abc.abstractmethod
    def _should_resume(self, value: Any) -> bool:
        """Whether a value is good again."""

    def _reason(self) -> str:
        return "stopped it"

    def _get_justification(self) -> str:
        if not self.tripped:
            return ""
        name = getattr(self._signal, "name", repr(self._signal))
        text = f"Signal {name} {self._reason()}"
        return f"{text}: {self._tripped_message}" if self._tripped_message else text


#: Seconds between looks at whether a suspender has let go.
_LOOK_EVERY_S = 0.02


def _waiter(released: threading.Event) -> Callable[[], Any]:
    async def wait() -> bool:
        while not released.is_set():
            await asyncio.sleep(_LOOK_EVERY_S)
        return True

    return wait


class SuspendBoolHigh(SuspenderBase):
    """Suspends while a value is true."""

    def _should_suspend(self, value: Any) -> bool:
        return bool(value)

    def _should_resume(self, value: Any) -> bool:
        return not value

    def _reason(self) -> str:
        return "is high"


class SuspendBoolLow(SuspenderBase):
    """Suspends while a value is false."""

    def _should_suspend(self, value: Any) -> bool:
        return not value

    def _should_resume(self, value: Any) -> bool:
        return bool(value)

    def _reason(self) -> str:
        return "is low"


class _Threshold(SuspenderBase):
    """Suspends beyond one value, resumes on the good side of another."""

    def __init__(
        self, signal: Any, suspend_thresh: float, *, resume_thresh: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(signal, **kwargs)
        self._suspend_thresh = suspend_thresh
        self._resume_thresh = suspend_thresh if resume_thresh is None else resume_thresh
        self._check()

    def _check(self) -> None:
        """Refuse thresholds in the wrong order."""


class SuspendFloor(_Threshold):
    """Suspends while a value is below `suspend_thresh`; resumes above `resume_thresh`."""

    def _check(self) -> None:
        if self._resume_thresh < self._suspend_thresh:
            raise ValueError(
                f"resume_thresh ({self._resume_thresh}) must not be below suspend_thresh "
                f"({self._suspend_thresh})."
            )

    def _should_suspend(self, value: Any) -> bool:
        return bool(value < self._suspend_thresh)

    def _should_resume(self, value: Any) -> bool:
        return bool(value > self._resume_thresh)

    def _reason(self) -> str:
        return f"is below {self._suspend_thresh}"


class SuspendCeil(_Threshold):
    """Suspends while a value is above `suspend_thresh`; resumes below `resume_thresh`."""

    def _check(self) -> None:
        if self._resume_thresh > self._suspend_thresh:
            raise ValueError(
                f"resume_thresh ({self._resume_thresh}) must not be above suspend_thresh "
                f"({self._suspend_thresh})."
            )

    def _should_suspend(self, value: Any) -> bool:
        return bool(value > self._suspend_thresh)

    def _should_resume(self, value: Any) -> bool:
        return bool(value < self._resume_thresh)

    def _reason(self) -> str:
        return f"is above {self._suspend_thresh}"


class _Band(SuspenderBase):
    def __init__(self, signal: Any, band_bottom: float, band_top: float, **kwargs: Any) -> None:
        super().__init__(signal, **kwargs)
        if not band_bottom < band_top:
            raise ValueError(f"band_bottom ({band_bottom}) must be below band_top ({band_top}).")
        self._bottom = band_bottom
        self._top = band_top

    def _is_inside(self, value: Any) -> bool:
        return bool(self._bottom < value < self._top)


class SuspendWhenOutsideBand(_Band):
    """Suspends while a value is outside a band."""

    def _should_suspend(self, value: Any) -> bool:
        return not self._is_inside(value)

    def _should_resume(self, value: Any) -> bool:
        return self._is_inside(value)

    def _reason(self) -> str:
        return f"is outside {self._bottom} to {self._top}"


class SuspendInBand(SuspendWhenOutsideBand):
    """Old name of `SuspendWhenOutsideBand`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn("SuspendInBand is the old name of SuspendWhenOutsideBand.", stacklevel=2)
        super().__init__(*args, **kwargs)


class SuspendOutBand(_Band):
    """Suspends while a value is inside a band (leaving)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn("SuspendOutBand is going to be removed.", stacklevel=2)
        super().__init__(*args, **kwargs)

    def _should_suspend(self, value: Any) -> bool:
        return self._is_inside(value)

    def _should_resume(self, value: Any) -> bool:
        return not self._is_inside(value)

    def _reason(self) -> str:
        return f"is inside {self._bottom} to {self._top}"


class SuspendWhenChanged(SuspenderBase):
    """Suspends when a value differs from the expected one; resumes only if that is allowed.

    Parameters
    ----------
    expected_value : object, optional
        Taken from the signal at the beginning if not given.
    allow_resume : bool
        Whether coming back to the expected value lets the plan go on.
    """

    def __init__(
        self, signal: Any, *, expected_value: Any = None, allow_resume: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(signal, **kwargs)
        self.expected_value = signal.get() if expected_value is None else expected_value
        self.allow_resume = allow_resume

    def _should_suspend(self, value: Any) -> bool:
        return bool(value != self.expected_value)

    def _should_resume(self, value: Any) -> bool:
        return self.allow_resume and bool(value == self.expected_value)

    def _reason(self) -> str:
        text = f"differs from {self.expected_value!r}"
        return text if self.allow_resume else f"{text} and must be looked at before the plan can go on"
