"""State topics begin with the present state and follow what changes it, also without a doorbell."""

import math

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Beamline
from accounts.rule_services import add_rule, create_group
from acquisition.queue import control
from acquisition.queue.asking import give_control, request_control
from acquisition.queue.change import changing
from acquisition.queue.doorbell import ring
from acquisition.queue.models import BeamlineQueue, ConsoleLine, EngineSnapshot, QueueItem
from realtime import store
from realtime.hub import hub
from tests.integration.realtime.sockets import connected, session_headers


@pytest.fixture
def member(facility):
    cache.delete("pv:alpha")
    return session_headers(facility.users["member"])


def start_item(facility, proposal="P-1"):
    beamline = Beamline.objects.get(name="alpha")
    EngineSnapshot.objects.get_or_create(beamline=beamline)
    return QueueItem.objects.create(
        beamline=beamline,
        proposal=facility.proposals[proposal],
        submitted_by="member",
        plan_name="scan",
        state="running",
        started_at=timezone.now(),
    )


def change_queue():
    with changing(Beamline.objects.get(name="alpha").pk, "alpha") as queue:
        queue.hold_reason = "tea"


def write_lines(*texts, item=None):
    beamline = Beamline.objects.get(name="alpha")
    last = ConsoleLine.objects.count()
    for number, text in enumerate(texts, start=last + 1):
        ConsoleLine.objects.create(
            beamline=beamline,
            seq=number,
            at=timezone.now(),
            text=text,
            item_uid=item.uid if item else None,
            proposal=item.proposal if item else None,
        )
    return last + len(texts)


async def test_queue_tells_its_version_and_each_change(member, facility):
    async with connected(member) as socket:
        await socket.subscribe("queue:alpha")
        first = await socket.until(type="message", topic="queue:alpha")
        assert first["payload"] == {"seq": first["seq"]}
        await store.call(change_queue)
        second = await socket.until(type="message", topic="queue:alpha")
        assert second["seq"] == first["seq"] + 1


async def test_a_change_whose_doorbell_was_lost_is_found_by_looking(member):
    async with connected(member) as socket:
        await socket.subscribe("queue:alpha")
        await socket.until(type="message")

        def change():
            beamline = Beamline.objects.get(name="alpha")
            BeamlineQueue.objects.update_or_create(beamline=beamline, defaults={"version": 41})

        await store.call(change)
        assert (await socket.until(type="message"))["payload"] == {"seq": 41}


async def test_engine_status_hides_item_and_run_from_who_may_not_see_them(member, facility):
    outsider_to_item = member
    staff = await store.call(session_headers, facility.users["staff"])
    item = await store.call(start_item, facility, "P-3")
    async with connected(outsider_to_item) as one, connected(staff) as other:
        await one.subscribe("engine:alpha")
        await other.subscribe("engine:alpha")
        hidden = (await one.until(type="message"))["payload"]
        whole = (await other.until(type="message"))["payload"]
        assert whole["item"]["uid"] == str(item.uid)
        assert hidden["item"] == {"state": "running", "hidden": True}
        assert hidden["worker"] == whole["worker"] == "absent"
        assert hidden["seq"] == hidden["version"]
        assert str(item.uid) not in str(hidden)


async def test_a_request_for_control_and_its_answer_are_pushed_to_everybody(member, facility):
    pi, asking = [await store.call(facility.actor, name) for name in ("pi", "member")]
    await store.call(control.take_control, actor=pi, beamline="alpha")
    holder = await store.call(session_headers, facility.users["pi"])
    watcher = await store.call(session_headers, facility.users["observer"])
    async with connected(holder) as one, connected(watcher) as other:
        for socket in (one, other):
            await socket.subscribe("engine:alpha")
            assert (await socket.until(type="message"))["payload"]["control"]["requests"] == []
        await store.call(request_control, actor=asking, beamline="alpha", reason="alignment")
        for socket in (one, other):
            told = (await socket.until(type="message"))["payload"]["control"]
            assert (told["holder"], [one["reason"] for one in told["requests"]]) == ("pi", ["alignment"])
        await store.call(give_control, actor=pi, beamline="alpha", to="member")
        for socket in (one, other):
            told = (await socket.until(type="message"))["payload"]["control"]
            assert (told["holder"], told["requests"]) == ("member", [])


async def test_why_the_queue_is_held_is_told_to_who_may_see_the_item_that_held_it(member, facility):
    def fail():
        item = start_item(facility, "P-3")
        QueueItem.objects.filter(pk=item.pk).update(state="failed")
        with changing(item.beamline_id, "alpha") as queue:
            queue.is_held, queue.hold_reason, queue.hold_item = True, "scan failed: the gold broke", item

    await store.call(fail)
    staff = await store.call(session_headers, facility.users["staff"])
    async with connected(member) as one, connected(staff) as other:
        await one.subscribe("engine:alpha")
        await other.subscribe("engine:alpha")
        told = (await one.until(type="message"))["payload"]["queue"]["hold_reason"]
        whole = (await other.until(type="message"))["payload"]["queue"]["hold_reason"]
    assert (told, whole) == ("the last item failed", "scan failed: the gold broke")


async def test_values_are_sent_whole_and_coalesced_with_the_escape_rule(member):
    cache.set("pv:alpha", {"seq": 1, "values": {"ring": {"value": 200.0}, "sx": {"value": 0.0}}})
    async with connected(member) as socket:
        await socket.subscribe("pv:alpha")
        assert (await socket.until(type="message"))["payload"]["values"]["ring"] == {"value": 200.0}
        board = {"ring": {"value": math.nan}, "sx": {"value": 0.0}}
        cache.set("pv:alpha", {"seq": 2, "values": board})
        ring("pv:alpha", {"seq": 2, "values": {"ring": {"value": math.nan}}})
        message = await socket.until(type="message", seq=2)
        assert message["payload"]["values"] == {
            "ring": {"value": {"$numberDouble": "NaN"}},
            "sx": {"value": 0.0},
        }


async def test_values_of_devices_that_a_rule_hides_are_not_sent(member, facility):
    def hide():
        staff = facility.actor("staff")
        create_group(actor=staff, beamline="alpha", name="beginners", members=["member"])
        add_rule(
            actor=staff,
            beamline="alpha",
            group="beginners",
            kind="device",
            effect="forbid",
            act="read",
            pattern="sx",
        )

    await store.call(hide)
    cache.set("pv:alpha", {"seq": 1, "values": {"ring": {"value": 200.0}, "sx": {"value": 0.25}}})
    staff = await store.call(session_headers, facility.users["staff"])
    async with connected(member) as one, connected(staff) as other:
        shown = []
        for socket in (one, other):
            await socket.subscribe("pv:alpha")
            shown.append((await socket.until(type="message"))["payload"]["values"])
    assert [sorted(values) for values in shown] == [["ring"], ["ring", "sx"]]


async def test_console_lines_come_once_in_order_and_only_those_that_may_be_seen(member, facility):
    await store.call(write_lines, "one", "two")
    foreign = await store.call(start_item, facility, "P-3")
    async with connected(member) as socket:
        assert (await socket.subscribe("console:alpha"))["seq"] == 2
        first = (await socket.until(type="message"))["payload"]
        assert [line["text"] for line in first["lines"]] == ["one", "two"]
        await store.call(write_lines, "secret", item=foreign)
        await store.call(write_lines, "three", "four")
        ring("console:alpha", {"seq": 5, "lines": []})
        ring("console:alpha", {"seq": 5, "lines": []})
        second = (await socket.until(type="message"))["payload"]
        assert second["seq"] == 5
        assert [line["text"] for line in second["lines"]] == ["three", "four"]
    async with connected(member) as socket:
        await socket.subscribe("console:alpha", 3)
        assert [line["seq"] for line in (await socket.until(type="message"))["payload"]["lines"]] == [4, 5]
        assert (await socket.subscribe("console:alpha", 99))["type"] == "reset"


async def test_unsubscribing_ends_a_topic_and_its_feed(member):
    async with connected(member) as socket:
        await socket.subscribe("queue:alpha")
        await socket.send(type="unsubscribe", topic="queue:alpha")
        await socket.until(type="unsubscribed", topic="queue:alpha")
        assert not hub().feeds
        await socket.send(type="ping", n=5)
        assert await socket.until(type="pong") == {"type": "pong", "n": 5}


async def test_a_heartbeat_comes_each_second(member):
    async with connected(member) as socket:
        beat = await socket.heartbeat()
        assert beat["delayed"] is False
        later = await socket.heartbeat()
        assert later["server_time"] > beat["server_time"]
