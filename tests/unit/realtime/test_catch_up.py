"""Any loss, doubling, delay or cutting of frames, and the store, give the exact sequence."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.catch_up import ReadStore, Tail, next_step
from realtime.frames import Frame, frames_of
from realtime.store import consecutive
from tests.unit.realtime.test_frames import RUN, expected, read, run_documents

steps = st.lists(
    st.one_of(
        st.tuples(st.just("store"), st.integers(1, 9)),
        st.tuples(st.just("deliver"), st.integers(0, 30)),
        st.tuples(st.just("double"), st.integers(0, 30)),
        st.tuples(st.just("lose"), st.integers(0, 30)),
        st.tuples(st.just("look"), st.just(0)),
        st.tuples(st.just("send"), st.integers(0, 2)),
    ),
    max_size=80,
)


class World:
    """A run in the store, frames on their way, one process with a tail, three sockets."""

    def __init__(self, word, since, tail_bytes):
        self.records = run_documents(word)
        self.length = len(word) + 1
        self.stored = 0
        self.on_the_way = []
        self.tail = Tail(max_bytes=tail_bytes)
        self.known = -1
        self.sent = [min(n, self.length - 1) for n in since]
        self.since = list(self.sent)
        self.got = [[] for _ in since]

    def between(self, first, last):
        return [record for record in self.records if first <= record[0] <= last]

    def store(self, count):
        first, self.stored = self.stored, min(self.stored + count, self.length)
        if self.stored > first:
            last = self.stored - 1
            self.on_the_way += frames_of(RUN, self.between(first, last), first=first, last=last)

    def deliver(self, which, *, keep=False):
        if self.on_the_way:
            frame = self.on_the_way[which % len(self.on_the_way)]
            self.tail.add(frame)
            self.known = max(self.known, frame.last)
            if not keep:
                self.on_the_way.remove(frame)

    def lose(self, which):
        if self.on_the_way:
            del self.on_the_way[which % len(self.on_the_way)]

    def look(self):
        self.known = max(self.known, self.stored - 1)

    def read_store(self, since):
        newest = self.stored - 1
        found = consecutive(self.between(since + 1, newest)[:5])
        last = found[-1][0] if found else newest
        return frames_of(RUN, found, first=since + 1, last=last) if last > since else []

    def send(self, socket):
        step = next_step(self.sent[socket], self.tail, self.known)
        frame = step if isinstance(step, Frame) else None
        page = self.read_store(step.since) if isinstance(step, ReadStore) else [frame] if frame else []
        for frame in page:
            assert frame.first == self.sent[socket] + 1
            self.got[socket].append(json.loads(frame.payload()))
            self.sent[socket] = frame.last
        return bool(page)


@settings(max_examples=200)
@given(
    st.text(alphabet="eeeefdx", max_size=40),
    st.lists(st.integers(-1, 41), min_size=3, max_size=3),
    st.integers(200, 4000),
    steps,
)
def test_every_socket_gets_each_document_once_and_in_order(word, since, tail_bytes, moves):
    world = World(word, since, tail_bytes)
    for move, number in moves:
        if move == "double":
            world.deliver(number, keep=True)
        elif move == "look":
            world.look()
        else:
            getattr(world, move)(number)
        for socket, got in enumerate(world.got):
            wanted = [e for e in expected(world.records) if world.since[socket] < e[0] <= world.sent[socket]]
            assert read(got) == wanted
    world.store(world.length)
    world.look()
    for socket in range(3):
        while world.send(socket):
            pass
        assert world.sent[socket] == world.length - 1
        wanted = [entry for entry in expected(world.records) if entry[0] > world.since[socket]]
        assert read(world.got[socket]) == wanted


def frame(first, last, text="1"):
    return Frame(RUN, first, last, text, "")


def test_a_tail_forgets_the_oldest_frames_beyond_its_size():
    tail = Tail(max_bytes=3000)
    for number in range(50):
        tail.add(frame(number, number, "1" * 500))
    assert tail.size <= 3000
    assert tail.last == 49
    assert tail.after(10) is None
    assert tail.after(tail.first - 1) is not None


def test_a_tail_begins_anew_behind_a_hole():
    tail = Tail()
    tail.add(frame(0, 4))
    tail.add(frame(7, 9))
    assert (tail.first, tail.last) == (7, 9)


def test_a_late_or_doubled_frame_changes_nothing():
    tail = Tail()
    tail.add(frame(0, 4))
    tail.add(frame(5, 9))
    tail.add(frame(0, 4))
    tail.add(frame(5, 9))
    assert (tail.first, tail.last) == (0, 9)
    assert tail.after(-1).documents == "1,1"


def test_a_socket_takes_at_most_one_frame_of_the_largest_size():
    tail = Tail()
    for number in range(10):
        tail.add(frame(number, number, "1" * 400))
    taken = tail.after(-1, max_bytes=1100)
    assert (taken.first, taken.last) == (0, 1)
