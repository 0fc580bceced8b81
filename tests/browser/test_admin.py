"""Django's admin in a browser: lists and forms stand under the content policy and break no rule of WCAG."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.test_accessible import STILL, assert_none, breaches

ROWS = "#content-main th[scope=row] a"


def opened(person, path):
    """Open a page of the admin; give its window once it stands."""
    answer = person.page.goto(person.url + path)
    assert answer.status == 200, f"{path}: {answer.status}"
    assert "script-src" in answer.headers["content-security-policy"], path
    expect(person.page.locator("#content h1"), path).to_be_visible()
    return person.page


def addresses(page, selector):
    return page.locator(selector).evaluate_all("links => links.map(link => link.getAttribute('href'))")


def breaches_in_light_and_dark(page):
    """Return what axe finds, a wide window in the light and a phone in the dark."""
    page.evaluate(STILL)
    found = []
    for scheme, window in (("light", LAPTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(window)
        # What axe loads of imported styles it would put into the page, which the content policy refuses.
        found += [f"{scheme} {window['width']}: {line}" for line in breaches(page, preload=False)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(LAPTOP)
    return found


@pytest.mark.timeout(300)
def test_each_list_and_form_of_the_admin_stands_under_the_content_policy_and_breaks_no_rule(visit, beamport):
    person = visit()
    person.sign_in("admin")
    lists = addresses(opened(person, "/admin/"), ROWS)
    assert len(lists) >= 10
    forms, found = [], {}
    for path in lists:
        page = opened(person, path)
        forms += addresses(page, ".object-tools a.addlink") + addresses(page, "#result_list tbody th a")[:1]
        found[path] = breaches_in_light_and_dark(page)
    assert forms
    for path in forms:
        found[path] = breaches_in_light_and_dark(opened(person, path))
    assert_none(found)
