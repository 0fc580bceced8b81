"""The table of rights: every route of the API, and what each kind of caller gets.

A row is a method, a route as the URL conf writes it (without converters), the scopes that the route asks for,
and one status per column. To add a route: write its row; if its path has a new part or it needs rows of its
own, teach `tests/security/stage.py`. A dash leaves a cell out: its answer depends on more than the caller.

The columns:

anonymous   no session, no key
stranger    an account with no role anywhere
outsider    the investigator of another proposal, on another beamline
observer    in the proposal, may look
member      in the proposal, may act while the visit lasts
pi          its principal investigator
staff       staff of the beamline
admin       facility administrator
key         a key of the row's `owner` with the row's scopes
keyless     a key of the same owner with every scope that does not bring these along
expired     a key as `key`, past its end
revoked     a key as `key`, revoked
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

COLUMNS = (
    "anonymous",
    "stranger",
    "outsider",
    "observer",
    "member",
    "pi",
    "staff",
    "admin",
    "key",
    "keyless",
    "expired",
    "revoked",
)


@dataclass(frozen=True)
class Row:
    """One route and method."""

    method: str
    route: str
    scopes: frozenset[str]
    statuses: tuple[int | None, ...]
    owner: str = "pi"
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Give the row's name in test reports."""
        return f"{self.method} {self.route}"

    def expected(self) -> dict[str, int]:
        """Give the status by column, without the cells left out."""
        cells = zip(COLUMNS, self.statuses, strict=True)
        return {column: status for column, status in cells if status is not None}


def row(method: str, route: str, scopes: str, statuses: str, **rest: Any) -> Row:
    """Read one line of the table."""
    cells = tuple(None if cell == "-" else int(cell) for cell in statuses.split())
    return Row(method, route, frozenset(scopes.split()), cells, **rest)


WAIT = {"plan": "wait_a_moment", "parameters": {"delay": 1}}
ITEM = {**WAIT, "proposal": "P-1"}
MEMBER = {"username": "stranger"}
DOCUMENTS = {
    "beamline": "alpha",
    "proposal": "P-1",
    "run": "elsewhere-1",
    "first": 0,
    "documents": [["start", {"uid": "elsewhere-1", "time": 1.0}]],
}
B = "beamlines/<beamline>"

# fmt: off
#                                                      ano str out obs mem  pi sta adm key les exp rev
ACCOUNTS = [
    row("GET", "schema", "run:read",                  "401   -   -   -   - 200   -   -   -   - 401 401"),
    row("GET", "me", "run:read",                      "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("GET", "notices", "run:read",                 "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("POST", "notices/seen", "run:read",           "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("GET", "notices/choices", "run:read",         "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("PUT", "notices/choices", "run:read",         "401 200 200 200 200 200 200 200 403 403 401 401",
        body={"sound": True, "browser": False, "mail": ["mention"]}),
    row("GET", "keys", "run:read",                    "401 200 200 200 200 200 200 200 403 403 401 401"),
    row("POST", "keys", "run:read",                   "401 201 201 201 201 201 201 201 403 403 401 401",
        body={"scopes": ["run:read"]}),
    row("DELETE", "keys/<prefix>", "run:read",        "401 404 404 404 404 204 404 204 403 403 401 401"),
    row("GET", "audit", "audit:read",                 "401 403 403 403 403 403 200 200 200 403 401 401",
        owner="staff"),
    row("GET", "proposals", "run:read",               "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("GET", "proposals/<number>", "run:read",      "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("GET", "proposals/<number>/members", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("POST", "proposals/<number>/members", "proposal:manage",
                                                      "401 404 404 403 403 201 403 201 201 403 401 401",
        body=MEMBER),
    row("DELETE", "proposals/<number>/members/<username>", "proposal:manage",
                                                      "401 404 404 403 403 204 403 204 204 403 401 401"),
]

#                                                      ano str out obs mem  pi sta adm key les exp rev
ACQUISITION = [
    row("GET", "beamlines", "queue:read",             "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("GET", f"{B}/status", "queue:read",           "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("PUT", f"{B}/notice", "environment:manage",   "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff", body={"text": "the cryostat is warm"}),
    row("DELETE", f"{B}/notice", "environment:manage",
                                                      "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff"),
    row("GET", f"{B}/plans", "queue:read",            "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/plans/<plan>", "queue:read",     "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/devices", "device:read queue:read",
                                                      "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/devices/<device>/move", "device:move",
                                                      "401 404 404 403 202 202 202 202 202 403 401 401",
        body={"value": 1.0}),
    row("POST", f"{B}/devices/<device>/read", "device:read",
                                                      "401 404 404 202 202 202 202 202 202 403 401 401"),
    row("POST", f"{B}/devices/<device>/stop", "engine:stop",
                                                      "401 404 404 202 202 202 202 202 202 403 401 401"),
    row("GET", f"{B}/values", "device:read",          "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/values/history", "device:read",  "401 404 404 200 200 200 200 200 200 403 401 401",
        query={"names": "sx,ring"}),
    row("GET", f"{B}/dashboards", "queue:read",       "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/dashboards/<slug>", "queue:read",
                                                      "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("PUT", f"{B}/dashboards/<slug>", "environment:manage",
                                                      "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", body={"title": "Status", "widgets": [{"kind": "engine"}]}),
    row("DELETE", f"{B}/dashboards/<slug>", "environment:manage",
                                                      "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff"),
    row("GET", f"{B}/queue", "queue:read",            "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/queue/items", "queue:write",    "401 404 404 403 201 201 201 201 201 403 401 401",
        body=ITEM),
    row("GET", f"{B}/queue/items/<uid>", "queue:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("DELETE", f"{B}/queue/items/<uid>", "queue:write",
                                                      "401 404 404 403 204 204 204 204 204 403 401 401"),
    row("POST", f"{B}/queue/items/<uid>/move", "queue:write",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"position": "front"}),
    row("PATCH", f"{B}/queue/items/<uid>", "queue:write",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"parameters": {"delay": 2}}),
    row("POST", f"{B}/queue/items/<uid>/replace", "queue:write",
                                                      "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"parameters": {"delay": 2}}),
    row("POST", f"{B}/queue/items/<uid>/duplicate", "queue:write",
                                                      "401 404 404 403 201 201 201 201 201 403 401 401"),
    row("POST", f"{B}/queue/items/<uid>/approve", "queue:approve",
                                                      "401 404 404 403 403 200 200 200 200 403 401 401"),
    row("POST", f"{B}/queue/items/<uid>/deny", "queue:approve",
                                                      "401 404 404 403 403 200 200 200 200 403 401 401",
        body={"reason": "no"}),
    row("GET", f"{B}/queue/items/<uid>/export", "queue:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("POST", f"{B}/queue/batch", "queue:write",    "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"proposal": "P-1", "items": [WAIT, WAIT]}),
    row("POST", f"{B}/queue/table", "queue:write",    "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"table": "plan,delay\nwait_a_moment,1"}, query={"proposal": "P-1"}),
    row("POST", f"{B}/queue/proposed", "queue:propose",
                                                      "401 404 404 403 201 201 201 201 201 403 401 401",
        body=ITEM),
    row("POST", f"{B}/queue/move", "queue:write",     "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"uids": ["<uid>"], "position": "front"}),
    row("POST", f"{B}/queue/remove", "queue:write",   "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"uids": ["<uid>"]}),
    row("GET", f"{B}/queue/export", "queue:read",     "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/queue/modes", "engine:control", "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"loops": True}),
    row("POST", f"{B}/queue/stop-after", "engine:control",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("DELETE", f"{B}/queue/stop-after", "engine:control",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/presets", "queue:read",          "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/presets", "queue:write",        "401 404 404 403 201 201 201 201 201 403 401 401",
        body={**WAIT, "title": "again", "proposal": "P-1"}),
    row("DELETE", f"{B}/presets/<uid>", "queue:write",
                                                      "401 404 404 403 403 204 204 204 204 403 401 401"),
    row("POST", f"{B}/queue/start", "engine:control", "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/queue/hold", "engine:control",  "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"reason": "tea"}),
    row("POST", f"{B}/queue/clear", "queue:write",    "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/queue/run-now", "queue:write engine:control",
                                                      "401 404 404 403 201 201 201 201 201 403 401 401",
        body=ITEM),
    row("GET", f"{B}/history", "queue:read",          "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/engine/<action>", "engine:stop",
                                                      "401 404 404 202 202 202 202 202 202 403 401 401",
        body={"reason": "smoke"}),
    row("GET", f"{B}/engine/commands/<uid>", "queue:read",
                                                      "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/environment", "queue:read",      "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/environment/<action>", "environment:manage",
                                                      "401 404 404 403 403 403 202 202 202 403 401 401",
        body={"reason": "hangs"}, owner="staff"),
    row("GET", f"{B}/control", "queue:read",          "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/control/take", "control:take",  "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/control/keep", "control:take",  "401 404 404 403   -   -   -   -   - 403 401 401"),
    row("POST", f"{B}/control/release", "control:take",
                                                      "401 404 404 403   -   -   -   -   - 403 401 401"),
    row("POST", f"{B}/control/request", "control:take",
                                                      "401 404 404 403 409 409 409 409 409 403 401 401"),
    row("DELETE", f"{B}/control/request", "control:take",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/control/give", "control:take",  "401 404 404 403 409 409 409 409 409 403 401 401",
        body={"to": "member"}),
    row("GET", f"{B}/console", "console:read",        "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", f"{B}/log", "run:read",                "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("POST", f"{B}/log", "run:annotate",           "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"proposal": "P-1", "text": "beam is back"}),
    row("PATCH", f"{B}/log/<uid>", "run:annotate",  "401 404 404 403 403 200 403 403 200 403 401 401",
        body={"text": "another"}),
    row("DELETE", f"{B}/log/<uid>", "run:annotate", "401 404 404 403 403 204 204 204 204 403 401 401"),
    row("POST", f"{B}/log/<uid>/files", "run:annotate",
                                                      "401 404 404 403 403 201 403 403 201 403 401 401",
        query={"name": "a.txt"}),
    row("GET", f"{B}/log/<uid>/files/<file>", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", f"{B}/watchers", "queue:read",         "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("POST", f"{B}/dry-run", "queue:write",        "401 404 404 403 200 200 200 200 200 403 401 401",
        body=WAIT),
]

#                                                      ano str out obs mem  pi sta adm key les exp rev
CATALOG = [
    row("POST", "imports", "run:add",                 "401 404 404 403 403 403 201 201 201 403 401 401",
        body={"name": "start", "doc": {"uid": "elsewhere-2", "time": 1.0}}, owner="staff",
        query={"beamline": "alpha", "proposal": "P-1"}),
    row("POST", "documents", "run:add",               "401 404 404 403 403 403 201 201 201 403 401 401",
        owner="staff", body=DOCUMENTS),
    row("GET", "runs", "run:read",                    "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("GET", "runs/facets", "run:read",             "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("GET", "runs/histogram", "run:read",          "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("GET", "runs/values", "run:read",             "401 200 200 200 200 200 200 200 200 403 401 401",
        query={"key": "sample"}),
    row("GET", "runs/keys", "run:read",               "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("GET", "runs/device-history", "run:read",     "401 200 200 200 200 200 200 200 200 403 401 401",
        query={"beamline": "alpha", "device": "sx"}),
    row("GET", "searches", "run:read",                "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("POST", "searches", "run:annotate",           "401 201 201 201 201 201 201 201 201 403 401 401",
        body={"name": "mine", "question": {"q": "plan:scan"}}),
    row("GET", "searches/<uid>", "run:read",          "401 404 404 200 200 200 404 200 200 403 401 401"),
    row("PATCH", "searches/<uid>", "run:annotate",    "401 404 404 403 403 200 404 403 200 403 401 401",
        body={"name": "other"}),
    row("DELETE", "searches/<uid>", "run:annotate",   "401 404 404 403 403 204 404 403 204 403 401 401"),
    row("GET", "runs/<uid>", "run:read",              "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/documents", "run:read",    "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/quarantine", "run:read",   "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/streams/<stream>/table", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/streams/<stream>/frames/<field>/<index>", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/figure", "run:read",       "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/compare/figure", "run:read",     "401 404 404 200 200 200 200 200 200 404 401 401",
        query={"run": "<uid>", "x": "seq_num", "y": "seq_num + 0"}),
    row("GET", "runs/<uid>/notebook", "run:read",     "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/rights", "run:read",       "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/qr", "run:read",           "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/fit", "run:read",          "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "runs/<uid>/export/<form>", "run:export",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401"),
    row("GET", "exports", "run:export",               "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("POST", "exports", "run:export",              "401 400 400 403 201 201 201 201 201 403 401 401",
        body={"query": "plan:count", "format": "jsonl"}),
    row("GET", "exports/archive", "run:export",       "401 400 400 403 200 200 200 200 200 403 401 401",
        query={"query": "plan:count"}),
    row("GET", "exports/files/<token>", "run:export", "  - 404 404 404 404 404 404 404 404 404 401 401"),
    row("GET", "exports/jobs/<job>", "run:export",    "401 404 404 404 404 200 404 404 200 403 401 401"),
    row("DELETE", "exports/jobs/<job>", "run:export", "401 404 404 404 404 204 404 404 204 403 401 401"),
    row("POST", "exports/jobs/<job>/cancel", "run:export",
                                                      "401 404 404 404 404 200 404 404 200 403 401 401"),
    row("GET", "exports/jobs/<job>/file", "run:export",
                                                      "401 404 404 404 404 409 404 404 409 403 401 401"),
    row("GET", "exports/formats", "run:read",         "401 200 200 200 200 200 200 200 200 403 401 401"),
]

#                                                      ano str out obs mem  pi sta adm key les exp rev
NO_SCAN = {"group": "beginners", "kind": "plan", "effect": "forbid", "pattern": "scan"}
RULES = [
    row("GET", f"{B}/groups", "audit:read",           "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff"),
    row("POST", f"{B}/groups", "environment:manage",  "401 404 404 403 403 403 201 201 201 403 401 401",
        owner="staff", body={"name": "experts", "members": ["member"]}),
    row("PATCH", f"{B}/groups/<group>", "environment:manage",
                                                      "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", body={"members": ["member"]}),
    row("DELETE", f"{B}/groups/<group>", "environment:manage",
                                                      "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff"),
    row("GET", f"{B}/rules", "audit:read",            "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff"),
    row("POST", f"{B}/rules", "environment:manage",   "401 404 404 403 403 403 201 201 201 403 401 401",
        owner="staff", body=NO_SCAN),
    row("PATCH", f"{B}/rules/<uid>", "environment:manage",
                                                      "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", body={"pattern": "grid_scan"}),
    row("DELETE", f"{B}/rules/<uid>", "environment:manage",
                                                      "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff"),
    row("GET", f"{B}/permits", "audit:read",          "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", query={"user": "member", "device": "sx"}),
]

#                                                      ano str out obs mem  pi sta adm key les exp rev
R = "runs/<uid>"
WHY = {"reason": "it was wrong"}
MENDED = {"uid": "bad-run", "time": 1.0}
ANNOTATIONS = [
    row("POST", "runs/tags", "run:annotate",          "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"runs": ["<uid>"], "add": ["good"]}),
    row("GET", f"{R}/annotations", "run:read",        "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", f"{R}/metadata", "run:read",           "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("PATCH", f"{R}/metadata", "run:annotate",     "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"changes": {"note": "corrected"}, **WHY}),
    row("GET", f"{R}/revisions", "run:read",          "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("POST", f"{R}/revisions/<revision>/restore", "run:annotate",
                                                      "401 404 404 403 200 200 200 200 200 403 401 401",
        body=WHY),
    row("POST", f"{R}/tags", "run:annotate",          "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"name": "good"}),
    row("DELETE", f"{R}/tags/<name>", "run:annotate", "401 404 404 403 204 204 204 204 204 403 401 401"),
    row("POST", f"{R}/notes", "run:annotate",         "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"text": "a note"}),
    row("PATCH", f"{R}/notes/<note>", "run:annotate", "401 404 404 403 403 200 200 200 200 403 401 401",
        body={"text": "another"}),
    row("DELETE", f"{R}/notes/<note>", "run:annotate",
                                                      "401 404 404 403 403 204 204 204 204 403 401 401"),
    row("POST", f"{R}/attachments", "run:annotate",   "401 404 404 403 201 201 201 201 201 403 401 401",
        query={"name": "a.txt"}),
    row("GET", f"{R}/attachments/<attachment>", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("DELETE", f"{R}/attachments/<attachment>", "run:annotate",
                                                      "401 404 404 403 403 204 204 204 204 403 401 401"),
    row("POST", f"{R}/links", "run:annotate",         "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"target": "<other>", "relation": "repeats"}),
    row("DELETE", f"{R}/links/<link>", "run:annotate",
                                                      "401 404 404 403 403 204 204 204 204 403 401 401"),
    row("POST", f"{R}/delete", "run:delete",          "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", body=WHY),
    row("GET", f"{R}/configuration", "run:read",      "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", f"{R}/baseline", "run:read",           "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", f"{R}/documents/lines", "run:read",    "401 404 404 200 200 200 200 200 200 404 401 401"),
    row("GET", "quarantine", "run:delete",            "401 200 200 200 200 200 200 200 200 200 401 401",
        owner="staff"),
    row("GET", "quarantine/<uid>", "run:delete",      "401 404 404 404 404 404 200 200 200 404 401 401",
        owner="staff"),
    row("POST", "quarantine/<uid>/replay", "run:delete",
                                                      "401 404 404 404 404 404 200 200 200 404 401 401",
        owner="staff", body={"documents": [{"ordinal": 0, "document": MENDED}], **WHY}),
    row("GET", "retention", "run:delete",             "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("POST", "retention", "run:delete",            "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff", body={"beamline": "alpha", "days": 400}),
    row("DELETE", "retention/<rule>", "run:delete",   "401 404 404 403 403 403 204 204 204 403 401 401",
        owner="staff"),
]

NEW_VISIT = {
    "proposal": "P-1",
    "beamline": "alpha",
    "starts_at": "2027-01-01T00:00:00Z",
    "ends_at": "2027-01-02T00:00:00Z",
}

#                                                      ano str out obs mem  pi sta adm key les exp rev
FACILITY = [
    row("POST", "proposals", "account:manage",        "401 403 403 403 403 403 403 201 201 403 401 401",
        owner="admin", body={"number": "P-9"}),
    row("PATCH", "proposals/<number>", "account:manage",
                                                      "401 404 404 403 403 403 403 200 200 403 401 401",
        owner="admin", body={"title": "other"}),
    row("GET", "proposals/<number>/publication", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("PUT", "proposals/<number>/publication", "account:manage",
                                                      "401 404 404 403 403 403 403 200 200 403 401 401",
        owner="admin", body={"audience": "signed_in"}),
    row("GET", "proposals/<number>/data-policy", "run:read",
                                                      "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("GET", "visits", "run:read",                  "401 200 200 200 200 200 200 200 200 200 401 401"),
    row("POST", "visits", "account:manage",           "401 403 403 403 403 403 403 201 201 403 401 401",
        owner="admin", body=NEW_VISIT),
    row("GET", "visits/<visit>", "run:read",          "401 404 404 200 200 200 200 200 200 200 401 401"),
    row("PATCH", "visits/<visit>", "account:manage",  "401 404 404 403 403 403 403 200 200 403 401 401",
        owner="admin", body={"note": "late"}),
    row("DELETE", "visits/<visit>", "account:manage", "401 404 404 403 403 403 403 204 204 403 401 401",
        owner="admin"),
    row("POST", "visits/<visit>/members", "proposal:manage",
                                                      "401 404 404 403 403 201 403 201 201 403 401 401",
        body=MEMBER),
    row("DELETE", "visits/<visit>/members/<username>", "proposal:manage",
                                                      "401 404 404 403 403 204 403 204 204 403 401 401"),
    row("GET", "people", "account:manage",            "401 403 403 403 403 403 403 200 200 403 401 401",
        owner="admin"),
    row("POST", "people", "account:manage",           "401 403 403 403 403 403 403 201 201 403 401 401",
        owner="admin", body={"username": "new"}),
    row("POST", "people/activity", "account:manage",  "401 403 403 403 403 403 403 200 200 403 401 401",
        owner="admin", body={"usernames": ["stranger"], "is_active": False, "reason": "left"}),
    row("GET", f"{B}/staff", "audit:read",            "401 404 404 403 403 403 200 200 200 403 401 401",
        owner="staff"),
    row("POST", f"{B}/staff", "account:manage",       "401 403 403 403 403 403 403 201 201 403 401 401",
        owner="admin", body=MEMBER),
    row("DELETE", f"{B}/staff/<username>", "account:manage",
                                                      "401 403 403 403 403 403 403 204 204 403 401 401",
        owner="admin"),
    row("POST", "impersonation", "account:manage",    "401 403 403 403 403 403 403 201 403 403 401 401",
        owner="admin", body={**MEMBER, "reason": "a call"}),
    row("DELETE", "impersonation", "account:manage",  "401 404 404 404 404 404 404 404 403 403 401 401",
        owner="admin"),
    row("POST", "facility/imports", "account:manage", "401 403 403 403 403 403 403 200 200 403 401 401",
        owner="admin", body={"proposals": [{"number": "P-9"}]}),
    row("GET", "samples", "run:read",                 "401 200 200 200 200 200 200 200 200 403 401 401"),
    row("POST", "samples", "run:annotate",            "401 404 404 403 201 201 201 201 201 403 401 401",
        body={"proposal": "P-1", "name": "other"}),
    row("GET", "samples/<sample>", "run:read",        "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("PATCH", "samples/<sample>", "run:annotate",  "401 404 404 403 200 200 200 200 200 403 401 401",
        body={"position": "B2"}),
    row("DELETE", "samples/<sample>", "run:annotate", "401 404 404 403 204 204 204 204 204 403 401 401"),
    row("GET", "samples/<sample>/label", "run:read",  "401 404 404 200 200 200 200 200 200 403 401 401"),
    row("GET", "audit/file", "audit:read",            "401 403 403 403 403 403 200 200 200 403 401 401",
        owner="staff"),
]
# fmt: on

TABLE = FACILITY + ACCOUNTS + ACQUISITION + CATALOG + RULES + ANNOTATIONS
