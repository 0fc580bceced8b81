"""How notices reach who chose sound, browser or mail, and in which colours a screen on the wall draws."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.furnished import HERE, Desk
from tests.browser.test_live_align import Bench

SEEN_WITHIN_MS = 30_000
LISTEN = """(() => {
  window.told = { rung: 0, shown: [] };
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    constructor() { super(); window.told.rung += 1; }
  };
  window.Notification = class {
    static permission = "granted";
    static requestPermission() { return Promise.resolve("granted"); }
    constructor(title) { window.told.shown.push(title); }
  };
})()"""
GRID = """() => {
  const canvas = document.querySelector(".widget-plot canvas");
  if (!canvas || !canvas.width) return null;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [sum, count] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, seen] = data.slice(at, at + 4);
    if (seen < 250 || Math.max(red, green, blue) - Math.min(red, green, blue) > 40) continue;
    sum += (red + green + blue) / 3;
    count += 1;
  }
  return count > 50 ? sum / count : null;
}"""
"""How bright the grey of a plot's grid is, of 255; null before it is drawn."""


def mention(beamport, text):
    """Let staff name the user in the log."""
    with beamport.rest("user") as rest, beamport.signed_in("staff") as client:
        number = rest.get("proposals").json()["results"][0]["number"]
        Desk(client).send(f"{HERE}/log", proposal=number, text=f"@user {text}")


def choose(person, **ticks):
    """Choose on the account page how to be told; `mail` ticks the first kind of mail."""
    person.open("/account")
    for name, is_on in ticks.items():
        person.page.locator(f"input[name={name}]").first.set_checked(is_on)
    person.page.get_by_role("button", name="Keep", exact=True).click()
    expect(person.page.get_by_role("status")).to_contain_text("Your choice of notices is kept")
    for name, is_on in ticks.items():
        expect(person.page.locator(f"input[name={name}]").first).to_be_checked(checked=is_on)


def test_a_notice_rings_and_shows_as_its_person_chose(visit, idle):
    person = visit()
    page = person.page
    page.add_init_script(LISTEN)
    person.sign_in("user")
    choose(person, sound=True, browser=True, mail=True)
    person.open("/")
    person.stands("/")
    bell = page.get_by_role("button", name=re.compile("^Notices"))
    mention(idle, "loudly")
    page.wait_for_function("() => told.rung === 1 && told.shown.length === 1", timeout=SEEN_WITHIN_MS)
    assert "names you" in page.evaluate("told.shown[0]")
    choose(person, sound=False, browser=False, mail=False)
    person.open("/")
    person.stands("/")
    bell.click()
    page.keyboard.press("Escape")
    expect(bell).to_have_accessible_name("Notices", timeout=SEEN_WITHIN_MS)
    with page.expect_response(re.compile("/api/v1/notices/choices"), timeout=SEEN_WITHIN_MS):
        mention(idle, "softly")
    expect(bell).to_have_accessible_name("Notices, 1 new", timeout=SEEN_WITHIN_MS)
    assert page.evaluate("told") == {"rung": 0, "shown": []}
    bell.click()


@pytest.fixture
def board(idle):
    """Keep a board with a plot alone; give its slug."""
    slug = "wall-in-two-colours"
    with idle.signed_in("staff") as client:
        desk = Desk(client)
        place = f"{HERE}/dashboards/{slug}"
        desk.send(place, method="PUT", title="Wall", widgets=[{"kind": "plot", "width": 4}])
        yield slug
        desk.send(place, method="DELETE")


def test_a_plot_on_the_wall_is_drawn_in_the_colours_of_its_theme(visit, idle, board):
    Bench(idle).run("scan", {"detectors": ["det"], "args": [["sx", 0.2, 2.2]], "num": 9})
    person = visit()
    page = person.page
    page.emulate_media(color_scheme="light")
    person.open(f"/kiosk/{board}?beamline=demo#key={idle.key('user')}")
    for theme, is_drawn in (("light", ">"), ("dark", "<"), ("light", ">")):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"() => {{ const grid = ({GRID})(); return grid && grid {is_drawn} 128; }}")
        person.picture(f"kiosk-plot-{theme}")
