"""The outbox of the publisher holds little, for a moment, and drops to doorbells."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.buffers import Outbox, Stored


def batch(run, first, last, **changes):
    records = tuple((n, "event", {}) for n in range(first, last + 1))
    return Stored(run, "demo", first, last, **{"records": records, **changes})


def test_the_first_batch_goes_at_once_and_those_soon_after_travel_together():
    outbox = Outbox(interval_s=0.033)
    outbox.put(batch("a", 0, 0))
    assert [(b.first, b.last) for b in outbox.due(10.0)] == [(0, 0)]
    outbox.put(batch("a", 1, 2))
    outbox.put(batch("a", 3, 3))
    assert outbox.due(10.01) == []
    assert outbox.next_due() == 10.033
    (joined,) = outbox.due(10.033)
    assert (joined.first, joined.last, len(joined.records)) == (1, 3, 3)
    assert outbox.next_due() is None


def test_runs_do_not_wait_for_each_other():
    outbox = Outbox(interval_s=0.033)
    outbox.put(batch("a", 0, 0))
    outbox.due(10.0)
    outbox.put(batch("a", 1, 1))
    outbox.put(batch("b", 0, 0))
    assert [b.run for b in outbox.due(10.01)] == ["b"]


def test_a_hole_between_batches_makes_a_doorbell():
    outbox = Outbox()
    outbox.put(batch("a", 0, 3))
    outbox.put(batch("a", 6, 7, is_open=False, is_news=True))
    (joined,) = outbox.due(10.0)
    assert joined == Stored("a", "demo", 0, 7, None, is_open=False, is_news=True)
    assert outbox.records == 0


def test_too_many_documents_drop_to_a_doorbell():
    outbox = Outbox(max_records=10)
    outbox.put(batch("a", 0, 7))
    outbox.put(batch("b", 0, 7))
    assert [(b.run, b.last, b.records is None) for b in outbox.due(10.0)] == [("a", 7, False), ("b", 7, True)]
    assert outbox.dropped == 8


batches = st.tuples(st.sampled_from("abcdef"), st.integers(0, 12), st.booleans())


@given(st.lists(batches, max_size=60), st.integers(1, 20), st.integers(1, 4))
def test_the_bounds_hold_whatever_comes(moves, max_records, max_runs):
    outbox = Outbox(max_records=max_records, max_runs=max_runs)
    ends = dict.fromkeys("abcdef", 0)
    now = 0.0
    for run, count, take in moves:
        outbox.put(batch(run, ends[run], ends[run] + count))
        ends[run] += count + 1
        assert len(outbox) <= max_runs
        assert outbox.records <= max_records
        if take:
            now += 1.0
            for taken in outbox.due(now):
                assert taken.last == ends[taken.run] - 1
                if taken.records is not None:
                    numbers = [record[0] for record in taken.records]
                    assert numbers == list(range(taken.first, taken.last + 1))
            assert outbox.records == 0
