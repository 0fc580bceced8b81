"""The journal keeps whole records and cuts off what a dying writer leaves."""

import math
import zlib

import pytest

from acquisition.worker.journal import (
    Header,
    JournalDamagedError,
    JournalError,
    JournalFile,
    cut_torn_tail,
    read_entries,
    read_header,
)

HEADER = Header(run="r1", beamline="demo", proposal="P-1", username="ada", item_uid=None)
DOCS = [
    ("start", {"uid": "r1", "time": 1.0, "sample": "Ångström \u0000"}),
    ("descriptor", {"uid": "d1", "run_start": "r1"}),
    ("event", {"descriptor": "d1", "seq_num": 1, "data": {"det": math.nan}}),
    ("event", {"descriptor": "d1", "seq_num": 2, "data": {"det": -0.0}}),
]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "r1.journal"
    file = JournalFile(path, HEADER)
    for name, doc in DOCS:
        file.append(name, doc)
    file.close()
    return path


def test_documents_come_back_as_they_were_written(path):
    header, offset = read_header(path)
    entries = read_entries(path, offset)
    assert header == HEADER
    assert [(entry.ordinal, entry.name) for entry in entries] == [(n, d[0]) for n, d in enumerate(DOCS)]
    assert entries[0].doc == DOCS[0][1]
    assert math.isnan(entries[2].doc["data"]["det"])
    assert math.copysign(1, entries[3].doc["data"]["det"]) == -1


def test_reading_goes_on_from_an_offset(path):
    _, offset = read_header(path)
    first = read_entries(path, offset, limit=2)
    rest = read_entries(path, first[-1].end)
    assert [entry.ordinal for entry in first + rest] == [0, 1, 2, 3]
    assert rest[-1].end == path.stat().st_size


def test_a_file_cut_at_any_byte_keeps_every_whole_record_and_nothing_else(path, tmp_path):
    whole = path.read_bytes()
    ends = [n + 1 for n, byte in enumerate(whole) if byte == ord("\n")]
    torn = tmp_path / "torn.journal"
    for length in range(len(whole)):
        torn.write_bytes(whole[:length])
        kept = max((end for end in ends if end <= length), default=0)
        assert cut_torn_tail(torn) == length - kept
        assert torn.read_bytes() == whole[:kept]
        if kept:
            _, offset = read_header(torn)
            assert len(read_entries(torn, offset)) == sum(end <= length for end in ends) - 1
        else:
            with pytest.raises(JournalError):
                read_header(torn)


def test_a_flipped_byte_in_the_last_record_is_cut_and_anywhere_else_is_told(path, tmp_path):
    whole = path.read_bytes()
    last_begins = whole[:-1].rindex(b"\n") + 1
    hurt = tmp_path / "hurt.journal"
    glue = last_begins - 1  # without this line end the last two records are one bad line
    for position in sorted(set(range(0, len(whole), 3)) - {glue}):
        spoilt = bytearray(whole)
        spoilt[position] ^= 0x41
        hurt.write_bytes(spoilt)
        if position >= last_begins:
            cut_torn_tail(hurt)
            assert hurt.read_bytes() == whole[:last_begins]
        else:
            with pytest.raises(JournalDamagedError):
                cut_torn_tail(hurt)
            assert hurt.read_bytes() == bytes(spoilt)


def test_reading_stops_before_a_record_that_is_being_written(path):
    record = b'[4,"event",{}]'
    with path.open("ab") as file:
        file.write(b"%08x %s" % (zlib.crc32(record), record))
    _, offset = read_header(path)
    assert len(read_entries(path, offset)) == len(DOCS)


def test_a_disk_that_refuses_leaves_whole_records(path, tmp_path, monkeypatch):
    file = JournalFile(tmp_path / "r2.journal", HEADER)
    file.append(*DOCS[0])
    before = file.offset
    real = __import__("os").write
    calls = []

    def half(fd, data):
        calls.append(fd)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(fd, bytes(data)[:5])

    monkeypatch.setattr("acquisition.worker.journal.os.write", half)
    with pytest.raises(OSError, match="No space"):
        file.append(*DOCS[1])
    monkeypatch.undo()
    assert file.path.stat().st_size == before
    assert file.append(*DOCS[1]) == 1
    file.close()
    _, offset = read_header(file.path)
    assert [entry.name for entry in read_entries(file.path, offset)] == ["start", "descriptor"]
