"""What the docstring of a plan says about it and its parameters."""

import re
from dataclasses import dataclass, field

import docstring_parser
from docstring_parser import DocstringStyle

_UNIT_IN_BRACKETS = re.compile(r"[\[(]\s*([^\W\d_]{1,4}(?:[/·*^][\w^·/*-]{1,12})?|°|%)\s*[\])]")
_UNIT_IN_WORDS = re.compile(
    r"\bin (seconds|degrees|radians|millimetres|millimeters|micrometres|eV|keV|mm|um|µm)\b", re.I
)
_UNITS = {
    "seconds": "s",
    "degrees": "deg",
    "radians": "rad",
    "millimetres": "mm",
    "millimeters": "mm",
    "micrometres": "µm",
    "ev": "eV",
    "kev": "keV",
    "mm": "mm",
    "um": "µm",
    "µm": "µm",
}
_ROLE = re.compile(r":[a-z:]+:`~?([^`]*)`")
_GROUP = re.compile(r"\bmotor1?\s*(?:,\s*(?:\[[^\]]*\]|[A-Za-z_]\w*)\s*)+")
_PART = re.compile(r"\[[^\]]*\]|[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class ParameterDoc:
    """What the docstring says of one parameter: its type in words, its text, its unit."""

    kind: str = ""
    text: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PlanDoc:
    """What the docstring says of a plan."""

    title: str = ""
    text: str = ""
    parameters: dict[str, ParameterDoc] = field(default_factory=dict)


def read_docstring(docstring: str | None) -> PlanDoc:
    """
    Read a docstring in the style of numpydoc.

    Parameters
    ----------
    docstring : str, optional
        One that cannot be read gives an empty description.
    """
    if not docstring:
        return PlanDoc()
    try:
        parsed = docstring_parser.parse(docstring, style=DocstringStyle.NUMPYDOC)
    except docstring_parser.ParseError:
        return PlanDoc(title=docstring.strip().splitlines()[0])
    parameters: dict[str, ParameterDoc] = {}
    for entry in parsed.params:
        text = _plain(entry.description or "")
        kind = entry.type_name or ""
        for name in entry.arg_name.split(","):
            parameters[name.strip(" `*")] = ParameterDoc(kind, text, unit_in(kind) or unit_in(text))
    return PlanDoc(_plain(parsed.short_description or ""), _plain(parsed.long_description or ""), parameters)


def unit_in(text: str) -> str:
    """
    Give the unit that a text names, or nothing.

    Examples
    --------
    >>> unit_in("float [mm]"), unit_in("Time between readings, in seconds."), unit_in("how many")
    ('mm', 's', '')
    """
    if found := _UNIT_IN_WORDS.search(text):
        return _UNITS[found[1].lower()]
    found = _UNIT_IN_BRACKETS.search(text)
    return found[1] if found else ""


def group_in(text: str) -> list[str]:
    """
    Give the names of what repeats, if a text says that arguments are ``motor, ..., motor, ...``.

    Examples
    --------
    >>> group_in("patterned like (``motor1, start1, stop1, num1,`` ``motor2, ...")
    ['motor', 'start', 'stop', 'num']
    >>> group_in("For one dimension, ``motor, [point1, point2, ...]``.")
    ['motor', 'positions']
    """
    found = _GROUP.search(text)
    if found is None:
        return []
    names: list[str] = []
    for part in _PART.findall(found[0]):
        name = part.rstrip("0123456789")
        if name == "motor" and names:
            break
        names.append("positions" if part.startswith("[") else name)
    return names


def _plain(text: str) -> str:
    return _ROLE.sub(r"\1", text).replace("``", "").strip()
