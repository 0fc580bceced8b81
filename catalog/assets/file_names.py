"""Names of the files of a series, from a template that anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Callable

from catalog.assets.errors import NoFrameError

MAX_WIDTH = 20
_PLACE = re.compile(r"%[-+0 ]*(\d*)(?:\.(\d+))?d|\{0?(?::0?(\d*)d?)?\}")


def file_names(template: str, name: str = "") -> Callable[[int], str]:
    """Give a function from the number of a file to its name.

    Parameters
    ----------
    template
        As the areaDetector module has it (``%s%s_%6.6d.tiff``: folder, name, number; the folder is left out)
        or as Python has it (``img_{:06d}.tiff``). Only the number is put in: it is no format for Python.
    name
        In the place of the second ``%s``.

    Raises
    ------
    NoFrameError
        It has no place for a number, or one of absurd width.

    Examples
    --------
    >>> file_names("%s%s_%6.6d.tiff", "run7")(3)
    'run7_000003.tiff'
    >>> file_names("/img_{:03d}.tif")(12)
    '/img_012.tif'
    """
    if template.count("%s") > 1:
        template = template.replace("%s", "", 1)
    template = template.replace("%s", name, 1)
    found = list(_PLACE.finditer(template))
    widths = [max((int(digits) for digits in one.groups() if digits), default=0) for one in found]
    if len(found) != 1 or widths[0] > MAX_WIDTH:
        raise NoFrameError(f"The files of the series cannot be named by {template[:80]!r}.")
    head, tail = template[: found[0].start()], template[found[0].end() :]
    return lambda number: f"{head}{number:0{widths[0]}d}{tail}" if widths[0] else f"{head}{number}{tail}"
