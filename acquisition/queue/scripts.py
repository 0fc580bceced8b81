"""Items as a Python script that runs them without Beamport's queue, and as a table."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

INDENT: Final = "    "
#: What makes an item again when it is queued anew.
KEPT: Final = ("plan", "kind", "parameters", "metadata", "note", "priority", "proposal")

HEAD: Final = '''"""{title}

Run it where the beamline's devices can be reached: `python {name} <manifest.toml>`.
"""

import sys
from pathlib import Path

from acquisition.devices.manifest import build_devices, load_manifest
from acquisition.engine import RunEngine
from acquisition.plans.registry import PlanRegistry, bind, resolve
from acquisition.devices.description import describe_devices

ITEMS = {items}


def main() -> None:
    manifest = load_manifest(Path(sys.argv[1]))
    devices = build_devices(manifest)
    descriptions = describe_devices(devices)
    plans = PlanRegistry()
    plans.load(manifest.plans)
    RE = RunEngine()
    RE.subscribe(lambda name, doc: print(name, doc.get("uid", "")))
    for item in ITEMS:
        description = plans.descriptions()[item["plan"]]
        args, kwargs = resolve(description, bind(description, item["parameters"], descriptions), devices)
        RE(plans.plan(item["plan"])(*args, **kwargs), **item["metadata"])


if __name__ == "__main__":
    main()
'''


def as_json(items: Iterable[Mapping[str, Any]]) -> bytes:
    """Give items as JSON that can be queued again as a batch."""
    kept = [{name: item[name] for name in KEPT} for item in items]
    return (json.dumps({"items": kept}, indent=2, ensure_ascii=False) + "\n").encode()


def as_script(items: Iterable[Mapping[str, Any]], *, title: str, name: str) -> bytes:
    """Give items as a Python script; values stand in it as literals."""
    calls = [
        {key: item[key] for key in ("plan", "parameters", "metadata")}
        for item in items
        if item["kind"] == "plan"
    ]
    shown = title.replace("\\", " ").replace('"', "'")
    return HEAD.format(title=shown, name=name, items=_literal(calls)).encode()


def _literal(value: Any, depth: int = 0) -> str:
    """Write JSON values as Python, a line each where they nest.

    Examples
    --------
    >>> print(_literal([{"num": 5, "on": True}]))
    [
        {
            "num": 5,
            "on": True,
        },
    ]
    """
    inner, outer = INDENT * (depth + 1), INDENT * depth
    if isinstance(value, Mapping) and value:
        rows = [f"{inner}{_text(str(key))}: {_literal(part, depth + 1)},\n" for key, part in value.items()]
        return "{\n" + "".join(rows) + outer + "}"
    if isinstance(value, list) and any(isinstance(part, list | Mapping) for part in value):
        return "[\n" + "".join(f"{inner}{_literal(part, depth + 1)},\n" for part in value) + outer + "]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """Write a text as a Python literal of plain characters: JSON's own is one."""
    return json.dumps(text, ensure_ascii=False)
