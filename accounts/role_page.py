"""The page of roles, written from the roles and scopes of the code; a test compares it with what is kept."""

from __future__ import annotations

from accounts.access import DATA_SCOPES, PUBLISHED_SCOPES, ROLE_SCOPES, WATCH_SCOPES, WORKER, Scope
from accounts.roles import ProposalRole, StaffRole

HEAD = """# What each role may do

Written by `manage.py role_page > docs/reference/roles.md` from `accounts/scopes.py`; do not edit. How roles,
visits, dates, rules and keys narrow this is in [access](access.md). A facility administrator has every scope,
everywhere.
"""


def page() -> str:
    """Give the text of the page."""

    def listed(scopes: frozenset[Scope]) -> str:
        return ", ".join(f"`{scope.value}`" for scope in Scope if scope in scopes)

    places = dict.fromkeys(StaffRole.values, "at a beamline")
    places |= dict.fromkeys(ProposalRole.values, "in a proposal, or for a visit")
    lines = [HEAD, "| scope | " + " | ".join(f"`{role}`" for role in places) + " |"]
    lines.append("|---|" + "---|" * len(places))
    for scope in Scope:
        cells = ("yes" if scope in ROLE_SCOPES[role] else "" for role in places)
        lines.append(f"| `{scope.value}` | " + " | ".join(cells) + " |")
    lines.append("")
    for role, place in places.items():
        given = ROLE_SCOPES[role]
        lines += [f"## `{role}`, {place}", "", f"May: {listed(given)}.", ""]
        if role in ProposalRole.values:
            kept = listed(given & (DATA_SCOPES | WATCH_SCOPES))
            lines += [f"Outside the dates, and while no visit with them is on: {kept}.", ""]
    lines += ["## The worker of a beamline, there", "", f"May: {listed(ROLE_SCOPES[WORKER])}.", ""]
    lines += ["## Whoever data are published for", "", f"May, with these data: {listed(PUBLISHED_SCOPES)}."]
    return "\n".join(lines) + "\n"
