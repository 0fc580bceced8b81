"""Connecting, reading together, losing and finding again: the client against a real IOC."""

import math
import threading
from functools import partial

import pytest

from acquisition.devices.backends.ca_client import Client, Patience, shared_client
from acquisition.devices.backends.channel_access import ChannelAccessBackend
from acquisition.devices.board import StatusBoard
from acquisition.devices.errors import DeviceTimeoutError, DisconnectedError, LimitsError, NotConnectedError
from acquisition.devices.library.motor import Motor
from acquisition.devices.manifest import build_devices, load_manifest
from tests.integration.devices.conftest import DEMO
from tests.support.ioc import running_ioc, until


def test_a_device_is_read_in_one_packet_whatever_it_holds(devices):
    client = shared_client()
    for name, requests in (("sx", 2), ("camera", 2), ("det", 1)):
        packets, sent = client.packets_sent, client.requests_sent
        devices[name].read()
        assert (client.packets_sent - packets, client.requests_sent - sent) == (1, requests)


def test_a_monitor_brings_each_value_with_its_time_and_alarm(devices):
    backend, seen = ChannelAccessBackend("DEMO:sx.RBV"), []
    backend.begin_connect()
    backend.finish_connect(10)
    backend.subscribe(seen.append)
    target = 0.3 if devices["sx"].readback.get() > 1 else 3.0
    devices["sx"].set(target).wait(10)
    until(lambda: seen and seen[-1].value == target, "the last position by monitor")
    assert len(seen) > 2
    assert [sample.timestamp for sample in seen] == sorted(sample.timestamp for sample in seen)
    assert not any(sample.severity or sample.is_stale for sample in seen)


def test_a_callback_may_read(devices):
    read = threading.Event()

    def look(reading):
        devices["sy"].read()
        read.set()

    devices["ring"].subscribe(look)
    assert read.wait(10)
    devices["ring"].clear_sub(look)


def test_all_devices_that_fail_are_told_together(ioc, tmp_path):
    text = DEMO.read_text().replace("DEMO:sx", "NONE:sx").replace("DEMO:det", "NONE:det")
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(NotConnectedError) as caught:
        build_devices(load_manifest(path), timeout_s=0.5)
    tops = [line for line in caught.value.tree().splitlines() if not line.startswith(" ")]
    assert [top for top in tops if top in ("sx:", "det:", "sy:", "ring:")] == ["sx:", "det:"]


def test_a_lost_ioc_is_told_as_stale_and_disconnected_and_found_again(own_ioc, own_devices):
    sx = own_devices["sx"]
    sx.set(1.0).wait(10)
    board = StatusBoard(own_devices, ["sx", "ring"])
    until(lambda: board.snapshot()["sx"]["value"] == 1.0, "the position on the board")
    own_ioc.kill()
    until(lambda: board.snapshot()["sx"]["stale"] and board.snapshot()["ring"]["stale"], "stale values")
    assert board.snapshot()["sx"]["value"] == 1.0
    assert board.snapshot()["sx"]["alarm"] == "invalid"
    with pytest.raises(
        DisconnectedError, match=r"sx \(ca://DEMO:sx.RBV\) is disconnected; its last value was 1.0"
    ):
        sx.read()
    with pytest.raises(DisconnectedError):
        sx.set(2.0)
    with pytest.raises(DisconnectedError, match="cannot be told to stop"):
        sx.stop()
    own_ioc.arguments = ("--limits", "-1", "1")
    own_ioc.start()
    until(lambda: all(device.is_connected for device in own_devices.values()), "all devices back")
    until(lambda: not board.snapshot()["sx"]["stale"], "a fresh value on the board")
    assert board.snapshot()["sx"]["value"] == 0.0
    sx.set(0.5).wait(10)
    with pytest.raises(LimitsError, match="-1 to 1 mm"):
        sx.set(2.0)
    assert sx.describe()["sx_setpoint"]["limits"]["control"]["high"] == 1.0


def test_a_move_whose_ioc_dies_fails_at_once_and_says_so(own_ioc, own_devices):
    theta, on_its_way = own_devices["theta"], threading.Event()
    status = theta.set(170.0)
    status.watch(lambda **step: step["fraction"] < 0.99 and on_its_way.set())
    assert on_its_way.wait(10)
    own_ioc.kill()
    error = status.exception(10)
    assert isinstance(error, DisconnectedError)
    assert "may still be moving" in str(error)


def test_a_trigger_whose_ioc_dies_fails_at_once(own_ioc, own_devices):
    own_devices["det"].configure(exposure_s=30.0)
    status = own_devices["det"].trigger()
    own_ioc.kill()
    assert isinstance(status.exception(10), DisconnectedError)


def test_an_ioc_that_hangs_is_a_timeout_that_names_the_pv(own_ioc, own_devices):
    sx = own_devices["sx"]
    sx.timeout_s = 0.3
    own_ioc.freeze()
    with pytest.raises(
        DeviceTimeoutError, match=r"sx \(ca://DEMO:sx.RBV\) did not answer a read within 0.3 s"
    ):
        sx.read()
    error = sx.velocity.set(4.0, timeout_s=0.2).exception(10)
    assert isinstance(error, DeviceTimeoutError)
    own_ioc.thaw()
    until(lambda: sx.velocity.get() == 4.0, "the late write to be carried out")
    sx.set(0.1).wait(20)


def test_an_ioc_that_hangs_in_silence_is_stale_in_seconds_and_fresh_again_when_it_answers(tmp_path):
    with running_ioc(tmp_path) as ioc:
        client = Client([("127.0.0.1", ioc.port)], patience=Patience(0.2, 0.3))
        sx = Motor("DEMO:sx", "sx", backend=partial(ChannelAccessBackend, client=client))
        sx.connect()
        try:
            until(lambda: sx.readback.backend.last is not None, "the first value by monitor")
            ioc.freeze()
            until(
                lambda: not sx.is_connected and sx.readback.backend.last.is_stale, "the silence to be noticed"
            )
            with pytest.raises(
                DisconnectedError, match=r"sx \(ca://DEMO:sx.RBV\) does not answer; its last value was"
            ):
                sx.read()
            ioc.thaw()
            until(lambda: sx.is_connected, "the IOC to answer again")
            until(lambda: not sx.readback.backend.last.is_stale, "a fresh value")
            assert sx.read()["sx"]["value"] == 0.0
            sx.set(0.5).wait(10)
        finally:
            client.close()


def test_an_ioc_that_hangs_for_long_is_dropped_and_searched_for_again(tmp_path):
    with running_ioc(tmp_path) as ioc:
        client = Client([("127.0.0.1", ioc.port)], patience=Patience(0.2, 0.3, 0.6))
        backend = ChannelAccessBackend("DEMO:sx.RBV", client=client)
        backend.begin_connect()
        backend.finish_connect(10)
        try:
            ioc.freeze()
            until(lambda: not backend.is_connected, "the silence to be noticed")
            until(lambda: backend._channel.circuit is None, "the connection to be dropped")
            with pytest.raises(DisconnectedError, match="is disconnected"):
                backend.begin_read().result(5)
            ioc.thaw()
            until(lambda: backend.is_connected, "the IOC to be found again")
            assert backend.begin_read().result(5).value == 0.0
        finally:
            client.close()


def test_two_beamlines_on_one_machine_do_not_see_each_other(ioc, devices, tmp_path):
    devices["sx"].set(2.0).wait(10)
    with running_ioc(tmp_path) as other:
        here, there = Client([("127.0.0.1", ioc.port)]), Client([("127.0.0.1", other.port)])
        try:
            values = []
            for client in (here, there):
                backend = ChannelAccessBackend("DEMO:sx.RBV", client=client)
                backend.begin_connect()
                backend.finish_connect(10)
                values.append(backend.begin_read().result(5).value)
            assert values == [2.0, 0.0]
        finally:
            here.close()
            there.close()
        sx = Motor("DEMO:sx", "sx")
        sx.connect()
        sx.set(0.25).wait(10)
        assert devices["sx"].readback.get() == 2.0


def test_an_array_and_a_text_come_as_they_are(devices):
    camera = devices["camera"]
    camera.file_name.set("a-name.h5").wait(10)
    assert camera.file_name.get() == "a-name.h5"
    assert camera.file_name.data_key()["dtype"] == "string"


def test_numbers_that_a_pv_cannot_hold_fail_the_put(devices):
    error = devices["det"].acquire.backend.put(1.5).exception(5)
    assert "takes a whole number" in str(error)
    assert devices["sx"].velocity.set(math.pi).exception(10) is None
    devices["sx"].velocity.set(5.0).wait(10)
