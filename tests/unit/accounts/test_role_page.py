from pathlib import Path

from accounts.role_page import page

KEPT = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"


def test_the_page_of_roles_is_what_the_code_says():
    assert KEPT.read_text() == page(), "write it anew: manage.py role_page > docs/reference/roles.md"
