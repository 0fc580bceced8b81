"""Dry runs: what is counted, what is found, and that they end."""

import itertools
import threading

import pytest

from acquisition.plans import scans
from acquisition.plans.dry_run import dry_run
from acquisition.plans.msg import Msg
from config.beamlines.demo_plans.flying import fly_scan
from tests.unit.acquisition.plans.paper import DEVICES, paper_devices


@pytest.fixture
def devices():
    return paper_devices()


def test_points_paths_and_streams_of_a_scan(devices):
    found = dry_run(scans.scan([devices["det"]], devices["sx"], -1, 1, num=3), devices=DEVICES)
    assert (found.points, found.streams, found.runs) == (3, {"primary": 3}, 1)
    assert found.paths == {"sx": [-1.0, 0.0, 1.0]}
    assert found.problems == ()
    assert found.is_complete


def test_the_trajectory_says_where_each_motor_is_at_each_point(devices):
    plan = scans.grid_scan([devices["det"]], devices["sy"], 0, 1, 2, devices["sx"], 0, 2, 3)
    found = dry_run(plan, devices=DEVICES)
    assert found.paths["sy"] == [0.0, 1.0]
    assert found.trajectory == {"sy": [0, 0, 0, 1, 1, 1], "sx": [0, 1, 2, 0, 1, 2]}


def test_a_motor_that_moves_later_was_where_it_is_now(devices):
    def plan():
        yield from scans.count([devices["det"]])
        yield Msg("set", devices["sx"], 3.0)
        yield from scans.count([devices["det"]])

    assert dry_run(plan(), devices=DEVICES, positions={"sx": 1.0}).trajectory == {"sx": [1.0, 3.0]}
    assert dry_run(plan(), devices=DEVICES).trajectory == {"sx": [None, 3.0]}


def test_time_is_travel_exposure_and_sleep(devices):
    plan = scans.scan([devices["det"]], devices["sx"], 0, 4, num=3)
    found = dry_run(plan, devices=DEVICES, positions={"sx": -2.0})
    # 6 mm at 2 mm/s, 3 exposures of 0.5 s, and 6 round trips of 0.02 s
    assert found.estimated_s == pytest.approx(3.0 + 1.5 + 0.12)
    slept = dry_run(iter([Msg("sleep", None, 7)]), devices=DEVICES)
    assert slept.estimated_s == pytest.approx(7.0)


def fly(devices, **settings):
    given = {"start": 0, "stop": 8, "num": 5, "exposure": 0.5, "period": 1.0, **settings}
    return fly_scan(devices["camera"], devices["stage"], **given)


def test_frames_of_a_flight_are_counted_along_its_line(devices):
    found = dry_run(fly(devices), devices=DEVICES, positions={"stage": -4.0})
    assert found.problems == ()
    assert (found.points, found.streams) == (5, {"primary": 5, "stage": 5})
    assert found.paths == {"stage": [0.0, 8.0]}
    assert found.trajectory == {"stage": [0.0, 2.0, 4.0, 6.0, 8.0]}
    # 4 mm at 2 mm/s to its start, 5 frames of 1 s; a round trip for each of the two
    assert found.estimated_s == pytest.approx(2.0 + 5.0, abs=0.2)


def test_each_flight_counts_though_it_is_collected_many_times_and_prepared_once(devices):
    camera = devices["camera"]
    flight = [Msg("kickoff", camera), Msg("complete", camera), *[Msg("collect", camera, name="primary")] * 3]
    found = dry_run(iter([Msg("prepare", camera, {"frames": 7}), *flight, *flight]), devices=DEVICES)
    assert found.streams == {"primary": 14}


def test_devices_that_are_collected_together_give_what_all_have(devices):
    camera, stage = devices["camera"], devices["stage"]
    prepared = [Msg("prepare", camera, {"frames": 7}), Msg("prepare", stage, {"points": 5, "dwell_s": 1})]
    flight = [Msg("complete", camera), Msg("complete", stage)]
    collected = [Msg("collect", camera, stage, devices["flyer"], name="both")]
    assert dry_run(iter(prepared + flight + collected), devices=DEVICES).streams == {"both": 5}


def test_a_flight_beyond_the_limits_is_a_problem(devices):
    assert "stage would be sent to 12 mm" in dry_run(fly(devices, stop=12), devices=DEVICES).problems[0]


def test_a_motor_outside_its_limits_is_a_problem_with_units(devices):
    def plan():
        return scans.rel_scan([devices["det"]], devices["sx"], 0, 30, num=3)

    found = dry_run(plan(), devices=DEVICES, positions={"sx": -5.0})
    assert found.problems == ("sx would be sent to 25 mm, outside its limits -10 to 10 mm",)
    assert found.paths["sx"] == [-5.0, 10.0, 25.0, -5.0]
    assert dry_run(plan(), devices=DEVICES).problems == ()  # where it starts is not known


def test_a_position_that_is_no_number_is_a_problem(devices):
    found = dry_run(iter([Msg("set", devices["sx"], float("nan"))]), devices=DEVICES)
    assert "no position" in found.problems[0]


def test_a_plan_that_fails_says_so(devices):
    found = dry_run(scans.count(devices["det"]), devices=DEVICES)
    assert "the plan fails: TypeError: detectors are given as a list" in found.problems[0]


def test_a_billion_points_are_reported_and_not_walked(devices):
    plan = scans.scan([devices["det"]], devices["sx"], -1, 1, num=10**9)
    found = dry_run(plan, devices=DEVICES, max_messages=5_000)
    assert found.points == 10**9
    assert found.estimated_s == pytest.approx(10**9 * 0.54, rel=0.01)
    assert "only the first" in found.problems[0]
    assert not found.is_complete


def test_an_endless_plan_is_reported(devices):
    found = dry_run(scans.count([devices["det"]], num=None), devices=DEVICES, max_messages=5_000)
    assert found.points is None
    assert found.estimated_s is None
    assert "may go on until it is stopped" in found.problems[0]


def test_a_plan_that_computes_for_ever_is_given_up():
    released = threading.Event()

    def plan():
        try:
            for _ in itertools.repeat(0):
                pass
            yield Msg("null")
        finally:
            released.set()

    found = dry_run(plan, max_seconds=0.2)
    assert "computed for too long" in found.problems[0]
    assert released.wait(10)


def test_paths_are_cut_and_not_grown_without_bound(devices):
    found = dry_run((Msg("set", devices["sx"], n / 1e6) for n in range(20_000)), devices=DEVICES)
    assert len(found.paths["sx"]) == 5_000


def test_plans_that_look_at_answers_run_on_made_up_ones(devices):
    args = ([devices["det"]], "det", devices["sx"], 0, 5, 0.1, 1)
    assert dry_run(scans.adaptive_scan(*args, 0.5, True), devices=DEVICES).points > 3
    assert dry_run(scans.tune_centroid(*args[:6]), devices=DEVICES).problems == ()


def test_a_plan_that_calls_a_device_is_told_to_yield(devices):
    def plan():
        devices["sx"].set(1)
        yield Msg("null")

    assert "let the plan yield a message instead" in dry_run(plan, devices=DEVICES).problems[0]


def test_the_report_is_json_able(devices):
    found = dry_run(scans.count([devices["det"]], 2), devices=DEVICES)
    assert found.as_dict()["points"] == 2


HUGE = {
    "count": (lambda d: scans.count([d["det"]], 10**9), "1000000000 points"),
    "scan": (lambda d: scans.scan([d["det"]], d["sx"], -1, 1, 10**9), "1000000000 points"),
    "grid": (
        lambda d: scans.grid_scan([d["det"]], d["sx"], -1, 1, 10**5, d["sy"], -1, 1, 10**4, snake_axes=True),
        "1000000000 points",
    ),
    "relative grid": (
        lambda d: scans.rel_grid_scan([d["det"]], d["sx"], -1, 1, 10**5, d["sy"], -1, 1, 10**4),
        "1000000000 points",
    ),
    "logarithmic": (lambda d: scans.log_scan([d["det"]], d["sx"], -1, 1, 10**9), "1000000000 points"),
    "spiral": (lambda d: scans.spiral([d["det"]], d["sx"], d["sy"], 0, 0, 9, 9, 1e-4, 9), "at most 4000000"),
    "square spiral": (
        lambda d: scans.spiral_square([d["det"]], d["sx"], d["sy"], 0, 0, 9, 9, 10**5, 10**4),
        "at most 4000000",
    ),
    "list": (lambda d: scans.list_scan([d["det"]], d["sx"], range(10**9)), "more than 1000000 positions"),
    "endless list": (
        lambda d: scans.list_scan([d["det"]], d["sx"], itertools.count()),
        "more than 1000000 positions",
    ),
    "grid of lists": (
        lambda d: scans.list_grid_scan([d["det"]], d["sx"], range(10**9), d["sy"], [1, 2]),
        "more than 1000000 positions",
    ),
    "endless messages": (lambda d: itertools.repeat(Msg("null")), "may go on until it is stopped"),
}


@pytest.mark.parametrize(("make_plan", "says"), HUGE.values(), ids=HUGE.keys())
def test_a_plan_too_large_is_reported_whatever_it_is(devices, make_plan, says):
    found = dry_run(lambda: make_plan(devices), devices=DEVICES, max_messages=2_000)
    assert says in found.problems[0].replace(",", "")
