"""Which line of a plan an error belongs to; looked for only when there is one."""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import traceback
from functools import cache
from pathlib import Path
from types import CodeType, TracebackType

_ENGINE = str(Path(__file__).parent)
_OWN_PLANS = str(Path(__file__).parents[1] / "plans")


def note_plan_line(error: BaseException) -> None:
    """Add to an error that left a plan the line of the plan that it left, as a note under its message.

    The line is that of the innermost plan a user wrote; of a plan used as it comes, that of the plan itself.
    """
    line = plan_line(error.__traceback__)
    if line is not None and line not in getattr(error, "__notes__", ()):
        error.add_note(line)


def plan_line(tb: TracebackType | None) -> str | None:
    """Give a text that names file, line and function of a plan, or None if no plan was left by the error."""
    places = _plan_places(tb)
    if not places:
        return None
    code, number = next((place for place in reversed(places) if not _is_of_library(place[0])), places[-1])
    text = linecache.getline(code.co_filename, number).strip()
    return f"Plan line: {code.co_filename}:{number}, in {code.co_name}" + (f": {text}" if text else "")


def _plan_places(tb: TracebackType | None) -> list[tuple[CodeType, int]]:
    """Give the plans that an error went through, outermost first.

    Below the plans come the engine's functions once more, if it was the engine that threw the error in, and
    then those of the device; a generator in there is no plan.
    """
    places: list[tuple[CodeType, int]] = []
    for frame, number in traceback.walk_tb(tb):
        code = frame.f_code
        if code.co_filename.startswith(_ENGINE):
            if places:
                break
        elif code.co_flags & inspect.CO_GENERATOR:
            places.append((code, number))
    return places


@cache
def _libraries() -> tuple[str, ...]:
    """Give the folders of plans that users call and did not write."""
    spec = importlib.util.find_spec("bluesky")
    folders = spec.submodule_search_locations if spec is not None else None
    return (_OWN_PLANS, *(folders or ()))


def _is_of_library(code: CodeType) -> bool:
    return code.co_filename.startswith(_libraries())
