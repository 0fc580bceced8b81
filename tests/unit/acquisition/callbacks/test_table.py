"""The live table and the collector."""

import pytest

from acquisition.callbacks.collecting import collector
from acquisition.callbacks.table import LiveTable

KEYS = {
    "sx": {"dtype": "number", "shape": [], "precision": 2},
    "det": {"dtype": "integer", "shape": []},
    "image": {"dtype": "array", "shape": [4, 4]},
}


def play(callback, count=2):
    callback("start", {"uid": "abcdefghij", "plan_name": "scan", "scan_id": 7})
    callback("descriptor", {"uid": "other", "name": "baseline", "data_keys": {}})
    callback("descriptor", {"uid": "stream", "name": "primary", "data_keys": KEYS})
    for n in range(1, count + 1):
        data = {"sx": n / 4, "det": 10 * n, "image": "id"}
        callback("event", {"descriptor": "stream", "seq_num": n, "time": 0.0, "data": data})
    callback("event", {"descriptor": "other", "seq_num": 1, "time": 0.0, "data": {"sx": 99.0}})
    callback("stop", {"exit_status": "success"})


def test_rows_have_the_fields_of_the_stream_with_their_precision():
    lines = []
    play(LiveTable(["sx", "det", "image", "missing"], out=lines.append))
    header = [word.strip() for word in lines[1].strip("| ").split("|")]
    assert header == ["seq_num", "time", "sx", "det"]
    rows = [[word.strip() for word in line.strip("| ").split("|")] for line in lines[3:5]]
    assert [(row[0], row[2], row[3]) for row in rows] == [("1", "0.25", "10"), ("2", "0.50", "20")]
    assert lines[-1] == "scan [abcdefgh] (scan 7): success"
    assert len({len(line) for line in lines[:-1]}) == 1


def test_the_header_comes_again():
    lines = []
    play(LiveTable(["sx"], print_header_interval=2, out=lines.append), count=4)
    assert sum("seq_num" in line for line in lines) == 3


def test_a_device_stands_for_its_keys():
    class Device:
        def describe(self):
            return {"b": {}, "a": {}}

    assert LiveTable([Device()])._fields == ["a", "b"]
    with pytest.raises(TypeError, match="neither a data key nor a device"):
        LiveTable([3])


def test_a_collector_keeps_the_values_of_one_field():
    values = []
    play(collector("det", values))
    assert values == [10, 20]
