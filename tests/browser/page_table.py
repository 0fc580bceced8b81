"""Every page and who opens it, for the sweeps; a route neither here nor in NO_PAGES fails a test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A page: where it is, who looks at it, and whether it is a plain template without the live frame."""

    path: str
    who: str = "user"
    is_plain: bool = False


PAGES: dict[str, Row] = {
    "overview": Row("/"),
    "acquire": Row("/acquire"),
    "acquire-plan": Row("/acquire/grid_scan"),
    "queue-page": Row("/queue"),
    "live": Row("/live"),
    "runs-page": Row("/runs"),
    "compare-page": Row("/runs/compare?run={run}&run={other}"),
    "run-page": Row("/runs/{run}"),
    "exports-page": Row("/exports"),
    "devices-page": Row("/devices"),
    "device-page": Row("/devices/sx"),
    "console-page": Row("/console"),
    "log-page": Row("/log"),
    "help": Row("/help"),
    "dashboards-page": Row("/dashboards"),
    "dashboard-page": Row("/dashboards/{board}"),
    "samples-page": Row("/samples"),
    "sample-page": Row("/samples/{sample}"),
    "facility-visit": Row("/facility/visits/{visit}"),
    "sample-labels": Row("/samples/labels?uid={sample}", is_plain=True),
    "kiosk": Row("/kiosk/{board}?beamline=demo#key={key}", is_plain=True),
    "account": Row("/account", is_plain=True),
    "account-tokens": Row("/account/tokens", is_plain=True),
    "password_change": Row("/account/password", is_plain=True),
    "second-factor": Row("/account/second-factor", is_plain=True),
    "site-status": Row("/status", is_plain=True),
    "published": Row("/published", is_plain=True),
    "control-page": Row("/control", "staff"),
    "new-dashboard-page": Row("/dashboards/new", "staff"),
    "facility": Row("/facility", "admin"),
    "facility-visits": Row("/facility/visits", "admin"),
    "facility-visit-new": Row("/facility/visits/new", "admin"),
    "facility-proposals": Row("/facility/proposals", "admin"),
    "facility-proposal": Row("/facility/proposals/{proposal}", "admin"),
    "facility-people": Row("/facility/people", "admin"),
    "facility-beamlines": Row("/facility/beamlines", "admin"),
    "facility-audit": Row("/facility/audit", "admin"),
    "facility-why": Row("/facility/why?user=user&device=sx", "admin"),
    "facility-import": Row("/facility/import", "admin"),
    "login": Row("/login", "nobody", is_plain=True),
    "sessions-end-of": Row("/accounts/user/sessions/end", "admin", is_plain=True),
    "second-factor-reset": Row("/accounts/user/second-factor/reset", "admin", is_plain=True),
}
"""By the name of the Django route."""

MORE: dict[str, Row] = {
    "builder": Row("/acquire/builder"),
    "acquire-state": Row("/acquire/set_state"),
    "device-part": Row("/devices/mono.energy"),
    "compare-none": Row("/runs/compare"),
    "api-guide": Row("/api/?q=runs%20tags", is_plain=True),
    "not-there": Row("/nothing-here", is_plain=True),
    "not-allowed": Row("/control", is_plain=True),
}
"""Further addresses: a page of the browser part alone, another kind of form, and the refusals."""

NO_PAGES = {
    "account-notices": "takes a form",
    "account-token-revoke": "takes a form",
    "logout": "takes a form",
    "session-end": "takes a form",
    "sessions-end-others": "takes a form",
    "password_change_done": "told after a form; the template of /account/password",
    "login-provider": "leads to the identity provider",
    "login-provider-answer": "comes from the identity provider",
    "login-code": "only in the middle of signing in; tests/integration/accounts hold it",
    "login-enrol": "only in the middle of signing in; tests/integration/accounts hold it",
    "metrics": "text for monitors",
    "published-run": "needs a published proposal; tests/integration/frontend/test_published.py holds it",
}

ALL = {**PAGES, **MORE}
