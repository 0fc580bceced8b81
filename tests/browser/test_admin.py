"""Django's admin in a browser: each list and form stands under the content policy, with its scripts."""

import pytest
from playwright.sync_api import expect

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


@pytest.mark.timeout(180)
def test_each_list_and_form_of_the_admin_stands_under_the_content_policy(visit, beamport):
    person = visit()
    person.sign_in("admin")
    lists = addresses(opened(person, "/admin/"), ROWS)
    assert len(lists) >= 10
    forms = []
    for path in lists:
        page = opened(person, path)
        forms += addresses(page, ".object-tools a.addlink") + addresses(page, "#result_list tbody th a")[:1]
    assert forms
    for path in forms:
        opened(person, path)
