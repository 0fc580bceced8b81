"""The whole road over real processes: queue a scan by REST, watch it, find it, download it, compare it."""

import csv
import io
import json
import math
from contextlib import closing

import httpx
import psycopg2
import pytest
from websockets.sync.client import ClientConnection, connect

from config.embedded import postgres_url
from tests.support.installation import Installation, json_lines, wait_for

POINTS = 21
START_MM, STOP_MM = 0.8, 1.6
TOLERANCE_MM = 0.002


@pytest.fixture(scope="module")
def scan(beamport: Installation) -> dict:
    """Queue the scan, follow it on the socket to its end; give item, run uid and what the socket said."""
    parameters = {"detectors": ["det"], "args": [["sx", START_MM, STOP_MM]], "num": POINTS}
    with beamport.rest() as rest, _socket(beamport) as socket:
        _say(socket, type="subscribe", topic="live:demo", since=None)
        answer = rest.post(
            "beamlines/demo/queue/items",
            json={
                "plan": "scan",
                "parameters": parameters,
                "proposal": "2026-0001",
                "metadata": {"sample": "silicon wafer 7", "purpose": "whole road"},
            },
        )
        assert answer.status_code == 201, answer.text
        item = answer.json()
        assert rest.post("beamlines/demo/queue/start").status_code == 200
        run_uid = wait_for("the run began", lambda: _item(rest, item["uid"])["run_uids"])[0]
        _say(socket, type="subscribe", topic=f"run:{run_uid}", since=-1)
        documents = _documents_until_stop(socket, run_uid)
        ended = wait_for("the item ended", lambda: _ended(rest, item["uid"]))
    return {"item": ended, "run": run_uid, "socket": documents}


def test_the_item_completed(scan):
    assert scan["item"]["state"] == "completed", scan["item"]
    assert scan["item"]["run_uids"] == [scan["run"]]


def test_the_socket_gives_every_document_once_and_in_order(scan):
    assert [ordinal for ordinal, _, _ in scan["socket"]] == list(range(len(scan["socket"])))
    names = [name for _, name, _ in scan["socket"]]
    assert names[0] == "start"
    assert names[-1] == "stop"
    streams = {doc["uid"]: doc["name"] for _, name, doc in scan["socket"] if name == "descriptor"}
    events = [streams[doc["descriptor"]] for _, name, doc in scan["socket"] if name == "event"]
    assert events == ["baseline", *["primary"] * POINTS, "baseline"]


def test_the_run_is_found_by_search_and_by_the_front_of_its_uid(beamport, scan):
    with beamport.rest() as rest:
        for query in (
            {"q": "silicon wafer"},
            {"q": 'sample:"silicon wafer 7"'},
            {"plan": "scan"},
            {"q": f"uid:{scan['run'][:8]}"},
        ):
            found = rest.get("runs", params=query).json()["results"]
            assert scan["run"] in [run["uid"] for run in found], query
        assert rest.get("runs", params={"q": "germanium"}).json()["results"] == []
        assert rest.get(f"runs/{scan['run'][:8]}").json()["uid"] == scan["run"]


def test_csv_and_table_hold_what_the_motor_and_the_detector_did(beamport, scan):
    with beamport.rest() as rest:
        text = rest.get(f"runs/{scan['run']}/export/csv", params={"stream": "primary"}).text
        table = rest.get(f"runs/{scan['run']}/streams/primary/table").json()
    rows = list(
        csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if not line.startswith("#"))))
    )
    assert len(rows) == POINTS
    step = (STOP_MM - START_MM) / (POINTS - 1)
    for number, row in enumerate(rows):
        assert math.isclose(float(row["sx"]), START_MM + number * step, abs_tol=TOLERANCE_MM)
    counts = [float(row["det"]) for row in rows]
    assert counts == table["columns"]["det"]
    peak = max(range(POINTS), key=counts.__getitem__)
    assert abs(float(rows[peak]["sx"]) - 1.2) <= 0.2, "the demo peak stands at sx = 1.2 mm"


def test_jsonl_gives_the_documents_that_the_socket_gave(beamport, scan):
    with beamport.rest() as rest:
        lines = json_lines(rest.get(f"runs/{scan['run']}/export/jsonl").text)
    assert [name for name, _ in lines] == [name for _, name, _ in scan["socket"]]
    assert [doc["uid"] for name, doc in lines if name != "event"] == [
        doc["uid"] for _, name, doc in scan["socket"] if name != "event"
    ]
    assert [doc["data"] for name, doc in lines if name == "event"] == [
        doc["data"] for _, name, doc in scan["socket"] if name == "event"
    ]
    assert lines[-1][1]["num_events"] == {"baseline": 2, "primary": POINTS}


def test_the_last_values_are_those_of_the_control_system(beamport, scan):
    from caproto.sync.client import read

    port = beamport.process("acquisition.devices.sim.ioc").environ()["EPICS_CA_SERVER_PORT"]
    with pytest.MonkeyPatch.context() as patch, beamport.rest() as rest:
        patch.setenv("EPICS_CA_SERVER_PORT", port)
        patch.setenv("EPICS_CA_ADDR_LIST", "127.0.0.1")
        patch.setenv("EPICS_CA_AUTO_ADDR_LIST", "NO")
        position = read("DEMO:sx.RBV", repeater=False).data[0]
        table = rest.get(f"runs/{scan['run']}/streams/primary/table").json()
    assert math.isclose(table["columns"]["sx"][-1], position, abs_tol=1e-9)


def test_a_stranger_to_the_proposal_cannot_tell_that_the_run_exists(beamport, scan):
    anonymous = httpx.get(f"{beamport.url}/api/v1/runs/{scan['run']}", timeout=10)
    assert anonymous.status_code in (401, 403)
    with beamport.rest() as rest:
        unknown = rest.get("runs/00000000-0000-4000-8000-000000000000")
    assert unknown.status_code == 404


def _socket(beamport: Installation) -> ClientConnection:
    address = beamport.url.replace("http", "ws", 1) + "/ws/"
    return connect(
        address, additional_headers={"Authorization": f"ApiKey {beamport.key('user')}"}, origin=beamport.url
    )


def _say(socket: ClientConnection, **message: object) -> None:
    socket.send(json.dumps(message))


def _documents_until_stop(socket: ClientConnection, run_uid: str) -> list[tuple[int, str, dict]]:
    documents: list[tuple[int, str, dict]] = []
    while not documents or documents[-1][1] != "stop":
        message = json.loads(socket.recv(timeout=60))
        if message.get("topic") != f"run:{run_uid}" or message["type"] != "message":
            assert message["type"] != "error", message
            continue
        documents.extend(_in_order(message["payload"]))
    return documents


def _in_order(payload: dict) -> list[tuple[int, str, dict]]:
    found = [(ordinal, name, doc) for ordinal, name, doc in payload["documents"]]
    for batch in payload["events"]:
        for number, seq_num in enumerate(batch["seq_num"]):
            doc = {
                "descriptor": batch["descriptor"],
                "seq_num": seq_num,
                "data": {key: column[number] for key, column in batch["data"].items()},
            }
            if "uid" in batch:
                doc["uid"] = batch["uid"][number]
            found.append((batch["ordinal_first"] + number, "event", doc))
    return sorted(found, key=lambda entry: entry[0])


def _item(rest: httpx.Client, uid: str) -> dict:
    answer = rest.get(f"beamlines/demo/queue/items/{uid}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def _ended(rest: httpx.Client, uid: str) -> dict | None:
    item = _item(rest, uid)
    return item if item["state"] not in ("queued", "running") else None


def test_no_process_uses_the_database_as_the_owner_of_its_tables(beamport, scan):
    with closing(psycopg2.connect(postgres_url(beamport.var))) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        assert {name for (name,) in cursor.fetchall()} == {"beamport_web", "beamport_worker"}
