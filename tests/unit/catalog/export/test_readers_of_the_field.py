"""Exported documents go through the routers, fillers and serializers of the field's own tools."""

import io
import json

import event_model
import msgpack
import numpy as np
import pytest

from catalog.export import exporter
from catalog.export.testing import grid_run, key, written
from tests.unit.catalog.documents.test_encoding import same

FORMS = {
    "jsonl": lambda data: [json.loads(line) for line in data.splitlines()],
    "msgpack": lambda data: list(msgpack.Unpacker(io.BytesIO(data))),
}
OPTIONS = {"jsonl": {"numbers": "bare"}, "msgpack": {}}


def read_plainly(form, documents):
    """Give the documents of an exported file as any program reads it: without a line of ours."""
    return FORMS[form](written(exporter(form), documents, **OPTIONS[form]))


class Frames:
    """A handler as the field writes them: a resource is opened, a datum is asked for."""

    def __init__(self, path, *, scale):
        self.path, self.scale = path, scale

    def __call__(self, *, point_number):
        return np.full((2, 3), point_number * self.scale)


def run_with_frames():
    """Give a run whose camera is in files, in the older form of documents."""
    compose = event_model.compose_run(time=1.0)
    yield "start", compose.start_doc
    keys = {"sx": key(), "camera": {**key("array", shape=[2, 3]), "external": "FILESTORE:"}}
    stream = compose.compose_descriptor(name="primary", data_keys=keys)
    yield "descriptor", stream.descriptor_doc
    resource = compose.compose_resource(
        spec="FRAMES", root="/", resource_path="a", resource_kwargs={"scale": 2}
    )
    yield "resource", resource.resource_doc
    for n in range(3):
        datum = resource.compose_datum(datum_kwargs={"point_number": n})
        yield "datum", datum
        yield (
            "event",
            stream.compose_event(
                data={"sx": float(n), "camera": datum["datum_id"]},
                timestamps={"sx": 1.0, "camera": 1.0},
                filled={"camera": False},
            ),
        )
    yield "stop", compose.compose_stop()


@pytest.mark.parametrize("form", FORMS)
def test_event_model_routes_and_fills_what_was_exported(form):
    events = []

    def take(name, doc):
        if name == "event_page":
            events.extend(event_model.unpack_event_page(doc))

    def factory(name, doc):
        return [take], []

    router = event_model.RunRouter([factory], handler_registry={"FRAMES": Frames}, fill_or_fail=True)
    for name, doc in read_plainly(form, run_with_frames()):
        router(name, doc)
    assert [event["data"]["camera"].tolist() for event in events] == [
        np.full((2, 3), 2 * n).tolist() for n in range(3)
    ]
    assert all(event["filled"]["camera"] for event in events)


@pytest.mark.parametrize("form", FORMS)
def test_suitcase_writes_again_what_was_exported(form, tmp_path):
    suitcase = pytest.importorskip("suitcase.jsonl")
    documents = [[name, doc] for name, doc in grid_run()]
    documents[0][1].pop("huge")  # more than MessagePack itself can hold
    made = suitcase.export(map(tuple, read_plainly(form, documents)), tmp_path)
    assert same([json.loads(line) for line in made["all"][0].read_text().splitlines()], documents)


@pytest.mark.parametrize("form", FORMS)
def test_each_document_is_valid_for_event_model(form):
    for documents in (grid_run(), run_with_frames()):
        for name, doc in read_plainly(form, documents):
            event_model.schema_validators[event_model.DocumentNames[name]].validate(doc)
