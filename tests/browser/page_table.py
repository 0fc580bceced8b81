"""Every page and who opens it, for the sweeps.

A route neither in `PAGES` nor in `NO_PAGES` fails a test; so does a template that no page or moment names.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A page: where it is, who looks at it, and whether it is a plain template without the live frame."""

    path: str
    who: str = "user"
    is_plain: bool = False


WHO = ("nobody", "user", "staff", "admin")

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
    "password_change_done": Row("/account/password/done", is_plain=True),
    "second-factor": Row("/account/second-factor", is_plain=True),
    "site-status": Row("/status", is_plain=True),
    "published": Row("/published", is_plain=True),
    "published-run": Row("/published/{published}", is_plain=True),
    "api-guide": Row("/api/?q=runs%20tags", is_plain=True),
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
    "password-by-code": Row("/login/password", "nobody", is_plain=True),
    "password-code-make": Row("/accounts/user/password/code", "admin", is_plain=True),
    "second-factor-reset": Row("/accounts/user/second-factor/reset", "admin", is_plain=True),
}
"""By the name of the Django route."""

MORE: dict[str, Row] = {
    "builder": Row("/acquire/builder"),
    "acquire-state": Row("/acquire/set_state"),
    "device-part": Row("/devices/mono.energy"),
    "compare-none": Row("/runs/compare"),
    "kiosk-refused": Row("/kiosk/{board}?beamline=demo#key=bp_nothing", is_plain=True),
    "published-none": Row("/published?q=plan:nothing_like_this", is_plain=True),
    "published-refused": Row("/published?q=status:no", is_plain=True),
    "api-answer": Row("/api/v1/runs?limit=2", is_plain=True),
    "api-refused": Row("/api/v1/runs/nothing-like-this", is_plain=True),
    "administration": Row("/admin/", "admin", is_plain=True),
    "request-refused": Row("/published?" + "&".join(["q=1"] * 1001), is_plain=True),
    "not-there": Row("/nothing-here", is_plain=True),
    "not-allowed": Row("/control", is_plain=True),
}
"""Further addresses: a page of the browser part alone, another kind of form, and the refusals."""

NO_PAGES = {
    "icon": "leads to the picture",
    "account-notices": "takes a form",
    "account-token-revoke": "takes a form",
    "logout": "takes a form",
    "session-end": "takes a form",
    "sessions-end-others": "takes a form",
    "login-provider": "leads to the identity provider; its refusal is a moment",
    "login-provider-answer": "comes from the identity provider",
    "login-code": "only in the middle of signing in: a moment",
    "login-enrol": "only in the middle of signing in: a moment",
}
"""Routes that answer nobody's GET with a page; the table of rights in `tests/security` holds what they do."""

MOMENTS = (
    *("wrong-password", "provider-refused", "enrol", "enrol-refused", "recovery-codes"),
    *("second-factor-on", "second-factor-refused", "password-refused", "password-changed"),
    *("key-refused", "key-made", "code", "code-refused", "old-form", "fault", "password-code-made"),
)
"""What is met on the way in, after a form, or when the server fails: `test_moments` gets there and looks."""

ALL = {**PAGES, **MORE}

TEMPLATES = {
    "400.html": "request-refused",
    "403.html": "not-allowed",
    "403_csrf.html": "old-form",
    "404.html": "not-there",
    "500.html": "fault",
    "accounts/api_answer.html": "api-answer",
    "accounts/code.html": "code",
    "accounts/enrol.html": "enrol",
    "accounts/end_sessions.html": "sessions-end-of",
    "accounts/login.html": "login",
    "accounts/password_by_code.html": "password-by-code",
    "accounts/password_change.html": "password_change",
    "accounts/password_change_done.html": "password-changed",
    "accounts/password_code.html": "password-code-make",
    "accounts/password_code_made.html": "password-code-made",
    "accounts/provider_refused.html": "provider-refused",
    "accounts/recovery_codes.html": "recovery-codes",
    "accounts/reset_second_factor.html": "second-factor-reset",
    "accounts/second_factor.html": "second-factor",
    "admin/base_site.html": "administration",
    "frontend/account.html": "account",
    "frontend/api.html": "api-guide",
    "frontend/kiosk.html": "kiosk",
    "frontend/labels.html": "sample-labels",
    "frontend/page.html": "overview",
    "frontend/published.html": "published",
    "frontend/published_run.html": "published-run",
    "frontend/status.html": "site-status",
    "frontend/tokens.html": "account-tokens",
}
"""Each template that is a page by itself, and where the sweeps see it."""
