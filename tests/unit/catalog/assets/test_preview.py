"""A preview is smaller and loses no bright spot."""

import numpy as np
import pytest

from catalog.assets.preview import reduced


def test_the_greatest_of_each_block_stays():
    frame = np.zeros((9, 7), dtype="<u2")
    frame[8, 6], frame[0, 0], frame[4, 2] = 9, 1, 5
    found = reduced(frame, 3)
    assert (found.shape, found.dtype) == ((3, 3), np.dtype("<u2"))
    assert found.tolist() == [[1, 0, 0], [5, 0, 0], [0, 0, 9]]


def test_a_small_frame_stays_as_it_is():
    frame = np.ones((4, 5))
    assert reduced(frame, 5) is frame


@pytest.mark.parametrize("shape", [(2048, 2048), (1, 1000), (1000, 1), (3, 3000)])
@pytest.mark.parametrize("most", [1, 7, 512])
def test_no_side_is_longer_than_asked(shape, most):
    frame = np.random.default_rng(1).integers(0, 1000, shape)
    found = reduced(frame, most)
    assert max(found.shape) <= most
    assert found.max() == frame.max()
