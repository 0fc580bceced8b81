import re
from pathlib import Path

from accounts import errors
from accounts.access import IMPLIED, ROLE_SCOPES, Scope
from accounts.api.urls import urlpatterns
from accounts.models import ProposalRole, StaffRole

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reference" / "access.md").read_text()
COLUMNS = [*StaffRole.values, *ProposalRole.values]


def test_every_scope_stands_in_the_table_with_its_roles():
    for scope in Scope:
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{scope.value}` |"))
        cells = [cell.strip() for cell in line.strip("|").split("|")][2:]
        told = {role for role, cell in zip(COLUMNS, cells, strict=True) if cell == "yes"}
        assert told == {role for role in COLUMNS if scope in ROLE_SCOPES[role]}, scope


def test_every_implied_scope_is_told():
    for scope, brought in IMPLIED.items():
        assert f"`{scope.value}`" in PAGE
        assert all(f"`{other.value}`" in PAGE for other in brought)


def test_every_route_is_told():
    for pattern in urlpatterns:
        route = re.sub(r"<str:", "<", str(pattern.pattern))
        assert re.search(rf"`(GET|POST|DELETE) {re.escape(route)}`", PAGE), route


def test_every_audited_action_of_the_app_is_told():
    source = "".join(path.read_text() for path in (ROOT / "accounts").glob("*.py"))
    actions = set(re.findall(r'action="([a-z_]+\.[a-z_]+)"', source))
    assert len(actions) > 10
    for action in actions:
        assert f"`{action}`" in PAGE, action


def test_every_code_of_the_error_tree_is_told():
    tree = [cls for cls in errors.BeamportError.__subclasses__() if cls.__module__ == errors.__name__]
    assert len(tree) == 8
    for cls in tree:
        assert re.search(rf"\| {cls.status} \|.*`{cls.code}`", PAGE), cls
