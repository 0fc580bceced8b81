"""Every document gets the next ordinal of its run and is on the disk before anybody hears of it."""

import os

import pytest

from acquisition.worker.journal import Header, read_entries, read_header
from acquisition.worker.recorder import Recorder, RecordingGivenUpError, UnknownRunError


@pytest.fixture
def made(tmp_path):
    class Made:
        heard = []
        stalls = []

    made = Made()
    made.heard, made.stalls, made.folder = [], [], tmp_path
    made.recorder = Recorder(
        tmp_path,
        origin=lambda run: Header(run, "demo", "P-1", "ada", None),
        on_record=lambda run, ordinal, name, doc: made.heard.append((run, ordinal, name)),
        on_stall=made.stalls.append,
    )
    yield made
    made.recorder.close()


def names_on_disk(made, run):
    path = made.folder / f"{run}.journal"
    _, offset = read_header(path)
    return [(entry.ordinal, entry.name) for entry in read_entries(path, offset)]


def test_documents_of_two_interleaved_runs_are_parted_and_numbered(made):
    record = made.recorder
    record("start", {"uid": "a"})
    record("start", {"uid": "b"})
    record("descriptor", {"uid": "da", "run_start": "a"})
    record("descriptor", {"uid": "db", "run_start": "b"})
    record("event", {"descriptor": "db"})
    record("stream_resource", {"uid": "s", "run_start": "a"})
    record("stream_datum", {"stream_resource": "s", "descriptor": "da"})
    record("resource", {"uid": "r", "run_start": "a"})
    record("datum", {"resource": "r", "datum_id": "r/0"})
    record("stop", {"uid": "x", "run_start": "a"})
    expected = ["start", "descriptor", "stream_resource", "stream_datum", "resource", "datum", "stop"]
    assert names_on_disk(made, "a") == list(enumerate(expected))
    assert names_on_disk(made, "b") == list(enumerate(["start", "descriptor", "event"]))
    assert [n for run, n, _ in made.heard if run == "a"] == list(range(7))


def test_a_document_is_on_the_disk_when_the_listeners_hear_of_it(tmp_path):
    seen = []
    recorder = Recorder(
        tmp_path,
        origin=lambda run: Header(run, "demo", None, "ada", None),
        on_record=lambda run, ordinal, name, doc: seen.append(
            len(read_entries(tmp_path / "a.journal", read_header(tmp_path / "a.journal")[1]))
        ),
        on_stall=lambda text: None,
    )
    recorder("start", {"uid": "a"})
    recorder("stop", {"run_start": "a"})
    recorder.close()
    assert seen == [1, 2]


def test_a_document_of_no_open_run_is_refused(made):
    made.recorder("start", {"uid": "a"})
    for name, doc in [("event", {"descriptor": "nope"}), ("stop", {"run_start": "z"}), ("odd", {})]:
        with pytest.raises(UnknownRunError):
            made.recorder(name, doc)


def test_a_run_uid_cannot_name_a_file_elsewhere(made):
    with pytest.raises(ValueError, match="cannot name a file"):
        made.recorder("start", {"uid": "../../etc/passwd"})
    assert list(made.folder.iterdir()) == []


def test_a_full_disk_makes_it_wait_and_say_so_until_there_is_room(made, monkeypatch):
    made.recorder("start", {"uid": "a"})
    real, refusals = os.write, iter([True, True])

    def write(fd, data):
        if next(refusals, False):
            raise OSError(28, "No space left on device")
        return real(fd, data)

    monkeypatch.setattr("acquisition.worker.recorder.DISK_RETRY_S", 0.01)
    monkeypatch.setattr("acquisition.worker.journal.os.write", write)
    made.recorder("descriptor", {"uid": "d", "run_start": "a"})
    monkeypatch.undo()
    assert names_on_disk(made, "a") == [(0, "start"), (1, "descriptor")]
    assert "No space left on device" in made.stalls[0]
    assert made.stalls[-1] == ""


def test_a_run_that_is_given_up_does_not_wait_for_a_full_disk(made, monkeypatch):
    made.recorder("start", {"uid": "a"})

    def write(fd, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("acquisition.worker.journal.os.write", write)
    made.recorder.give_up()
    with pytest.raises(RecordingGivenUpError):
        made.recorder("descriptor", {"uid": "d", "run_start": "a"})
    monkeypatch.undo()
    assert names_on_disk(made, "a") == [(0, "start")]


def test_a_barrier_leaves_nothing_unsynced(made, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr("acquisition.worker.journal.os.fsync", lambda fd: (synced.append(fd), real(fd))[1])
    made.recorder("start", {"uid": "a"})
    before = len(synced)
    made.recorder.barrier()
    assert len(synced) >= before
    after = len(synced)
    made.recorder.barrier()
    assert len(synced) == after
