"""What is met on the way in, after a form and when the server fails: looked at as every other page is."""

import re

import httpx
import psutil
import pyotp
import pytest
from django.test import RequestFactory

from accounts.api.errors import server_fault
from config import commands
from config.embedded import free_port
from tests.browser.conftest import LAPTOP
from tests.browser.furnished import HERE, Desk, newcomer
from tests.browser.page_table import ALL, MOMENTS
from tests.browser.test_sweep import Sweep, assert_none
from tests.support.installation import wait_for
from tests.support.processes import Process

PROVIDER = {"BEAMPORT_OIDC_DISCOVERY": "http://127.0.0.1:9/none", "BEAMPORT_OIDC_CLIENT_ID": "beamport"}
OFFLINE = ("overview", "acquire-plan", "queue-page", "live", "devices-page", "run-page")


@pytest.fixture(scope="module")
def strict(beamport, tmp_path_factory):
    """Give the address of a door to the same site that asks staff for a code and names a provider."""
    web = beamport.process("uvicorn")
    assert isinstance(web, psutil.Process)
    port = free_port()
    environment = web.environ() | {"BEAMPORT_STAFF_SECOND_FACTOR": "on"} | PROVIDER
    log = tmp_path_factory.mktemp("strict") / "web.log"
    process = Process("web", list(commands.web(port).words), environment, log).start()
    url = f"http://127.0.0.1:{port}"

    def answers():
        assert process.is_alive, process.tail()
        try:
            return httpx.get(f"{url}/login").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for("the strict door is open", answers, deadline_s=60)
        yield url
    finally:
        process.kill()


@pytest.fixture
def new_staff(beamport):
    """Make somebody of the staff; give name and password."""
    name, password = newcomer(beamport)
    with beamport.signed_in("admin") as client:
        Desk(client).send(f"{HERE}/staff", username=name)
    return name, password


class Walk(Sweep):
    """Goes from moment to moment."""

    def __init__(self, person):
        super().__init__(person, "work")
        self.seen = []
        self.home = person.url

    def stand(self, name):
        """Look at the page that stands now."""
        self.seen.append(name)
        self.settle(ALL["login"])
        self.try_here(name)

    def press(self, label):
        self.page.get_by_role("button", name=label, exact=True).click()

    def fill(self, **fields):
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def sign_in(self, name, password):
        self.person.open("/login")
        self.fill(username=name, password=password)
        self.press("Sign in")


@pytest.mark.timeout(300)
def test_no_moment_on_the_way_in_or_after_a_form_breaks_a_rule(visit, strict, new_staff):
    person = visit(LAPTOP, expected=(r"status of (400|403|500|503)",))
    walk = Walk(person)
    person.url = strict
    name, password = new_staff
    _enter(walk, name, password)
    codes = _enrol(walk)
    _change_password(walk, password)
    _make_key(walk)
    walk.press("Sign out")
    _enter_by_code(walk, name, codes[0])
    _fail(walk)
    _make_password_code(walk, name)
    assert sorted(walk.seen) == sorted(MOMENTS)
    assert_none(walk.found)


def _enter(walk, name, password):
    walk.sign_in(name, "not the password")
    walk.stand("wrong-password")
    walk.page.get_by_role("link", name="Sign in with your institute").click()
    walk.stand("provider-refused")
    walk.sign_in(name, password)
    walk.stand("enrol")


def _enrol(walk):
    walk.fill(code="000000")
    walk.press("Switch on and sign in")
    walk.stand("enrol-refused")
    walk.fill(code=pyotp.TOTP(walk.page.locator(".secret").inner_text()).now())
    walk.press("Switch on and sign in")
    walk.stand("recovery-codes")
    codes = walk.page.locator("li code").all_inner_texts()
    walk.person.open("/account/second-factor")
    walk.stand("second-factor-on")
    walk.fill(password="not the password")
    walk.press("New recovery codes")
    walk.stand("second-factor-refused")
    return codes


NEW_PASSWORD = "a-long-way-to-the-hutch-7"


def _change_password(walk, password):
    walk.person.open("/account/password")
    fields = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    walk.fill(old_password="not the password", **fields)
    walk.press("Change password")
    walk.stand("password-refused")
    walk.fill(old_password=password, **fields)
    walk.press("Change password")
    walk.page.wait_for_url(re.compile("/account/password/done"))
    walk.stand("password-changed")


def _make_key(walk):
    walk.person.open("/account/tokens")
    scopes = walk.page.locator("[type=checkbox][name=scopes]")
    for box in scopes.all():
        box.uncheck()
    walk.press("Make key")
    walk.stand("key-refused")
    scopes.first.check()
    walk.press("Make key")
    walk.stand("key-made")


def _enter_by_code(walk, name, code):
    walk.sign_in(name, NEW_PASSWORD)
    walk.stand("code")
    walk.fill(code="000000")
    walk.press("Sign in")
    walk.stand("code-refused")
    walk.page.context.clear_cookies()
    walk.fill(code=code)
    walk.press("Sign in")
    walk.stand("old-form")


def _fail(walk):
    body = server_fault(RequestFactory().get("/")).content.decode()
    walk.page.route("**/broken", lambda route: route.fulfill(status=500, body=body, content_type="text/html"))
    walk.person.open("/broken")
    walk.stand("fault")


def _make_password_code(walk, name):
    walk.person.url = walk.home
    walk.sign_in("admin", walk.person.password_of("admin"))
    walk.person.open(f"/accounts/{name}/password/code")
    walk.fill(reason="they have forgotten it")
    walk.press("Make a code")
    walk.stand("password-code-made")


@pytest.mark.timeout(300)
def test_no_page_breaks_a_rule_when_its_socket_does_not_come(visit, idle, scanned):
    person = visit(LAPTOP, expected=(r"status of 40[034]", "WebSocket"))
    person.sign_in("admin")
    person.page.route_web_socket(re.compile(r"/ws/$"), lambda end: end.close(code=4503))
    away = Sweep(person, "offline")
    for name in OFFLINE:
        away.look(name, ALL[name], run=scanned)
    assert_none(away.found)
