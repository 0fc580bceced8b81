"""The documents that say where external data is: stream_resource and stream_datum (event model 1.24)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any


class StreamAssets:
    """One file that grows, as documents.

    Parameters
    ----------
    data_key
        The external key that it holds.
    uri
        Where it is; or gives that when the first frame is there, as some writers open their file only then.
    mimetype, parameters
        How it is read.
    """

    def __init__(
        self, *, data_key: str, uri: str | Callable[[], str], mimetype: str, parameters: dict[str, Any]
    ) -> None:
        self.uid = str(uuid.uuid4())
        self.data_key = data_key
        self.uri = uri
        self.mimetype = mimetype
        self.parameters = parameters
        self.told = 0
        self._is_announced = False

    def announce_again(self) -> None:
        """Begin a resource of the same file for a run that knows the one before not; frames count on."""
        if self._is_announced:
            self.uid = str(uuid.uuid4())
            self._is_announced = False

    def up_to(self, index: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what is new: the resource before its first datum, and one datum for the frames told..index.

        The engine fills ``run_start``, ``descriptor`` and ``seq_nums``.
        """
        if index <= self.told:
            return
        if not self._is_announced:
            self._is_announced = True
            yield "stream_resource", self._resource()
        first, self.told = self.told, index
        yield (
            "stream_datum",
            {
                "uid": f"{self.uid}/{first}",
                "stream_resource": self.uid,
                "descriptor": "",
                "indices": {"start": first, "stop": index},
                "seq_nums": {"start": 0, "stop": 0},
            },
        )

    def _resource(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "data_key": self.data_key,
            "mimetype": self.mimetype,
            "uri": self.uri() if callable(self.uri) else self.uri,
            "parameters": self.parameters,
        }
