"""Scans of the energy across an absorption edge."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from acquisition.plans.annotations import Bounds, Groups, Member, Unit
from acquisition.plans.msg import Plan
from acquisition.plans.scans import list_scan
from acquisition.plans.shapes import Metadata, Movable, Readable

__plans__ = ("energy_scan",)

MOST_POINTS = 20_000

REGIONS = Groups(
    (
        Member("start", Annotated[float, Unit("eV")], "First energy, counted from the edge."),
        Member("stop", Annotated[float, Unit("eV")], "Last energy, counted from the edge."),
        Member("step", Annotated[float, Bounds(minimum=0.01), Unit("eV")], "From point to point."),
    )
)


def energy_scan(
    detectors: Sequence[Readable],
    mono: Movable,
    *regions: Annotated[Any, REGIONS],
    edge: Annotated[float, Bounds(1000.0, 100_000.0), Unit("eV")] = 7112.0,
    md: Metadata | None = None,
) -> Plan[str]:
    """
    Scan the energy across an edge, in regions of different steps.

    The regions are counted from the edge; where two meet, the point is taken once.

    Parameters
    ----------
    detectors : list of readable devices
        What to read at each point.
    mono : movable device
        The monochromator, or its energy.
    *regions : start, stop, step, start, stop, step ...
        In eV, counted from the edge.
    edge : float
        Energy of the edge in eV; iron has 7112.
    md : dict, optional
        Metadata.
    """
    energies = energies_of(regions, edge)
    own = {"plan_name": "energy_scan", "edge_ev": edge, "regions_ev": _triples(regions), **(md or {})}
    return (yield from list_scan(detectors, getattr(mono, "energy", mono), energies, md=own))


def energies_of(regions: Sequence[float], edge: float) -> list[float]:
    """
    Return the energies of some regions, each once and rising.

    Parameters
    ----------
    regions : sequence of float
        Start, stop and step of one region after the other, in eV from the edge.
    edge : float
        In eV.

    Raises
    ------
    ValueError
        If there is no region, one runs backwards, or there are too many points.

    Examples
    --------
    >>> energies_of([-2, 0, 1, 0, 1, 0.5], 7112.0)
    [7110.0, 7111.0, 7112.0, 7112.5, 7113.0]
    """
    found: set[float] = set()
    for start, stop, step in _triples(regions):
        if not (step > 0.0 and stop >= start):
            raise ValueError(f"a region from {start:g} to {stop:g} eV by {step:g} eV has no points")
        number = int(np.floor((stop - start) / step + 1e-9)) + 1
        if number > MOST_POINTS:
            raise ValueError(f"a region of {number} points is more than {MOST_POINTS}: take a larger step")
        found.update(round(float(edge + start + i * step), 6) for i in range(number))
    if not found:
        raise ValueError("give at least one region: start, stop and step in eV from the edge")
    return sorted(found)


def _triples(regions: Sequence[float]) -> list[tuple[float, float, float]]:
    if len(regions) % 3:
        raise ValueError(f"regions come as start, stop, step; {len(regions)} numbers are no whole regions")
    return [(regions[i], regions[i + 1], regions[i + 2]) for i in range(0, len(regions), 3)]
