"""A small server that speaks MongoDB's wire protocol, for no real one can be installed beside the tests.

It is not MongoDB: it knows what is needed to greet a driver, to replace documents by ``_id``, to list the
indexes that were asked for, and to find all documents of a collection in the order of their ``_id``. What it
stores it keeps as the bytes that came; documents above 16 MiB are refused, as by the real one.

References: MongoDB Wire Protocol (OP_MSG, OP_QUERY, OP_REPLY); BSON 1.1.
"""

from __future__ import annotations

import socketserver
import struct
import sys
from typing import Any

import bson
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
LARGEST = 16 * 2**20
HELLO = {
    "helloOk": True,
    "isWritablePrimary": True,
    "ismaster": True,
    "maxBsonObjectSize": LARGEST,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 21,
}

stored: dict[tuple[str, str], dict[bytes, Any]] = {}
indexes: dict[tuple[str, str], list[str]] = {}


def answer(command: dict[str, Any]) -> dict[str, Any]:
    """Do what a command says."""
    name = next(iter(command))
    act = COMMANDS.get(name.lower())
    if act is None:
        return {"ok": 0.0, "code": 59, "errmsg": f"no such command: {name}"}
    return {**act(command, (str(command.get("$db")), str(command[name]))), "ok": 1.0}


def greet(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Say what this server can do."""
    return HELLO


def nothing(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Agree."""
    return {}


def create_indexes(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Note the names of indexes."""
    known = indexes.setdefault(place, [])
    known += [index["name"] for index in command["indexes"] if index["name"] not in known]
    return {}


def list_indexes(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Give the indexes of a collection."""
    named = [{"v": 2, "name": name, "key": {name.rsplit("_", 1)[0]: 1}} for name in indexes.get(place, [])]
    return _cursor(place, named)


def update(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Replace documents by their ``_id``, or add them."""
    held = stored.setdefault(place, {})
    added, faults = [], []
    for number, one in enumerate(command["updates"]):
        if len(one["u"].raw) > LARGEST:
            faults.append({"index": number, "code": 17419, "errmsg": "the document is larger than 16777216"})
            continue
        identity = one["q"].raw
        if identity not in held:
            added.append({"index": number, "_id": one["q"]["_id"]})
        held[identity] = one["u"]
    done = len(command["updates"]) - len(faults)
    told = {"n": done, "nModified": done - len(added)}
    return told | ({"upserted": added} if added else {}) | ({"writeErrors": faults} if faults else {})


def find(command: dict[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    """Give all documents of a collection."""
    found = sorted(stored.get(place, {}).values(), key=lambda doc: doc["_id"]["n"])
    return _cursor(place, found)


def _cursor(place: tuple[str, str], documents: list[Any]) -> dict[str, Any]:
    return {"cursor": {"id": 0, "ns": ".".join(place), "firstBatch": documents}}


COMMANDS = {
    "hello": greet,
    "ismaster": greet,
    "ping": nothing,
    "endsessions": nothing,
    "createindexes": create_indexes,
    "listindexes": list_indexes,
    "update": update,
    "find": find,
}


class Conversation(socketserver.StreamRequestHandler):
    """One connection of a driver."""

    def handle(self) -> None:
        """Answer each message until the driver is gone."""
        while head := self.rfile.read(16):
            length, number, _, opcode = struct.unpack("<4i", head)
            body = self.rfile.read(length - 16)
            if opcode == OP_MSG:
                payload = struct.pack("<I", 0) + b"\0" + bson.encode(answer(message(body)))
                self._send(number, OP_MSG, payload)
            elif opcode == OP_QUERY:
                query = body[body.index(b"\0", 4) + 9 :]
                told = bson.encode(answer(decoded(query)))
                self._send(number, OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + told)
            else:
                return

    def _send(self, number: int, opcode: int, payload: bytes) -> None:
        self.wfile.write(struct.pack("<4i", 16 + len(payload), 0, number, opcode) + payload)


def message(body: bytes) -> dict[str, Any]:
    """Give the command of an OP_MSG, with the sequences of documents that stand beside it."""
    command: dict[str, Any] = {}
    place = 4
    while place < len(body):
        kind = body[place]
        (size,) = struct.unpack_from("<i", body, place + 1)
        section = body[place + 1 : place + 1 + size]
        place += 1 + size
        if kind == 0:
            command = {**decoded(section), **command}
        else:
            name, documents = section[4:].split(b"\0", 1)
            listed = bson.decode_all(documents, DEFAULT_RAW_BSON_OPTIONS)
            command[name.decode()] = listed
    return command


def decoded(data: bytes) -> dict[str, Any]:
    """Give a command as a dict whose parts keep their bytes."""
    return dict(bson.decode(data, DEFAULT_RAW_BSON_OPTIONS).items())


class Server(socketserver.ThreadingTCPServer):
    """Takes many connections at once: a driver opens several."""

    allow_reuse_address = True
    daemon_threads = True


def main() -> None:
    """Serve at the port named by the first argument."""
    with Server(("127.0.0.1", int(sys.argv[1])), Conversation) as server:
        print("ready", flush=True)  # noqa: T201  what the test waits for
        server.serve_forever()


if __name__ == "__main__":
    main()
