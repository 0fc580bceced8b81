"""Every format, read back by programs that are not ours."""

import csv
import io
import json
import math
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import bson
import msgpack
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.documents.encoding import loads, restore_object
from catalog.export import DocumentsRun, exporter, exporters
from catalog.export.errors import NothingToExportError, OptionsError
from catalog.export.escapes import restored
from catalog.export.mongo import COLLECTIONS
from catalog.export.options import checked_options, options_of_text
from catalog.export.testing import (
    EPOCH,
    RUNS,
    check_exporter,
    empty_run,
    grid_run,
    key,
    odd_run,
    rewound_run,
    written,
)
from tests.unit.catalog.documents.test_encoding import documents as any_documents
from tests.unit.catalog.documents.test_encoding import same

XDI = {"energy": "sx", "element": "Fe", "edge": "K", "d_spacing": 3.1356}
NEEDED = {"xdi": XDI}


def read_lines(data):
    return [tuple(loads(line)) for line in data.splitlines()]


def read_messages(data):
    unpacker = msgpack.Unpacker(io.BytesIO(data), object_hook=restore_object, strict_map_key=False)
    return [tuple(message) for message in unpacker]


def read_dump(data, database="beamport"):
    names = {collection: name for name, collection in COLLECTIONS.items()}
    placed = {}
    archive = zipfile.ZipFile(io.BytesIO(data))
    for file in archive.namelist():
        folder, name = file.rsplit("/", 1)
        assert folder == f"dump/{database}"
        if name.endswith(".bson"):
            for doc in bson.decode_all(archive.read(file)):
                place = doc.pop("_id")["n"]
                placed[place] = (names[name.removesuffix(".bson")], restored(doc))
        else:
            assert json.loads(archive.read(file))["indexes"][0]["name"] == "_id_"
    return [placed[place] for place in sorted(placed)]


READ = {"jsonl": read_lines, "msgpack": read_messages, "bson": read_dump}


@pytest.mark.parametrize("name", sorted(exporters()))
def test_each_format_keeps_the_rules_of_the_kit(name):
    check_exporter(exporter(name), options=NEEDED.get(name), read=READ.get(name))


def test_each_lossless_format_is_read_back_here():
    assert {name for name, known in exporters().items() if known.is_lossless} == set(READ)


cells = st.one_of(
    any_documents, st.floats(allow_nan=True), st.integers(), st.text(), st.none(), st.booleans()
)


@settings(max_examples=60, deadline=None)
@given(
    start=st.dictionaries(st.text(), any_documents, max_size=3),
    rows=st.lists(st.tuples(cells, cells), max_size=4),
)
@pytest.mark.parametrize("name", sorted(READ))
def test_any_document_comes_back_from_a_lossless_format(name, start, rows):
    head = {"uid": "u", "time": 0.5, "more": start}
    described = {"uid": "d", "run_start": "u", "name": "x", "data_keys": {}, "time": 1.0}
    documents = [("start", head), ("descriptor", described)]
    for number, (a, b) in enumerate(rows, 1):
        data = {"b\ud800" if number % 2 else "b": b, "$a": a}
        event = {"uid": f"e{number}", "seq_num": number, "data": data, "timestamps": {}, "descriptor": "d"}
        documents.append(("event", {**event, "time": 2.0}))
    found = READ[name](written(exporter(name), documents))
    assert same([list(pair) for pair in found], [list(pair) for pair in documents])


def test_pages_and_references_come_back_as_they_were():
    documents = [
        ("start", {"uid": "u", "time": 0.5}),
        ("descriptor", {"uid": "d", "run_start": "u", "name": "x", "data_keys": {}, "time": 1.0}),
        ("resource", {"uid": "r", "spec": "S", "root": "/", "resource_path": "p", "resource_kwargs": {}}),
        ("datum", {"datum_id": "r/1", "resource": "r", "datum_kwargs": {"n": 1}}),
        ("datum_page", {"datum_id": ["r/2"], "resource": "r", "datum_kwargs": {"n": [2]}}),
        (
            "stream_resource",
            {"uid": "s", "data_key": "x", "mimetype": "m", "uri": "file:///x", "parameters": {}},
        ),
        (
            "stream_datum",
            {"uid": "s/0", "stream_resource": "s", "descriptor": "d", "seq_nums": {"start": 1, "stop": 2}},
        ),
        (
            "event_page",
            {"descriptor": "d", "uid": ["e"], "seq_num": [1], "time": [2.0], "data": {}, "timestamps": {}},
        ),
        ("event", {"uid": "f", "seq_num": 2, "time": 3.0, "data": {}, "timestamps": {}, "descriptor": "d"}),
        ("stop", {"uid": "t", "run_start": "u", "time": 4.0, "exit_status": "success"}),
    ]
    for name, read in READ.items():
        assert same([list(p) for p in read(written(exporter(name), documents))], [list(p) for p in documents])


def test_bare_lines_are_those_of_the_field_and_strict_lines_are_json():
    lines = written(exporter("jsonl"), odd_run(), numbers="bare").decode().splitlines()
    assert math.isnan(json.loads(lines[0])[1]["nan"])
    assert json.loads(lines[0])[1]["big"] == 2**70

    def refuse(token):
        raise AssertionError(token)

    for line in written(exporter("jsonl"), odd_run()).decode().splitlines():
        json.loads(line, parse_constant=refuse)


def test_documents_are_valid_for_event_model():
    event_model = pytest.importorskip("event_model")
    for name, doc in read_lines(written(exporter("jsonl"), grid_run())):
        event_model.schema_validators[event_model.DocumentNames[name]].validate(doc)


def test_csv_is_read_by_pandas_with_equal_values():
    frame = pd.read_csv(
        io.BytesIO(written(exporter("csv"), grid_run(), columns=["sx", "det", "note"])), comment="#"
    )
    expected = [doc["data"] for name, doc in grid_run() if name == "event"][1:]
    assert frame["det"].tolist() == [data["det"] for data in expected]
    assert frame["note"].tolist() == ["'" + data["note"] for data in expected]
    assert frame["seq_num"].tolist() == list(range(1, 13))


def test_csv_cells_need_no_knowledge_of_ours():
    text = written(exporter("csv"), odd_run(), stream="odd/stream [1]", guard="off").decode()
    rows = list(csv.reader(io.StringIO(text.split("\r\n", 1)[1], newline="")))
    assert rows[0][2] == "=odd, name"
    assert [row[2] for row in rows[1:]] == ["nan", "-0.0", repr(0.1 + 0.2), ""]
    assert [row[3] for row in rows[1:]] == ["inf", "-inf", "5e-324", ""]
    assert rows[1][4] == str(2**70)
    assert rows[4][5].startswith("?\ufffd\n,\"'")


@pytest.mark.parametrize("name", ["csv", "xlsx", "parquet", "arrow", "spec", "zarr", "nexus"])
def test_of_a_repeated_number_the_last_event_counts(name, tmp_path):
    data = written(exporter(name), rewound_run())
    assert _column(name, data, tmp_path) == [0.0, 20.0, 30.0, 40.0]


def _column(name, data, folder):
    path = folder / f"x.{exporter(name).ending}"
    path.write_bytes(data)
    if name == "csv":
        return pd.read_csv(path, comment="#")["sx"].tolist()
    if name == "xlsx":
        return pd.read_excel(path, sheet_name="primary")["sx (mm)"].tolist()
    if name in ("parquet", "arrow"):
        return _arrow(name, data).column("sx").to_pylist()
    if name == "spec":
        silx = pytest.importorskip("silx.io.specfile")
        return silx.SpecFile(str(path))[0].data_column_by_name("sx").tolist()
    if name == "zarr":
        return _zarr(path)["primary/sx"][:].tolist()
    import h5py

    with h5py.File(path) as file:
        return file["entry/data/sx"][:].tolist()


def _arrow(name, data):
    if name == "parquet":
        return pa.parquet.read_table(pa.BufferReader(data))
    return pa.ipc.open_file(pa.BufferReader(data)).read_all()


def _zarr(path):
    import zarr

    return zarr.open_group(zarr.storage.ZipStore(path, mode="r"), mode="r")


def test_tables_of_arrow_keep_kinds_units_and_metadata():
    import pyarrow.parquet

    assert pyarrow.parquet
    for name in ("parquet", "arrow"):
        table = _arrow(name, written(exporter(name), grid_run()))
        assert table.schema.field("sx").metadata == {b"units": b"mm", b"source": b"kit"}
        assert json.loads(table.schema.metadata[b"beamport"])["start"]["scan_id"] == 42
        assert table.column("good").to_pylist()[:2] == [True, False]
        assert table.column("note").to_pylist()[0] == "=point 0"
        assert table.column("image").to_pylist()[1][0] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_workbook_holds_no_formula_and_every_stream():
    book = openpyxl.load_workbook(io.BytesIO(written(exporter("xlsx"), grid_run())))
    assert book.sheetnames == ["metadata", "baseline", "primary"]
    sheet = book["primary"]
    titles = [cell.value for cell in sheet[1]]
    note = sheet.cell(2, titles.index("note") + 1)
    assert (note.value, note.data_type) == ("=point 0", "s")
    assert sheet.cell(3, titles.index("sx (mm)") + 1).value == 1.0
    about = {row[1].value: row[2].value for row in book["metadata"].iter_rows(min_row=2)}
    assert about["sample.name"] == "LaB6"
    odd = openpyxl.load_workbook(io.BytesIO(written(exporter("xlsx"), odd_run())))
    assert odd.sheetnames[1] == "odd_stream _1_"


def test_spec_is_read_by_silx_and_spec2nexus_with_equal_values(tmp_path):
    silx = pytest.importorskip("silx.io.specfile")
    path = tmp_path / "scan.spec"
    path.write_bytes(written(exporter("spec"), grid_run()))
    rows = [doc["data"] for name, doc in grid_run() if name == "event"][1:]
    labels = ["sx", "sy", "sx_user_setpoint", "Epoch", "good", "count", "det"]
    scan = silx.SpecFile(str(path))[0]
    assert (scan.number, scan.labels) == (42, labels)
    for label in set(labels) - {"Epoch"}:
        assert scan.data_column_by_name(label).tolist() == [float(row[label]) for row in rows], label
    assert (scan.motor_names, scan.motor_positions) == (["ring", "sx", "sy"], [300.5, 0.0, 0.0])
    assert scan.mca[2].tolist() == rows[1]["mca"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec2nexus = pytest.importorskip("spec2nexus.spec")
        other = spec2nexus.SpecDataFile(str(path)).getScan(42)
        assert labels == other.L
        assert other.data["det"] == [row["det"] for row in rows]
        assert other.data["sx_user_setpoint"] == [row["sx_user_setpoint"] for row in rows]
        assert dict(other.positioner) == {"ring": 300.5, "sx": 0.0, "sy": 0.0}


def test_what_is_no_number_does_not_read_as_zero_in_spec(tmp_path):
    silx = pytest.importorskip("silx.io.specfile")
    path = tmp_path / "scan.spec"
    path.write_bytes(written(exporter("spec"), odd_run(), streams=["odd/stream [1]"]))
    scan = silx.SpecFile(str(path))[0]
    assert scan.data_column_by_name("=odd, name").tolist() == [math.inf, 0.0, 0.1 + 0.2, math.inf]


def test_xdi_is_as_its_specification_says():
    text = written(exporter("xdi"), grid_run(), **XDI).decode()
    lines = text.splitlines()
    assert lines[0].startswith("# XDI/1.0")
    head = dict(line[2:].split(": ", 1) for line in lines[1 : lines.index("# ///")])
    assert {head[name] for name in ("Element.symbol", "Element.edge")} == {"Fe", "K"}
    assert float(head["Mono.d_spacing"]) == 3.1356
    assert head["Column.1"] == "energy mm"
    end = next(n for n, line in enumerate(lines) if line.startswith("#---"))
    labels = lines[end + 1][2:].split()
    table = np.array([line.split() for line in lines[end + 2 :]], dtype=float)
    assert (labels[0], table.shape) == ("energy", (12, len(labels)))
    rows = [doc["data"] for name, doc in grid_run() if name == "event"][1:]
    assert table[:, labels.index("det")].tolist() == [row["det"] for row in rows]


@pytest.mark.parametrize("left_out", ["element", "d_spacing"])
def test_xdi_says_what_it_needs(left_out):
    with pytest.raises(NothingToExportError, match="XDI requires"):
        written(exporter("xdi"), grid_run(), **{name: v for name, v in XDI.items() if name != left_out})


def test_images_are_read_by_tifffile_with_their_metadata():
    stack = written(exporter("tiff"), grid_run(), field="image")
    images = tifffile.imread(io.BytesIO(stack))
    rows = [doc["data"]["image"] for name, doc in grid_run() if name == "event" and "image" in doc["data"]]
    assert images.tolist() == rows
    with tifffile.TiffFile(io.BytesIO(stack)) as file:
        about = json.loads(file.pages[0].description)
    assert about["metadata"]["start"]["sample"] == {"name": "LaB6"}
    series = zipfile.ZipFile(io.BytesIO(written(exporter("tiff-series"), grid_run())))
    assert tifffile.imread(io.BytesIO(series.read("images/000003.tif"))).tolist() == rows[3]
    assert json.loads(series.read("metadata.json"))["start"]["scan_id"] == 42


def test_zarr_opens_in_xarray_and_zeros_stay(tmp_path):
    xarray, zarr = pytest.importorskip("xarray"), pytest.importorskip("zarr")
    path = tmp_path / "run.zarr.zip"
    path.write_bytes(written(exporter("zarr"), grid_run()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        store = zarr.storage.ZipStore(path, mode="r")
        data = xarray.open_zarr(store, group="primary", consolidated=False)
    assert data["sx"].values.tolist()[0] == 0.0
    assert data["count"].dtype == np.int64
    assert data["image"].dims == ("time", "image_dim_0", "image_dim_1")
    assert data["sx"].attrs["units"] == "mm"


@pytest.fixture
def nexus(tmp_path):
    path = tmp_path / "run.nxs"
    path.write_bytes(written(exporter("nexus"), grid_run()))
    return path


def tool(name, *arguments):
    command = [str(Path(sys.executable).with_name(name)), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100).stdout


def test_nexus_has_no_error_for_the_validators(nexus):
    pytest.importorskip("nexusformat")
    pytest.importorskip("punx")
    told = tool("nxvalidate", "-w", nexus)
    assert "rror" not in told.replace("No application definition is defined", ""), told
    told = tool("punx", "validate", "--report", "ERROR", nexus)
    (errors,) = [line.split()[1] for line in told.splitlines() if line.startswith("ERROR ")]
    assert errors == "0", told


def test_nexus_opens_in_default_plotters(nexus):
    silx = pytest.importorskip("silx.io.nxdata")
    import h5py

    with h5py.File(nexus) as file:
        assert file[file.attrs["default"]].attrs["default"] == "data"
        plot = silx.get_default(file)
        assert plot.signal_dataset_name == "det"
        assert plot.axes_dataset_names == ["sy", "sx"]
        assert plot.signal[1].tolist() == [math.pi * (10 + x) for x in range(4)]
        assert np.allclose(plot.axes[0], [0.0, 0.1, 0.2])
        assert file["entry/instrument/sx"].attrs["NX_class"] == "NXpositioner"
        assert file["entry/instrument/sx/target_value"][4] == 3.0
        assert file["entry/sample/name"][()] == b"LaB6"
        assert json.loads(file["entry/documents/start"][()])["plan_name"] == "grid_scan"


def test_nexus_of_a_count_is_drawn_over_time(tmp_path):
    path = tmp_path / "run.nxs"
    documents = [(n, {**d, "hints": {}, "motors": []} if n == "start" else d) for n, d in grid_run()]
    path.write_bytes(written(exporter("nexus"), documents))
    import h5py

    with h5py.File(path) as file:
        assert list(file["entry/data"].attrs["axes"]) == ["elapsed_time"]
        assert file["entry/data/elapsed_time"][:3].tolist() == [0.0, 0.25, 0.5]


class Stack:
    """An array that counts what is read of it."""

    def __init__(self, values):
        self.values, self.shape, self.dtype, self.most = values, values.shape, values.dtype, 0

    def __getitem__(self, part):
        found = self.values[part]
        self.most = max(self.most, found.nbytes)
        return found


def frames_run(count=40, **of_key):
    values = np.arange(count * 256 * 256, dtype="<u2").reshape(count, 256, 256)
    array = Stack(values)
    camera = {**key("array", shape=[256, 256]), "external": "STREAM:", **of_key}
    described = {
        "uid": "d",
        "run_start": "u",
        "name": "primary",
        "data_keys": {"camera": camera},
        "time": 1.0,
    }
    documents = [("start", {"uid": "u", "time": EPOCH}), ("descriptor", described)]
    return DocumentsRun(documents, open_array=lambda stream, field: array), array


@pytest.mark.parametrize("name", ["nexus", "zarr", "tiff"])
def test_images_in_files_are_copied_block_by_block(name, tmp_path):
    run, array = frames_run(200)
    path = tmp_path / f"x.{exporter(name).ending}"
    path.write_bytes(b"".join(exporter(name).write(run, checked_options(exporter(name), {}))))
    if name == "nexus":
        import h5py

        with h5py.File(path) as file:
            found = file["entry/data/data"][:]
    else:
        found = _zarr(path)["primary/camera"][:] if name == "zarr" else tifffile.imread(path)
    assert np.array_equal(found, array.values)
    assert array.most <= 8 * 2**20


def test_options_are_checked_and_read_from_text():
    chosen = exporter("csv")
    assert options_of_text(chosen, {"columns": "a,b"})["columns"] == ["a", "b"]
    assert options_of_text(chosen, {"columns": '["a,b"]'})["columns"] == ["a,b"]
    for wrong in ({"nothing": "1"}, {"guard": "maybe"}, {"columns": "[1"}):
        with pytest.raises(OptionsError):
            options_of_text(chosen, wrong)


def test_a_run_without_streams_is_told_so_by_formats_that_need_one():
    with pytest.raises(LookupError, match="no stream"):
        written(exporter("csv"), empty_run())


def test_the_package_is_useful_without_django():
    code = """
import sys
for name in ("django", "rest_framework", "celery", "psycopg2"):
    sys.modules[name] = None
from catalog.export import exporters, testing
for known in exporters().values():
    if known.name not in ("xdi",):
        assert testing.written(known, testing.grid_run())
"""
    code = code.replace(
        "from catalog.export import exporters, testing",
        "from catalog.export import exporters\nfrom catalog.export import testing",
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_every_run_of_the_kit_is_what_its_name_says():
    assert set(RUNS) == {"grid", "odd", "rewound", "open", "empty"}
