"""How far an item is, from the documents of steps and of flights."""

from acquisition.worker.progress import ProgressCounter


def counter_of(points):
    clock = iter([0.0, *range(1, 100)])
    counter = ProgressCounter(clock=lambda: float(next(clock)))
    counter.take("start", {"uid": "r", "num_points": points})
    counter.take("descriptor", {"uid": "p", "name": "primary"})
    counter.take("descriptor", {"uid": "s", "name": "stage"})
    return counter


def datum(first, behind, descriptor="p"):
    return {"descriptor": descriptor, "seq_nums": {"start": first, "stop": behind}}


def test_frames_that_fly_into_a_file_count_as_their_stream_datum_tells():
    counter = counter_of(200)
    counter.take("stream_datum", datum(1, 51))
    assert counter.as_dict() == {"points_done": 50, "points": 200, "percent": 25.0, "eta_s": 3.0}
    counter.take("stream_datum", datum(51, 151))
    assert counter.as_dict()["percent"] == 75.0


def test_a_collection_without_frames_and_those_of_other_streams_count_nothing():
    counter = counter_of(200)
    counter.take("stream_datum", datum(1, 1))
    counter.take("stream_datum", datum(1, 101, "s"))
    counter.take("event_page", {"descriptor": "s", "seq_num": [1, 2, 3]})
    counter.take("event_page", {"descriptor": "p", "seq_num": []})
    assert counter.as_dict() == {"points_done": 0, "points": 200, "percent": 0.0, "eta_s": None}


def test_a_step_with_a_frame_is_one_point_and_one_taken_again_is_not_counted_twice():
    counter = counter_of(4)
    for number in (1, 2, 2):
        counter.take("stream_datum", datum(number, number + 1))
        counter.take("event", {"descriptor": "p", "seq_num": number})
    assert counter.as_dict()["points_done"] == 2
