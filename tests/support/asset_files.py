"""Documents of external fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from catalog.assets.paths import Roots
from catalog.assets.readers import open_array


def stream_documents(
    folder: Path, files: Iterable[tuple[str, int]], mimetype: str, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give stream_resource and stream_datum documents of files with so many events each."""
    resources, datums = [], []
    number = 0
    for name, events in files:
        resources.append(
            {
                "uid": name,
                "mimetype": mimetype,
                "uri": f"file://localhost{folder}/{name}",
                "parameters": dict(parameters or {}),
                "data_key": "image",
            }
        )
        if events:
            datums.append(
                {
                    "stream_resource": name,
                    "seq_nums": {"start": number + 1, "stop": number + 1 + events},
                    "indices": {"start": 0, "stop": events},
                }
            )
        number += events
    return {"stream_resources": resources, "stream_datums": datums}


def array_of(folder: Path, shape: Iterable[int], documents: Mapping[str, Any], **settings: Any) -> Any:
    """Give the array of documents whose files lie below a folder."""
    dtype = settings.pop("dtype_numpy", None)
    data_key = {"shape": list(shape), "external": "STREAM:", **({"dtype_numpy": dtype} if dtype else {})}
    return open_array(data_key, roots=Roots((folder,)), who="Run r, field 'image'", **documents, **settings)
