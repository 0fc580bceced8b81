"""The table of the device library in the reference; ``python -m tests.support.device_table`` writes it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from acquisition.devices import library
from acquisition.devices.component import Component, Kind
from acquisition.devices.device import Device
from acquisition.devices.library.motor import Motor
from acquisition.devices.protocols import protocols_of
from acquisition.devices.signal import Signal
from acquisition.devices.sim.fakes import FakeBackend
from acquisition.devices.standard.derived import DerivedBackend
from tests.support.house_rules import ROOT

PAGE = ROOT / "docs" / "reference" / "devices.md"
BEGIN, END = "<!-- library table -->", "<!-- end of the library table -->"
HEAD = "| class | process variables | reads | configuration | can |\n|---|---|---|---|---|"
EXAMPLES: dict[str, dict[str, Any]] = {
    "Changer": {"positions": {"in": 0.0}},
    "Scaler": {"channels": {"i0": 2}},
    "MultichannelAnalyser": {"regions": {"fe": 0}},
    "Monochromator": {"exit_offset_mm": 20.0},
    "FlyableStage": {"compare_prefix": "<Z>"},
    "RecordingFlyableStage": {"compare_prefix": "<Z>", "folder": "."},
    "SampleHolder": {"x_prefix": "<X>", "y_prefix": "<Y>"},
}
SHOWN = (
    "Movable",
    "Triggerable",
    "Flyable",
    "Preparable",
    "Stoppable",
    "Pausable",
    "Checkable",
    "WritesStreamAssets",
)


def classes() -> list[type[Device]]:
    """Return the devices of the library, by module."""
    found: list[type[Device]] = []
    for module in sorted(name for _, name, _ in pkgutil.iter_modules(library.__path__)):
        members = vars(importlib.import_module(f"{library.__name__}.{module}")).values()
        own = [one for one in members if isinstance(one, type) and issubclass(one, Device)]
        found += [one for one in own if one.__module__ == f"{library.__name__}.{module}"]
    return found


def example(cls: type[Device]) -> Device:
    """Return a device of a class, named ``name``, with the prefix ``<P>`` and nothing behind it."""
    settings = EXAMPLES.get(cls.__name__, {})
    parameters = inspect.signature(cls).parameters
    prefixes = {
        name: f"<{name.removesuffix('_pv').upper()}>" if name.endswith("_pv") else "<P>"
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        and name not in settings
    }
    fakes = {name: FakeBackend for name in ("backend", "text_backend") if name in _all_parameters(cls)}
    return cls(**{**prefixes, **settings, **fakes, "name": "name"})


def _all_parameters(cls: type[Any]) -> set[str]:
    """Return the names of what a class and those that it is made from may be given."""
    return {name for base in cls.__mro__ for name in inspect.signature(base.__init__).parameters}


def process_variables(component: Component) -> Iterator[str]:
    """Yield the names of its process variables; a motor record is one."""
    for child in component.children.values():
        if isinstance(child, Motor):
            yield f"{child.prefix} (motor record)"
        elif isinstance(child, Signal):
            if not isinstance(child.backend, DerivedBackend):
                yield str(getattr(child.backend, "pv_name", getattr(child.backend, "address", "")))
        else:
            yield from process_variables(child)


def _keys(device: Device, *kinds: Kind) -> list[str]:
    return [signal.name for signal in device._signals(*kinds)]


def row(cls: type[Device]) -> str:
    """Return the row of a class."""
    device = example(cls)
    hinted = device.hints["fields"]
    reads = [
        f"**`{key}`**" if key in hinted else f"`{key}`" for key in _keys(device, Kind.HINTED, Kind.NORMAL)
    ]
    config = [f"`{key}`" for key in _keys(device, Kind.CONFIG)]
    can = [name for name in protocols_of(device) if name in SHOWN]
    names = [f"`{name}`" for name in process_variables(device)]
    module = cls.__module__.rsplit(".", 1)[-1]
    cells = [
        f"`{module}.{cls.__name__}`",
        *(" ".join(cell) or "none" for cell in (names, reads, config)),
        ", ".join(can),
    ]
    return "| " + " | ".join(cells) + " |"


def table() -> str:
    """Return the whole table."""
    return "\n".join([HEAD, *map(row, classes())])


def described(cls: type[Device]) -> dict[str, tuple[str, str]]:
    """Return type and unit of each process variable in the table of a docstring; ``n`` is any number."""
    lines = (cls.__doc__ or "").splitlines()
    rules = [n for n, line in enumerate(lines) if re.fullmatch(r"\s*=+(  =+)+", line)]
    if len(rules) != 3:
        return {}
    edges = [match.start() for match in re.finditer(r"(?:^|(?<=  ))=", lines[rules[0]])]
    header = _cells(lines[rules[0] + 1], edges)
    found = {}
    for line in lines[rules[1] + 1 : rules[2]]:
        cells = dict(zip(header, _cells(line, edges), strict=True))
        name = next(iter(cells.values())).strip("`")
        if name:
            found[name] = (cells["type"], cells.get("unit", ""))
    return found


def _cells(line: str, edges: list[int]) -> list[str]:
    ends = [*edges[1:], len(line) + 1]
    return [line[start:end].strip() for start, end in zip(edges, ends, strict=True)]


def written() -> str:
    """Return the table that the page has."""
    found = re.search(f"{BEGIN}\n(.*?)\n{END}", PAGE.read_text(), re.DOTALL)
    return found.group(1) if found else ""


if __name__ == "__main__":
    PAGE.write_text(
        re.sub(f"{BEGIN}\n.*?{END}", f"{BEGIN}\n{table()}\n{END}", PAGE.read_text(), flags=re.DOTALL)
    )
