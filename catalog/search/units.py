"""Numbers with units: what a person types becomes the number that the metadata holds.

The table holds what beamlines write in metadata, by the definitions of the SI (BIPM, *The International
System of Units*, 9th edition, 2019; the electronvolt and ångström as tabulated there).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*(\D\S*)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, and how to come to the first unit of its dimension, x * factor + offset."""

    dimension: str
    factor: float
    offset: float = 0.0


def _multiples(dimension: str, factors: Mapping[str, float]) -> dict[str, Unit]:
    return {name: Unit(dimension, factor) for name, factor in factors.items()}


UNITS: dict[str, Unit] = {
    **_multiples("energy", {"eV": 1.0, "meV": 1e-3, "keV": 1e3, "MeV": 1e6, "GeV": 1e9}),
    **_multiples(
        "length",
        {
            "m": 1.0,
            "cm": 1e-2,
            "mm": 1e-3,
            "um": 1e-6,
            "µm": 1e-6,
            "μm": 1e-6,
            "nm": 1e-9,
            "pm": 1e-12,
            "Å": 1e-10,
            "angstrom": 1e-10,
        },
    ),
    **_multiples(
        "time", {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0}
    ),
    **_multiples("current", {"A": 1.0, "mA": 1e-3, "uA": 1e-6, "µA": 1e-6, "nA": 1e-9, "pA": 1e-12}),
    **_multiples("voltage", {"V": 1.0, "mV": 1e-3, "kV": 1e3}),
    **_multiples(
        "angle", {"deg": 1.0, "°": 1.0, "mrad": 0.18 / 3.141592653589793, "rad": 180 / 3.141592653589793}
    ),
    **_multiples("pressure", {"Pa": 1.0, "kPa": 1e3, "MPa": 1e6, "GPa": 1e9, "mbar": 100.0, "bar": 1e5}),
    **_multiples("frequency", {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6}),
    **_multiples("field", {"T": 1.0, "mT": 1e-3}),
    "K": Unit("temperature", 1.0),
    "mK": Unit("temperature", 1e-3),
    "degC": Unit("temperature", 1.0, 273.15),
    "°C": Unit("temperature", 1.0, 273.15),
}

KEY_UNITS: dict[str, str] = {
    "energy": "eV",
    "photon_energy": "eV",
    "incident_energy": "eV",
    "edge_energy": "eV",
    "wavelength": "Å",
    "temperature": "K",
    "sample_temperature": "K",
    "pressure": "Pa",
    "exposure": "s",
    "exposure_time": "s",
    "count_time": "s",
    "acquire_time": "s",
    "duration": "s",
    "delay": "s",
    "ring_current": "mA",
    "voltage": "V",
    "magnetic_field": "T",
    "distance": "mm",
    "detector_distance": "mm",
    "thickness": "mm",
    "beam_size": "um",
}
"""The unit in which metadata hold a key, by its last part; a key may also end with its unit: `gap_mm`."""

_SUFFIXES = {name.lower(): name for name in UNITS if name.isascii()} | {"mev": "meV", "ma": "mA", "pa": "Pa"}


def number_in_unit_of(key: str, text: str) -> float:
    """Give the number that a text means for a key.

    Parameters
    ----------
    key
        Metadata key; its last part decides the unit.
    text
        A number, or one with a unit, such as ``7.1keV``.

    Raises
    ------
    ValueError
        The text is no finite number, the unit is not known, or it does not measure what the key holds.

    Examples
    --------
    >>> number_in_unit_of("energy", "7.1keV")
    7100.0
    >>> number_in_unit_of("sample.gap_mm", "250um")
    0.25
    >>> number_in_unit_of("temperature", "26.85degC")
    300.0
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is no number to compare with.")
    number = float(found[1])
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]!r} is larger than any number kept.")
    if found[2] is None:
        return number
    return _converted(key, number, _unit_named(found[2], text), found[2])


def unit_of(key: str) -> str:
    """Give the name of the unit in which metadata hold a key; empty when nothing says so."""
    last = key.rsplit(".", 1)[-1].strip('"')
    if last in KEY_UNITS:
        return KEY_UNITS[last]
    return _SUFFIXES.get(last.rpartition("_")[2].lower(), "") if "_" in last else ""


def _unit_named(name: str, text: str) -> Unit:
    if name not in UNITS:
        near = [known for known in UNITS if known.lower() == name.lower()]
        advice = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(UNITS)}."
        raise ValueError(f"{text[:40]!r} has a unit that is not known; {advice}")
    return UNITS[name]


def _converted(key: str, number: float, unit: Unit, name: str) -> float:
    held = unit_of(key)
    if not held:
        raise ValueError(f"nothing says in which unit {key[:40]} is kept; write the number without {name}.")
    if UNITS[held].dimension != unit.dimension:
        raise ValueError(f"{key[:40]} is kept in {held}, {name} measures {unit.dimension}.")
    base = number * unit.factor + unit.offset
    return float(f"{(base - UNITS[held].offset) / UNITS[held].factor:.15g}")
