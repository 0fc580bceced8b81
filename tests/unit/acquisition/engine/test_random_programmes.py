"""Random message programmes, interrupted and with failing devices: the invariants hold whatever happens."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acquisition.engine import InvalidCommand, NotSupportedError, RunEngine, RunEngineInterrupted
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.conftest import Record
from tests.unit.acquisition.engine.soft_devices import SoftAxis, SoftDetector

STEPS = (
    "point",
    "move",
    "checkpoint",
    "stage",
    "unstage",
    "null",
    "configure",
    "bad command",
    "device fails",
)
ACTS = ("request_pause", "stop", "abort", "halt")

programmes = st.lists(st.sampled_from(STEPS), max_size=12)
interruptions = st.dictionaries(st.integers(0, 40), st.sampled_from(ACTS), max_size=3)
answers = st.lists(st.sampled_from(("resume", "resume", "stop", "abort", "halt")), max_size=5)


def messages(step, det, axis):
    """Give the messages of one step."""
    return {
        "point": [msg("trigger", det, group="g"), msg("wait", None, "g"), msg("create", name="primary"),
                  msg("read", det), msg("read", axis), msg("save")],
        "move": [msg("set", axis, 1, group="m"), msg("wait", None, "m")],
        "checkpoint": [msg("checkpoint")],
        "stage": [msg("stage", det)],
        "unstage": [msg("unstage", det)],
        "null": [msg("null")],
        "configure": [msg("configure", det, 2)],
        "bad command": [msg("aardvark")],
        "device fails": [msg("set", None, 1)],
    }[step]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programme=programmes, interruptions=interruptions, answers=answers)
def test_documents_validate_with_one_start_one_stop_and_nothing_left_staged(
    programme, interruptions, answers
):
    engine = RunEngine({}, context_managers=[])
    diary, record = [], Record()
    det, axis = SoftDetector(diary=diary), SoftAxis()
    engine.subscribe(record.document)
    counter = iter(range(10_000))

    def hook(message):
        act = interruptions.get(next(counter))
        if act is not None and (engine.state == "running"):
            getattr(engine, act)()

    def plan():
        yield msg("open_run")
        for step in programme:
            for message in messages(step, det, axis):  # noqa: UP028  (a list takes no answers)
                yield message
        yield msg("close_run")

    engine.msg_hook = hook
    try:
        drive(engine, plan(), answers)
        assert engine.state == "idle"
        names = [name for name, _ in record.docs]
        assert names.count("start") == names.count("stop") <= 1
        if names:
            assert (names[0], names[-1]) == ("start", "stop")
        numbers = {doc["seq_num"] for doc in record.of("event")}
        assert numbers == set(range(1, len(numbers) + 1))
        if record.of("stop"):
            assert record.of("stop")[0]["num_events"].get("primary", 0) == len(numbers)
        assert diary.count("det.unstage") >= (1 if "det.stage" in diary else 0)
        assert not diary or diary[-1] == "det.unstage"
    finally:
        engine.close()


def drive(engine, plan, answers):
    """Run a plan to its end, answering pauses."""
    try:
        engine(plan)
    except RunEngineInterrupted:
        answers = iter(answers)
        while engine.state == "paused":
            try:
                getattr(engine, next(answers, "abort"))()
            except RunEngineInterrupted:
                continue
            except (InvalidCommand, NotSupportedError):
                continue
    except (InvalidCommand, NotSupportedError):
        return
