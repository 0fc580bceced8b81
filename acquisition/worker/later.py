"""An answer that comes after the question was taken."""

import threading
from collections.abc import Callable
from typing import Any

Tell = Callable[[str, str, dict[str, Any]], None]


class Later:
    """Hands an outcome, a sentence and a result to whoever waits for them, once both are there.

    Examples
    --------
    >>> later = Later()
    >>> later.finish("done", "at 3 mm", {})
    >>> later.then(lambda outcome, detail, result: print(outcome, detail))
    done at 3 mm
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer: tuple[str, str, dict[str, Any]] | None = None
        self._tell: Tell | None = None

    def finish(self, outcome: str, detail: str, result: dict[str, Any]) -> None:
        """Give the answer."""
        with self._lock:
            self._answer = (outcome, detail, result)
            tell = self._tell
        if tell is not None:
            tell(outcome, detail, result)

    def then(self, tell: Tell) -> None:
        """Call `tell` with the answer, at once where it is there."""
        with self._lock:
            self._tell = tell
            answer = self._answer
        if answer is not None:
            tell(*answer)
