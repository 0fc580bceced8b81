"""Names in documents come from anybody: no archive leads out of its folder."""

import io
import unicodedata
import zipfile

import pytest

from catalog.documents.compose import RunComposer
from catalog.export import exporter, exporters, file_name
from catalog.export.errors import NothingToExportError
from catalog.export.testing import key, written

NAMES = (
    "../../up",
    "..\\..\\up",
    "/etc/passwd",
    "C:\\x",
    "a\0b",
    "nl\nx",
    "gpj.\u202eexe",
    "CON",
    "x" * 300,
    ".",
    "..",
)
ARCHIVES = sorted(name for name, known in exporters().items() if known.ending.endswith("zip"))


def hostile_run(name):
    run = RunComposer({"plan_name": name, "sample": name}, time=1.0)
    documents = [("start", run.start)]
    column = name.replace(".", "").replace("/", "_") or "column"  # dots and strokes no data key may have
    keys = {column: key(), "image": key("array", shape=[2, 2]), f"{column}2": key("array", shape=[2, 2])}
    stream = run.descriptor(name, keys)
    documents.append(("descriptor", stream.descriptor))
    image = [[1.0, 2.0], [3.0, 4.0]]
    for n in range(2):
        data = {column: float(n), "image": image, f"{column}2": image}
        documents.append(("event", stream.event(data, dict.fromkeys(data, 1.0))))
    return [*documents, ("stop", run.stop())]


def assert_inside(names):
    for name in names:
        assert name
        assert not name.startswith(("/", "\\"))
        assert ":" not in name
        assert "\\" not in name
        assert not {"..", "."} & set(name.split("/")), name
        assert not [char for char in name if unicodedata.category(char) in ("Cc", "Cf", "Cs")], name


@pytest.mark.parametrize("hostile", NAMES)
@pytest.mark.parametrize("form", ARCHIVES)
def test_no_member_leads_out_of_the_archive(form, hostile):
    chosen = exporter(form)
    options = {"stream": hostile} if "stream" in chosen.options["properties"] else {}
    try:
        data = written(chosen, hostile_run(hostile), **options)
    except NothingToExportError:
        return
    assert_inside(zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_there_are_archives_to_look_at():
    assert {"bson", "tiff-series", "zarr"} <= set(ARCHIVES)


@pytest.mark.parametrize("hostile", NAMES)
def test_a_suggested_name_is_plain(hostile):
    assert_inside(
        [
            file_name("uid", "csv", hostile),
            file_name(hostile, "csv", start={"scan_id": hostile, "sample": hostile}),
        ]
    )
