"""What is printed becomes lines of the item; the status board tells what changed, and the whole."""

import logging
import threading
import uuid

from acquisition.queue.leases import Grant
from acquisition.worker.console import KEPT_WAITING, Console
from acquisition.worker.values import ValueBoard

GRANT = Grant("demo", 1, "me", 1)


def taken(console):
    return [(line.level, line.text) for line in console._next_batch()]


def test_what_the_plans_thread_prints_is_the_items_and_what_others_print_is_not(capsys):
    console, item = Console(GRANT), uuid.uuid4()
    with console.capturing(item, 7):
        print("one\ntwo")
        print("with", "words", end="")
        thread = threading.Thread(target=print, args=("not mine",))
        thread.start()
        thread.join()
        logging.getLogger("my.plan").warning("careful")
        logging.getLogger("django.db").warning("not about the experiment")
    print("after")
    assert taken(console) == [
        ("INFO", "one"),
        ("INFO", "two"),
        ("WARNING", "careful"),
        ("INFO", "with words"),
    ]
    assert {(line.item_uid, line.proposal_id) for line in console._next_batch()} == {(item, 7)}
    assert "not mine" in capsys.readouterr().out


def test_a_flood_of_lines_is_cut_and_told():
    console = Console(GRANT)
    for number in range(KEPT_WAITING + 10):
        console.add(f"line {number}")
    level, text = taken(console)[0]
    assert (level, "10 lines were dropped" in text) == ("WARNING", True)


def test_nul_and_long_lines_can_be_stored():
    console = Console(GRANT)
    console.add("a\0b" + "x" * 10_000)
    (line,) = console._next_batch()
    assert "\0" not in line.text
    assert len(line.text) == 4_000


class Signal:
    """A signal that is told its values by the test."""

    def __init__(self, name):
        self.name, self.is_connected, self.callbacks = name, True, []

    def describe(self):
        return {self.name: {"units": "mA"}}

    def subscribe(self, callback):
        self.callbacks.append(callback)

    def clear_sub(self, callback):
        self.callbacks.remove(callback)

    def tell(self, value):
        for callback in self.callbacks:
            callback({self.name: {"value": value, "timestamp": 1.0}})


def test_the_board_tells_the_newest_value_and_marks_what_is_stale():
    frames, arrived = [], threading.Event()

    def tell(beamline, frame, board):
        frames.append((frame, board))
        arrived.set()

    def until(condition):
        for _ in range(500):
            if any(condition(frame, board) for frame, board in frames):
                return True
            arrived.clear()
            arrived.wait(0.05)
        return False

    ring, sx = Signal("ring"), Signal("sx")
    board = ValueBoard("demo", {"ring": ring, "sx": sx}, ["ring", "sx", "nothing"], tell=tell)
    board.start()
    try:
        for value in (1.0, 2.0, float("nan"), 3.0):
            ring.tell(value)
        assert until(lambda frame, _: frame["values"].get("ring", {}).get("value") == 3.0)
        last = frames[-1][1]["values"]
        assert (last["ring"]["units"], last["ring"]["stale"]) == ("mA", False)
        assert last["nothing"]["stale"]
        ring.is_connected = False
        sx.tell(1)
        assert until(
            lambda _, whole: whole["values"]["ring"]["stale"] and whole["values"]["sx"]["value"] == 1
        )
        assert [frame["seq"] for frame, _ in frames] == sorted({frame["seq"] for frame, _ in frames})
    finally:
        board.stop()
    assert ring.callbacks == []
