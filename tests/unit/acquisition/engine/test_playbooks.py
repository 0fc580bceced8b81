"""Messages in, documents out, as readable text."""

import asyncio
import io

import pytest

from acquisition.engine import IllegalMessageSequence, InvalidCommand, RunEngineResult
from acquisition.engine.messages import message as msg
from tests.unit.acquisition.engine.soft_devices import (
    AsyncDetector,
    FrameWriter,
    SoftAxis,
    SoftDetector,
    SoftFlyer,
    SoftSignal,
)


def test_a_scan_describes_its_stream_once_and_numbers_its_events(RE, record, point):
    x, det = SoftAxis(), SoftDetector()

    def plan():
        yield msg("open_run")
        for position in (1, 2):
            yield msg("checkpoint")
            yield msg("set", x, position, group="move")
            yield msg("wait", None, "move")
            yield msg("trigger", det, group="shot")
            yield msg("wait", group="shot")
            yield from point(x, det)
        yield msg("close_run")

    uids = RE(plan())
    assert record.text == "\n".join(
        [
            "open_run", "  start",
            "checkpoint", "set x", "wait", "trigger det", "wait",
            "create", "read x", "read det", "save", "  descriptor primary", "  event primary 1",
            "checkpoint", "set x", "wait", "trigger det", "wait",
            "create", "read x", "read det", "save", "  event primary 2",
            "close_run", "  stop success",
        ]
    )  # fmt: skip
    assert uids == (record.of("start")[0]["uid"],)
    assert [event["data"] for event in record.of("event")] == [{"x": 1, "det": 1}, {"x": 2, "det": 2}]
    assert record.of("stop")[0]["num_events"] == {"primary": 2}


def test_a_descriptor_holds_configuration_hints_and_whose_key_is_whose(RE, record, point):
    RE([msg("open_run"), *point(SoftDetector(), SoftAxis())])
    (descriptor,) = record.of("descriptor")
    assert descriptor["object_keys"] == {"det": ["det"], "x": ["x"]}
    assert descriptor["data_keys"]["det"]["object_name"] == "det"
    assert descriptor["hints"] == {"det": {"fields": ["det"]}}
    assert descriptor["configuration"]["det"]["data"] == {"det_gain": 1}
    assert descriptor["configuration"]["x"] == {"data": {}, "timestamps": {}, "data_keys": {}}


def test_answers_of_commands_reach_the_plan(RE):
    x, det, answers = SoftAxis(), SoftDetector(), {}

    def plan():
        answers["run"] = yield msg("open_run")
        answers["class"] = yield msg("RE_class")
        answers["set"] = yield msg("set", x, 3)
        answers["locate"] = yield msg("locate", x)
        answers["locate two"] = yield msg("locate", x, SoftAxis("y"))
        answers["locate list"] = yield msg("locate", x, squeeze=False)
        answers["read"] = yield msg("read", det)
        answers["stage"] = yield msg("stage", det)
        answers["rewindable"] = yield msg("rewindable", None, None)
        answers["configure"] = yield msg("configure", det, 5)
        answers["unknown group"] = yield msg("wait", None, "nobody")
        answers["null"] = yield msg("null")
        answers["closed"] = yield msg("close_run")

    RE(plan())
    here = {"setpoint": 3, "readback": 3}
    assert answers["run"] == answers["closed"]
    assert answers["class"] is type(RE)
    assert answers["set"] is x.status
    assert answers["locate"] == here
    assert answers["locate two"] == [here, {"setpoint": 0.0, "readback": 0.0}]
    assert answers["locate list"] == [here]
    assert answers["read"]["det"]["value"] == 0
    assert answers["stage"] == [det]
    assert answers["rewindable"] is True
    assert answers["configure"] == ({"gain": 1}, {"gain": 5})
    assert answers["unknown group"] is True
    assert answers["null"] is None


def test_a_dropped_or_empty_bundle_emits_nothing(RE, record):
    det = SoftDetector()
    RE(
        [
            msg("open_run"),
            msg("create", name="a"),
            msg("read", det),
            msg("drop"),
            msg("create", None, "b"),
            msg("save"),
        ]
    )
    assert record.documents == ["start", "stop success"]


def test_configuring_describes_the_stream_again_and_numbers_go_on(RE, record, point):
    det = SoftDetector()
    RE([msg("open_run"), *point(det), msg("configure", det, 7), *point(det), msg("close_run")])
    assert record.documents == [
        "start", "descriptor primary", "event primary 1",
        "descriptor primary", "event primary 2", "stop success",
    ]  # fmt: skip
    assert record.of("descriptor")[1]["configuration"]["det"]["data"] == {"det_gain": 7}


def test_a_declared_stream_is_described_before_its_first_event(RE, record, point):
    det = SoftDetector()
    RE([msg("open_run"), msg("declare_stream", None, det, name="primary"), *point(det)])
    assert record.documents == ["start", "descriptor primary", "event primary 1", "stop success"]


def test_an_engine_may_demand_that_streams_are_declared(RE, record, point):
    RE._require_stream_declaration = True
    with pytest.raises(IllegalMessageSequence, match="was not declared"):
        RE([msg("open_run"), *point(SoftDetector())])
    assert record.documents == ["start", "stop fail: " + record.of("stop")[0]["reason"]]


def test_runs_with_keys_interleave(RE, record, point):
    one, two = SoftDetector("one"), SoftDetector("two")
    RE(
        [
            msg("open_run", run="a", purpose="first"),
            msg("open_run", run="b", purpose="second"),
            *point(one, run="a"), *point(two, run="b"),
            msg("close_run", run="a"), *point(two, run="b"), msg("close_run", run="b"),
        ]
    )  # fmt: skip
    first, second = record.of("start")
    assert (first["purpose"], second["purpose"]) == ("first", "second")
    assert [stop["run_start"] for stop in record.of("stop")] == [first["uid"], second["uid"]]
    assert [stop["num_events"] for stop in record.of("stop")] == [{"primary": 1}, {"primary": 2}]


def test_a_run_left_open_is_closed_by_the_engine(RE, record):
    RE([msg("open_run")])
    assert record.documents == ["start", "stop success"]


def test_metadata_of_the_call_win_over_the_message_and_those_over_persistent_ones(make_engine):
    RE = make_engine({"who": "engine", "a": 1, "nested": {"x": [1]}})  # noqa: N806
    starts = []

    def named_plan():
        yield msg("open_run", who="message", b=2, plan_name="renamed")

    RE(
        named_plan(),
        {"start": lambda name, doc: starts.append(doc)},
        who="call",
        hints={"dimensions": [(["x"], "p")]},
    )
    (start,) = starts
    assert (start["who"], start["a"], start["b"]) == ("call", 1, 2)
    assert (start["plan_type"], start["plan_name"], start["scan_id"]) == ("generator", "renamed", 1)
    assert start["hints"]["dimensions"] == [(["x"], "p")]
    RE.md["nested"]["x"].append(2)
    assert start["nested"] == {"x": [1]}
    assert RE.md["scan_id"] == 1


def test_the_scan_id_may_come_from_a_coroutine(make_engine, point):
    async def source(md):
        return 42

    starts = []
    make_engine(scan_id_source=source)([msg("open_run")], {"start": lambda name, doc: starts.append(doc)})
    assert starts[0]["scan_id"] == 42


def test_metadata_are_validated_and_normalised_before_the_run_opens(make_engine):
    starts = []
    engine = make_engine(md_normalizer=lambda md: {**md, "operator": md["operator"].title()})
    engine([msg("open_run", operator="ada")], {"start": lambda name, doc: starts.append(doc)})
    assert starts[0]["operator"] == "Ada"
    with pytest.raises(ValueError, match="sample"):
        make_engine()([msg("open_run", sample=[1])])


def test_asynchronous_devices_are_served_on_the_loop(RE, record, point):
    det = AsyncDetector("det")
    RE([msg("open_run"), msg("trigger", det, group="g"), msg("wait", group="g"), *point(det)])
    assert record.of("event")[0]["data"] == {"det": 1.5}


def test_awaitables_are_waited_for(RE):
    async def answer():
        await asyncio.sleep(0)
        return 7

    def plan():
        futures = yield msg("wait_for", None, [answer, answer])
        return [future.result() for future in futures]

    def outer():
        outer.value = yield from plan()

    RE(outer())
    assert outer.value == [7, 7]


def test_a_monitor_emits_an_event_at_each_change_until_it_is_ended(RE, record):
    signal = SoftSignal()

    def plan():
        yield msg("open_run")
        yield msg("monitor", signal, name="watch")
        signal.put(1)
        signal.put(2)
        yield msg("unmonitor", signal)
        signal.put(3)

    RE(plan())
    assert record.documents == ["start", "descriptor watch", "event watch 1", "event watch 2", "stop success"]
    assert signal.subscribers == []


def test_a_flyer_without_declaration_gives_a_page_a_stream(RE, record):
    flyer = SoftFlyer("fly")

    def plan():
        yield msg("open_run")
        yield msg("kickoff", flyer, group="k")
        yield msg("wait", group="k")
        yield msg("complete", flyer, group="c")
        yield msg("wait", group="c")
        plan.payload = yield msg("collect", flyer)
        yield msg("close_run")

    RE(plan())
    assert record.documents == ["start", "descriptor flight", "event_page flight [1, 2, 3]", "stop success"]
    assert record.of("event_page")[0]["data"] == {"fly": [0, 1, 2]}
    assert len(plan.payload) == 3
    assert record.of("stop")[0]["num_events"] == {"flight": 3}


def test_a_flyer_kicked_off_and_never_collected_is_collected_at_the_end(RE, record):
    RE([msg("open_run"), msg("kickoff", SoftFlyer("fly"))])
    assert record.documents == ["start", "descriptor flight", "event_page flight [1, 2, 3]", "stop success"]


def test_writers_collected_together_go_to_the_index_all_have_reached(RE, record):
    one, two = FrameWriter("one", frames=5), FrameWriter("two", frames=3)

    def plan():
        yield msg("open_run")
        yield msg("declare_stream", None, one, two, name="main", collect=True)
        yield msg("collect", one, two, name="main")
        two.index = 5
        yield msg("collect", one, two, name="main")
        yield msg("close_run")

    RE(plan())
    data = record.of("stream_datum")
    assert [doc["indices"] for doc in data] == [{"start": 0, "stop": 3}] * 2 + [{"start": 3, "stop": 5}] * 2
    assert [doc["seq_nums"] for doc in data] == [{"start": 1, "stop": 4}] * 2 + [{"start": 4, "stop": 6}] * 2
    assert {doc["descriptor"] for doc in data} == {record.of("descriptor")[0]["uid"]}
    assert record.of("stop")[0]["num_events"] == {"main": 5}


def test_one_event_may_not_span_several_frames(RE, record, point):
    with pytest.raises(RuntimeError, match="must span one"):
        RE([msg("open_run"), *point(FrameWriter(frames=2))])
    assert [stop["exit_status"] for stop in record.of("stop")] == ["fail"]


def test_a_custom_command_may_be_plain_or_a_coroutine(RE):
    async def slow(message):
        await asyncio.sleep(0)
        return message.args[0] * 2

    RE.register_command("double", slow)
    RE.register_command("triple", lambda message: message.args[0] * 3)
    answers = []

    def plan():
        answers.append((yield msg("double", None, 4)))
        answers.append((yield msg("triple", None, 4)))

    RE(plan())
    assert answers == [8, 12]
    RE.unregister_command("double")
    with pytest.raises(InvalidCommand):
        RE([msg("double", None, 1)])


def test_a_line_is_asked_of_the_operator(RE, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    answers = []

    def plan():
        answers.append((yield msg("input", None, prompt="sure? ")))

    RE(plan())
    assert answers == ["yes"]
    assert capsys.readouterr().out == "sure? "


def test_subscriptions_of_a_plan_end_with_the_call(RE):
    seen = []

    def plan():
        token = yield msg("subscribe", None, lambda name, doc: seen.append(name), "all")
        yield msg("open_run")
        yield msg("close_run")
        yield msg("unsubscribe", None, token=token)
        yield msg("subscribe", None, lambda name, doc: seen.append(name), "start")
        yield msg("open_run")

    RE(plan())
    RE([msg("open_run")])
    assert seen == ["start", "stop", "start"]


def test_subscribers_are_called_before_the_next_message(RE, record, point):
    seen = []
    RE.subscribe(lambda name, doc: seen.append(doc["seq_num"]), "event")

    def adaptive():
        yield msg("open_run")
        det = SoftDetector()
        while not seen or seen[-1] < 3:
            yield from point(det)

    RE(adaptive())
    assert seen == [1, 2, 3]


def test_preprocessors_are_applied_in_order(RE, record):
    def wrap(name):
        def preprocess(plan):
            yield msg("null", name)
            return (yield from plan)

        return preprocess

    RE.preprocessors = [wrap("inner"), wrap("outer")]
    RE([msg("sleep", None, 0)])
    assert record.lines == ["null outer", "null inner", "sleep"]


def test_a_call_may_give_the_whole_outcome(make_engine):
    engine = make_engine(call_returns_result=True)

    def plan():
        uid = yield msg("open_run")
        return uid

    result = engine(plan())
    assert isinstance(result, RunEngineResult)
    assert result.run_start_uids == (result.plan_result,)
    assert (result.exit_status, result.interrupted, result.reason, result.exception) == (
        "success",
        False,
        "",
        None,
    )


def test_every_command_of_the_protocol_is_there_and_says_what_it_does(RE):
    assert len(RE.commands) == 36
    listing = RE.print_command_registry()
    assert all(f"\n{name} : " in listing for name in RE.commands)
    assert all(line.split(" : ")[1] for line in listing.splitlines()[1:])


def test_a_long_plan_with_checkpoints_keeps_only_the_last_point(RE, point):
    det, kept, waiting = SoftDetector(), [], []

    def plan():
        yield msg("open_run")
        for _ in range(2000):
            yield msg("checkpoint")
            yield msg("trigger", det)  # nobody ever waits for it
            yield from point(det)
            kept.append(len(RE._ctx.cache.messages))
            waiting.append(len(RE._ctx.groups.peek([None])))
        yield msg("close_run")

    RE(plan())
    assert max(kept) == 4
    assert max(waiting) <= 1024


def test_a_subscriber_that_makes_a_monitor_of_another_run_emit_is_served_at_once(RE, record):
    signal = SoftSignal()
    RE.subscribe(lambda name, doc: signal.put(1), "stop")
    RE(
        [
            msg("open_run", run="a"),
            msg("open_run", run="b"),
            msg("monitor", signal, name="watch", run="b"),
            msg("close_run", run="a"),
            msg("close_run", run="b"),
        ]
    )
    assert record.documents == [
        "start",
        "start",
        "descriptor watch",
        "stop success",
        "event watch 1",
        "stop success",
    ]
