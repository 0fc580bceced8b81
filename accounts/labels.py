"""Labels: an address as a QR code, drawn as SVG."""

from __future__ import annotations

import io

import segno

LIGHT, DARK = "#fff", "#000"


def qr_code(address: str, *, scale: int = 4) -> bytes:
    """Give the QR code of an address as SVG, dark on light whatever the theme of the page.

    Parameters
    ----------
    scale
        Pixels of one module; the quiet zone of four modules around it is kept.
    """
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=scale, border=4, dark=DARK, light=LIGHT, xmldecl=False, svgns=True
    )
    return drawn.getvalue()
