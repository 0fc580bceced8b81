"""Documents about files: completed by the engine, refused with a reason when they cannot be right."""

import pytest

from acquisition.engine.errors import BadReadingError, IllegalMessageSequence, NotSupportedError
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import FrameWriter, Named, SoftDetector, SoftFlyer

RESOURCE = {
    "uid": "file",
    "data_key": "cam",
    "mimetype": "application/x-hdf5",
    "uri": "file://localhost/frames.h5",
    "parameters": {},
    "run_start": "",
}
DATUM = {
    "uid": "file/0",
    "stream_resource": "file",
    "descriptor": "",
    "indices": {"start": 0, "stop": 2},
    "seq_nums": {"start": 0, "stop": 0},
}


class Scripted(FrameWriter):
    """A writer that gives the documents it was told to."""

    def __init__(self, *documents, name="cam"):
        super().__init__(name)
        self.documents = documents

    def collect_asset_docs(self, index=None):
        for name, doc in self.documents:
            yield name, dict(doc)


def collected(*writers):
    return [
        msg("open_run"),
        msg("declare_stream", None, *writers, name="main", collect=True),
        msg("collect", *writers, name="main"),
        msg("close_run"),
    ]


FAULTS = {
    "unknown name": ([("frame", {})], RuntimeError, "document 'frame'"),
    "resource twice": ([("stream_resource", RESOURCE)] * 2, RuntimeError, "given before"),
    "resource of another key": (
        [("stream_resource", {**RESOURCE, "data_key": "other"})],
        RuntimeError,
        "describes .'cam'. as external",
    ),
    "unknown resource": ([("stream_datum", DATUM)], RuntimeError, "this run has not"),
    "descriptor filled in": (
        [("stream_resource", RESOURCE), ("stream_datum", {**DATUM, "descriptor": "d"})],
        RuntimeError,
        "leaves it empty",
    ),
    "numbers filled in": (
        [("stream_resource", RESOURCE), ("stream_datum", {**DATUM, "seq_nums": {"start": 1, "stop": 3}})],
        ValueError,
        "start 0, stop 0",
    ),
    "unequal widths": (
        [
            ("stream_resource", RESOURCE),
            ("stream_datum", DATUM),
            ("stream_datum", {**DATUM, "uid": "file/1", "indices": {"start": 2, "stop": 3}}),
        ],
        ValueError,
        "spans 1 indices",
    ),
    "field missing": ([("stream_datum", {"uid": "file/0"})], BadReadingError, "without stream_resource"),
}


@pytest.mark.parametrize(("documents", "error", "match"), FAULTS.values(), ids=FAULTS.keys())
def test_asset_documents_that_cannot_be_right_fail_the_run_with_the_reason(
    RE, record, documents, error, match
):
    with pytest.raises(error, match=match):
        RE(collected(Scripted(*documents)))
    assert [stop["exit_status"] for stop in record.of("stop")] == ["fail"]


def test_every_external_key_needs_its_datum(RE):
    one = Scripted(("stream_resource", {**RESOURCE, "uid": "a", "data_key": "one"}),
                   ("stream_datum", {**DATUM, "stream_resource": "a"}), name="one")  # fmt: skip
    with pytest.raises(RuntimeError, match="needs a stream_datum for each"):
        RE(collected(one, Scripted(name="two")))


def test_old_resources_get_their_run_and_datums_pass_as_they_are(RE, record):
    class OldCamera(SoftDetector):
        def describe(self):
            return {self.name: {"source": "soft", "dtype": "array", "shape": [2], "external": "FILESTORE:"}}

        def read(self):
            return {self.name: {"value": "file/0", "timestamp": 1.0}}

        def collect_asset_docs(self):
            yield "resource", {
                "uid": "file", "spec": "NPY", "root": "/", "resource_path": "a", "resource_kwargs": {},
                "path_semantics": "posix", "run_start": "",
            }  # fmt: skip
            yield "datum", {"datum_id": "file/0", "resource": "file", "datum_kwargs": {}}

    camera = OldCamera("cam")
    RE([msg("open_run"), msg("create", name="primary"), msg("read", camera), msg("save"), msg("close_run")])
    assert record.documents == [
        "start", "descriptor primary", "resource", "datum", "event primary 1", "stop success",
    ]  # fmt: skip
    assert record.of("resource")[0]["run_start"] == record.of("start")[0]["uid"]
    assert record.of("event")[0]["filled"] == {"cam": False}


def test_one_frame_for_each_event_in_step_mode(RE, record):
    camera = FrameWriter(frames=1)

    def plan():
        yield msg("open_run")
        for frames in (1, 2):
            camera.index = frames
            yield msg("create", name="primary")
            yield msg("read", camera)
            yield msg("save")
        yield msg("close_run")

    RE(plan())
    assert record.documents == [
        "start", "descriptor primary", "stream_resource", "stream_datum", "event primary 1",
        "stream_datum", "event primary 2", "stop success",
    ]  # fmt: skip
    assert [doc["seq_nums"] for doc in record.of("stream_datum")] == [
        {"start": 1, "stop": 2}, {"start": 2, "stop": 3},
    ]  # fmt: skip


class AsyncFlyer(Named):
    """Collects asynchronously, into a declared stream."""

    async def describe_collect(self):
        return {self.name: {"source": "soft", "dtype": "number", "shape": []}}

    async def collect_pages(self):
        yield {"data": {self.name: [1, 2]}, "timestamps": {self.name: [1.0, 2.0]}, "time": [1.0, 2.0]}
        yield {"data": {self.name: [3]}, "timestamps": {self.name: [3.0]}, "time": [3.0]}


def test_pages_may_come_from_an_asynchronous_generator(RE, record):
    RE(collected(AsyncFlyer("fly")))
    assert record.documents == [
        "start", "descriptor main", "event_page main [1, 2]", "event_page main [3]", "stop success",
    ]  # fmt: skip
    assert record.of("stop")[0]["num_events"] == {"main": 3}


def test_values_for_a_key_whose_data_are_in_files_are_refused(RE):
    class Confused(SoftFlyer):
        def describe_collect(self):
            return {self.name: {"source": "soft", "dtype": "array", "shape": [], "external": "STREAM:"}}

    with pytest.raises(RuntimeError, match="are in files"):
        RE(collected(Confused("fly")))


def test_streams_of_one_flyer_may_not_share_a_key(RE):
    class Twins(SoftFlyer):
        def describe_collect(self):
            keys = super().describe_collect()["flight"]
            return {"one": keys, "two": keys}

    with pytest.raises(RuntimeError, match="fly"):
        RE([msg("open_run"), msg("collect", Twins("fly"))])


def test_objects_collected_together_must_count_and_be_declared(RE):
    with pytest.raises(NotSupportedError, match="get_index"):
        RE([msg("open_run"), msg("collect", SoftFlyer("a"), SoftFlyer("b"))])
    with pytest.raises(IllegalMessageSequence, match="declare their stream"):
        RE([msg("open_run"), msg("collect", FrameWriter("a"), FrameWriter("b"))])
    with pytest.raises(NotSupportedError, match="'other' was not declared"):
        RE([msg("open_run"), msg("collect", FrameWriter("a"), name="other")])
    with pytest.raises(RuntimeError, match="stream=True"):
        RE([msg("open_run"), msg("collect", SoftFlyer("a"), stream=True)])


def test_an_event_with_keys_that_no_stream_has_is_refused(RE):
    class Odd(SoftFlyer):
        def collect(self):
            yield {"time": 1.0, "data": {"odd": 1}, "timestamps": {"odd": 1.0}}

    with pytest.raises(BadReadingError, match="odd"):
        RE([msg("open_run"), msg("collect", Odd("fly"))])


@pytest.mark.parametrize("described", [5, {"a": 5}, {"a": {"b": 5}}])
def test_a_description_that_is_none_is_named(RE, described):
    flyer = SoftFlyer("fly")
    flyer.describe_collect = lambda: described
    with pytest.raises(RuntimeError, match="fly.describe_collect"):
        RE([msg("open_run"), msg("declare_stream", None, flyer, name="main", collect=True)])
