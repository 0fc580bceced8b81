"""A kit to test readers with: every kind of slice, compared with what the file holds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.assets.asset import Asset, AssetReader
from catalog.assets.registry import BUILT_IN, Readers


def check_reader(cls: Any, asset: Asset, expected: NDArray[Any]) -> None:
    """Raise AssertionError where a reader does not keep to the protocol, or gives other values.

    Parameters
    ----------
    cls
        The reader, by its class.
    asset
        A file that it reads.
    expected
        All values of the file, entries first.
    """
    assert cls.kinds, "kinds names what is read: mimetypes and spec names"
    assert all(isinstance(kind, str) for kind in cls.kinds), "kinds are texts"
    reader = Readers([*BUILT_IN, cls]).open(Asset(**{**vars(asset), "kind": cls.kinds[0]}))
    try:
        assert isinstance(reader, AssetReader), "a reader has shape, dtype, chunks, read and close"
        assert tuple(reader.shape) == expected.shape
        assert np.dtype(reader.dtype) == expected.dtype
        assert len(reader.chunks) == len(reader.shape), "chunks has as many axes as shape"
        for selection in _selections(expected.shape):
            values = reader.read(selection)
            assert np.array_equal(values, expected[selection]), f"read({selection}) gives other values"
    finally:
        reader.close()


def _selections(shape: tuple[int, ...]) -> Iterable[tuple[slice, ...]]:
    """Give slices of a shape: whole, first, last, a middle part, every second."""
    choices = [
        (
            slice(0, side, 1),
            slice(0, 1, 1),
            slice(side - 1, side, 1),
            slice(side // 3, side, 1),
            slice(0, side, 2),
        )
        for side in shape
    ]
    return itertools.product(*choices)
