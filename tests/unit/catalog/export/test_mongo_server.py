"""Runs are written into a server by the driver; `tests.support.servers.mongo_wire` is what serves here."""

import pymongo
import pytest
from pymongo.errors import PyMongoError

from catalog.export import DocumentsRun
from catalog.export.escapes import restored
from catalog.export.mongo import _INDEXED, COLLECTIONS, write_to_server
from catalog.export.testing import empty_run, grid_run, odd_run, rewound_run
from config.embedded import free_port
from tests.support.served import Served, running
from tests.unit.catalog.documents.test_encoding import same

NAMES = {collection: name for name, collection in COLLECTIONS.items()}


@pytest.fixture(scope="module")
def address():
    port = free_port()
    with running(Served("tests.support.servers.mongo_wire", (str(port),))):
        yield f"mongodb://127.0.0.1:{port}"


@pytest.fixture
def database(address, request):
    with pymongo.MongoClient(address, serverSelectionTimeoutMS=10_000) as client:
        yield client[f"runs_{abs(hash(request.node.name))}"]


def read_back(database, uid):
    placed = {}
    for collection, name in NAMES.items():
        for doc in database[collection].find():
            identity = doc.pop("_id")
            if identity["run"] == uid:
                placed[identity["n"]] = [name, restored(doc)]
    return [placed[place] for place in sorted(placed)]


@pytest.mark.parametrize("make", [grid_run, odd_run, rewound_run, empty_run])
def test_a_run_in_a_server_comes_back_equal_and_in_its_order(database, make):
    documents = make()
    uid = documents[0][1]["uid"]
    assert write_to_server(DocumentsRun(documents), database) == len(documents)
    assert same(read_back(database, uid), [[name, doc] for name, doc in documents])


def test_a_run_that_is_written_twice_is_there_once(database):
    documents = grid_run()
    for _ in range(2):
        write_to_server(DocumentsRun(documents), database)
    assert len(read_back(database, documents[0][1]["uid"])) == len(documents)


def test_a_writing_that_was_broken_off_is_made_whole_by_the_next(database):
    documents = grid_run()

    def broken():
        yield from documents[:7]
        raise OSError("the source went away")

    class Half(DocumentsRun):
        def documents(self):
            return broken()

    with pytest.raises(OSError, match="went away"):
        write_to_server(Half(documents), database)
    write_to_server(DocumentsRun(documents), database)
    assert same(read_back(database, documents[0][1]["uid"]), [[name, doc] for name, doc in documents])


def test_many_events_go_in_batches_and_progress_is_told(database):
    documents = grid_run(rows=50, columns=50)
    told = []
    written = write_to_server(DocumentsRun(documents), database, progress=told.append)
    assert told == sorted(told)
    assert (told[-1], len(told) >= 3) == (written, True)
    assert len(read_back(database, documents[0][1]["uid"])) == written


def test_what_is_looked_up_has_an_index(database):
    write_to_server(DocumentsRun(grid_run()), database)
    for collection, keys in _INDEXED.items():
        assert {f"{key}_1" for key in keys} <= set(database[collection].index_information())


def test_a_server_that_is_away_is_told_by_the_driver():
    with (
        pymongo.MongoClient(f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=300) as client,
        pytest.raises(PyMongoError),
    ):
        write_to_server(DocumentsRun(grid_run()), client["x"])
