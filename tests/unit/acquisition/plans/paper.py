"""Devices of paper and plans as text, for tests of plans."""

from typing import Any

from acquisition.plans.answers import Answers
from acquisition.plans.stand_ins import stand_ins

DEVICES: dict[str, dict[str, Any]] = {
    "sx": {
        "protocols": ["Locatable", "Movable", "Readable", "Stageable"],
        "units": "mm",
        "limits": [-10, 10],
        "velocity": 2.0,
    },
    "sy": {
        "protocols": ["Locatable", "Movable", "Readable", "Stageable"],
        "units": "mm",
        "limits": [-5, 5],
    },
    "free": {"protocols": ["Movable", "Readable"], "units": "deg", "limits": None},
    "det": {"protocols": ["Readable", "Stageable", "Triggerable"], "exposure_s": 0.5},
    "ring": {
        "protocols": ["Readable"],
        "units": "mA",
        "components": {"current": {"protocols": ["Readable"], "units": "mA"}},
    },
    "flyer": {"protocols": ["Flyable", "Collectable"]},
    "camera": {"protocols": ["Flyable", "Preparable", "Stageable", "Collectable"]},
    "stage": {
        "protocols": ["Flyable", "Preparable", "Stageable", "Collectable"],
        "units": "mm",
        "limits": [-10, 10],
        "velocity": 2.0,
    },
}


def paper_devices() -> dict[str, Any]:
    return dict(stand_ins(DEVICES))


def as_text(plan: Any) -> list[str]:
    """Play a plan, and give its messages as lines; groups are numbered as they first appear."""
    answers = Answers()
    groups: dict[Any, str] = {}
    lines = []
    answer = None
    while True:
        try:
            msg = plan.send(answer)
        except StopIteration:
            return lines
        lines.append(_line(msg, groups))
        answer = answers.answer(msg)


def _line(msg: Any, groups: dict[Any, str]) -> str:
    words = [msg.command]
    if msg.obj is not None:
        words.append(msg.obj.name)
    words += [_word(value) for value in msg.args]
    if msg.command == "create":
        words.append(msg.kwargs["name"])
    if msg.command == "close_run" and msg.kwargs["exit_status"]:
        words += [msg.kwargs["exit_status"], str(msg.kwargs["reason"])]
    if msg.kwargs.get("group") is not None:
        words.append(groups.setdefault(msg.kwargs["group"], f"@{len(groups)}"))
    if msg.run is not None:
        words.append(f"run={msg.run}")
    return " ".join(words)


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "name", value))
