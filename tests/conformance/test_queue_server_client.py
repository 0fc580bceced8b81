"""Every method of the queue server's own Python client, against a Beamport with worker and web server.

One scenario calls them all, with an API key and with a password; the client's own list of methods checks that
none was left out. What the platform does not serve is refused with words.
"""

import asyncio
import inspect
import json
import re
import time

import httpx
import pytest
from bluesky_queueserver_api import BFunc, BInst, BPlan
from bluesky_queueserver_api.http import REManagerAPI
from bluesky_queueserver_api.http.aio import REManagerAPI as AsyncREManagerAPI
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from accounts import services
from accounts.access import Scope
from accounts.selectors import actor_for_username
from tests.support.house_rules import ROOT
from tests.support.people import PASSWORD, SYSTEM, make_facility
from tests.support.processes import site_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]

MANIFEST = """
name = "alpha"
title = "Alpha"
code = ["own"]
plans = ["acquisition.plans.scans", "slow_plans"]

[devices.sx]
class = "acquisition.devices.sim.axis.SoftAxis"

[devices.det]
class = "alpha_devices.OwnDetector"
"""
DEVICES = """
from acquisition.devices.sim.detectors import SoftDetector


class OwnDetector(SoftDetector):
    def __init__(self, name):
        super().__init__(name, lambda: 1.0)
"""
PLAN = '''
from acquisition.plans import stubs


def slow(points: int = 2000):
    """Take a while, with a checkpoint at each step.

    Parameters
    ----------
    points
        How many steps of 0.05 s.
    """
    yield from stubs.open_run({})
    print("slow begins")
    for _ in range(points):
        yield from stubs.checkpoint()
        yield from stubs.sleep(0.05)
    yield from stubs.close_run()
'''
#: Methods and properties of the client that say something to the server, or about its answers.
NOT_CALLS = {
    "close",
    "send_request",
    "auth_key",
    "auth_method",
    "protocol",
    "request_fail_exceptions_enabled",
    "user",
    "user_group",
    "set_user_name_to_login_name",
    "get_default_lock_key",
    "set_default_lock_key",
    "default_lock_key_path",
}
SIGNED_IN_ONLY = {"login", "session_refresh", "session_revoke", "logout", "apikey_new", "apikey_delete"}
COUNT = BPlan("count", ["det"], num=2)


@pytest.fixture
def site(transactional_db, tmp_path):
    make_facility()
    services.set_closed(actor=SYSTEM, proposal="P-3", is_closed=True)
    files = {"alpha_devices.py": DEVICES, "slow_plans.py": PLAN}
    with site_of(tmp_path, "alpha", MANIFEST, files) as site:
        yield site


@pytest.fixture
def address(site):
    site.worker()
    _, address = site.web()
    site.wait_until_ready()
    return f"{address}/bl/alpha/qserver"


class Watched:
    """The client, noting which of its methods are called."""

    def __init__(self, client):
        self.__dict__.update(client=client, called=set())

    def __setattr__(self, name, value):
        self.called.add(name)
        setattr(self.client, name, value)

    def __getattr__(self, name):
        self.called.add(name)
        return getattr(self.client, name)


def methods_of(client_class) -> set[str]:
    public = {name for name, _ in inspect.getmembers(client_class) if not name.startswith("_")}
    return {name for name in public if name[0].islower()} - NOT_CALLS


def refused(call, *args, **kwargs) -> str:
    """Call what must be refused; give the words."""
    with pytest.raises(REManagerAPI.RequestFailedError) as caught:
        call(*args, **kwargs)
    return caught.value.response["msg"]


def wait(client, condition, what: str, timeout_s: float = 20.0):
    """Wait by the client's status until a condition holds."""
    deadline = time.monotonic() + timeout_s
    while True:
        status = client.status(reload=True)
        if condition(status):
            return status
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s; {status}"
        time.sleep(0.05)


def look_around(rm):
    status = rm.status()
    assert status["manager_state"] == "idle"
    assert status["worker_environment_exists"] is True
    assert rm.ping()["status_uid"] == status["status_uid"]
    assert rm.config_get()["success"]
    plans = rm.plans_allowed()["plans_allowed"]
    count = plans["count"]
    assert [p["name"] for p in count["parameters"]] == ["detectors", "num", "delay"]
    assert count["parameters"][1]["default"] == "1"
    assert count["parameters"][1]["kind"] == {"name": "POSITIONAL_OR_KEYWORD", "value": 1}
    assert rm.plans_existing()["plans_existing"] == plans
    devices = rm.devices_allowed()["devices_allowed"]
    assert devices["sx"]["is_movable"]
    assert not devices["det"]["is_movable"]
    assert rm.devices_existing()["devices_existing"] == devices
    assert "P-1" in rm.permissions_get()["user_group_permissions"]["user_groups"]
    assert rm.permissions_reload()["success"]
    assert rm.api_scopes()["scopes"]
    assert rm.whoami()["identities"][0]["id"] == "staff"
    own = rm.principal_info(principal_uid=rm.whoami()["uuid"])
    assert own["type"] == "user"


def edit_the_queue(rm):
    first = rm.item_add(COUNT)
    assert first["success"]
    assert first["qsize"] == 1
    item = first["item"]
    assert (item["name"], item["args"], item["kwargs"]) == ("count", [["det"]], {"num": 2})
    assert (item["user"], item["user_group"]) == ("staff", "P-1")
    uid = item["item_uid"]
    scan = rm.item_add(BPlan("scan", ["det"], "sx", 0, 1, 5), pos="front")["item"]
    assert (scan["args"], scan["kwargs"]) == ([["det"], "sx", 0, 1], {"num": 5})
    batch = rm.item_add_batch([COUNT, BInst("queue_stop")], before_uid=uid)
    assert [result["success"] for result in batch["results"]] == [True, True]
    order = [i["item_uid"] for i in rm.queue_get()["items"]]
    assert order == [scan["item_uid"], *(i["item_uid"] for i in batch["items"]), uid]
    msg = refused(rm.item_add_batch, [COUNT, BPlan("count", ["nothing"])])
    assert "1 of 2" in msg
    assert len(rm.queue_get()["items"]) == 4
    assert "no plan" in refused(rm.item_add, BPlan("nonsense"))

    assert rm.item_get(uid=uid)["item"]["item_uid"] == uid
    assert rm.item_get(pos="front")["item"]["item_uid"] == scan["item_uid"]
    assert rm.item_get()["item"]["item_uid"] == uid
    changed = rm.item_update({**item, "kwargs": {"num": 3}})["item"]
    assert (changed["item_uid"], changed["kwargs"]) == (uid, {"num": 3})
    replaced = rm.item_update({**changed, "kwargs": {"num": 1}}, replace=True)["item"]
    assert replaced["item_uid"] != uid
    uid = replaced["item_uid"]
    assert rm.item_move(uid=uid, pos_dest="front")["item"]["item_uid"] == uid
    assert rm.queue_get()["items"][0]["item_uid"] == uid
    rm.item_move_batch(uids=[scan["item_uid"], uid], pos_dest="back")
    assert [i["item_uid"] for i in rm.queue_get()["items"]][-2:] == [scan["item_uid"], uid]
    assert rm.item_remove(uid=uid)["item"]["item_uid"] == uid
    assert rm.item_remove_batch(uids=[scan["item_uid"], uid])["qsize"] == 2
    known = rm.status(reload=True)["plan_queue_uid"]
    rm.queue_mode_set(loop=True)
    assert rm.status(reload=True)["plan_queue_mode"] == {"loop": True, "ignore_failures": False}
    rm.queue_mode_set(mode="default")
    assert rm.status(reload=True)["plan_queue_uid"] == known
    rm.queue_clear()
    assert rm.queue_get()["items"] == []
    assert rm.status(reload=True)["plan_queue_uid"] != known


def run_the_queue(rm):
    rm.item_add_batch([COUNT, COUNT])
    rm.queue_start()
    rm.wait_for_idle(timeout=30)
    assert rm.status(reload=True)["items_in_queue"] == 0
    history = rm.history_get()["items"]
    assert [i["result"]["exit_status"] for i in history] == ["completed", "completed"]
    result = history[0]["result"]
    assert len(result["run_uids"]) == 1
    assert result["time_stop"] >= result["time_start"]
    assert rm.status()["items_in_history"] == 2

    rm.item_execute(COUNT)
    rm.wait_for_idle(timeout=30)
    assert len(rm.history_get(reload=True)["items"]) == 3
    rm.history_clear(size=1)
    assert len(rm.history_get(reload=True)["items"]) == 1
    rm.history_clear()
    assert rm.history_get(reload=True)["items"] == []

    rm.queue_autostart(True)
    assert rm.status(reload=True)["queue_autostart_enabled"]
    rm.item_add(COUNT)
    wait(rm, lambda s: s["items_in_history"] == 1, "the item runs by itself")
    rm.queue_autostart(False)
    assert not rm.status(reload=True)["queue_autostart_enabled"]


def steer_a_plan(rm):
    rm.item_add(BPlan("slow"))
    rm.queue_start()
    rm.wait_for_idle_or_running(timeout=20)
    rm.wait_for_condition(lambda s: s["re_state"] == "running", timeout=20)
    running = rm.queue_get()["running_item"]
    assert running["name"] == "slow"
    assert running["properties"]["time_start"] > 0
    rm.queue_stop()
    assert rm.status(reload=True)["queue_stop_pending"]
    rm.queue_stop_cancel()
    assert not rm.status(reload=True)["queue_stop_pending"]
    wait(rm, lambda s: len(rm.re_runs(reload=True)["run_list"]) == 1, "the run has begun")
    (run,) = rm.re_runs("open")["run_list"]
    assert run["is_open"]
    for end in ("re_stop", "re_abort", "re_halt"):
        rm.re_pause(option="immediate" if end == "re_halt" else None)
        rm.wait_for_idle_or_paused(timeout=20)
        assert rm.status(reload=True)["manager_state"] == "paused"
        rm.re_resume()
        wait(rm, lambda s: s["manager_state"] == "executing_queue", "the plan goes on")
        rm.re_pause()
        wait(rm, lambda s: s["manager_state"] == "paused", "the plan is paused")
        getattr(rm, end)()
        rm.wait_for_idle(timeout=20)
        last = rm.history_get(reload=True)["items"][-1]
        assert last["result"]["exit_status"] == {"re_stop": "stopped", "re_abort": "aborted"}.get(
            end, "halted"
        )
        waiting = [i["name"] for i in rm.queue_get(reload=True)["items"]]
        assert waiting == ([] if end == "re_stop" else ["slow"])
        if end != "re_halt":
            rm.queue_clear()
            rm.item_add(BPlan("slow"))
            rm.queue_start()
            wait(rm, lambda s: s["re_state"] == "running", "the next plan runs")
    rm.queue_clear()


def lock_and_unlock(rm):
    rm.lock_key = "shared secret"
    info = rm.lock(environment=True, queue=True, note="mine")["lock_info"]
    assert (info["environment"], info["queue"], info["note"], info["user"]) == (True, True, "mine", "staff")
    assert "locked" in refused(rm.item_add, COUNT)
    assert "locked" in refused(rm.queue_start)
    rm.item_add(COUNT, lock_key="shared secret")
    rm.enable_locked_api = True
    rm.queue_clear()
    rm.enable_locked_api = False
    assert rm.lock_info(reload=True)["lock_info"]["note"] == "mine"
    assert "nvalid key" in refused(rm.lock_info, "another key")
    rm.unlock()
    rm.lock_queue(note="the queue")
    assert rm.status(reload=True)["lock"] == {"environment": False, "queue": True}
    rm.unlock()
    rm.lock_environment()
    assert rm.status(reload=True)["lock"] == {"environment": True, "queue": False}
    rm.unlock()
    rm.lock_all()
    rm.unlock()
    assert rm.status(reload=True)["lock"] == {"environment": False, "queue": False}


def what_is_not_served(rm):
    assert refused(rm.permissions_set, {"user_groups": {}})
    assert refused(rm.script_upload, "a = 1")
    assert refused(rm.function_execute, BFunc("f"))
    assert refused(rm.kernel_interrupt, interrupt_plan=True)


def open_and_close(rm, site):
    task = rm.environment_update()["task_uid"]
    assert rm.wait_for_completed_task(task, timeout=20) == {task: "completed"}
    assert rm.task_status(task)["status"] == "completed"
    assert rm.task_result(task)["result"]["success"]
    assert rm.task_status([task, "no-such"])["status"] == {task: "completed", "no-such": "not_found"}
    wait(rm, lambda s: s["manager_state"] == "idle" and s["worker_environment_exists"], "it is open again")
    rm.environment_close()
    rm.wait_for_idle(timeout=20)
    assert rm.status(reload=True)["worker_environment_exists"] is False
    assert "does not exist" in refused(rm.queue_start)
    rm.environment_open()
    rm.wait_for_idle(timeout=20)
    assert rm.status(reload=True)["worker_environment_exists"] is True
    assert "already exists" in refused(rm.environment_open)
    rm.environment_destroy()
    wait(rm, lambda s: not s["worker_environment_exists"] and s["manager_state"] == "idle", "it is destroyed")
    site.worker("second")
    site.until(lambda: site.status()["worker"] == "closed", "a new worker is there", 30)
    rm.environment_open()
    rm.wait_for_idle(timeout=30)
    assert rm.status(reload=True)["worker_environment_exists"] is True


def follow(rm):
    """Read console and status as they come."""
    rm.console_monitor.enable()
    rm.system_info_monitor.enable()
    try:
        first = rm.system_info_monitor.next_msg(timeout=10)
        assert first["msg"]["status"]["manager_state"] == "idle"
        rm.item_add(BPlan("slow", points=40))
        rm.queue_start()
        states, deadline = [], time.monotonic() + 20
        while "executing_queue" not in states and time.monotonic() < deadline:
            states.append(rm.system_info_monitor.next_msg(timeout=10)["msg"]["status"]["manager_state"])
        assert "executing_queue" in states
        text, deadline = "", time.monotonic() + 20
        while "slow begins" not in text and time.monotonic() < deadline:
            text += rm.console_monitor.next_msg(timeout=10)["msg"]
        assert "slow begins" in text
        rm.wait_for_idle(timeout=20)
    finally:
        rm.console_monitor.disable_wait()
        rm.system_info_monitor.disable_wait()


def everything(rm, site):
    look_around(rm)
    edit_the_queue(rm)
    run_the_queue(rm)
    steer_a_plan(rm)
    lock_and_unlock(rm)
    what_is_not_served(rm)
    follow(rm)
    open_and_close(rm, site)


def read_until(messages, word: str) -> None:
    """Read messages of a console until one holds a word."""
    for message in messages:
        if word in json.loads(message)["msg"]:
            return
    raise AssertionError(f"{word!r} was not said")


def staff_key(**narrowing) -> str:
    scopes = [scope.value for scope in Scope]
    return services.create_key(actor=actor_for_username("staff"), scopes=scopes, note="test", **narrowing)[0]


def test_every_method_works_with_an_api_key(site, address):
    rm = Watched(
        REManagerAPI(http_server_uri=address, status_polling_period=0.2, status_expiration_period=0.1)
    )
    rm.set_authorization_key(api_key=staff_key())
    try:
        everything(rm, site)
        assert rm.apikey_info()["first_eight"]
        for call in (lambda: rm.apikey_new(expires_in=60), lambda: rm.apikey_delete(first_eight="12345678")):
            with pytest.raises(REManagerAPI.HTTPClientError, match="401"):
                call()
    finally:
        rm.client.close()
    assert methods_of(REManagerAPI) - rm.called - SIGNED_IN_ONLY == set()


def test_every_method_works_with_a_password(site, address):
    rm = Watched(
        REManagerAPI(
            http_server_uri=address,
            status_polling_period=0.2,
            status_expiration_period=0.1,
            http_auth_provider="/beamport/token",
        )
    )
    try:
        with pytest.raises(REManagerAPI.HTTPClientError, match="401"):
            rm.login("staff", password="not the password")
        made = rm.login("staff", password=PASSWORD)
        assert made["token_type"] == "bearer"
        everything(rm, site)
        manage_keys_and_sessions(rm, made)
    finally:
        rm.client.close()
    assert methods_of(REManagerAPI) - rm.called == set()


def manage_keys_and_sessions(rm, made):
    key = rm.apikey_new(expires_in=600, scopes=["read:status"], note="short")
    assert key["scopes"] == [name for name in key["scopes"] if name.startswith("read:")]
    assert rm.apikey_info(api_key=key["secret"])["first_eight"] == key["first_eight"]
    assert rm.apikey_delete(first_eight=key["first_eight"])["success"]
    with pytest.raises(REManagerAPI.HTTPClientError, match="401"):
        rm.apikey_info(api_key=key["secret"])
    with pytest.raises(REManagerAPI.HTTPClientError, match="401"):
        rm.principal_info()
    again = rm.session_refresh()
    assert again["access_token"]
    first = rm.whoami()["sessions"][0]["uuid"]
    rm.login("staff", password=PASSWORD)
    assert rm.session_revoke(session_uid=first)["success"]
    with pytest.raises(REManagerAPI.HTTPClientError, match="401"):
        rm.session_refresh(refresh_token=made["refresh_token"])
    assert rm.status(reload=True)["manager_state"] == "idle"
    token, _ = rm.auth_key
    rm.logout()
    rm.set_authorization_key()
    answer = httpx.get(f"{rm._http_server_uri}/api/status", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert not answer.json()["detail"].startswith("Access token has expired")


def test_the_page_and_the_asynchronous_client_queue_run_and_read(site, address, capsys):
    text = staff_key()
    page = (ROOT / "docs" / "how-to" / "use-queue-server-clients.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    example = example.replace("http://127.0.0.1:8000/bl/demo/qserver", address).replace("bp_...", text)
    exec(compile(example, "use-queue-server-clients.md", "exec"), {})
    told = capsys.readouterr().out
    assert told.startswith("idle\n")
    assert told.count(" completed ") == 2

    async def scenario():
        rm = AsyncREManagerAPI(http_server_uri=address)
        rm.set_authorization_key(api_key=text)
        try:
            assert (await rm.status())["worker_environment_exists"]
            added = await rm.item_add_batch([COUNT, COUNT])
            assert added["qsize"] == 2
            await rm.queue_start()
            await rm.wait_for_idle(timeout=30)
            history = (await rm.history_get())["items"]
            assert [item["result"]["exit_status"] for item in history] == ["completed"] * 4
            assert "count" in (await rm.plans_allowed())["plans_allowed"]
            await rm.re_runs()
        finally:
            await rm.close()

    asyncio.run(scenario())


def test_console_and_status_are_pushed_to_who_may_read_them_and_to_nobody_else(site, address):
    headers = {"Authorization": f"ApiKey {staff_key()}"}
    sockets = address.replace("http://", "ws://") + "/api"
    for path in ("info/ws", "status/ws", "console_output/ws"):
        with pytest.raises(InvalidStatus):
            connect(f"{sockets}/{path}", additional_headers={"Authorization": "ApiKey bp_x"})
        with pytest.raises(InvalidStatus):
            connect(f"{sockets.replace('alpha', 'beta')}/{path}", additional_headers=headers)
    rm = REManagerAPI(http_server_uri=address)
    rm.set_authorization_key(api_key=headers["Authorization"].split()[1])
    stream = httpx.stream("GET", f"{address}/api/stream_console_output", headers=headers, timeout=20)
    try:
        with (
            connect(f"{sockets}/console_output/ws", additional_headers=headers) as console,
            connect(f"{sockets}/status/ws", additional_headers=headers) as pushed,
            stream as streamed,
        ):
            status = json.loads(pushed.recv(timeout=10))["msg"]["status"]
            assert status["manager_state"] == "idle"
            rm.lock_key = "k"
            rm.lock_queue()
            assert json.loads(pushed.recv(timeout=10))["msg"]["status"]["lock"]["queue"] is True
            rm.unlock()
            rm.item_execute(BPlan("slow", points=1))
            read_until(console, "slow begins")
            read_until(streamed.iter_lines(), "slow begins")
            rm.wait_for_idle(timeout=20)
    finally:
        rm.close()
