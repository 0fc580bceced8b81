"""Packages that only some beamlines need, imported when a device first needs them."""

from __future__ import annotations

import importlib
from typing import Any

from acquisition.devices.errors import MissingLibraryError


def library(module: str, package: str, layer: str) -> Any:
    """Return a module of a control layer's package.

    Parameters
    ----------
    module
        What is imported.
    package
        What has to be installed for it.
    layer
        The control layer, as a person would call it.

    Raises
    ------
    MissingLibraryError
        If the package is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingLibraryError(
            f"{layer} needs the Python package {package}, which cannot be imported here ({error}). "
            f"Install it where the worker runs: pip install {package}"
        ) from error
