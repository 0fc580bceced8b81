"""Beamport from Python: runs as arrays and documents, live runs, exports, queues.

>>> import beamport
>>> client = beamport.connect("http://127.0.0.1:8000", api_key="bp_...")  # doctest: +SKIP
>>> client.catalog[-1].primary.read()  # doctest: +SKIP
"""

from beamport.annotations import Annotations
from beamport.catalog import Catalog, Results
from beamport.connection import Client, connect
from beamport.errors import (
    AmbiguousError,
    BeamportError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    MissingPackageError,
    NotFoundError,
    NotSignedInError,
    ServerError,
    TooLargeError,
    TooManyError,
    UnavailableError,
)
from beamport.queue import Beamline, Item
from beamport.run import Run
from beamport.sending import Sender
from beamport.stream import Frames, Stream

__all__ = [
    "AmbiguousError",
    "Annotations",
    "Beamline",
    "BeamportError",
    "Catalog",
    "Client",
    "ConflictError",
    "ForbiddenError",
    "Frames",
    "InvalidError",
    "Item",
    "MissingPackageError",
    "NotFoundError",
    "NotSignedInError",
    "Results",
    "Run",
    "Sender",
    "ServerError",
    "Stream",
    "TooLargeError",
    "TooManyError",
    "UnavailableError",
    "connect",
]

__version__ = "0.1.0"
