"""Scans as the messages they are made of."""

import pytest

from acquisition.plans import scans
from acquisition.plans.preprocessors import msg_mutator
from tests.unit.acquisition.plans.paper import as_text, paper_devices


@pytest.fixture
def devices():
    return paper_devices()


def print_commands_to(commands, plan):
    def note(msg):
        commands.append(msg.command)
        return msg

    return msg_mutator(plan, note)


def answered(plan, answer):
    """Play a plan with these answers, and give the values of its set messages."""
    sets, value = [], None
    while True:
        try:
            msg = plan.send(value)
        except StopIteration:
            return sets
        if msg.command == "set":
            sets.append(msg.args[0])
        value = answer(msg)


def reading_of(msg, value):
    return {msg.obj.name: {"value": value, "timestamp": 0.0}} if msg.command == "read" else None


def without_groups(lines):
    return [" ".join(word for word in line.split() if not word.startswith("@")) for line in lines]


def test_count_stages_reads_and_unstages(devices):
    assert as_text(scans.count([devices["det"]], 2)) == [
        "stage det @0",
        "open_run",
        "checkpoint", "checkpoint", "trigger det @1", "wait @1", "create primary", "read det", "save",
        "checkpoint", "checkpoint", "trigger det @2", "wait @2", "create primary", "read det", "save",
        "close_run",
        "unstage det @3",
    ]  # fmt: skip


def test_count_sleeps_between_readings_but_not_after_the_last(devices):
    lines = as_text(scans.count([devices["ring"]], 3, delay=100.0))
    assert [line.split()[0] for line in lines].count("sleep") == 2


def test_count_refuses_too_few_delays(devices):
    with pytest.raises(ValueError, match="3 readings have 2 delays between them, but only 1 are given"):
        as_text(scans.count([devices["ring"]], 3, delay=[0.0]))


def test_count_closes_the_run_as_failed_when_the_delays_run_out(devices):
    commands = []
    plan = print_commands_to(commands, scans.count([devices["ring"]], 3, delay=iter([0.0])))
    with pytest.raises(ValueError, match="only 1 are given"):
        as_text(plan)
    assert commands.count("save") == 2
    assert commands[-2:] == ["close_run", "unstage"]


def test_scan_moves_waits_and_reads_at_each_point(devices):
    lines = without_groups(as_text(scans.scan([devices["det"]], devices["sx"], 0, 1, 2)))
    assert lines == [
        "stage det", "stage sx", "open_run",
        "checkpoint", "set sx 0", "wait",
        "trigger det", "wait", "create primary", "read det", "read sx", "save",
        "checkpoint", "set sx 1", "wait",
        "trigger det", "wait", "create primary", "read det", "read sx", "save",
        "close_run", "unstage sx", "unstage det",
    ]  # fmt: skip


AREA = ["sx", "sy", 0, 0, 1, 1]
DELAYED = {
    "scan": ["sx", 0, 1, 2],
    "rel_scan": ["sx", 0, 1, 2],
    "list_scan": ["sx", [0, 1]],
    "rel_list_scan": ["sx", [0, 1]],
    "log_scan": ["sx", 0, 1, 2],
    "rel_log_scan": ["sx", 0, 1, 2],
    "x2x_scan": ["sx", "sy", 0, 1, 2],
    "grid_scan": ["sx", 0, 1, 2],
    "list_grid_scan": ["sx", [0, 1]],
    "spiral": [*AREA, 0.3, 4],
    "rel_spiral": ["sx", "sy", 1, 1, 0.3, 4],
    "spiral_fermat": [*AREA, 0.3, 1],
    "rel_spiral_fermat": ["sx", "sy", 1, 1, 0.3, 1],
    "spiral_square": [*AREA, 2, 2],
    "rel_spiral_square": ["sx", "sy", 1, 1, 2, 2],
    "adaptive_scan": ["det", "sx", 0, 1, 0.1, 0.5, 1, False],
    "rel_adaptive_scan": ["det", "sx", 0, 1, 0.1, 0.5, 1, False],
}


@pytest.mark.parametrize("name", DELAYED)
def test_a_delay_waits_at_each_point_after_the_move_and_before_the_reading(devices, name):
    motors = {key: devices[key] for key in ("sx", "sy")}
    args = [motors.get(one, one) if isinstance(one, str) else one for one in DELAYED[name]]
    start, commands = [], []

    def note(msg):
        commands.append(msg.command)
        if msg.command == "open_run":
            start.append(msg.kwargs)
        return msg

    plan = getattr(scans, name)([devices["det"]], *args, delay=0.5)
    answered(msg_mutator(plan, note), lambda msg: reading_of(msg, 0.5))
    assert commands.count("sleep") == commands.count("save") >= 2
    for at in (at for at, command in enumerate(commands) if command == "sleep"):
        assert (commands[at - 1], commands[at + 1]) in {("wait", "trigger"), ("wait", "create")}
    assert start[0]["plan_args"]["delay"] == 0.5


def test_a_delay_is_not_for_a_step_function_which_waits_by_itself(devices):
    with pytest.raises(ValueError, match="delay or per_step"):
        as_text(
            scans.scan(
                [devices["det"]],
                devices["sx"],
                0,
                1,
                2,
                per_step=lambda detectors, motor, step: [],
                delay=1.0,
            )
        )


def test_a_motor_that_stays_is_not_set_again(devices):
    lines = as_text(scans.scan([devices["det"]], devices["sx"], 0, 1, devices["sy"], 3, 3, num=3))
    assert [line.split()[1:3] for line in lines if line.startswith("set")] == [
        ["sx", "0"], ["sy", "3"], ["sx", "0.5"], ["sx", "1"],
    ]  # fmt: skip


def test_rel_scan_counts_from_where_the_motor_is_and_goes_back(devices):
    plan = scans.rel_scan([devices["det"]], devices["free"], -1, 1, num=3)
    assert answered(plan, lambda msg: reading_of(msg, 30.0)) == [29.0, 30.0, 31.0, 30.0]


def test_grid_snakes_all_but_the_slowest_axis(devices):
    plan = scans.grid_scan([devices["det"]], devices["sx"], 0, 1, 2, devices["sy"], 0, 2, 3, snake_axes=True)
    sets = [line.split()[1:3] for line in as_text(plan) if line.startswith("set")]
    assert sets == [
        ["sx", "0"], ["sy", "0"], ["sy", "1"], ["sy", "2"],
        ["sx", "1"], ["sy", "1"], ["sy", "0"],
    ]  # fmt: skip


def test_grid_takes_snaking_flags_among_the_arguments_as_of_old(devices):
    plan = scans.grid_scan([devices["det"]], devices["sx"], 0, 1, 2, devices["sy"], 0, 1, 2, True)
    start = next(msg for msg in plan if msg.command == "open_run")
    assert start.kwargs["snaking"] == (False, True)


@pytest.mark.parametrize(
    ("snake_axes", "text"),
    [
        ("sy", "True, False or a list of motors"),
        (3, "True, False or a list of motors"),
    ],
)
def test_grid_refuses_what_is_no_choice_of_axes(devices, snake_axes, text):
    with pytest.raises(ValueError, match=text):
        next(scans.grid_scan([], devices["sx"], 0, 1, 2, devices["sy"], 0, 1, 2, snake_axes=snake_axes))


def test_grid_refuses_to_snake_the_slowest_motor(devices):
    with pytest.raises(ValueError, match="sx is the slowest motor"):
        next(scans.grid_scan([], devices["sx"], 0, 1, 2, snake_axes=[devices["sx"]]))


def test_scan_says_how_to_give_the_number_of_points(devices):
    with pytest.raises(ValueError, match="give num="):
        next(scans.scan([], devices["sx"], 0, 1))
    with pytest.raises(ValueError, match=r"whole number, not 0\.5"):
        next(scans.scan([], devices["sx"], 0, 1, num=0.5))


def test_detectors_must_be_a_list(devices):
    with pytest.raises(TypeError, match="given as a list"):
        next(scans.count(devices["det"]))


def test_a_motor_twice_is_refused(devices):
    with pytest.raises(ValueError, match="one axis only"):
        next(scans.scan([], devices["sx"], 0, 1, devices["sx"], 0, 1, num=2))


def test_lists_of_unequal_length_are_refused(devices):
    with pytest.raises(ValueError, match="one length"):
        next(scans.list_scan([], devices["sx"], [1, 2], devices["sy"], [1]))


def test_a_step_function_for_one_motor_is_called_with_it(devices):
    seen = []

    def step(detectors, motor, step):
        seen.append((motor.name, step))
        yield from ()

    list(scans.scan([], devices["sx"], 0, 1, 2, per_step=step))
    assert seen == [("sx", 0.0), ("sx", 1.0)]


def test_a_step_function_of_other_parameters_is_refused(devices):
    with pytest.raises(TypeError, match=r"per_step takes \(detectors, step, pos_cache\)"):
        next(scans.scan([], devices["sx"], 0, 1, 2, per_step=lambda where: None))


def test_given_metadata_wins_and_stays_unchanged(devices):
    md = {"plan_name": "mine", "hints": {"gridding": "rectilinear"}}
    start = next(m for m in scans.scan([], devices["sx"], 0, 1, 2, md=md) if m.command == "open_run")
    assert start.kwargs["plan_name"] == "mine"
    assert start.kwargs["hints"] == {"gridding": "rectilinear", "dimensions": [(["sx"], "primary")]}
    assert md == {"plan_name": "mine", "hints": {"gridding": "rectilinear"}}


def test_an_adaptive_scan_names_the_fields_there_are(devices):
    plan = scans.adaptive_scan([devices["det"]], "nothing", devices["sx"], 0, 1, 0.1, 0.2, 1, False)
    with pytest.raises(ValueError, match="target_field is one of det, sx"):
        answered(plan, lambda msg: reading_of(msg, 1.0))


def test_tweak_ends_at_a_word(devices):
    plan = scans.tweak(devices["det"], "det", devices["sx"], 0.5)
    answers = iter(["", "0.25", "enough"])

    def answer(msg):
        return next(answers) if msg.command == "input" else reading_of(msg, 1.0)

    assert answered(plan, answer) == [1.5, 1.25]
