"""How many requests a sender may send, read from the environment."""

from __future__ import annotations

import os
from typing import Final

from django.core.exceptions import ImproperlyConfigured

NAME: Final = "BEAMPORT_REQUESTS_A_MINUTE"
USUAL: Final = {"person": 60_000, "key": 60_000, "address": 120_000}
BURST_S: Final = 6
"""Whoever was quiet may send at once what the rate gives in so many seconds."""

Rate = tuple[float, int]


def request_rates() -> dict[str, Rate]:
    """Return requests a minute and burst by kind of sender, as ``person:600,address:1200`` names them.

    Raises
    ------
    ImproperlyConfigured
        A word is no ``kind:number``.

    Examples
    --------
    >>> sorted(request_rates())
    ['address', 'key', 'person']
    """
    rates = dict(USUAL)
    for word in os.environ.get(NAME, "").split(","):
        if word.strip():
            kind, _, number = word.strip().partition(":")
            if kind not in USUAL or not number.isdecimal() or int(number) < 1:
                raise ImproperlyConfigured(
                    f"{NAME} has {word.strip()!r}: it must read person:600,key:600,address:1200."
                )
            rates[kind] = int(number)
    return {kind: (float(rate), max(1, round(rate * BURST_S / 60))) for kind, rate in rates.items()}
