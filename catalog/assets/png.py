"""A frame as a small grey PNG."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_SIDE = 2048
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def grey_png(frame: NDArray[Any], *, vmin: float | None = None, vmax: float | None = None) -> bytes:
    """Write a two-dimensional array of numbers as an 8-bit grey PNG.

    Parameters
    ----------
    frame
        Shape (rows, columns). Sides above 2048 are thinned out by whole steps.
    vmin, vmax
        Values shown black and white; by default the 0.5 and 99.5 percentiles of the finite
        values. NaN is black.
    """
    step = max(1, -(-max(frame.shape) // MAX_SIDE))
    values = frame[::step, ::step].astype(np.float64)
    low, high = _limits(values, vmin, vmax)
    span = high - low
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) / span * 255.0 if span > 0 else np.where(values > low, 255.0, 0.0)
    grey = np.clip(np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0), 0, 255).round().astype(np.uint8)
    rows, columns = grey.shape
    # each line of a PNG begins with the number of its filter; 0 is none
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), grey], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return (
        _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 1)) + _chunk(b"IEND", b"")
    )


def _limits(values: NDArray[Any], vmin: float | None, vmax: float | None) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        finite = np.zeros(1)
    low = float(np.percentile(finite, 0.5, method="nearest")) if vmin is None else vmin
    high = float(np.percentile(finite, 99.5, method="nearest")) if vmax is None else vmax
    return low, high


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
