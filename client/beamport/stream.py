"""One stream of a run as arrays, tables and frames."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from beamport.errors import MissingPackageError, NotFoundError

if TYPE_CHECKING:
    from beamport.connection import Client
    from beamport.run import Run

ROWS_AT_ONCE = 100_000


class Stream:
    """A stream: one row for each event.

    Attributes
    ----------
    name
        ``primary``, ``baseline`` ...
    columns
        Its data keys whose values are in events.
    external
        Its data keys whose values are in files; see `frames`.
    """

    def __init__(self, client: Client, run: Run, name: str, told: dict[str, Any]) -> None:
        self._client = client
        self._run = run
        self.name = name
        self.keys: dict[str, dict[str, Any]] = {column["key"]: column for column in told["columns"]}
        self.hints: dict[str, Any] = told["hints"]
        self.num_events: int = told["num_events"]
        self.columns = [key for key, column in self.keys.items() if not column["external"]]
        self.external = [key for key, column in self.keys.items() if column["external"]]

    def __repr__(self) -> str:
        return (
            f"<Stream {self.name} of {self._run.uid[:8]}: {self.num_events} events, {', '.join(self.keys)}>"
        )

    @property
    def units(self) -> dict[str, str]:
        """Units by data key, of those that have one."""
        return {key: column["units"] for key, column in self.keys.items() if column["units"]}

    @property
    def configuration(self) -> dict[str, Any]:
        """Configuration of each device, as the first descriptor of the stream has it."""
        for descriptor in self._run.descriptors:
            if descriptor.get("name") == self.name:
                return dict(descriptor.get("configuration") or {})
        return {}

    def __getitem__(self, key: str) -> NDArray[Any]:
        """Read one column, or the frames of a detector as one array."""
        if key in self.external:
            return self.frames(key)[:]
        return self.arrays([key])[key]

    def arrays(
        self, columns: Sequence[str] | None = None, *, timestamps: bool = False
    ) -> dict[str, NDArray[Any]]:
        """Read columns as arrays whose first axis counts the rows.

        Parameters
        ----------
        columns
            Data keys; by default all that are in events.
        timestamps
            Also read ``ts_`` + key for each: when the value was taken, POSIX seconds.

        Returns
        -------
        dict
            ``seq_num``, ``time`` (POSIX seconds) and the columns. Numbers that an event lacks are NaN; values
            of different shapes make an array of objects.
        """
        wanted = list(columns) if columns is not None else self.columns
        unknown = [key for key in wanted if key not in self.columns]
        if unknown:
            raise NotFoundError(
                f"Stream {self.name} has no column {unknown[0]!r}; it has {', '.join(self.columns)}."
            )
        parts = list(self._pages(wanted, timestamps))
        found = {
            "seq_num": np.asarray(_joined(parts, "seq_num"), dtype=np.int64),
            "time": np.asarray(_joined(parts, "time"), dtype=np.float64),
        }
        for key in wanted:
            values = list(itertools.chain.from_iterable(part["columns"][key] for part in parts))
            found[key] = as_array(values, self.keys[key]["dtype"])
            if timestamps:
                stamps = itertools.chain.from_iterable(part["timestamps"][key] for part in parts)
                found[f"ts_{key}"] = as_array(list(stamps), "number")
        return found

    def read(self, columns: Sequence[str] | None = None, *, frames: bool = False) -> Any:
        """Read the stream as an xarray Dataset along ``time``, with units as attributes.

        Parameters
        ----------
        frames
            Also read what lies in files; `to_dask` reads it later.
        """
        external = {key: self.frames(key)[:] for key in self.external} if frames else {}
        return self._dataset({**self.arrays(columns), **external})

    def to_pandas(self, columns: Sequence[str] | None = None) -> Any:
        """Read the stream as a pandas DataFrame, its rows numbered by ``seq_num``."""
        pandas = _package("pandas", "pandas")
        arrays = self.arrays(columns)
        flat = {key: values if values.ndim == 1 else list(values) for key, values in arrays.items()}
        return pandas.DataFrame(flat).set_index("seq_num")

    def to_dask(self, columns: Sequence[str] | None = None) -> Any:
        """Give the stream as an xarray Dataset whose frames are dask arrays, read when they are computed."""
        _package("dask.array", "dask")
        lazy = {key: self.frames(key).dask() for key in self.external}
        return self._dataset({**self.arrays(columns), **lazy})

    def frames(self, key: str) -> Frames:
        """Give what a detector wrote into files, as an array that is read by the slice."""
        if key not in self.external:
            raise NotFoundError(
                f"{key!r} has no frames in files; {', '.join(self.external) or 'nothing'} has."
            )
        path = "/".join(quote(part, safe="") for part in (self._run.uid, self.name, key))
        return Frames(self._client, path)

    def _pages(self, columns: list[str], timestamps: bool) -> Iterator[dict[str, Any]]:
        start = 0
        while True:
            page = self._client.get(
                f"runs/{self._run.uid}/streams/{quote(self.name, safe='')}/table",
                columns=json.dumps(columns) if columns else None,
                start=start,
                stop=start + ROWS_AT_ONCE,
                timestamps=timestamps or None,
                exact=True,
            )
            yield page
            start += len(page["seq_num"])
            if len(page["seq_num"]) < ROWS_AT_ONCE:
                return

    def _dataset(self, arrays: dict[str, Any]) -> Any:
        xarray = _package("xarray", "xarray")
        rows = len(arrays["time"])
        variables = {}
        for key, values in arrays.items():
            first = "time" if values.shape[0] == rows else f"{key}_dim0"
            dims = (first, *(f"{key}_dim{axis}" for axis in range(1, values.ndim)))
            told = self.keys.get(key, {})
            attributes = {
                name: told[name] for name in ("units", "precision", "object_name") if told.get(name)
            }
            variables[key] = (dims, values, attributes)
        dataset = xarray.Dataset(variables, attrs={"uid": self._run.uid, "stream": self.name})
        return dataset.set_coords(["seq_num", "time"])


class Frames:
    """Frames of a detector: an array that is read when it is sliced.

    Attributes
    ----------
    shape, dtype, chunks
        As of a numpy or dask array; the first axis counts the rows of the stream.
    """

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path
        structure = self._tell()["attributes"]["structure"]
        kind = structure["data_type"]
        order = {"little": "<", "big": ">"}.get(kind["endianness"], "|")
        self.shape: tuple[int, ...] = tuple(structure["shape"])
        self.dtype: np.dtype[Any] = np.dtype(f"{order}{kind['kind']}{kind['itemsize']}")
        self.chunks: tuple[tuple[int, ...], ...] = tuple(map(tuple, structure["chunks"]))

    def __repr__(self) -> str:
        return f"<Frames {self.shape} {self.dtype}>"

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """Read a part: integers, slices, an ellipsis, as numpy takes them; large ones in several requests."""
        index = _whole_index(key, self.shape)
        rows = index[0]
        most = max(1, _MOST_BYTES // max(1, math.prod(self.shape[1:]) * self.dtype.itemsize))
        if isinstance(rows, int) or len(range(*rows.indices(self.shape[0]))) <= most:
            return self._part(index)
        numbers = range(*rows.indices(self.shape[0]))
        parts = [
            self._part((_as_slice(numbers[at : at + most]), *index[1:]))
            for at in range(0, len(numbers), most)
        ]
        return np.concatenate(parts)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        values = self[:]
        return values if dtype is None else values.astype(dtype)

    def dask(self) -> Any:
        """Give it as a dask array."""
        array = _package("dask.array", "dask")
        return array.from_array(self, chunks=self.chunks, name=False, asarray=False)

    def _part(self, index: tuple[Any, ...]) -> NDArray[Any]:
        probe = np.broadcast_to(np.empty((), self.dtype), self.shape)[index]
        if probe.size == 0:
            return np.empty(probe.shape, self.dtype)
        text = ",".join(map(_written, index))
        answer = self._client.fetch(f"/tiled/api/v1/array/full/{self._path}", slice=text)
        return np.frombuffer(answer.content, self.dtype).reshape(probe.shape)

    def _tell(self) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        answer = self._client.fetch(f"/tiled/api/v1/metadata/{self._path}", headers=headers)
        data: dict[str, Any] = answer.json()["data"]
        return data


_MOST_BYTES = 128 * 2**20


def as_array(values: list[Any], dtype: str) -> NDArray[Any]:
    """Give the values of a column as an array; what is missing among numbers is NaN.

    Examples
    --------
    >>> as_array([1.0, None], "number")
    array([ 1., nan])
    >>> as_array([[1, 2], [3]], "array").dtype
    dtype('O')
    """
    is_number = dtype in ("number", "integer")
    if is_number and any(value is None for value in values):
        values = [math.nan if value is None else value for value in values]
    try:
        array = np.array(values, dtype=np.float64 if dtype == "number" else None)
    except (ValueError, TypeError, OverflowError):
        array = np.empty(0, dtype=object)
    if array.dtype != object and array.shape[:1] == (len(values),):
        return array
    objects = np.empty(len(values), dtype=object)
    objects[:] = values
    return objects


def _joined(parts: list[dict[str, Any]], key: str) -> list[Any]:
    return list(itertools.chain.from_iterable(part[key] for part in parts))


def _package(name: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingPackageError(name.split(".")[0], extra) from error


def _whole_index(key: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    parts = list(key) if isinstance(key, tuple) else [key]
    if Ellipsis in parts:
        place = parts.index(Ellipsis)
        parts[place : place + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
    parts += [slice(None)] * (len(shape) - len(parts))
    if len(parts) > len(shape):
        raise IndexError(f"an array of {len(shape)} axes has no part {key!r}")
    return tuple(part if isinstance(part, slice) else int(part) for part in parts)


def _as_slice(numbers: range) -> slice:
    stop: int | None = numbers[-1] + (1 if numbers.step > 0 else -1)
    return slice(numbers[0], None if stop is not None and stop < 0 else stop, numbers.step)


def _written(part: int | slice) -> str:
    if isinstance(part, int):
        return str(part)
    ends = ["" if end is None else str(end) for end in (part.start, part.stop)]
    return ":".join([*ends, str(part.step)] if part.step not in (None, 1) else ends)
