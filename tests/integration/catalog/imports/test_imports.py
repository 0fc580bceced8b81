"""Files of documents taken in, from this project and from the field's own tools."""

import io
import json
import re
from pathlib import Path

import msgpack
import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from accounts import models as accounts
from catalog import selectors
from catalog.documents.encoding import dumps
from catalog.export import DocumentsRun, export, exporter
from catalog.imports import Entry, Unreadable, file_format, guess_format
from catalog.imports.storing import keeper, store_entries
from tests.support.catalog_runs import SYSTEM, make_place, scan
from tests.unit.catalog.documents.test_encoding import same as alike

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_place()


def same(found, expected):
    return alike([list(pair) for pair in found], [list(pair) for pair in expected])


def imported(place, data, form="jsonl"):
    entries = file_format(form).read(io.BytesIO(data))
    return store_entries(entries, keeper(actor=SYSTEM, origin=place.origin))


def kept(uid):
    return [(name, doc) for _, name, doc in selectors.iter_documents(SYSTEM, uid)]


def written(form, documents):
    buffer = io.BytesIO()
    export(exporter(form), DocumentsRun(documents), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["jsonl", "msgpack"])
def test_what_was_exported_is_imported_unchanged(place, form):
    documents = list(scan(5, big=10**30, nan=float("nan"), half="\ud800", trap={"$numberDouble": "1"}))
    result = imported(place, written(form, documents), form)
    assert (result.stored, result.unreadable) == (8, 0)
    assert same(kept(result.runs[0]), documents)


def test_files_of_suitcase_jsonl_are_read(place, tmp_path):
    suitcase = pytest.importorskip("suitcase.jsonl")
    documents = list(scan(4, nan=float("nan")))
    made = suitcase.export(iter(documents), tmp_path)
    result = imported(place, made["all"][0].read_bytes())
    assert same(kept(result.runs[0]), documents)


def test_files_of_suitcase_msgpack_are_read_with_their_arrays(place, tmp_path):
    suitcase = pytest.importorskip("suitcase.msgpack")
    documents = list(scan(4))
    documents[0][1].update(mask=np.arange(6).reshape(2, 3), scale=np.float64(2.5))
    made = suitcase.export(iter(documents), tmp_path)
    result = imported(place, made["all"][0].read_bytes(), "msgpack")
    start = kept(result.runs[0])[0][1]
    assert (start["mask"], start["scale"]) == ([[0, 1, 2], [3, 4, 5]], 2.5)
    assert selectors.table(SYSTEM, result.runs[0], "primary")["columns"]["sx"] == [0.0, 1.0, 2.0, 3.0]


def test_json_sequences_of_tiled_are_read(place):
    documents = list(scan(3))
    data = b"".join(b"\x1e" + json.dumps({"name": n, "doc": d}).encode() + b"\n" for n, d in documents)
    assert same(kept(imported(place, data).runs[0]), documents)


def test_a_broken_line_is_kept_aside_with_its_number_and_costs_only_itself(place):
    lines = [b"[%s,%s]" % (json.dumps(n).encode(), dumps(d)) for n, d in scan(3)]
    lines[3] = lines[3][:20]
    data = b"\n".join(lines)
    result = imported(place, data)
    assert [(fault.place, fault.why[:13]) for fault in result.faults] == [(4, "it is no JSON")]
    (uid,) = result.runs
    assert [name for name, _ in kept(uid)] == ["start", "descriptor", "event", "event", "stop"]
    faults = selectors.quarantined(SYSTEM, uid)
    assert any(fault["ordinal"] == 3 and "line 4" in fault["reason"] for fault in faults)


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_an_import_that_was_broken_off_goes_on_when_it_is_begun_anew(place, cut):
    documents = list(scan(4))
    data = written("jsonl", documents)
    lines = data.splitlines(keepends=True)
    first = imported(place, b"".join(lines[:cut]))
    again = imported(place, data)
    assert (first.stored, again.duplicates, again.stored) == (cut, cut, len(lines) - cut)
    assert same(kept(again.runs[0]), documents)


def test_mixed_runs_of_one_file_are_told_apart(place):
    one, other = list(scan(3)), list(scan(3))
    mixed = [document for pair in zip(one, other, strict=True) for document in pair]
    data = b"".join(b"[%s,%s]\n" % (json.dumps(n).encode(), dumps(d)) for n, d in mixed)
    result = imported(place, data)
    assert [kept(uid) for uid in result.runs] == [one, other]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'["start"]',
        b'["nothing", {}]',
        b'["start", 5]',
        b"\xff\xfe",
        b"[" * 100_000,
        b'"x"',
        b"5",
    ],
)
def test_a_line_that_is_no_document_is_unreadable_and_never_an_error(line):
    (found,) = file_format("jsonl").read(io.BytesIO(line + b"\n"))
    assert isinstance(found, Unreadable)
    assert found.place == 1


@pytest.mark.parametrize(
    "data",
    [b"\xc1", b"\x92\xa5start", b"\xff" * 10, b"\xdd\xff\xff\xff\xff"],
)
def test_broken_messages_end_the_file_with_a_word(data):
    found = list(file_format("msgpack").read(io.BytesIO(data)))
    assert not any(isinstance(item, Entry) for item in found)
    assert found


def test_arrays_of_objects_are_refused(place):
    hostile = {b"nd": True, b"type": "O", b"kind": b"O", b"shape": [1], b"data": b"cos\nsystem"}
    data = msgpack.packb(["start", {"uid": "a", "time": 0.0, "x": hostile}])
    (found,) = file_format("msgpack").read(io.BytesIO(data))
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "O"},
        {"type": "{0:(", "nd": False},
        {"type": "f8,(1e9,)f8"},
        {"type": b"\xff"},
        {"data": b"123"},
        {"data": b"", "nd": False},
        {"data": 7},
        {"shape": [2**62, 2**62]},
        {"shape": "x"},
        {"shape": [-1, -1]},
    ],
    ids=str,
)
def test_an_array_that_is_none_ends_the_file_with_a_word(change):
    array = {"nd": True, "type": "<f8", "kind": b"", "shape": [1], "data": b"\0" * 8, **change}
    data = msgpack.packb(["start", {"uid": "a", "time": 0.0, "x": array}])
    (found,) = file_format("msgpack").read(io.BytesIO(data))
    assert isinstance(found, Unreadable)


def test_metadata_that_only_look_like_an_array_stay_what_they_are():
    start = {"uid": "a", "time": 0.0, "filters": {"nd": True, "type": "glass"}}
    (found,) = file_format("msgpack").read(io.BytesIO(msgpack.packb(["start", start])))
    assert found.doc == start


def test_endings_tell_the_format():
    assert guess_format("a/b.json-seq").name == "jsonl"
    with pytest.raises(ValueError, match="exe"):
        guess_format("a.exe")


def uploaded(client, data, **query):
    query = {"beamline": "demo", "proposal": "P-1", **query}
    address = "/api/v1/imports?" + "&".join(f"{key}={value}" for key, value in query.items())
    return client.post(address, data, content_type="application/octet-stream")


def signed_in(actor):
    client = Client()
    client.force_login(accounts.User.objects.get(pk=actor.user_id))
    return client


def test_who_may_add_runs_uploads_a_file(place):
    admin = accounts.User.objects.create(username="chief", is_facility_admin=True)
    client = Client()
    client.force_login(admin)
    documents = list(scan(3))
    response = uploaded(client, written("jsonl", documents))
    assert response.status_code == 201, response.content
    assert response.json()["stored"] == 6
    assert same(kept(response.json()["runs"][0]), documents)
    assert uploaded(client, written("jsonl", documents)).json()["duplicates"] == 6
    assert uploaded(client, b"nothing").status_code == 400
    assert uploaded(client, b"", format="exe").status_code == 404
    assert uploaded(signed_in(place.stranger), written("jsonl", list(scan(1)))).status_code == 404


PAGE = (Path(__file__).resolve().parents[4] / "docs/how-to/move-a-bluesky-archive-in.md").read_text()


def test_the_command_of_the_how_to_takes_an_archive_of_suitcase_in(place, tmp_path):
    (line,) = re.findall(r"^python manage.py (.*)$", PAGE, re.MULTILINE)
    suitcase = pytest.importorskip("suitcase.msgpack")
    documents = list(scan(3))
    suitcase.export(documents, tmp_path / "archive")
    name, files, *options = line.split()
    paths = [str(path) for path in tmp_path.glob(files)]
    call_command(name, *paths, *options, skip_checks=True, stdout=io.StringIO())
    uid = documents[0][1]["uid"]
    assert same([kept(uid)[0], kept(uid)[-1]], [documents[0], documents[-1]])
    assert selectors.table(SYSTEM, uid, "primary")["seq_num"] == [1, 2, 3]


def test_the_example_of_an_import_works(place, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    documents = list(scan(3))
    path = tmp_path / "archive.jsonl"
    path.write_bytes(written("jsonl", documents))
    names = {"path": path}
    exec(compile(code, "move-a-bluesky-archive-in.md", "exec"), names)
    assert same(kept(names["result"].runs[0]), documents)
