"""Frames become pictures that any reader takes."""

import io

import numpy as np
import pytest
from PIL import Image

from catalog.assets.png import MAX_SIDE, grey_png


def shown(frame, **limits):
    return np.asarray(Image.open(io.BytesIO(grey_png(frame, **limits))))


def test_values_are_spread_between_the_limits():
    frame = np.array([[0, 5, 10], [-5, 20, 2]])
    assert shown(frame, vmin=0, vmax=10).tolist() == [[0, 128, 255], [0, 255, 51]]


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((2, 3), "<u2"),
        np.full((2, 3), np.nan),
        np.array([[np.nan, np.inf], [-np.inf, 1.0]]),
        np.array([[1e308, -1e308]]),
        np.ones((1, 1), bool),
        np.array([[2**64 - 1, 0]], "u8"),
    ],
)
def test_odd_frames_are_shown(frame):
    assert shown(frame).shape == frame.shape


def test_large_frames_are_thinned_out():
    assert max(shown(np.zeros((MAX_SIDE * 2 + 1, 10), "u1")).shape) <= MAX_SIDE
