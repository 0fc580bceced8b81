"""One rule for where a value is: an address is a URI, and its scheme names the control layer.

``ca://DEMO:sx.RBV``, ``pva://DEMO:image#uniqueId``, ``tango://host:10000/sys/tg_test/1/double_scalar``,
``tcp://host:5025#voltage``. Without a scheme it is a process variable over Channel Access. A device makes the
addresses of its parts from its prefix, so that a prefix with a scheme moves the whole device to that layer.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, cast

from acquisition.devices.backends.base import Backend
from acquisition.devices.errors import AddressError

PACKAGE = "acquisition.devices.backends"
DEFAULT_SCHEME = "ca"

SCHEMES: Mapping[str, str] = {
    "ca": f"{PACKAGE}.channel_access.ChannelAccessBackend",
    "pva": f"{PACKAGE}.pv_access.PvAccessBackend",
    "tango": f"{PACKAGE}.tango.TangoBackend",
    "tcp": f"{PACKAGE}.socket.tcp_at",
    "serial": f"{PACKAGE}.socket.serial_at",
    "visa": f"{PACKAGE}.socket.visa_at",
    "soft": f"{PACKAGE}.soft.soft_at",
}
"""The class, or the function, that makes the backend for each scheme. It gets what follows ``://``."""


def split(address: str) -> tuple[str, str]:
    """Return scheme and rest.

    Raises
    ------
    AddressError
        If there is no such scheme, or nothing after it.

    Examples
    --------
    >>> split("pva://DEMO:image")
    ('pva', 'DEMO:image')
    >>> split("DEMO:sx.RBV")
    ('ca', 'DEMO:sx.RBV')
    """
    scheme, sign, rest = address.partition("://")
    if not sign:
        scheme, rest = DEFAULT_SCHEME, address
    if scheme not in SCHEMES:
        known = ", ".join(f"{name}://" for name in SCHEMES)
        raise AddressError(f"{address!r}: there is no control layer {scheme}://; there are {known}")
    if not rest.strip() or rest != rest.strip():
        raise AddressError(f"{address!r}: name a value after {scheme}://, without blanks around it")
    return scheme, rest


def backend_at(address: str, **options: Any) -> Backend:
    """Return the backend of a value; ``options`` are those of the layer's backend.

    Raises
    ------
    AddressError
        If the address names none.
    MissingLibraryError
        If the package of that layer is not installed.
    """
    scheme, rest = split(address)
    module, _, name = SCHEMES[scheme].rpartition(".")
    make = getattr(importlib.import_module(module), name)
    try:
        return cast("Backend", make(rest, **options))
    except TypeError as error:
        raise AddressError(f"{address!r} cannot be made with {', '.join(options)}: {error}") from error
