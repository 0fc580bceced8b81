"""Images of a run as TIFF: one file with all, or a file each; metadata inside."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from catalog.export.by_file import by_file
from catalog.export.images import Image, image_key, images
from catalog.export.metadata import iso_time, metadata_text
from catalog.export.protocol import STREAM, ExportableRun, Exporter, Options, options_schema
from catalog.export.zip_stream import Member, zipped

_SOFTWARE = "Beamport"
_SEPARATORS = (", ", " : ")  # with '"shape":' tifffile takes a description for its own
_FIELD = {
    "type": "string",
    "maxLength": 1000,
    "default": "",
    "description": "Data key of the images; the first that has two sides when empty.",
}


def write_stack(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give all images of a field as pages of one TIFF (BigTIFF, so of any size)."""
    key = image_key(run, options["stream"], options["field"])
    return by_file(partial(_stack, run, options["stream"], key), "tif")


def write_series(run: ExportableRun, options: Options) -> Iterator[bytes]:
    """Give a ZIP file with a TIFF for each image, and the metadata as JSON."""
    stream = options["stream"]
    key = image_key(run, stream, options["field"])
    return zipped(_members(run, stream, key), about={"run": run.start["uid"], "stream": stream, "field": key})


def _stack(run: ExportableRun, stream: str, key: str, path: Path) -> None:
    with tifffile.TiffWriter(path, bigtiff=True) as writer:
        for image in images(run, stream, key):
            _page(writer, run, stream, key, image, with_metadata=image.number == 0)


def _members(run: ExportableRun, stream: str, key: str) -> Iterator[Member]:
    time = float(run.start["time"])
    for image in images(run, stream, key):
        buffer = io.BytesIO()
        with tifffile.TiffWriter(buffer) as writer:
            _page(writer, run, stream, key, image, with_metadata=False)
        yield Member(f"images/{image.number:06d}.tif", [buffer.getvalue()], time, is_packed=False)
    yield Member("metadata.json", [metadata_text(run, indent=2).encode()], time)


def _page(
    writer: tifffile.TiffWriter,
    run: ExportableRun,
    stream: str,
    key: str,
    image: Image,
    *,
    with_metadata: bool,
) -> None:
    about: dict[str, Any] = {"run": run.start["uid"], "stream": stream, "field": key, "image": image.number}
    if image.missing:
        about["missing"] = image.missing
    if with_metadata:
        about["metadata"] = json.loads(metadata_text(run))
    writer.write(
        _writable(image.values),
        contiguous=False,
        photometric="minisblack",
        description=json.dumps(about, separators=_SEPARATORS),
        metadata=None,
        software=_SOFTWARE,
        datetime=iso_time(float(run.start["time"]))[:19].replace("-", ":").replace("T", " "),
    )


def _writable(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.uint8) if values.dtype == np.bool_ else np.ascontiguousarray(values)


STACK = Exporter(
    name="tiff",
    title="TIFF stack of a detector",
    ending="tif",
    media_type="image/tiff",
    write=write_stack,
    options=options_schema(stream=STREAM, field=_FIELD),
    loses="all but the images of one field and the metadata",
    readers=("tifffile", "ImageJ", "napari", "silx"),
)
SERIES = Exporter(
    name="tiff-series",
    title="TIFF files of a detector, one an image",
    ending="tif.zip",
    media_type="application/zip",
    write=write_series,
    options=options_schema(stream=STREAM, field=_FIELD),
    loses="all but the images of one field and the metadata",
    readers=("tifffile", "ImageJ", "Fit2D"),
)
EXPORTERS = (STACK, SERIES)
