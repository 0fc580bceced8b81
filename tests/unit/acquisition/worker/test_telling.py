"""The console says in a line what begins and how it ended."""

from acquisition.queue.states import MOVES, ItemEvent, ItemState, move
from acquisition.worker import telling


def test_a_scan_is_told_by_what_it_reads_over_what():
    start = {
        "scan_id": 12,
        "plan_name": "grid_scan",
        "detectors": ["det", "camera"],
        "motors": ("sy", "sx"),
        "num_points": 6,
    }
    assert telling.run_began(start) == "scan 12 began: grid_scan det camera over sy sx, 6 points"


def test_a_run_that_says_nothing_of_itself_is_told_all_the_same():
    assert telling.run_began({"uid": "0123456789"}) == "run 01234567 began: run"
    ended = telling.run_ended({"uid": "0123456789", "time": 1}, {"exit_status": "success", "time": 2})
    assert ended == "run 01234567 ended: success, 0 points, 1.0 s"


def test_an_end_has_its_reason():
    stop = {"exit_status": "abort", "reason": "wrong sample", "num_events": {"primary": 1}, "time": 3.0}
    assert telling.run_ended({"scan_id": 3, "time": 0.5}, stop) == (
        "scan 3 ended: abort: wrong sample, 1 point, 2.5 s"
    )
    told = telling.item_ended("move", ItemEvent.FAIL, reason="LimitError: sx", seconds=0.3)
    assert told == "move ended: failed after 0.3 s: LimitError: sx"


def test_every_way_to_end_has_a_level_and_a_word():
    for event in MOVES[ItemState.RUNNING]:
        assert telling.level_of(event) in ("INFO", "WARNING", "ERROR")
        text = telling.item_ended("count", event, reason="", seconds=1)
        assert text == f"count ended: {move(ItemState.RUNNING, event).value} after 1.0 s"
